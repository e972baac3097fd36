import { beforeEach, describe, expect, test } from "vitest";
import { actionWords, isEmergency } from "../src/lib/i18n/actions";
import { loadLocale, loadMessages, t } from "../src/lib/i18n/i18n";
import { problemText } from "../src/lib/i18n/problem-text";
import { hashValue } from "../src/lib/routing/hash";
import { setClinicZone } from "../src/lib/time/zone";
import { passwordMistakes } from "../src/pages/account/passwords";
import { groupsOfFour } from "../src/pages/account/switch-on";
import { apiQueryOf, filtersOf } from "../src/pages/admin/audit/query";
import { openOf } from "../src/pages/doctor/chart/open-chart";
import { byDay } from "../src/pages/patient/profile/access-log";
import SignIn from "../src/pages/public/sign-in";
import { drawn } from "../src/ui/QrCode";
import { CONFIG } from "./fixtures";
import { gateway, refusal } from "./gateway";
import { draw, press, type } from "./page";

beforeEach(async () => {
  setClinicZone("Europe/Berlin");
  await loadLocale(["en"]);
  await loadMessages("ui", "public", "account", "trail");
});

describe("QR code", () => {
  test("a run of dark squares is drawn as one rectangle", () => {
    expect(drawn(["0110", "0000", "1001"])).toBe("M1 0h2v1h-2zM0 2h1v1h-1zM3 2h1v1h-1z");
  });

  test("the secret is shown in groups of four", () => {
    expect(groupsOfFour("JBSWY3DPEH")).toBe("JBSW Y3DP EH");
    expect(groupsOfFour("JBSWY3DP")).toBe("JBSW Y3DP");
  });
});

describe("passwords", () => {
  const failure = (code: string, retryAfter: number | null = null) =>
    ({ ok: false, problem: { code, status: 403, detail: "x" }, retryAfter }) as never;

  test("the fragment of a link holds its code", () => {
    expect(hashValue("#code=q0Zk3tYw1nB8", "code")).toBe("q0Zk3tYw1nB8");
    expect(hashValue("#main", "code")).toBeNull();
    expect(hashValue("", "code")).toBeNull();
  });

  test("a refused password or code is a mistake of its field", () => {
    expect(passwordMistakes(failure("wrong_password"))[0]?.field).toBe("current_password");
    expect(passwordMistakes(failure("weak_password"))[0]?.field).toBe("new_password");
    expect(passwordMistakes(failure("invalid_credentials"))).toEqual([
      { field: "current_password", message: t("problem.wrong_password") },
    ]);
    expect(passwordMistakes(failure("unavailable"))[0]?.field).toBeNull();
  });

  test("a wait of minutes is rounded up to full minutes", () => {
    const problem = { code: "too_many_attempts", status: 429, detail: "x" } as never;
    expect(problemText(problem, 90)).toContain("in 90 seconds");
    expect(problemText(problem, 121)).toContain("in 3 minutes");
  });
});

describe("signing in with a second factor", () => {
  const field = (id: string) => document.getElementById(id) as HTMLInputElement | null;
  const open = async (...replies: Response[]) => {
    gateway({ "POST /auth/login": replies });
    await draw(<SignIn params={{}} query={new URLSearchParams()} config={CONFIG} account={null} />);
    await type("email", "pat@demo.example");
    await type("password", "seven-quiet-herons");
    await press("Sign in");
  };

  test("the first request for a code shows no error and keeps input", async () => {
    await open(refusal(401, "otp_required"));
    expect(document.activeElement?.id).toBe("otp");
    expect(field("otp")?.inputMode).toBe("numeric");
    expect(field("password")?.value).toBe("seven-quiet-herons");
    expect(document.querySelector('[role="alert"]')).toBeNull();
    await type("email", "noor@demo.example");
    expect(field("otp")).toBeNull();
  });

  test("a wrong code is an error of its field and is cleared", async () => {
    await open(refusal(401, "otp_required"), refusal(401, "otp_required"));
    await type("otp", "000000");
    await press("Sign in");
    expect(document.getElementById("otp-error")?.textContent).toContain("wrong, too old or was used already");
    expect(field("otp")?.value).toBe("");
  });

  test("the recovery code field accepts letters", async () => {
    await open(refusal(401, "otp_required"));
    await press("Use a recovery code instead");
    expect(document.activeElement?.id).toBe("otp");
    expect(field("otp")?.inputMode).toBe("");
  });
});

describe("the audit", () => {
  test("days of the address are whole clinic days", () => {
    const wanted = filtersOf(new URLSearchParams("from=2030-03-30&to=2030-03-31&account_id=4"));
    expect(apiQueryOf(wanted)).toEqual({
      from: "2030-03-30T00:00:00+01:00",
      to: "2030-04-01T00:00:00+02:00",
      account_id: 4,
    });
  });

  test("an invalid filter is ignored", () => {
    const nothing = "from=yesterday&to=2030-02-30&account_id=-1&patient_id=x&action=a;b&outcome=";
    expect(apiQueryOf(filtersOf(new URLSearchParams(nothing)))).toEqual({});
  });

  test("an unknown action is shown by its name", () => {
    expect(actionWords("show_chart")).toBe("Opened the chart");
    expect(actionWords("teleport")).toContain("teleport");
  });

  test("a chart opened with a reason is an emergency access", () => {
    expect(isEmergency({ action: "open_chart", reason: "Unconscious" })).toBe(true);
    expect(isEmergency({ action: "open_chart", reason: null })).toBe(false);
    expect(isEmergency({ action: "show_chart", reason: null })).toBe(false);
  });
});

test("reads are grouped by clinic day", () => {
  const looks = ["2030-01-07T23:30:00Z", "2030-01-07T22:30:00Z", "2030-01-07T08:00:00Z"].map((at) => ({ at }));
  expect(byDay(looks).map(([day, some]) => [day, some.length])).toEqual([
    ["2030-01-08", 1],
    ["2030-01-07", 2],
  ]);
});

test("emergency access is the doctor's longest open one", () => {
  const access = (id: number, doctor: number, until: string) =>
    ({ id, doctor: { id: doctor, full_name: "" }, until: `2030-01-07T${until}:00Z` }) as never;
  const all = [access(1, 5, "09:00"), access(2, 5, "10:00"), access(3, 5, "10:30"), access(4, 6, "12:00")];
  expect(openOf(all, 5, Date.parse("2030-01-07T09:30:00Z"))?.id).toBe(3);
  expect(openOf(all, 5, Date.parse("2030-01-07T10:30:00Z"))).toBeUndefined();
});
