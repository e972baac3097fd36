/** One-press status changes of visits, with undo. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { take, undoSteps, type Visit, type VisitStatus } from "./visits";

const OFFERED_MS = 10_000;

export interface StatusActs {
  /** The visits with a change under way. */
  busy: readonly number[];
  /** The outcome of the last change as text, and whether it failed. */
  message: { text: string; isError: boolean } | null;
  /** The visit whose last step can be undone now. */
  undo: { id: number; way: VisitStatus[] } | null;
  step: (visit: Visit, to: VisitStatus, reason?: string | null) => void;
  back: (visit: Visit) => void;
}

/** `put` gets the visit after a change or a conflict, `started` a visit that was just started. */
export function useStatus(put: (visit: Visit) => void, started?: (visit: Visit) => void): StatusActs {
  const [busy, setBusy] = useState<readonly number[]>([]);
  const [message, setMessage] = useState<StatusActs["message"]>(null);
  const [undo, setUndo] = useState<StatusActs["undo"]>(null);
  const running = useRef(new Set<number>());
  const latest = useRef(put);
  latest.current = put;
  useEffect(() => {
    if (!undo) return;
    const timer = setTimeout(() => {
      keepFocus(undo.id);
      setUndo(null);
    }, OFFERED_MS);
    return () => clearTimeout(timer);
  }, [undo]);

  const act = async (
    visit: Visit,
    way: readonly VisitStatus[],
    undoable: boolean,
    reason: string | null = null,
  ): Promise<void> => {
    if (running.current.has(visit.id)) return;
    running.current.add(visit.id);
    setBusy([...running.current]);
    const { visit: now, refused } = await take(visit, way, reason);
    running.current.delete(visit.id);
    setBusy([...running.current]);
    keepFocus(visit.id);
    const back = undoable && !refused ? undoSteps(now.status, visit.status) : null;
    setUndo(back && { id: visit.id, way: back });
    setMessage({ text: sentence(now, refused), isError: refused !== null });
    // the other visits may have changed since
    latest.current(now);
    const isStart = undoable && !refused && now.status === "in_progress" && visit.status !== "completed";
    if (isStart) started?.(now);
  };
  return {
    busy,
    message: message,
    undo,
    step: (visit, to, reason) => void act(visit, [to], true, reason),
    back: (visit) => void act(visit, undo?.way ?? [], false),
  };
}

function sentence({ patient, status }: Visit, refused: Parameters<typeof problemText>[0] | null): string {
  const values = { name: patient.full_name, status: t(`appointment.${status}`) };
  if (!refused) return t("status.now", values);
  const changed = refused.code === "stale" || refused.code === "illegal_transition";
  return changed ? t("status.changed", values) : problemText(refused, null);
}

/** Remove the undo button; move its focus to the next step. */
function keepFocus(id: number): void {
  if (document.activeElement?.id === `undo-${id}`) document.getElementById(`step-${id}`)?.focus();
}
