import { beforeEach, expect, test } from "vitest";
import { keep } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { account } from "../src/lib/session/account";
import RemindersOff from "../src/pages/public/reminders-off";
import { CONFIG } from "./fixtures";
import { gateway, refusal } from "./gateway";
import { draw, press } from "./page";

const TOKEN = `7-${"0123456789abcdef".repeat(4)}`;
const PATH = `POST /api/notices/reminders-off/${TOKEN}`;
const page = { params: {}, query: new URLSearchParams(), config: CONFIG, account: null };

beforeEach(async () => {
  await loadMessages("ui", "public");
  keep(null);
  account.set(null);
  history.replaceState(null, "", `/reminders-off#token=${TOKEN}`);
});

test("the button switches reminders off and says how they come again", async () => {
  const requests = gateway({ [PATH]: [new Response(null, { status: 204 })] });
  const root = await draw(<RemindersOff {...page} />);
  expect(requests).toHaveLength(0);
  await press("Switch reminders off");
  expect(requests.map(({ call }) => call)).toEqual([PATH]);
  expect(root.querySelector("h1")?.textContent).toBe("Reminders are off");
  expect(root.textContent).toContain("To have them again, sign in");
});

test("a forged link is told", async () => {
  gateway({ [PATH]: [refusal(403, "invalid_opt_out")] });
  const root = await draw(<RemindersOff {...page} />);
  await press("Switch reminders off");
  expect(root.querySelector("h1")?.textContent).toBe("This link is not valid");
});

test("a cut-off link is told at once", async () => {
  history.replaceState(null, "", "/reminders-off#token=7-");
  const root = await draw(<RemindersOff {...page} />);
  expect(root.querySelector("h1")?.textContent).toBe("This link is not valid");
  expect(root.querySelector("button")).toBeNull();
});
