import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { type Draft, useDraft } from "../src/lib/forms/draft";
import { account } from "../src/lib/session/account";
import { forget, start } from "../src/lib/session/session";
import { PAT } from "./fixtures";
import { draw } from "./page";

const SAM = { ...PAT, id: 8 };
let draft: Draft<string>;

function Note() {
  draft = useDraft("note.3", "");
  return <p>{draft.value}</p>;
}

async function opened(): Promise<Draft<string>> {
  await draw(<Note />);
  return draft;
}

const typed = (text: string) => act(() => draft.set(text));

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  account.set(PAT);
});

test("a draft survives a reload until it is sent", async () => {
  await opened();
  expect(draft).toMatchObject({ value: "", restored: false });
  await typed("dizzy");
  expect(await opened()).toMatchObject({ value: "dizzy", restored: true });
  draft.drop();
  expect(await opened()).toMatchObject({ value: "", restored: false });
});

test("a draft is hidden from other accounts", async () => {
  await opened();
  await typed("dizzy");
  account.set(SAM);
  expect(await opened()).toMatchObject({ value: "", restored: false });
  account.set(null);
  expect(await opened()).toMatchObject({ value: "", restored: false });
});

test("a draft is deleted at sign-out and never restored", async () => {
  await start();
  account.set(PAT);
  await opened();
  await typed("dizzy");
  sessionStorage.setItem("other", "stays");
  await act(() => forget());
  await typed("dizzy again");
  expect(Object.keys(sessionStorage)).toEqual(["other"]);
});

test.each([
  ["full", "QuotaExceededError"],
  ["forbidden", "SecurityError"],
])("with %s browser storage the text stays on the page", async (_, name) => {
  const refuse = () => {
    throw new DOMException("no", name);
  };
  vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse, removeItem: refuse });
  await opened();
  await typed("dizzy");
  expect(draft.value).toBe("dizzy");
  draft.drop();
});

test("an unreadable draft is ignored", async () => {
  sessionStorage.setItem("careplus.draft.7.note.3", "{half");
  expect(await opened()).toMatchObject({ value: "", restored: false });
});
