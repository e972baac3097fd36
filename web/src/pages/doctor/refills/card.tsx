/** One request for a refill: the facts to decide by, and the answers. */

import { useState } from "preact/hooks";
import { frequencyText } from "../../../lib/clinical/dosing";
import { plural, t } from "../../../lib/i18n/i18n";
import { ageOn, dateOnly, dayOf, when } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Details } from "../../../ui/Details";
import { later } from "../../../ui/Later";
import { Tel } from "../../../ui/Tel";
import type { Answer, Done, Props, Refill } from "./answer";

const AnswerDialog = later<Props>(() => import("./answer"));
const ANSWERS: readonly Answer[] = ["prescribed", "visit_needed", "declined"];

export function RefillCard({ of, onDone }: { of: Refill; onDone: (done: Done) => void }) {
  const [answering, setAnswering] = useState<Answer | null>(null);
  const { patient, status, doctor, created_at, facts } = of;
  const name = patient.full_name;
  const answers = ANSWERS.filter((answer) => answer !== "prescribed" || of.prescription.status !== "stopped");
  return (
    <>
      <div class="row between">
        <h2 class="card-title">
          <a href={`/doctor/patients/${patient.id}`}>{name}</a>
        </h2>
        <Status kind="refill" status={status} />
      </div>
      <p class="row">
        {patient.date_of_birth && (
          <span>
            {t("doctor_refills.born", { day: dateOnly(patient.date_of_birth), age: ageOn(patient.date_of_birth) })}
          </span>
        )}
        {facts?.phone && <Tel number={facts.phone} />}
        <span class="muted">{t("doctor_refills.since", { when: when(created_at) })}</span>
      </p>
      {status === "open" && !of.asks_you && (
        <p class="info">{t("doctor_refills.for_other", { doctor: doctor.full_name })}</p>
      )}
      <Facts of={of} />
      {status === "open" && (
        <div class="row">
          {answers.map((answer, n) => (
            <button
              key={answer}
              type="button"
              class={n === 0 ? "button" : "button quiet"}
              onClick={() => setAnswering(answer)}
            >
              {t(`doctor_refills.to.${answer}`)}
              <span class="unseen"> {t("doctor_refills.of", { name })}</span>
            </button>
          ))}
        </div>
      )}
      {answering && (
        <AnswerDialog
          of={of}
          answer={answering}
          onClose={() => setAnswering(null)}
          onDone={(done) => {
            setAnswering(null);
            onDone(done);
          }}
        />
      )}
    </>
  );
}

function Facts({ of }: { of: Refill }) {
  const { items, note, facts, text, answered_at, answered_by, renewed_as } = of;
  return (
    <Details
      of={[
        [t("doctor_refills.medicines"), <Medicines key="medicines" items={items} />],
        [t("doctor_refills.last"), lastPrescribed(of)],
        [t("doctor_refills.last_visit"), facts && lastVisit(facts.last_visit_at)],
        [t("doctor_refills.allergies"), facts && allergies(facts)],
        [t("doctor_refills.note"), note],
        [t("doctor_refills.text"), text],
        [
          t("doctor_refills.by"),
          answered_at && t("doctor_refills.by.who", { when: when(answered_at), doctor: answered_by?.full_name ?? "" }),
        ],
        [t("doctor_refills.new"), renewed_as?.reference],
      ]}
    />
  );
}

function Medicines({ items }: { items: Refill["items"] }) {
  return (
    <ul class="plain">
      {items.map(({ position, medicine, dose, frequency, repeats = 0 }) => (
        <li key={position}>
          <b>{medicine}</b> <span class="muted">{t("sheet.take", { dose, frequency: frequencyText(frequency) })}</span>,{" "}
          {repeats > 0 ? plural("doctor_refills.left", repeats) : t("doctor_refills.left.none")}
        </li>
      ))}
    </ul>
  );
}

function lastPrescribed({ prescription: { created_at, doctor, reference, status, last_day } }: Refill): string {
  const values = { day: dateOnly(dayOf(created_at)), doctor: doctor.full_name, reference, until: dateOnly(last_day) };
  const word = ({ active: "by", ended: "ended", stopped: "stopped" } as const)[status];
  return t(`doctor_refills.last.${word}`, values);
}

function lastVisit(at: string | null): string {
  return at ? when(at) : t("doctor_refills.last_visit.none");
}

function allergies({ allergy_status: status, allergies: found }: NonNullable<Refill["facts"]>): string {
  if (status !== "noted") return t(`doctor_refills.allergies.${status}`);
  return found
    .map(({ substance, severity }) => t("patient_strip.allergy", { substance, severity: t(`severity.${severity}`) }))
    .join("; ");
}
