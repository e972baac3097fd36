/** Parts of the pages about a patient's visits: time, phone number, actions and outcome. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Config, Failure } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { clock, dayOf, longDay, minutesBetween } from "../../../lib/time/time";
import { NoCode, Problem } from "../../../ui/frame/Problem";
import { Tel } from "../../../ui/Tel";
import { changing, type Visit } from "./visit";

/** Day, time and length. */
export function VisitWhen({ visit }: { visit: Pick<Visit, "starts_at" | "ends_at"> }) {
  const { starts_at, ends_at } = visit;
  return (
    <div class="visit-when">
      <p class="visit-day">{longDay(dayOf(starts_at))}</p>
      <p>
        <b class="visit-time">{clock(starts_at)}</b>{" "}
        <span class="muted">{plural("visit.minutes", minutesBetween(starts_at, ends_at))}</span>
      </p>
    </div>
  );
}

export function Phone({ config }: { config: Config }) {
  if (!config.phone) return null;
  return (
    <p>
      {t("visit.call")} <Tel number={config.phone} />
    </p>
  );
}

/** Show an outcome, and focus it in place of the removed element. */
export function Done({ children }: { children: ComponentChildren }) {
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <p class="done" role="status" tabIndex={-1} ref={box}>
      {children}
    </p>
  );
}

interface ActsProps {
  visit: Visit;
  config: Config;
  /** Called with the visit after a change here or elsewhere. */
  onChange: (visit: Visit, cancelled: boolean) => void;
  children?: ComponentChildren;
}

/** Move, cancel, add to calendar; within the notice period, the phone number replaces the first two. */
export function VisitActs({ visit, config, onChange, children }: ActsProps) {
  const may = changing(visit, config);
  return (
    <>
      {may === "phone" && (
        <div class="stack close">
          <p>{t("visit.too_late")}</p>
          <Phone config={config} />
        </div>
      )}
      <div class="row visit-acts">
        {may === "here" && <MoveAndCancel visit={visit} onChange={onChange} />}
        <AddToCalendar visit={visit} />
        {children}
      </div>
    </>
  );
}

type Ask = typeof import("./cancel-dialog").CancelDialog;

/** `about` names the visit in the links and buttons of a list. A visit to a doctor that left is not moved. */
export function MoveAndCancel({ visit, onChange, about }: Omit<ActsProps, "config"> & { about?: string }) {
  // loaded on demand, because few visits are cancelled
  const [dialog, setDialog] = useState<{ ask: Ask | null } | null>(null);
  const open = (): void => {
    import("./cancel-dialog").then(
      ({ CancelDialog }) => setDialog({ ask: CancelDialog }),
      () => setDialog({ ask: null }),
    );
  };
  const close = (now: Visit | null, cancelled: boolean): void => {
    setDialog(null);
    if (now) onChange(now, cancelled);
  };
  const size = about ? "button quiet small" : "button quiet";
  return (
    <>
      {visit.doctor.bookable && (
        <a class={size} href={`/appointments/${visit.id}/move`} aria-label={about && t("visit.move.named", { about })}>
          {t("visit.move")}
        </a>
      )}
      <button type="button" class={size} aria-label={about && t("visit.cancel.named", { about })} onClick={open}>
        {t("visit.cancel")}
      </button>
      {dialog?.ask && <dialog.ask visit={visit} onClose={close} />}
      {dialog?.ask === null && <NoCode />}
    </>
  );
}

export function AddToCalendar({ visit }: { visit: Visit }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | "no code" | null>(null);
  const save = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const load = import("./calendar");
    setFailure(
      await load.then(
        ({ saveCalendar }) => saveCalendar(visit),
        () => "no code",
      ),
    );
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="button quiet" aria-disabled={busy} onClick={() => void save()}>
        {t("visit.calendar")}
      </button>
      {failure === "no code" && <NoCode />}
      {failure && failure !== "no code" && <Problem failure={failure} again={() => void save()} />}
    </>
  );
}
