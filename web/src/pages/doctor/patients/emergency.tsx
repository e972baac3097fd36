/** Finds any patient by full name and date of birth in an emergency. The query is not put in the address. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { ageOn, dateOnly } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { Empty } from "../../../ui/Empty";
import { BirthDate, dateOf, NO_DATE } from "../../../ui/forms/BirthDate";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";

type Found = Schemas["FoundPatient"];

export default function Emergency() {
  const { value: typed, set } = useDraft("emergency", { name: "", born: NO_DATE });
  const [found, setFound] = useState<readonly Found[] | null>(null);
  const born = dateOf(typed.born);
  const { busy, errors, submit } = useForm(
    (): Mistake[] => [
      ...missing({ full_name: { value: typed.name, say: "missing.name" } }),
      ...(born ? [] : [{ field: "date_of_birth", message: t("malformed.date_of_birth") }]),
    ],
    async () => {
      setFound(null);
      const query = { full_name: typed.name.trim(), date_of_birth: born ?? "" };
      const answer = await outcome(api.GET("/api/doctor/patient-search", { params: { query } }));
      if (!answer.ok) return mistakes(answer.problem, answer.retryAfter, ["full_name", "date_of_birth"]);
      setFound(answer.data.items);
      return [];
    },
  );
  return (
    <Page
      title={t("emergency.title")}
      lead={t("emergency.lead")}
      back={{ href: "/doctor/patients", text: t("own_chart.back") }}
      width="narrow"
    >
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Field
          id="full_name"
          label={t("field.name")}
          hint={t("emergency.name.hint")}
          value={typed.name}
          onValue={(name) => set({ ...typed, name })}
          mistakes={errors}
          input={{ maxLength: 200 }}
        />
        <BirthDate
          id="date_of_birth"
          label={t("field.date_of_birth")}
          value={typed.born}
          onValue={(date) => set({ ...typed, born: date })}
          mistakes={errors}
        />
        <Submit busy={busy} label={t("emergency.submit")} busyLabel={t("emergency.busy")} />
      </form>
      {found && <Results found={found} />}
    </Page>
  );
}

function Results({ found }: { found: readonly Found[] }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [found]);
  if (found.length === 0)
    return (
      <div class="section" role="status">
        <Empty>
          <p>{t("emergency.none")}</p>
        </Empty>
      </div>
    );
  return (
    <section class="section" aria-labelledby="found">
      <h2 id="found" tabIndex={-1} ref={heading}>
        {plural("emergency.found", found.length)}
      </h2>
      <ul class="lines">
        {found.map(({ patient, date_of_birth: day, sex, phone_end: end }) => (
          <li key={patient.id}>
            <a href={`/doctor/patients/${patient.id}`}>{patient.full_name}</a>
            <span class="muted">
              {[
                t("patient_strip.born", { day: dateOnly(day), age: ageOn(day) }),
                t(`sex.${sex}`),
                end && t("emergency.phone", { end }),
                t("patient_strip.number", { id: patient.id }),
              ]
                .filter(Boolean)
                .join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
