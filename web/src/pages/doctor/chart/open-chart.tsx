/** Emergency access: opens a chart for an hour with a reason, and shows past accesses. */
import { useEffect } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { clock, now, when } from "../../../lib/time/time";
import { dateOf, NO_DATE } from "../../../ui/forms/BirthDate";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Page } from "../../../ui/frame/Page";

type Access = Schemas["ChartAccess"];

/** Shown for unknown patients too. The chart opens with the name and date of birth of the emergency search before. */
export function NotTreating({ patient, onOpen }: { patient: number; onOpen: () => void }) {
  const { value: searched } = useDraft("emergency", { name: "", born: NO_DATE });
  const born = dateOf(searched.born);
  const reason = useDraft(`emergency_access.${patient}`, "");
  const { busy, errors, submit } = useForm(
    () => missing({ reason: { value: reason.value, say: "emergency_access.missing" } }),
    async () => {
      const params = { path: { patient_id: patient } };
      const full_name = searched.name.trim();
      const body = { full_name, date_of_birth: born ?? "", reason: reason.value.trim() };
      const opened = await outcome(api.POST("/api/doctor/patients/{patient_id}/access", { params, body }));
      if (!opened.ok && opened.problem.code === "not_found")
        return [{ field: null, message: t("emergency_access.nobody") }];
      if (!opened.ok && opened.problem.code === "too_many_opened")
        return [{ field: null, message: tooMany(opened.problem) }];
      if (!opened.ok) return mistakes(opened.problem, opened.retryAfter, ["reason"]);
      reason.drop();
      onOpen();
      return [];
    },
  );
  return (
    <Page
      title={t("not_treating.title")}
      lead={t("not_treating.about")}
      back={{ href: "/doctor/patients", text: t("own_chart.back") }}
      width="narrow"
    >
      <section class="emergency-access" aria-labelledby="emergency-access">
        <h2 id="emergency-access">{t("emergency_access.title")}</h2>
        <p class="warning">{t("emergency_access.about")}</p>
        {searched.name.trim() && born ? (
          <>
            <ErrorSummary mistakes={errors} />
            <form noValidate onSubmit={submit}>
              <TextArea
                id="reason"
                label={t("emergency_access.reason")}
                hint={t("emergency_access.reason.hint")}
                rows={3}
                longest={500}
                value={reason.value}
                onValue={reason.set}
                mistakes={errors}
              />
              <Submit busy={busy} label={t("emergency_access.submit")} busyLabel={t("emergency_access.busy")} />
            </form>
          </>
        ) : (
          <p>
            <a class="button" href="/doctor/emergency">
              {t("emergency_access.search")}
            </a>
          </p>
        )}
      </section>
    </Page>
  );
}

function tooMany({ most, possible_from }: Schemas["TooManyOpenedProblem"]): string {
  return t("emergency_access.too_many", { most, time: clock(possible_from) });
}

/** The warning above a chart under emergency access; the chart is reloaded when the hour is over. */
export function OpenedNow({ access, me, again }: { access: readonly Access[]; me: number; again: () => void }) {
  const ownAccess = openOf(access, me, now());
  const until = ownAccess?.until;
  useEffect(() => {
    if (!until) return;
    const timer = setTimeout(again, Date.parse(until) - now() + 1_000);
    return () => clearTimeout(timer);
  }, [until]);
  if (!ownAccess) return null;
  return (
    <section class="emergency-access-open" aria-labelledby="emergency-access-open">
      <h2 id="emergency-access-open">{t("emergency_access.open", { time: clock(ownAccess.until) })}</h2>
      <p>{t("emergency_access.open.about", { reason: ownAccess.reason })}</p>
    </section>
  );
}

/** The doctor's longest access open at an instant (ms). */
export function openOf(access: readonly Access[], doctor: number, at: number): Access | undefined {
  return access
    .filter((one) => one.doctor.id === doctor && Date.parse(one.until) > at)
    .sort((a, b) => Date.parse(b.until) - Date.parse(a.until))[0];
}

/** All emergency accesses, shown to every doctor. */
export function PastEmergencyAccess({ access }: { access: readonly Access[] }) {
  if (access.length === 0) return null;
  return (
    <section class="card" aria-labelledby="opened">
      <h2 id="opened">{t("emergency_access.past")}</h2>
      <p class="small muted">{t("emergency_access.past.about")}</p>
      <ul class="plain stack close">
        {access.map(({ id, doctor, opened_at, reason }) => (
          <li key={id}>
            <b>{doctor.full_name}</b>
            <br />
            <span class="small muted">{when(opened_at)}</span>
            <br />
            {reason}
          </li>
        ))}
      </ul>
    </section>
  );
}
