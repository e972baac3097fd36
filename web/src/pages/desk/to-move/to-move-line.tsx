/** A line that leads to the visits to move, while there are any. */
import { api, outcome } from "../../../api/client";
import { plural } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";

const EVERY_MS = 30_000;

export function ToMoveLine() {
  const { data } = useLoad(() => outcome(api.GET("/api/reception/to-move/count")), [], { every: EVERY_MS });
  if (!data || data.visits === 0) return null;
  return (
    <p class="warning to-move-line">
      <a href="/desk/to-move">{plural("to_move.line", data.visits)}</a>
    </p>
  );
}
