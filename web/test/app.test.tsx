import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { CONFIG, PAT } from "./fixtures";
import { gateway, json, type RecordedRequest, refusal, tokens } from "./gateway";
import { arrived, draw, heading, press, settled, type } from "./page";

const HINT = "careplus.signed-in";
const config = json(CONFIG);
const demo = json({ ...CONFIG, demo: true });

beforeEach(() => {
  localStorage.clear();
  history.replaceState(null, "", "/");
  // account and address are module state
  vi.resetModules();
});

async function open(
  replies: Parameters<typeof gateway>[0],
  path = "/sign-in",
  loaded = true,
): Promise<RecordedRequest[]> {
  history.replaceState(null, "", path);
  await (await import("../src/lib/i18n/i18n")).loadLocale(["en"]);
  const requests = gateway(replies);
  const { App } = await import("../src/app");
  await draw(<App />);
  if (loaded) await arrived();
  return requests;
}

async function signInAs(email: string, password: string): Promise<void> {
  await type("email", email);
  await type("password", password);
  await press("Sign in");
  await arrived();
}

test("a guest sees the sign-in with the hospital's name", async () => {
  await open({ "GET /api/config": [config] });
  expect(heading()).toBe("Sign in");
  expect(document.title).toBe("Sign in - CarePlus");
  expect(document.querySelector(".lead")?.textContent).toBe("to St Alba");
  expect(document.querySelector('a[href="tel:+493055500"]')?.textContent).toBe(CONFIG.phone);
  expect(document.querySelector(".demo, .demo-logins")).toBeNull();
});

test("signing in opens the role's portal and navigation", async () => {
  const requests = await open({ "GET /api/config": [config], "POST /auth/login": [tokens()] });
  await signInAs(" pat@demo.example ", "seven-quiet-herons");
  expect(requests.find(({ call }) => call === "POST /auth/login")?.body).toEqual({
    email: "pat@demo.example",
    password: "seven-quiet-herons",
  });
  expect(location.pathname).toBe("/home");
  expect(document.querySelector('nav a[aria-current="page"]')?.textContent).toBe("Home");
});

test.each([
  ["patient", "/home"],
  ["doctor", "/doctor"],
  ["lab", "/lab"],
  ["reception", "/desk"],
  ["admin", "/admin"],
] as const)("a signed-in %s on the front page moves to %s", async (role, home) => {
  localStorage.setItem(HINT, "1");
  await open({ "GET /api/config": [config], "POST /auth/refresh": [tokens("t", { ...PAT, role })] }, "/");
  expect(location.pathname).toBe(home);
  expect(document.querySelector(".portal")?.textContent).not.toMatch(/nav\.|undefined|null/);
});

test("a token refresh does not count as activity", async () => {
  localStorage.setItem(HINT, "1");
  const LEA = { ...PAT, role: "lab" } as const;
  await open({ "GET /api/config": [config], "POST /auth/refresh": [tokens("t", LEA)] }, "/lab");
  const { keep } = await import("../src/api/client");
  const later = () => new Promise((resolve) => setTimeout(resolve, 3_300));
  await later();
  expect(localStorage.getItem("careplus.touched")).not.toBeNull();
  localStorage.setItem("careplus.touched", "1");
  keep({
    access_token: "u",
    token_type: "bearer",
    expires_in: 600,
    idle_seconds: 1800,
    must_enrol: false,
    other_side: null,
    account: { ...LEA },
  });
  await later();
  expect(localStorage.getItem("careplus.touched")).toBe("1");
}, 20_000);

test("another role's page leads home with a message", async () => {
  localStorage.setItem(HINT, "1");
  await open({ "GET /api/config": [config], "POST /auth/refresh": [tokens()] }, "/admin/doctors");
  expect(location.pathname).toBe("/home");
  expect(document.body.textContent).toContain("That page belongs to another role.");
});

test("a page that needs an account returns after sign-in", async () => {
  await open({ "GET /api/config": [config], "POST /auth/login": [tokens()] }, "/appointments?when=past");
  expect(location.pathname + location.search).toBe("/sign-in?next=%2Fappointments%3Fwhen%3Dpast");
  await signInAs("pat@demo.example", "p");
  expect(location.pathname + location.search).toBe("/appointments?when=past");
});

