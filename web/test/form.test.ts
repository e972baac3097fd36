import { beforeAll, expect, test } from "vitest";
import type { Problem } from "../src/api/client";
import { missing, mistakes } from "../src/lib/forms/form";
import { loadMessages } from "../src/lib/i18n/i18n";
import { problemText } from "../src/lib/i18n/problem-text";

beforeAll(() => loadMessages("public"));

const malformed = (...fields: string[]): Problem => ({
  type: "/docs/problems#malformed",
  title: "t",
  status: 422,
  detail: "body.email: String should match pattern",
  code: "malformed",
  request_id: "r",
  errors: fields.map((field) => ({ field, message: "String should match pattern" })),
});

test("empty fields are listed in order", () => {
  const found = missing({
    email: { value: "  ", say: "missing.email" },
    full_name: { value: "Pat", say: "missing.name" },
    password: { value: "", say: "missing.password" },
  });
  expect(found.map(({ field }) => field)).toEqual(["email", "password"]);
});

test("a malformed field has a translated message", () => {
  expect(mistakes(malformed("body.email"), null, ["email"])).toEqual([
    { field: "email", message: "Enter an e-mail address such as noor@example.org" },
  ]);
});

test("an unknown field is a mistake of the whole form", () => {
  expect(mistakes(malformed("body.email", "body.otp"), null, ["email"])).toEqual([
    { field: null, message: "body.email: String should match pattern" },
  ]);
});

test("a wait is shown in seconds", () => {
  expect(problemText({ code: "no_answer", status: 503 }, 2)).toMatch(/Try again in 2 seconds\.$/);
});
