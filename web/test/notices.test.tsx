import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keep, type Schemas } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import Notices from "../src/pages/desk/notices/notices";
import { Mails } from "../src/pages/patient/profile/mails";
import { CONFIG, PAT, userAccount } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press } from "./page";

const DESK = userAccount({ ...PAT, id: 9, role: "reception", full_name: "Rita Desk" });
const PATH = "GET /api/reception/notices";
const NOTICE: Schemas["VisitNotice"] = {
  id: 4,
  kind: "visit_cancelled",
  state: "no_address",
  patient: { id: 7, full_name: "Pat Moreno", date_of_birth: "1984-05-17", phone: "+49 30 5550 1234" },
  visit: {
    id: 40,
    starts_at: "2030-01-07T08:00:00Z",
    status: "cancelled",
    doctor: { id: 3, full_name: "Dr Ama Osei" },
  },
  created_at: "2030-01-05T08:00:00Z",
  due_at: "2030-01-05T08:00:00Z",
  sent_at: null,
  attempts: 1,
  channel: null,
  failure: null,
  called_at: null,
  called_by: null,
};
const list = (items: unknown[]) => json({ items, next_cursor: null });
const page = (query = "") => ({ params: {}, query: new URLSearchParams(query), config: CONFIG, account: DESK });

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2030-01-05T09:00:00Z") });
  await loadMessages("ui", "desk", "patient");
  setClinicZone("Europe/Berlin");
  keep(null);
  account.set(DESK);
});
afterEach(() => {
  vi.useRealTimers();
});

test("a called patient leaves the call list", async () => {
  const called = { ...NOTICE, called_at: "2030-01-05T09:00:00Z", called_by: { id: 9, full_name: "Rita Desk" } };
  const requests = gateway({
    [PATH]: [list([NOTICE]), list([])],
    "PUT /api/reception/notices/4/called": [json(called)],
  });
  const root = await draw(<Notices {...page()} />);
  expect(root.textContent).toContain("Pat Moreno");
  expect(root.textContent).toContain("No confirmed e-mail address");
  await press(/^Called/);
  expect(requests.map(({ call }) => call)).toContain("PUT /api/reception/notices/4/called");
  expect(root.querySelector(".done")?.textContent).toContain("Called: Pat Moreno");
  expect(root.textContent).toContain("No patient has to be called.");
});

test("a failed mail says why and is sent again", async () => {
  const failed = { ...NOTICE, state: "failed", failure: "SMTPDataError 550" };
  gateway({
    [PATH]: [list([failed])],
    "PUT /api/reception/notices/4/resend": [json({ ...NOTICE, state: "waiting" })],
  });
  const root = await draw(<Notices {...page("show=failed")} />);
  expect(root.textContent).toContain("Not taken by the server: SMTPDataError 550");
  await press(/^Send again/);
  expect(root.querySelector(".done")?.textContent).toContain("Pat Moreno");
});

test("a refused change shows why", async () => {
  gateway({ [PATH]: [list([NOTICE])], "PUT /api/reception/notices/4/called": [refusal(403, "forbidden")] });
  const root = await draw(<Notices {...page()} />);
  await press(/^Called/);
  expect(root.querySelector("[role=alert]")?.textContent).toBeTruthy();
});

test("a sent mail has no actions", async () => {
  gateway({ [PATH]: [list([{ ...NOTICE, state: "sent", sent_at: "2030-01-05T08:00:01Z" }])] });
  const root = await draw(<Notices {...page("show=sent&appointment_id=40")} />);
  expect(root.textContent).toContain("Mails about one visit.");
  expect(root.querySelectorAll("li button")).toHaveLength(0);
});

const CHOICES = {
  reminder: "24h",
  own_bookings: true,
  results: true,
  referrals: true,
  refills: true,
  channel: "email",
} as const;

test("a text message says that it was one", async () => {
  gateway({ [PATH]: [list([{ ...NOTICE, state: "sent", channel: "text", sent_at: "2030-01-05T08:00:01Z" }])] });
  const root = await draw(<Notices {...page("show=sent")} />);
  expect(root.textContent).toContain("Sent as a text message");
});

test("a patient chooses kinds and the reminder", async () => {
  const chosen = { ...CHOICES, reminder: "off", results: false };
  const requests = gateway({
    "GET /api/me/notices": [json({ ...CHOICES, texts: false })],
    "PUT /api/me/notices": [json({ ...chosen, texts: false })],
  });
  const root = await draw(<Mails account={PAT} />);
  expect(root.textContent).not.toContain("By text message");
  await act(() => root.querySelector<HTMLInputElement>("input[value=off]")?.click());
  await act(() => root.querySelector<HTMLInputElement>("#tell-results")?.click());
  await press("Save choice");
  expect(requests.at(-1)?.body).toEqual(chosen);
  expect(root.textContent).toContain("Your choice is saved.");
});

test("a patient chooses text messages where there are some", async () => {
  const chosen = { ...CHOICES, channel: "text" };
  const requests = gateway({
    "GET /api/me/notices": [json({ ...CHOICES, texts: true })],
    "PUT /api/me/notices": [json({ ...chosen, texts: true })],
  });
  const root = await draw(<Mails account={{ ...PAT, email_confirmed: false }} />);
  expect(root.textContent).toContain("so no mails come. If you have given a telephone number");
  await act(() => root.querySelector<HTMLInputElement>("input[value=text]")?.click());
  await press("Save choice");
  expect(requests.at(-1)?.body).toEqual(chosen);
});
