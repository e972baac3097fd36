/** The confirmation of booking tests: summary, preparation and button. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { go, withQuery } from "../../../lib/routing/router";
import { clock, dayOf, type Instant, longDay, longWhen } from "../../../lib/time/time";
import { Details } from "../../../ui/Details";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { LabPreparation } from "./parts";
import { otherHref } from "./slots";
import { type LabTest, total } from "./tests";

interface Refused {
  alternatives: readonly Instant[];
  /** The patient's own appointment at that time. */
  other?: Schemas["OtherAppointment"] | null;
}

export function LabCheck({ tests, start }: { tests: readonly LabTest[]; start: Instant }) {
  const [refused, setRefused] = useState<Refused | null>(null);
  const [tooMany, setTooMany] = useState<ComponentChildren>(null);
  const act = async (): Promise<Mistake[]> => {
    const body = { test_codes: tests.map(({ code }) => code), starts_at: start };
    const booked = await outcome(api.POST("/api/labs/bookings", { body }));
    if (booked.ok) {
      go(`/labs/bookings/${booked.data.id}`, { replace: true, say: "lab_booked" });
      return [];
    }
    const { problem } = booked;
    setTooMany(null);
    if (problem.code === "too_many_visits") {
      const { TooMany } = await import("../book/too-many");
      setTooMany(<TooMany of={problem} />);
      return [];
    }
    const elsewhere =
      problem.code === "lab_full" || problem.code === "patient_busy" || problem.code === "outside_collection";
    setRefused(elsewhere ? problem : null);
    return mistakes(problem, booked.retryAfter, []);
  };
  const { busy, errors, submit } = useForm(() => [], act);
  const times = withQuery({ start: null, day: dayOf(start) });
  return (
    <Page
      title={t("lab_check.title")}
      lead={t("lab_check.lead", { when: longWhen(start) })}
      back={{ href: times, text: t("lab_check.back") }}
      width="narrow"
    >
      {tooMany}
      <ErrorSummary mistakes={errors} />
      {refused?.other && (
        <p class="section">
          <a href={otherHref(refused.other)}>{t("lab_check.own", { when: longWhen(refused.other.starts_at) })}</a>
        </p>
      )}
      {refused && refused.alternatives.length > 0 && <OtherTimes of={refused.alternatives} />}
      <form noValidate onSubmit={submit}>
        <LabPreparation tests={tests} starts={start} />
        <div class="card stack">
          <Details
            of={[
              [t("lab_check.tests"), <TestNames key="tests" of={tests} />],
              [t("lab_check.day"), longDay(dayOf(start))],
              [t("lab_check.time"), clock(start)],
              [t("lab_check.price"), total(tests)],
            ]}
          />
        </div>
        <Submit busy={busy} label={t("lab_check.submit")} busyLabel={t("lab_check.busy")} />
      </form>
    </Page>
  );
}

function TestNames({ of }: { of: readonly LabTest[] }) {
  return (
    <ul class="plain">
      {of.map(({ code, ...one }) => (
        <li key={code}>{nameOf(one)}</li>
      ))}
    </ul>
  );
}

/** The time is taken: the nearest ones as links. */
function OtherTimes({ of }: { of: readonly Instant[] }) {
  return (
    <section class="section">
      <h2>{t("lab_check.others")}</h2>
      <ul class="plain">
        {of.map((start) => (
          <li key={start}>
            <a class="button quiet" href={withQuery({ start, day: dayOf(start) })}>
              {longWhen(start)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
