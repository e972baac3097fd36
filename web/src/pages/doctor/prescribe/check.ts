/** The server's check of the typed medicines, asked after a pause in typing. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import type { Item } from "./items";

export type Alert = Schemas["Alert"];
export type Answer = Pick<Schemas["MedicineCheck"], "alerts" | "unchecked">;
type Checked = Schemas["MedicineToCheck"];

/** The pause in ms after which the medicines are checked. */
const PAUSE_MS = 300;
const NOTHING: Answer = { alerts: [], unchecked: [] };

export interface Check extends Answer {
  /** `asking`: the shown alerts are still true, but new ones may come. */
  state: "done" | "asking" | "failed";
  /** Show the alerts of a refusal. */
  put: (alerts: Alert[]) => void;
  again: () => void;
}

/** The alerts of these medicines; alerts of other values are never shown. */
export function useCheck(patient: number, items: readonly Item[]): Check {
  const typed = items.map(toCheck).filter(({ medicine }) => medicine !== "");
  const now = JSON.stringify(typed);
  const [answer, setAnswer] = useState({ about: "[]", ...NOTHING });
  const [failed, setFailed] = useState("");
  const [round, setRound] = useState(0);
  const newest = useRef(0);
  useEffect(() => {
    newest.current += 1;
    if (typed.length === 0) return;
    const started = newest.current;
    const timer = setTimeout(async () => {
      const body = { patient_id: patient, items: typed };
      const done = await outcome(api.POST("/api/doctor/prescriptions/check", { body }));
      if (started !== newest.current) return;
      setFailed(done.ok ? "" : now);
      if (done.ok) setAnswer({ about: now, ...done.data });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      newest.current += 1;
    };
  }, [patient, now, round]);
  const shown = answer.about === now ? answer : stillTrue(answer, JSON.parse(answer.about), typed);
  const done = answer.about === now || typed.length === 0;
  return {
    ...shown,
    state: failed === now && now !== "[]" ? "failed" : done ? "done" : "asking",
    put: (alerts) => {
      newest.current += 1;
      setAnswer({ about: now, alerts, unchecked: shown.unchecked });
    },
    again: () => setRound((before) => before + 1),
  };
}

/** The part of an answer about medicines unchanged since. */
export function stillTrue(answer: Answer, before: readonly Checked[], now: readonly Checked[]): Answer {
  const kept = new Set(now.map((one) => JSON.stringify(one)));
  const changed = new Set(before.filter((one) => !kept.has(JSON.stringify(one))).map(({ medicine }) => medicine));
  return {
    alerts: answer.alerts.filter(({ medicine, against }) => !changed.has(medicine) && !changed.has(against)),
    // a text is a medicine, an allergy or a dose: keep the allergies, which the form does not change
    unchecked: answer.unchecked.filter(({ reason }) => reason === "unknown_allergy"),
  };
}

function toCheck({ medicine, dose, route, frequency, days }: Item): Checked {
  const number = Number(days.trim() || "0");
  return {
    medicine: medicine.trim(),
    dose: dose.trim() || null,
    route: route.trim() || null,
    frequency: frequency.trim() || null,
    duration_days: Number.isInteger(number) && number >= 1 && number <= 3650 ? number : null,
  };
}

/** Whether an alert is refused without a reason. */
export function asksReason({ severity }: Alert): boolean {
  return severity !== "inform";
}
