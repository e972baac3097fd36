/** The closed days of the hospital; visits on days that would be closed are named before they are saved. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, longWhen } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { OwnDays } from "./own-days";
import { Region } from "./region";
import { bodyOf, checkedDays, type Plan, type Typed, typedOf } from "./typed";
import "../../../style/portals/admin.css";

type Found = { count: number; visits: Schemas["Arrangement"][]; lab_bookings: number };

export default function ClosedDays(_: OwnProps) {
  const found = useLoad(() => outcome(api.GET("/api/admin/closed-days")), []);
  return (
    <Page
      title={t("closed_days.title")}
      lead={t("closed_days.lead")}
      width="narrow"
      back={{ href: "/admin/doctors", text: t("closed_days.back") }}
    >
      <Ready of={found}>{(saved) => <Edit saved={saved} put={found.put} again={found.again} />}</Ready>
    </Page>
  );
}

function Edit({ saved, put, again }: { saved: Plan; put: (saved: Plan) => void; again: () => void }) {
  const draft = useDraft<Typed>("closed.days", typedOf(saved));
  const [done, setDone] = useState<Found | null>(null);
  // the visits on the days that are chosen; saving again accepts them
  const [named, setNamed] = useState<Found | null>(null);
  const change = (changes: Partial<Typed>): void => {
    draft.set({ ...draft.value, ...changes });
    setNamed(null);
    setDone(null);
  };
  const act = async (): Promise<Mistake[]> => {
    const body = bodyOf(draft.value, named !== null);
    const answer = await outcome(api.PUT("/api/admin/closed-days", { params: { header: unchanged(saved) }, body }));
    if (answer.ok) {
      const { to_move, to_move_in_all, lab_bookings, ...plan } = answer.data;
      put(plan);
      draft.set(typedOf(plan));
      draft.drop();
      setNamed(null);
      setDone({ count: to_move_in_all, visits: to_move, lab_bookings });
      return [];
    }
    const { problem } = answer;
    if (problem.code === "visits_on_closed_days") {
      setNamed(problem);
      return [{ field: null, message: plural("closed_days.visits", problem.count) }];
    }
    if (problem.code !== "stale") return mistakes(problem, answer.retryAfter, []);
    again();
    return [{ field: null, message: t("closed_days.stale") }];
  };
  const { busy, errors, submit } = useForm(() => checkedDays(draft.value), act);
  const left = named ?? done;
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Region saved={saved} typed={draft.value} change={change} errors={errors} />
        {saved.holidays_until && <p class="hint">{t("closed_days.until", { day: dateOnly(saved.holidays_until) })}</p>}
        <OwnDays own={draft.value.own} change={(own) => change({ own })} errors={errors} />
        {left && <Visits of={left} />}
        <Submit
          busy={busy}
          label={t(named ? "closed_days.save_anyway" : "closed_days.save")}
          busyLabel={t("closed_days.saving")}
        />
      </form>
      <div role="status" class="outcome">
        {done && <p class="done">{t("closed_days.saved")}</p>}
      </div>
    </>
  );
}

/** The visits and laboratory bookings on the days. */
function Visits({ of: { count, visits, lab_bookings } }: { of: Found }) {
  if (count === 0 && lab_bookings === 0) return null;
  return (
    <section class="warning stack close">
      {count > 0 && (
        <>
          <h2>{plural("closed_days.to_move", count)}</h2>
          <p>
            {t("closed_days.to_move.about")} <a href="/desk/to-move">{t("closed_days.to_move.all")}</a>
          </p>
          <ul class="plain">
            {visits.map(({ id, starts_at, patient, doctor }) => (
              <li key={id}>
                {t("closed_days.visit", {
                  when: longWhen(starts_at),
                  patient: patient.full_name,
                  doctor: doctor.full_name,
                })}
              </li>
            ))}
          </ul>
        </>
      )}
      {lab_bookings > 0 && (
        <p>
          <a href="/admin/lab-hours">{plural("closed_days.lab", lab_bookings)}</a>
        </p>
      )}
    </section>
  );
}
