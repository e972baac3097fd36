/** Finds the patient who is on the phone by name or e-mail address (`?q=`). */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { useForm } from "../../lib/form";
import { plural, t } from "../../lib/i18n";
import { usePages } from "../../lib/query";
import { dateOnly } from "../../lib/time";
import { go, withQuery } from "../../router";
import { Empty } from "../../ui/Empty";
import { Field } from "../../ui/Field";
import { More } from "../../ui/More";
import { Ready } from "../../ui/Ready";

export function FindPatient({ q }: { q: string }) {
  const [typed, setTyped] = useState(q);
  const { wrong, submit } = useForm(
    () => (typed.trim().length < 2 ? [{ field: "q", message: t("phone_booking.short") }] : []),
    async () => {
      go(withQuery({ q: typed.trim() }), { replace: true });
      return [];
    },
  );
  return (
    <section aria-labelledby="who">
      <h2 id="who" class="form-title">
        {t("phone_booking.who")}
      </h2>
      <search>
        <form class="filters" noValidate onSubmit={submit}>
          <Field
            id="q"
            type="search"
            label={t("phone_booking.search")}
            value={typed}
            onValue={setTyped}
            mistakes={wrong}
            input={{ maxLength: 100 }}
          />
          <button type="submit" class="button">
            {t("phone_booking.find")}
          </button>
        </form>
      </search>
      {q.length > 1 && <Found q={q} />}
    </section>
  );
}

function Found({ q }: { q: string }) {
  const list = usePages(
    (cursor) => {
      const query = { q, role: "patient" as const, active: true, ...(cursor && { cursor }) };
      return outcome(api.GET("/api/admin/accounts", { params: { query } }));
    },
    [q],
  );
  const none = (
    <Empty>
      <p>{t("phone_booking.none")}</p>
    </Empty>
  );
  return (
    <Ready of={list} empty={none}>
      {({ items, next_cursor }) => (
        <>
          <p class="muted" role="status">
            {plural(next_cursor ? "people.first" : "people.count", items.length)}
          </p>
          <ul class="lines">
            {items.map(({ id, full_name, date_of_birth: born, phone, email }) => (
              <li key={id}>
                <a href={withQuery({ patient_id: String(id) })}>{full_name}</a>
                <span class="caller">
                  {born && <span>{t("arrangements.born", { date: dateOnly(born) })}</span>}
                  {phone && <span>{phone}</span>}
                  <span>{email}</span>
                </span>
              </li>
            ))}
          </ul>
          <More of={list} />
        </>
      )}
    </Ready>
  );
}
