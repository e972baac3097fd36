/** The collection on a row of the worklist: the patient says name and date of birth before the needle. */

import { api, outcome, unchanged } from "../../api/client";
import { type Mistake, mistakes } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import { dateOnly } from "../../lib/time/time";
import { AskDialog } from "../../ui/AskDialog";
import type { Booking } from "./record";

interface Props {
  booking: Booking;
  onClose: () => void;
  done: (now: Booking) => void;
}

export function Collect({ booking, onClose, done }: Props) {
  const { patient, specimens } = booking;
  const send = async (): Promise<Mistake[]> => {
    const params = { path: { booking_id: booking.id }, header: unchanged(booking) };
    const answer = await outcome(
      api.PUT("/api/labs/bookings/{booking_id}/status", { params, body: { status: "collected" } }),
    );
    if (!answer.ok) return mistakes(answer.problem, answer.retryAfter, []);
    done(answer.data);
    return [];
  };
  return (
    <AskDialog
      title={t("collect.title", { reference: booking.reference })}
      keep={t("collect.keep")}
      act={t("collect.act")}
      busy={t("collect.busy")}
      onClose={onClose}
      send={send}
    >
      <p>{t("collect.ask")}</p>
      <p class="identity">
        <b>{patient.full_name}</b>
        <span>
          {patient.date_of_birth ? t("worklist.born", { date: dateOnly(patient.date_of_birth) }) : t("collect.unknown")}
        </span>
      </p>
      <ul>
        {specimens
          .filter(({ status }) => status === "expected")
          .map(({ id, type_names, accession }) => (
            <li key={id}>
              {inLanguage(type_names)} <span class="accession">{accession}</span>
            </li>
          ))}
      </ul>
    </AskDialog>
  );
}
