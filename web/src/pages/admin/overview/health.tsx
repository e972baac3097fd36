/** The health of each service. */
import { api, outcome } from "../../../api/client";
import { t, tCode } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { Chip } from "../../../ui/Chip";
import { Ready } from "../../../ui/Ready";

export function Health() {
  const parts = useLoad(readiness, []);
  return (
    <section class="section" aria-labelledby="health">
      <div class="row between health-head">
        <h2 id="health">{t("overview.health")}</h2>
        <button type="button" class="button quiet small" onClick={parts.again}>
          {t("overview.health.again")}
        </button>
      </div>
      <Ready of={parts}>{(found) => <Parts of={found} />}</Ready>
    </section>
  );
}

function Parts({ of }: { of: Readonly<Record<string, boolean>> }) {
  const down = Object.values(of).includes(false);
  return (
    <>
      <p role="status" class={down ? "warning" : "muted"}>
        {t(down ? "overview.health.down" : "overview.health.up")}
      </p>
      <ul class="health">
        {Object.entries(of).map(([part, works]) => (
          <li key={part}>
            {tCode("overview.part", part, part)}
            <Chip tone={works ? "confirmed" : "critical"}>
              {t(works ? "overview.part.works" : "overview.part.down")}
            </Chip>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The health of the services; a 503 with a health report counts as an answer. */
async function readiness() {
  const answer = await outcome(api.GET("/ready"));
  if (answer.ok) return { ok: true as const, data: answer.data.parts };
  return answer.problem.code === "not_ready" ? { ok: true as const, data: answer.problem.parts } : answer;
}