test("empty fields are listed in a focused summary of links", async () => {
  const requests = await open({ "GET /api/config": [config] });
  await press("Sign in");
  // the previous test's page may still be retrying
  expect(requests.map(({ call }) => call)).not.toContain("POST /auth/login");
  const summary = document.querySelector<HTMLElement>('[role="alert"]');
  expect(document.activeElement).toBe(summary);
  expect(summary?.textContent).toContain("Enter your password");
  expect(document.getElementById("email")?.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById("email")?.getAttribute("aria-describedby")).toBe("email-error");
  await press("Enter your password");
  expect(document.activeElement?.id).toBe("password");
});

test("a wrong password shows one message and keeps the e-mail", async () => {
  await open({ "GET /api/config": [config], "POST /auth/login": [refusal(401, "invalid_credentials")] });
  await signInAs("pat@demo.example", "wrong");
  expect(document.querySelector('[role="alert"]')?.textContent).toContain(
    "The e-mail address or the password is not right.",
  );
  expect((document.getElementById("email") as HTMLInputElement).value).toBe("pat@demo.example");
});

test("too many tries show the time to wait", async () => {
  const slow = refusal(429, "too_many_requests", {}, { "Retry-After": "30" });
  await open({ "GET /api/config": [config], "POST /auth/login": [slow] });
  await signInAs("pat@demo.example", "wrong");
  expect(document.querySelector('[role="alert"]')?.textContent).toContain("Try again in 30 seconds.");
});

test("a form pressed twice is sent once", async () => {
  const requests = await open({ "GET /api/config": [config], "POST /auth/login": [tokens()] });
  await type("email", "pat@demo.example");
  await type("password", "p");
  const form = document.querySelector("form");
  form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  expect(requests.filter(({ call }) => call === "POST /auth/login")).toHaveLength(1);
});

test("the password can be shown and hidden", async () => {
  await open({ "GET /api/config": [config] });
  const input = document.getElementById("password") as HTMLInputElement;
  await press(/Show password/);
  expect(input.type).toBe("text");
  await press(/Hide password/);
  expect(input.type).toBe("password");
});

test("the demo banner is on every page and fills the form", async () => {
  await open({ "GET /api/config": [demo], "POST /auth/login": [tokens()] });
  expect(document.querySelector(".demo")?.textContent).toContain("demo hospital");
  await press(/Fill in osei@demo\.example, Doctor/);
  expect((document.getElementById("email") as HTMLInputElement).value).toBe("osei@demo.example");
  expect((document.getElementById("password") as HTMLInputElement).value).toBe("demo-hospital-1");
  expect(document.activeElement?.id).toBe("submit");
  await press("Sign in");
  expect(location.pathname).toMatch(/^\/(home|doctor)$/);
  expect(document.querySelector(".demo")).not.toBeNull();
});

test("signing out shows a message", async () => {
  localStorage.setItem(HINT, "1");
  const gone = new Response(null, { status: 204 });
  await open({ "GET /api/config": [config], "POST /auth/refresh": [tokens()], "POST /auth/logout": [gone] });
  await press("Sign out");
  expect(location.pathname).toBe("/");
  expect(document.querySelector(".who")?.textContent).toBe("Sign in");
  expect(document.body.textContent).toContain("You are signed out.");
});

test("a failed sign-out shows an error and keeps the page", async () => {
  localStorage.setItem(HINT, "1");
  const away = refusal(503, "unavailable");
  await open({ "GET /api/config": [config], "POST /auth/refresh": [tokens()], "POST /auth/logout": [away] });
  await press("Sign out");
  expect(location.pathname).toMatch(/^\/(home|doctor)$/);
  expect(document.body.textContent).toContain("You are still signed in");
});

test("an offline system shows a message and a retry button", async () => {
  localStorage.setItem(HINT, "1");
  await open({ "GET /api/config": [config], "POST /auth/refresh": [refusal(503, "unavailable"), tokens()] });
  expect(heading()).toBe("We cannot reach the hospital's system");
  await press("Try again");
  await arrived();
  expect(location.pathname).toBe("/home");
});

test("code that fails to load shows an error and a restart", async () => {
  vi.doMock("../src/pages/public/help", () => {
    throw new TypeError("Failed to fetch dynamically imported module");
  });
  const reload = vi.spyOn(location, "reload").mockReturnValue();
  await open({ "GET /api/config": [config] }, "/help");
  vi.doUnmock("../src/pages/public/help");
  expect(heading()).toBe("This page could not be loaded");
  expect(document.querySelector(".lead")?.textContent).toContain("What you typed is kept.");
  await press("Load again");
  expect(reload).toHaveBeenCalledOnce();
});

