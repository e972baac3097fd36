/** "Earlier, please": one click puts a booked visit on the waitlist for an earlier time of its doctor. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { useSubmit } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { dayOf, today } from "../../../lib/time/time";
import type { Visit } from "../visits/visit";

export function Earlier({ visit }: { visit: Visit }) {
  const [said, setSaid] = useState("");
  const [mistake, setMistake] = useState("");
  const { busy, submit } = useSubmit(async () => {
    const body = {
      doctor_id: visit.doctor.id,
      first_day: today(),
      last_day: dayOf(visit.starts_at),
      instead_of: visit.id,
    };
    const done = await outcome(api.POST("/api/waitlist", { body }));
    if (done.ok || done.problem.code === "already_waiting") setSaid(t("waitlist.earlier.done"));
    else setMistake(problemText(done.problem, done.retryAfter));
  });
  return (
    <div class="row">
      <button type="button" class="button quiet" aria-disabled={busy || said !== ""} onClick={submit}>
        {t("waitlist.earlier")}
      </button>
      <span role="status">
        {said && (
          <>
            {said} <a href="/waitlist">{t("waitlist.open")}</a>
          </>
        )}
      </span>
      {mistake && (
        <span class="mistake" role="alert">
          {mistake}
        </span>
      )}
    </div>
  );
}
