/** The red band of a doctor: the critical results that wait for this doctor, at the bottom edge of every page. */
import { useEffect } from "preact/hooks";
import { type Account, api, outcome } from "../../api/client";
import { answers, type Critical, criticalValues } from "../../lib/clinical/critical";
import { plural, t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { when } from "../../lib/time/time";
import { Tel } from "../Tel";
import "../../style/components/critical.css";

/** Shorter than the minute within which a result must appear, so that a slow answer is in time too. */
const POLL_MS = 40_000;
const MOST = 20;

export function CriticalBand({ account }: { account: Account }) {
  const load = () => outcome(api.GET("/api/doctor/critical-results", { params: { query: { limit: MOST } } }));
  const { data, again } = useLoad(load, [account.id], { every: POLL_MS });
  useEffect(() => {
    // a hidden page does not poll
    const seen = (): void => {
      if (document.visibilityState === "visible") again();
    };
    document.addEventListener("visibilitychange", seen);
    const stop = answers.listen(again);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      stop();
    };
  }, []);
  const items = data?.items ?? [];
  // the live region is on the page before its content, or screen readers would not announce it
  return (
    <div class="critical-band no-print" aria-live="assertive">
      {items.length > 0 && (
        <section aria-label={t("critical.band.name")}>
          <p class="strong">{plural(data?.next_cursor ? "critical.band.first" : "critical.band", items.length)}</p>
          <ul>
            {items.map((one) => (
              <Waiting key={one.id} one={one} me={account.id} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Waiting({ one, me }: { one: Critical; me: number }) {
  const { result, patient_phone } = one;
  return (
    <li>
      <span>
        <b>{result.patient.full_name}</b> {criticalValues(one)}
      </span>
      <span>
        {t("critical.since", { when: when(one.since) })}
        {result.ordered_by &&
          result.ordered_by.id !== me &&
          ` ${t("critical.of", { name: result.ordered_by.full_name })}`}
      </span>
      {patient_phone ? <Tel number={patient_phone} /> : <span>{t("critical.no_phone")}</span>}
      <a class="strong" href={`/doctor/critical/${one.id}`}>
        {t("critical.open")} <span class="unseen">{result.patient.full_name}</span>
      </a>
    </li>
  );
}
