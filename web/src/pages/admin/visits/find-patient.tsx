/** Finds the calling patient by name or e-mail address (`?q=`). */
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import { withQuery } from "../../../lib/routing/router";
import { dateOnly } from "../../../lib/time/time";
import { Empty } from "../../../ui/Empty";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";

export function FindPatient({ q }: { q: string }) {
  return (
    <section aria-labelledby="who">
      <h2 id="who" class="form-title">
        {t("phone_booking.who")}
      </h2>
      <SearchForm
        q={q}
        label={t("phone_booking.search")}
        act={t("phone_booking.find")}
        check={(words) => words.length < 2 && "phone_booking.short"}
      />
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
