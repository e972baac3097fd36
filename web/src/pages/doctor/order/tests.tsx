/** The searchable catalogue, and the chosen tests. */

import { useRef } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { preparationOf } from "../../../lib/clinical/preparation";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage, nameOf } from "../../../lib/i18n/in-languages";
import { Field } from "../../../ui/forms/Field";
import { Ready } from "../../../ui/Ready";
import { useTypedSearch } from "../typed-search";
import type { Order } from "./order-draft";

type Test = Schemas["LabTest"];
type Tests = Order["tests"];

export function Finder({ chosen, add }: { chosen: Tests; add: (test: Tests[number]) => void }) {
  const { typed, setTyped, q, found, shown } = useTypedSearch((q) =>
    outcome(api.GET("/api/labs/tests", { params: { query: { ...(q && { q }), limit: 100 } } })),
  );
  const items = shown.data?.items ?? [];
  const onEnter = (event: Event): void => {
    event.preventDefault();
    const left = items.filter(({ code }) => !has(chosen, code));
    const meant =
      left.find(({ code }) => code.toLowerCase() === q.toLowerCase()) ?? (left.length === 1 ? left[0] : null);
    if (found.data && typed.trim() === q && meant) add(meant);
  };
  return (
    <search>
      <form class="order-finder" noValidate onSubmit={onEnter}>
        <Field
          id="q"
          type="search"
          label={t("order.search")}
          hint={t("order.search.hint")}
          value={typed}
          onValue={setTyped}
          input={{ maxLength: 100 }}
        />
        <p class="muted small" role="status">
          {found.data && plural(found.data.next_cursor ? "order.first" : "order.found", found.data.items.length)}
        </p>
        <Ready of={shown}>
          {() => (
            <ul class="lines order-found">
              {items.map((test) => (
                <Found key={test.code} test={test} there={has(chosen, test.code)} add={() => add(test)} />
              ))}
            </ul>
          )}
        </Ready>
      </form>
    </search>
  );
}

function has(tests: Tests, code: string): boolean {
  return tests.some((test) => test.code === code);
}

function Found({ test, there, add }: { test: Test; there: boolean; add: () => void }) {
  const { code, specimen_names } = test;
  const name = nameOf(test);
  const preparation = preparationOf(test, null);
  return (
    <li>
      <span>
        <b>{name}</b>{" "}
        <span class="muted small">{t("order.about", { code, specimen: inLanguage(specimen_names) })}</span>
        {preparation && <span class="small order-preparation">{preparation}</span>}
      </span>
      {/* kept in place to keep the focus */}
      <button type="button" class="button quiet small" aria-disabled={there} onClick={() => there || add()}>
        {t(there ? "order.there" : "order.add")} <span class="unseen">{name}</span>
      </button>
    </li>
  );
}

export function Chosen({ tests, remove }: { tests: Tests; remove: (code: string) => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <div>
      <h2 tabIndex={-1} ref={heading}>
        {t("order.chosen")}
      </h2>
      <p class={tests.length > 0 ? "unseen" : "muted"} role="status">
        {tests.length > 0 ? plural("order.count", tests.length) : t("order.nothing")}
      </p>
      <ul class="lines order-chosen">
        {tests.map(({ code, ...one }) => (
          <li key={code}>
            {nameOf(one)}
            <button
              type="button"
              class="link"
              onClick={() => {
                remove(code);
                heading.current?.focus();
              }}
            >
              {t("order.remove")} <span class="unseen">{nameOf(one)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
