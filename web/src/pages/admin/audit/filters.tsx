/** The filters of the audit: days, account, patient, action, outcome. */
import { useEffect, useState } from "preact/hooks";
import { actions, actionWords } from "../../../lib/i18n/actions";
import { t } from "../../../lib/i18n/i18n";
import { go, withQuery } from "../../../lib/routing/router";
import { isDay, locale } from "../../../lib/time/time";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { outcomeWords } from "./columns";
import { type Named, PersonChoice, PersonFilter } from "./person";
import type { Filters } from "./query";

/** The outcomes offered as options; the address accepts any other code. */
const OUTCOMES = ["ok", "not_found", "forbidden", "invalid_credentials", "otp_required", "refresh_reused"] as const;

export function AuditFilters({ wanted }: { wanted: Filters }) {
  const [from, setFrom] = useState(wanted.from ?? "");
  const [to, setTo] = useState(wanted.to ?? "");
  useEffect(() => {
    setFrom(wanted.from ?? "");
    setTo(wanted.to ?? "");
  }, [wanted.from, wanted.to]);
  const [choosing, setChoosing] = useState<Named | null>(null);
  const days = () => ({ from: isDay(from) ? from : null, to: isDay(to) ? to : null });
  const choose = (change: Record<string, string | null>): void =>
    go(withQuery({ ...days(), ...change }), { replace: true });
  const pick = (id: string): void => {
    setChoosing(null);
    choose(choosing === "patient" ? { patient_id: id } : { account_id: id });
  };
  const show = (event: Event): void => {
    event.preventDefault();
    choose({});
  };
  const date = { type: "date", input: { min: "2000-01-01", max: "2099-12-31" } } as const;
  return (
    <search>
      <form class="filters audit-filters" noValidate onSubmit={show}>
        <PersonFilter
          name="person"
          id={wanted.account_id}
          ask={() => setChoosing("person")}
          clear={() => choose({ account_id: null })}
        />
        <PersonFilter
          name="patient"
          id={wanted.patient_id}
          ask={() => setChoosing("patient")}
          clear={() => choose({ patient_id: null })}
        />
        <Select
          id="action"
          label={t("audit.action")}
          choices={[{ value: "", text: t("audit.action.any") }, ...actionChoices(wanted.action)]}
          value={wanted.action ?? ""}
          onValue={(action) => choose({ action })}
        />
        <Select
          id="outcome"
          label={t("audit.outcome")}
          choices={[
            { value: "", text: t("audit.outcome.any") },
            ...withChosen(OUTCOMES, wanted.outcome).map((value) => ({ value, text: outcomeWords(value) })),
          ]}
          value={wanted.outcome ?? ""}
          onValue={(outcome) => choose({ outcome })}
        />
        <Field {...date} id="from" label={t("audit.from")} value={from} onValue={setFrom} />
        <Field {...date} id="to" label={t("audit.to")} value={to} onValue={setTo} />
        <button type="submit" class="button">
          {t("audit.show")}
        </button>
      </form>
      {choosing && <PersonChoice name={choosing} pick={pick} onClose={() => setChoosing(null)} />}
    </search>
  );
}

/** Sorted by text in the page's language. */
function actionChoices(chosen: string | null): { value: string; text: string }[] {
  const { compare } = new Intl.Collator(locale());
  return withChosen(actions(), chosen)
    .map((value) => ({ value, text: actionWords(value) }))
    .sort((a, b) => compare(a.text, b.text));
}

/** The options, with the value of the address even if it is unknown here. */
function withChosen(known: readonly string[], chosen: string | null): readonly string[] {
  return chosen === null || known.includes(chosen) ? known : [...known, chosen];
}
