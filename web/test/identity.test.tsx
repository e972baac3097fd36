import { beforeEach, expect, test } from "vitest";
import { loadLocale, loadMessages } from "../src/lib/i18n/i18n";
import { setClinicZone } from "../src/lib/time/zone";
import { ConfirmBand } from "../src/ui/frame/ConfirmBand";
import { LegalChanges } from "../src/ui/LegalChanges";
import { userAccount } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press } from "./page";

const ASKED = "GET /auth/email/confirmation";
const SENT = "POST /auth/email/confirmation";
const account = userAccount({ email_confirmed: false });

beforeEach(async () => {
  setClinicZone("Europe/Berlin");
  await loadLocale(["en"]);
  await loadMessages("ui", "account");
});

test("an unconfirmed address has a band, and its button sends another mail", async () => {
  const requests = gateway({
    [ASKED]: [json({ confirmed: false, sends_mail: true })],
    [SENT]: [new Response(null, { status: 204 }), refusal(429, "too_many_attempts", { retry_after_s: 60 })],
  });
  const page = await draw(<ConfirmBand account={account} />);
  expect(page.textContent).toContain("pat@demo.example");
  await press("Send again");
  expect(requests.map(({ call }) => call)).toEqual([ASKED, SENT]);
  expect(page.querySelector("[role=status]")?.textContent).toContain("on its way");
  await press("Send again");
  expect(page.querySelector("[role=status]")?.textContent).not.toContain("on its way");
});

test.each([
  { confirmed: false, sends_mail: false },
  { confirmed: true, sends_mail: true },
])("no band is shown for %o", async (state) => {
  gateway({ [ASKED]: [json(state)] });
  expect((await draw(<ConfirmBand account={account} />)).textContent).toBe("");
});

test("a correction names the old and the new values that differ", async () => {
  const before = { full_name: "Pat Old", date_of_birth: null, sex: "female" as const };
  const after = { ...before, full_name: "Pat New", date_of_birth: "1984-05-17" };
  const by = { id: 1, full_name: "Alex Berg" };
  const page = await draw(
    <LegalChanges of={[{ id: 1, at: "2030-01-07T09:00:00Z", by, reason: "Passport", before, after }]} />,
  );
  expect(page.textContent).toContain("Pat Old → Pat New");
  expect(page.textContent).toContain("not known →");
  expect(page.textContent).toContain("Passport");
  expect(page.textContent).not.toContain("Sex");
});
