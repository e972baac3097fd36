/** The status of a booking in the laboratory, and its manual steps. */
import { useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import { isUncollected } from "../../../lib/clinical/withdrawn";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { AskDialog } from "../../../ui/AskDialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import type { Status, Work } from "../record";

/** The props shared by all actions of the page. */
export interface Acts {
  work: Work;
  put: (work: Work) => void;
  /** Reload and show the booking; null after a failure. */
  reload: () => Promise<Work | null>;
  /** Show an outcome as text; empty clears it. */
  say: (sentence: string) => void;
}

const WAY = ["booked", "collected", "received", "in_progress", "resulted", "verified"] as const;
/** The next manual step. Starting is optional, because values can be entered once the specimen is received. */
const NEXT = { booked: "collected", collected: "received", received: "in_progress", rejected: "collected" } as const;
type Stop = "reject" | "withdraw";
const REJECTABLE: readonly Status[] = ["collected", "received", "in_progress", "resulted"];

export function Steps({ status }: { status: Status }) {
  if (status === "rejected" || status === "cancelled") return null;
  return (
    <ol class="way">
      {WAY.map((step, n) => (
        <li
          key={step}
          class={n < WAY.indexOf(status) ? "past" : undefined}
          aria-current={step === status ? "step" : undefined}
        >
          {t(`lab.${step}`)}
        </li>
      ))}
    </ol>
  );
}

export function StatusActs(acts: Acts) {
  const { booking } = acts.work;
  const [stopping, setStopping] = useState<Stop | null>(null);
  const [to, setTo] = useState<Status>("collected");
  const { busy, errors, submit } = useForm(
    () => [],
    () => take(acts, to, null),
  );
  const next = booking.status in NEXT ? NEXT[booking.status as keyof typeof NEXT] : null;
  const several = booking.specimens.filter(({ status }) => status !== "rejected").length > 1;
  // of several specimens each is rejected by itself
  const rejectable = REJECTABLE.includes(booking.status) && !several;
  const stop = rejectable ? "reject" : isUncollected(verifiedOf(acts.work)) ? "withdraw" : null;
  if (!next && !stop) return null;
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form class="row" onSubmit={submit}>
        {next && (
          <button
            // focus the first value once the specimen is received, otherwise the next step
            key={next === "in_progress" ? "start" : "next"}
            type="submit"
            class={next === "in_progress" ? "button quiet" : "button"}
            aria-disabled={busy}
            onClick={() => setTo(next)}
          >
            {t(stepName(booking.status, next, several))}
          </button>
        )}
        {stop && (
          <button type="button" class="button quiet" onClick={() => setStopping(stop)}>
            {t(`worklist_booking.${stop}`)}
          </button>
        )}
      </form>
      {stopping && <Ask {...acts} stop={stopping} onClose={() => setStopping(null)} />}
    </>
  );
}

/** The booking with its verified results alone, as the rule for withdrawing reads it. */
function verifiedOf({ booking, tests }: Work): Work["booking"] {
  const open = tests.flatMap(({ code, result }) => (result?.status === "resulted" ? code : []));
  return {
    ...booking,
    tests: booking.tests.map((one) => (open.includes(one.code) ? { ...one, result_id: null } : one)),
  };
}

function stepName(from: Status, to: (typeof NEXT)[keyof typeof NEXT], several: boolean) {
  if (several && to !== "in_progress") return `worklist_booking.to.${to}.all` as const;
  return from === "rejected" ? "worklist_booking.recollect" : (`worklist_booking.to.${to}` as const);
}

/** Asks for the reason to reject the specimen, or to withdraw the booking. */
function Ask({ stop, onClose, ...acts }: Acts & { stop: Stop; onClose: () => void }) {
  const send = async (reason: string | null): Promise<Mistake[]> => {
    const found = await take(acts, stop === "reject" ? "rejected" : "cancelled", reason);
    if (found.length === 0) onClose();
    return found;
  };
  return (
    <AskDialog
      title={t(`worklist_booking.${stop}.title`)}
      reason={{
        draft: `lab.${acts.work.booking.id}.${stop}`,
        label: t("worklist_booking.reject.reason"),
        hint: t(`worklist_booking.${stop}.hint`),
        needed: `worklist_booking.${stop}.missing`,
      }}
      keep={t(`worklist_booking.${stop}.keep`)}
      act={t(`worklist_booking.${stop}`)}
      busy={t(`worklist_booking.${stop}.busy`)}
      onClose={onClose}
      send={send}
    >
      <p>{t(`worklist_booking.${stop}.about`)}</p>
    </AskDialog>
  );
}

async function take({ work, put, reload, say }: Acts, status: Status, reason: string | null): Promise<Mistake[]> {
  say("");
  const { booking } = work;
  const params = { path: { booking_id: booking.id }, header: unchanged(booking) };
  const body = { status, reason };
  const done = await outcome(api.PUT("/api/labs/bookings/{booking_id}/status", { params, body }));
  if (done.ok) {
    // rejecting the specimen discards its values
    if (status === "rejected") await reload();
    else put({ ...work, booking: done.data });
    say(t("worklist_booking.now", { status: t(`lab.${done.data.status}`) }));
    return [];
  }
  const { code } = done.problem;
  const now = code === "stale" || code === "illegal_transition" ? await reload() : null;
  return now ? [changed(work, now)] : mistakes(done.problem, done.retryAfter, ["reason"]);
}

/** The message for a booking that another person changed. */
export function changed({ booking: before }: Work, { booking: now }: Work): Mistake {
  const [was, is] = [t(`lab.${before.status}`), t(`lab.${now.status}`)];
  const message =
    before.status === now.status ? t("worklist_booking.changed") : t("worklist_booking.changed.status", { was, is });
  return { field: null, message };
}
