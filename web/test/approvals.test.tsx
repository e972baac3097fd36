import { beforeEach, expect, test } from "vitest";
import { loadLocale, loadMessages } from "../src/lib/i18n/i18n";
import { setClinicZone } from "../src/lib/time/zone";
import { WaitingApprovals } from "../src/pages/admin/overview/approvals";
import Approvals from "../src/pages/admin/people/approvals";
import { Invitations } from "../src/pages/admin/people/invitations";
import { CONFIG, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const ADA = { id: 1, full_name: "Ada Admin" };
const BEA = { id: 2, full_name: "Bea Admin" };
const ACCOUNT = { ...PAT, id: BEA.id, role: "admin" as const };
const WAITING = {
  id: 9,
  kind: "invitation",
  account: { id: 30, full_name: "Lara Lab" },
  email: "lara@x.example",
  role: "lab",
  asked_by: ADA,
  asked_at: "2030-01-07T08:00:00Z",
  waits_for: [BEA],
  state: "waiting",
  decided_by: null,
  decided_at: null,
  reason: null,
};
const APPROVED = {
  ...WAITING,
  state: "approved",
  decided_by: BEA,
  decided_at: "2030-01-07T09:00:00Z",
  waits_for: null,
};
const INVITATION = {
  id: 4,
  email: "lara@x.example",
  full_name: "Lara Lab",
  role: "lab",
  account_id: 30,
  created_at: "2030-01-07T08:00:00Z",
  expires_at: "2030-01-14T08:00:00Z",
  accepted_at: null,
  waits_for: null,
};
const list = (items: unknown[]) => json({ items, next_cursor: null });
const body = (): string => document.body.textContent ?? "";

beforeEach(async () => {
  setClinicZone("Europe/Berlin");
  await loadLocale(["en"]);
  await loadMessages("ui", "admin");
});

async function open(): Promise<void> {
  await draw(<Approvals params={{}} query={new URLSearchParams()} config={CONFIG} account={ACCOUNT} />);
  await settled();
}

test("an approval shows the link of the invitation", async () => {
  const invitation = { ...INVITATION, code: "abcdefgh", url: "https://x.example/register#invitation=abcdefgh" };
  gateway({
    "GET /api/admin/approvals": [list([WAITING])],
    "POST /api/admin/approvals/9/approve": [json({ ...APPROVED, invitation })],
  });
  await open();
  expect(body()).toContain("Ada Admin asked for it");
  expect(body()).toContain("Waits for your decision. It can be made by Bea Admin.");
  await press("Approve Lara Lab");
  await settled();
  expect(body()).toContain("Approved by Bea Admin.");
  expect(document.querySelector<HTMLInputElement>("input[readonly]")?.value).toBe(invitation.url);
});

test("a decline sends the reason", async () => {
  const requests = gateway({
    "GET /api/admin/approvals": [list([WAITING])],
    "POST /api/admin/approvals/9/decline": [json({ ...APPROVED, state: "declined", reason: "Unknown to us" })],
  });
  await open();
  await press("Decline Lara Lab");
  await type("reason", "Unknown to us");
  await press("Decline");
  await settled();
  expect(requests.at(-1)?.body).toEqual({ reason: "Unknown to us" });
  expect(body()).toContain("Declined by Bea Admin. Unknown to us");
});

test("a request of one's own has no buttons", async () => {
  gateway({ "GET /api/admin/approvals": [list([{ ...WAITING, asked_by: BEA, waits_for: [ADA] }])] });
  await open();
  expect(body()).toContain("Waits for the approval of Ada Admin.");
  expect(document.querySelectorAll("form, .card button")).toHaveLength(0);
});

test("a request decided meanwhile is read again", async () => {
  const requests = gateway({
    "GET /api/admin/approvals": [list([WAITING]), list([])],
    "POST /api/admin/approvals/9/approve": [refusal(409, "already_decided", { state: "declined" })],
  });
  await open();
  await press("Approve Lara Lab");
  await settled();
  expect(requests.filter(({ call }) => call.startsWith("GET"))).toHaveLength(2);
  expect(body()).toContain("Nothing waits for an approval.");
});

test("an invitation that waits says so and for whom", async () => {
  const waits = { ...INVITATION, waits_for: [ADA, BEA] };
  gateway({ "GET /api/admin/invitations": [list([waits]), list([waits])] });
  await draw(<Invitations />);
  await settled();
  expect(body()).toContain("Waits for the approval of Ada Admin or Bea Admin.");
});

test("the overview counts what waits for this administrator", async () => {
  gateway({ "GET /api/admin/approvals": [list([WAITING, { ...WAITING, id: 10, asked_by: BEA, waits_for: [ADA] }])] });
  await draw(<WaitingApprovals me={BEA.id} />);
  await settled();
  expect(body()).toContain("1 staff account or role waits for your approval");
});
