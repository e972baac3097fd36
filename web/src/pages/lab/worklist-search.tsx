/** The worklist's field for a scanner and for typing (`?q=`): a scanned number opens its booking at once. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { go, withQuery } from "../../lib/routing/router";
import { isDay, locale } from "../../lib/time/time";
import { Field } from "../../ui/forms/Field";
import type { Booking } from "./record";

export function Scan({ q }: { q: string }) {
  const [typed, setTyped] = useState(q);
  const searched = useRef(q);
  useEffect(() => {
    // a search of this field may end while the next number is typed
    if (q !== searched.current) setTyped(q);
    searched.current = q;
  }, [q]);
  // after the page's heading, which takes the focus first
  useEffect(focusScan, []);
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      // the next scan replaces the text
      field()?.select();
      const words = typed.trim();
      const found = await sought(words);
      if (!found.ok) return mistakes(found.problem, found.retryAfter, ["q"]);
      searched.current = words;
      const [first, ...others] = found.data.items;
      if (first && others.length === 0 && isNumberOf(first, words)) go(`/lab/${first.id}`);
      else go(withQuery({ q: words, status: null, day: null, cursor: null }));
      return [];
    },
  );
  return (
    <search>
      <form class="filters" noValidate onSubmit={submit}>
        <Field
          id="q"
          type="search"
          label={t("worklist.search")}
          hint={t("worklist.search.hint")}
          value={typed}
          onValue={setTyped}
          mistakes={errors}
          input={{ maxLength: 100 }}
        />
        <button type="submit" class="button" aria-disabled={busy}>
          {t("worklist.search.act")}
        </button>
      </form>
    </search>
  );
}

/** Focus the field, so that the next scan goes there. */
export function focusScan(): void {
  field()?.focus({ preventScroll: true });
}

function field(): HTMLInputElement | null {
  return document.getElementById("q") as HTMLInputElement | null;
}

function sought(typed: string) {
  return outcome(api.GET("/api/labs/worklist", { params: { query: { q: searchText(typed), limit: 2 } } }));
}

/** Whether a text is the number of this booking or of one of its specimens, in any spelling. */
export function isNumberOf({ reference, specimens }: Booking, typed: string): boolean {
  const number = compact(typed);
  return [reference, ...specimens.map(({ accession }) => accession)].some((one) => compact(one) === number);
}

/** A search as the API reads it: dates as 1984-05-17. */
export function searchText(typed: string): string {
  return typed.split(/\s+/).map(isoDate).join(" ");
}

/** "17.5.1984" and "17/05/1984" as "1984-05-17"; with slashes in the order of the page's language. */
function isoDate(word: string): string {
  const [, one = "", sign, two = "", year] = /^(\d{1,2})([./])(\d{1,2})\2(\d{4})$/.exec(word) ?? [];
  const [day, month] = sign === "." || dayIsFirst() ? [one, two] : [two, one];
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isDay(iso) ? iso : word;
}

function dayIsFirst(): boolean {
  const parts = new Intl.DateTimeFormat(locale()).formatToParts(0).map(({ type }) => type);
  return parts.indexOf("day") < parts.indexOf("month");
}

function compact(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "").toUpperCase();
}
