/** The laboratory's opening hours and closed days; bookings outside new hours are named before they are saved. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { longWhen, today, zoneLabel } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { bodyOf, checkedHours, type Typed, typedOf, WEEKDAYS } from "./hours-fields";
import "../../../style/portals/admin.css";

type Hours = Schemas["LabHours"];
type Outside = Hours["outside"];

export default function LabHours(_: OwnProps) {
  const found = useLoad(() => outcome(api.GET("/api/admin/lab-hours")), []);
  return (
    <Page
      title={t("lab_hours.title")}
      lead={t("lab_hours.lead", { zone: zoneLabel() })}
      width="narrow"
      back={{ href: "/admin/tests", text: t("catalogue_test.back") }}
    >
      <Ready of={found}>{(saved) => <Edit saved={saved} put={found.put} again={found.again} />}</Ready>
    </Page>
  );
}

function Edit({ saved, put, again }: { saved: Hours; put: (saved: Hours) => void; again: () => void }) {
  const draft = useDraft<Typed>("lab.hours", typedOf(saved));
  const [done, setDone] = useState(false);
  // the bookings outside the hours that are typed; saving again accepts them
  const [named, setNamed] = useState<{ count: number; bookings: Outside } | null>(null);
  const change = (changes: Partial<Typed>): void => {
    draft.set({ ...draft.value, ...changes });
    setNamed(null);
    setDone(false);
  };
  const act = async (): Promise<Mistake[]> => {
    const body = bodyOf(draft.value, named !== null);
    const answer = await outcome(api.PUT("/api/admin/lab-hours", { params: { header: unchanged(saved) }, body }));
    if (answer.ok) {
      put(answer.data);
      draft.set(typedOf(answer.data));
      draft.drop();
      setNamed(null);
      setDone(true);
      return [];
    }
    const { problem } = answer;
    if (problem.code === "bookings_outside") {
      setNamed(problem);
      return [{ field: null, message: plural("lab_hours.outside", problem.count) }];
    }
    if (problem.code !== "stale") return mistakes(problem, answer.retryAfter, []);
    again();
    return [{ field: null, message: t("lab_hours.stale") }];
  };
  const { busy, errors, submit } = useForm(() => checkedHours(draft.value), act);
  const { days, closures } = draft.value;
  const outside = named?.bookings ?? saved.outside;
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <p class="hint">{t("lab_hours.hint")}</p>
        {WEEKDAYS.map((weekday) => (
          <Field
            key={weekday}
            id={weekday}
            label={t(`weekday.${weekday}`)}
            optional
            value={days[weekday]}
            onValue={(value) => change({ days: { ...days, [weekday]: value } })}
            mistakes={errors}
          />
        ))}
        <fieldset>
          <legend>{t("lab_hours.closures")}</legend>
          {closures.map(({ id, day, reason }) => (
            <div key={id} class="pair">
              <Field
                id={`day-${id}`}
                type="date"
                label={t("lab_hours.day")}
                value={day}
                onValue={(value) =>
                  change({ closures: closures.map((one) => (one.id === id ? { ...one, day: value } : one)) })
                }
                input={{ min: today(), max: "2099-12-31" }}
                mistakes={errors}
              />
              <Field
                id={`reason-${id}`}
                label={t("lab_hours.reason")}
                value={reason}
                onValue={(value) =>
                  change({ closures: closures.map((one) => (one.id === id ? { ...one, reason: value } : one)) })
                }
                input={{ maxLength: 200 }}
                mistakes={errors}
              />
              <button
                type="button"
                class="button quiet small"
                onClick={() => {
                  change({ closures: closures.filter((one) => one.id !== id) });
                  // the pressed button is removed
                  document.getElementById("add-closure")?.focus();
                }}
              >
                {t("lab_hours.remove")} <span class="unseen">{day}</span>
              </button>
            </div>
          ))}
          <button
            id="add-closure"
            type="button"
            class="button quiet"
            onClick={() => {
              const id = Math.max(0, ...closures.map((one) => one.id)) + 1;
              change({ closures: [...closures, { id, day: "", reason: "" }] });
            }}
          >
            {t("lab_hours.add")}
          </button>
        </fieldset>
        <OutsideList of={outside} />
        <Submit
          busy={busy}
          label={t(named ? "lab_hours.save_anyway" : "lab_hours.save")}
          busyLabel={t("catalogue_test.saving")}
        />
      </form>
      <div role="status" class="outcome">
        {done && <p class="done">{t("lab_hours.saved")}</p>}
      </div>
    </>
  );
}

function OutsideList({ of }: { of: Outside }) {
  if (of.length === 0) return null;
  return (
    <section class="warning stack close">
      <h2>{t("lab_hours.outside.title")}</h2>
      <p>{t("lab_hours.outside.about")}</p>
      <ul class="plain">
        {of.map(({ id, reference, patient, phone, starts_at }) => (
          <li key={id}>
            {longWhen(starts_at)}: {patient.full_name} ({reference}){" "}
            {phone && <a href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{phone}</a>}
          </li>
        ))}
      </ul>
    </section>
  );
}
