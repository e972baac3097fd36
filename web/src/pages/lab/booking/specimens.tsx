/** The specimens of a booking, and the steps of one of several. */

import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage, nameOf } from "../../../lib/i18n/in-languages";
import { when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Status } from "../../../ui/Chip";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import type { Booking } from "../record";
import { type Acts, changed } from "./status";

type Specimen = Schemas["Specimen"];
const NEXT = { expected: "collected", collected: "received" } as const;
const ENDED: readonly Booking["status"][] = ["verified", "cancelled"];

/** The specimens that are not rejected, one of each type. */
export function liveOf({ specimens }: Booking): Specimen[] {
  return specimens.filter(({ status }) => status !== "rejected");
}

/** The codes of the tests with a received specimen; none in an ended booking. */
export function measurable(booking: Booking): string[] {
  if (ENDED.includes(booking.status)) return [];
  return booking.specimens.flatMap(({ status, test_codes }) => (status === "received" ? test_codes : []));
}

export function Specimens(acts: Acts) {
  const { booking } = acts.work;
  const hasActs = liveOf(booking).length > 1 && !ENDED.includes(booking.status);
  return (
    <ul class="lines tubes" aria-label={t("specimens.title")}>
      {booking.specimens.map((one) => (
        <li key={one.id}>
          <div>
            <b>{inLanguage(one.type_names)}</b> <span class="accession">{one.accession}</span>{" "}
            <Status kind="specimen" status={one.status} />
            <p class="muted small">{testsOf(one, booking)}</p>
            <p class="small">{history(one)}</p>
          </div>
          {hasActs && one.status !== "rejected" && <TubeActs {...acts} specimen={one} />}
        </li>
      ))}
    </ul>
  );
}

function testsOf({ test_codes }: Specimen, { tests }: Booking): string {
  return tests
    .filter(({ code }) => test_codes.includes(code))
    .map(nameOf)
    .join(", ");
}

/** "Collected Mon 7 Jan 2030, 08:35 by Lea Labor. Rejected …: The blood had clotted." */
function history({ collected_at, collected_by, received_at, rejected_at, rejected_by, rejection_reason }: Specimen) {
  const step = (key: "collected" | "rejected", at: string | null, by: Schemas["Person"] | null): string =>
    at ? t(by ? `specimens.${key}.by` : `specimens.${key}`, { when: when(at), name: by?.full_name ?? "" }) : "";
  return [
    step("collected", collected_at, collected_by),
    received_at && t("specimens.received", { when: when(received_at) }),
    step("rejected", rejected_at, rejected_by),
    rejection_reason && t("specimens.reason", { reason: rejection_reason }),
  ]
    .filter(Boolean)
    .join(" ");
}

function TubeActs({ specimen, ...acts }: Acts & { specimen: Specimen }) {
  const [rejecting, setRejecting] = useState(false);
  const next = specimen.status in NEXT ? NEXT[specimen.status as keyof typeof NEXT] : null;
  const { busy, errors, submit } = useForm(
    () => [],
    async () => (next ? take(acts, specimen, next, null) : []),
  );
  const name = <span class="unseen">{specimen.accession}</span>;
  return (
    <div>
      <ErrorSummary mistakes={errors} />
      <form class="row" onSubmit={submit}>
        {next && (
          <button type="submit" class="button quiet small" aria-disabled={busy}>
            {t(`specimens.to.${next}`)} {name}
          </button>
        )}
        {specimen.status !== "expected" && (
          <button type="button" class="button quiet small" onClick={() => setRejecting(true)}>
            {t("specimens.reject")} {name}
          </button>
        )}
      </form>
      {rejecting && <Reject {...acts} specimen={specimen} onClose={() => setRejecting(false)} />}
    </div>
  );
}

function Reject({ specimen, onClose, ...acts }: Acts & { specimen: Specimen; onClose: () => void }) {
  const send = async (reason: string | null): Promise<Mistake[]> => {
    const found = await take(acts, specimen, "rejected", reason);
    if (found.length === 0) onClose();
    return found;
  };
  return (
    <AskDialog
      title={t("specimens.reject.title", { type: inLanguage(specimen.type_names), accession: specimen.accession })}
      reason={{
        draft: `lab.specimen.${specimen.id}`,
        label: t("worklist_booking.reject.reason"),
        hint: t("worklist_booking.reject.hint"),
        needed: "worklist_booking.reject.missing",
      }}
      keep={t("worklist_booking.reject.keep")}
      act={t("specimens.reject")}
      busy={t("worklist_booking.reject.busy")}
      onClose={onClose}
      send={send}
    >
      <p>{t("specimens.reject.about")}</p>
    </AskDialog>
  );
}

async function take(acts: Acts, specimen: Specimen, status: Specimen["status"], reason: string | null) {
  const { work, put, reload, say } = acts;
  say("");
  const params = { path: { specimen_id: specimen.id }, header: unchanged(work.booking) };
  const done = await outcome(api.PUT("/api/labs/specimens/{specimen_id}/status", { params, body: { status, reason } }));
  if (done.ok) {
    // rejecting discards values
    if (status === "rejected") await reload();
    else put({ ...work, booking: done.data });
    say(t("specimens.now", { accession: specimen.accession, status: t(`specimen.${status}`) }));
    return [];
  }
  const { code } = done.problem;
  const now = code === "stale" || code === "illegal_transition" ? await reload() : null;
  return now ? [changed(work, now)] : mistakes(done.problem, done.retryAfter, ["reason"]);
}
