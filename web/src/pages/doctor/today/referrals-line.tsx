/** A line about the doctor's overdue referrals; hidden where there are none. */
import { api, outcome } from "../../../api/client";
import { plural } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";

const DIRECTIONS = ["sent", "received"] as const;
const EVERY_MS = 120_000;

export function ReferralsLine() {
  const { data } = useLoad(() => outcome(api.GET("/api/doctor/referrals/counts")), [], { every: EVERY_MS });
  const late = data ? DIRECTIONS.filter((direction) => data[`overdue_${direction}`] > 0) : [];
  if (!data || late.length === 0) return null;
  return (
    <p class="row no-print">
      {late.map((direction) => (
        <a key={direction} class="chip chip-critical" href={`/doctor/referrals?direction=${direction}&show=overdue`}>
          {plural(`today.referrals.${direction}`, data[`overdue_${direction}`])}
        </a>
      ))}
    </p>
  );
}