test.each([
  ["/doctor", "page"],
  ["/doctor/visits/5", "true"],
  ["/doctor/profile", undefined],
  ["/doctor/handovers", "true"],
])("at %s the navigation marks Today as %s", async (path, current) => {
  localStorage.setItem(HINT, "1");
  await open({ "GET /api/config": [config], "POST /auth/refresh": [tokens("t", { ...PAT, role: "doctor" })] }, path);
  const today = document.querySelector('nav a[href="/doctor"]');
  expect(today?.getAttribute("aria-current") ?? undefined).toBe(current);
});

test.each([
  ["/doctor/orders", "/doctor/results"],
  ["/doctor/orders/new", "/doctor/patients"],
  ["/doctor/prescriptions/new", "/doctor/patients"],
  ["/doctor/prescriptions/3", "/doctor/patients"],
  ["/doctor/emergency", "/doctor/patients"],
  ["/admin/lab-hours", "/admin/tests"],
  ["/admin/analytes/potassium", "/admin/tests"],
])("%s is marked below the entry %s", async (path, entry) => {
  localStorage.setItem(HINT, "1");
  const role = path.startsWith("/admin") ? "admin" : "doctor";
  await open({ "GET /api/config": [config], "POST /auth/refresh": [tokens("t", { ...PAT, role })] }, path);
  const marked = [...document.querySelectorAll("nav.portal a[aria-current]")];
  expect(marked.map((one) => one.getAttribute("href"))).toEqual([entry]);
});

test("a slow answer shows a skeleton, a quick one does not", async () => {
  let answer: (response: Response) => void = () => {};
  await open({ "GET /api/config": [() => new Promise<Response>((resolve) => (answer = resolve))] }, "/sign-in", false);
  expect(document.querySelector(".skeleton i")).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 160));
  await settled();
  expect(document.querySelector(".skeleton")?.textContent).toBe("Loading");
  answer(config.clone());
  await settled();
  await arrived();
  expect(heading()).toBe("Sign in");
});

test('an unknown address shows "not found" and a way back', async () => {
  await open({ "GET /api/config": [config] }, "/nowhere");
  expect(heading()).toBe("There is no page at this address");
  await press("Go to the front page");
  expect(location.pathname).toBe("/");
});

test("an invitation is accepted with its code and signs in", async () => {
  const requests = await open(
    { "GET /api/config": [config], "POST /auth/register": [json(PAT)], "POST /auth/login": [tokens()] },
    "/register#invitation=abcdefgh&email=pat%40demo.example",
  );
  expect(heading()).toBe("Accept your invitation");
  await type("full_name", "Pat Moreno");
  await type("password", "seven-quiet-herons");
  await press("Create account");
  expect(requests.find(({ call }) => call === "POST /auth/register")?.body).toEqual({
    email: "pat@demo.example",
    full_name: "Pat Moreno",
    password: "seven-quiet-herons",
    invitation: "abcdefgh",
    phone: null,
    language: "en",
  });
  expect(location.pathname).toBe("/home");
});

test("a server refusal is shown at its field", async () => {
  const weak = refusal(422, "weak_password");
  const errors = [{ field: "body.email", message: "pattern" }];
  await open(
    { "GET /api/config": [config], "POST /auth/register": [refusal(422, "malformed", { errors }), weak] },
    "/register",
  );
  await type("full_name", "Pat");
  await type("email", "pat");
  await type("password", "12345678");
  await type("date_of_birth-day", "17");
  await type("date_of_birth-month", "5");
  await type("date_of_birth-year", "1984");
  await press("Create account");
  expect(document.querySelector('[role="alert"]')?.textContent).toContain("Choose one");
  await act(() => document.querySelector<HTMLInputElement>('input[value="unknown"]')?.click());
  await press("Create account");
  expect(document.querySelector('[role="alert"]')?.textContent).toContain("tick the box");
  await act(() => document.querySelector<HTMLInputElement>("#agreed")?.click());
  await press("Create account");
  expect(document.getElementById("email-error")?.textContent).toContain("such as noor@example.org");
  await press("Create account");
  expect(document.querySelector('[role="alert"]')?.textContent).toContain("too easy to guess");
});
