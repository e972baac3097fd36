/** The search box of staff: one match opens at once, several are listed. It searches on Enter, because each search is audited. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Role } from "../../api/client";
import { useSubmit } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { go } from "../../lib/routing/router";
import "../../style/components/staff-search.css";

type StaffRole = Exclude<Role, "patient">;
interface Searched {
  /** The list that shows several matches, and the page of one is below it. */
  list: string;
  page: string;
  find: (q: string) => Promise<number[]>;
}

const TWO = 2;

export function StaffSearch({ of: role }: { of: StaffRole }) {
  const [typed, setTyped] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (!isShortcut(event)) return;
      event.preventDefault();
      field.current?.select();
      field.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);
  const { busy, submit } = useSubmit(async () => {
    const q = typed.trim();
    if (q === "") return;
    const { list, page, find } = SEARCHED[role];
    const [first, ...others] = await find(q);
    setTyped("");
    go(first !== undefined && others.length === 0 ? `${page}/${first}` : `${list}?q=${encodeURIComponent(q)}`);
  });
  const name = t(`staff_search.${role}`);
  return (
    <search aria-label={t("staff_search.name")}>
      <form onSubmit={submit}>
        <input
          ref={field}
          id="staff-search"
          type="search"
          value={typed}
          maxLength={100}
          autocomplete="off"
          aria-label={name}
          aria-keyshortcuts="/"
          title={t("staff_search.hint")}
          placeholder={name}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button type="submit" class="button quiet" aria-disabled={busy}>
          {t("staff_search.act")}
        </button>
      </form>
    </search>
  );
}

/** Without an answer there is no match: the list then shows the failure. */
const SEARCHED: Readonly<Record<StaffRole, Searched>> = {
  doctor: {
    list: "/doctor/patients",
    page: "/doctor/patients",
    find: async (q) => ids(await outcome(api.GET("/api/doctor/patients", { params: { query: { q, limit: TWO } } }))),
  },
  lab: {
    list: "/lab",
    page: "/lab",
    find: async (q) => ids(await outcome(api.GET("/api/labs/worklist", { params: { query: { q, limit: TWO } } }))),
  },
  reception: {
    list: "/desk/patients",
    page: "/desk/patients",
    find: async (q) => ids(await outcome(api.GET("/api/reception/patients", { params: { query: { q, limit: TWO } } }))),
  },
  admin: {
    list: "/admin/people",
    page: "/admin/people",
    find: async (q) => ids(await outcome(api.GET("/api/admin/accounts", { params: { query: { q, limit: TWO } } }))),
  },
};

function ids(found: { ok: boolean; data?: { items: readonly { id: number }[] } }): number[] {
  return found.data?.items.map(({ id }) => id) ?? [];
}

/** Whether a key press is the shortcut: not while typing, choosing or answering a dialog. */
function isShortcut({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  if (key !== "/" || ctrlKey || metaKey || altKey) return false;
  const at = target instanceof HTMLElement ? target : null;
  return !at?.matches("input, textarea, select, [contenteditable]") && !document.querySelector("dialog[open]");
}
