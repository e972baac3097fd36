/** A line about the doctor's own visits that have to be moved, while there are any. */
import { api, outcome } from "../../../api/client";
import { plural } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";

const EVERY_MS = 120_000;

export function ToMoveLine() {
  const { data } = useLoad(() => outcome(api.GET("/api/doctor/to-move/count")), [], { every: EVERY_MS });
  if (!data || data.visits === 0) return null;
  return (
    <p class="warning no-print">
      <a href="/doctor/availability">{plural("today.to_move", data.visits)}</a>
    </p>
  );
}
