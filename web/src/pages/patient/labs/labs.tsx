/** The catalogue of laboratory tests (`?q=`); `?with=` lists the tests being booked, to add one more. */

import { api, outcome } from "../../../api/client";
import { preparationOf } from "../../../lib/clinical/preparation";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage, nameOf } from "../../../lib/i18n/in-languages";
import { money } from "../../../lib/i18n/numbers";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { Empty } from "../../../ui/Empty";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Page } from "../../../ui/frame/Page";
import { Icon } from "../../../ui/Icon";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { bookHref, codesIn, type LabTest, usually } from "./tests";
import "../../../style/portals/patient-labs.css";
import "../../../style/portals/patient.css";

export default function Labs({ query }: OwnProps) {
  const q = query.get("q") ?? "";
  const chosen = codesIn(query.get("with"));
  const found = usePages(
    (cursor) =>
      outcome(
        api.GET("/api/labs/tests", { params: { query: { limit: 30, ...(q && { q }), ...(cursor && { cursor }) } } }),
      ),
    [q],
  );
  const adding = chosen.length > 0;
  const back = bookHref(chosen, query.get("day"));
  return (
    <Page
      title={t(adding ? "labs.add.title" : "labs.title")}
      lead={t(adding ? "labs.add.lead" : "labs.lead")}
      {...(adding && { back: { href: back, text: t("labs.add.back") } })}
      actions={
        <a class="button quiet" href="/labs/bookings">
          {t("labs.bookings")}
        </a>
      }
    >
      <SearchForm
        q={q}
        label={t("labs.search")}
        hint={t("labs.search.hint")}
        act={
          <>
            <Icon name="search" /> {t("labs.search.act")}
          </>
        }
      />
      <Ready of={found} empty={<Nothing />}>
        {({ items, next_cursor }) => (
          <>
            <p class="muted count-line" role="status">
              {plural(next_cursor ? "labs.first" : "labs.found", items.length)}
            </p>
            <ul class="tests">
              {items.map((test) => (
                <li key={test.code}>
                  <Test of={test} chosen={chosen} day={query.get("day")} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

function Nothing() {
  return (
    <Empty>
      <p>{t("labs.none")}</p>
      <a class="button quiet" href={withQuery({ q: null })}>
        {t("labs.all")}
      </a>
    </Empty>
  );
}

function Test({ of: test, chosen, day }: { of: LabTest; chosen: readonly string[]; day: string | null }) {
  const there = chosen.includes(test.code);
  return (
    <>
      <div>
        <h2 class="card-title">{nameOf(test)}</h2>
        <p>{inLanguage(test.explanations)}</p>
        <p class="muted small">
          {t("labs.prepare", { preparation: preparationOf(test, null) || t("labs.no_preparation") })}
        </p>
      </div>
      <div class="muted small">
        <p>{usually("labs.within", test.turnaround_hours)}</p>
        <p>{t("labs.sample", { specimen: inLanguage(test.specimen_names) })}</p>
      </div>
      <p class="test-price">{money(test.price_minor, test.currency)}</p>
      {there || test.by_order_only ? (
        <p class="muted small">{t(there ? "labs.there" : "labs.by_order")}</p>
      ) : (
        <p>
          <a class="button quiet" href={bookHref([...chosen, test.code], day)}>
            {t(chosen.length > 0 ? "labs.add" : "labs.book")} <span class="unseen">{nameOf(test)}</span>
          </a>
        </p>
      )}
    </>
  );
}
