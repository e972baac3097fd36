/** The reason for a visit, and the button that books it. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, offline, outcome } from "../../../api/client";
import type { Draft } from "../../../lib/forms/draft";
import { mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useObservable } from "../../../lib/loading/use-observable";
import { referralHere } from "../../../lib/routing/booking-links";
import { go } from "../../../lib/routing/router";
import type { Instant } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { type TimeRefused, WhyNot } from "./busy";
import type { FoundDoctor } from "./found-doctor";
import { OtherTimes } from "./taken";

interface Props {
  doctor: FoundDoctor;
  start: Instant;
  type: number | null;
  reason: Draft<string>;
}

export function BookForm({ doctor, start, type, reason }: Props) {
  const [taken, setTaken] = useState<TimeRefused | null>(null);
  const [tooMany, setTooMany] = useState<ComponentChildren>(null);
  const waiting = useObservable(offline);
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const visit = {
        doctor_id: doctor.id,
        starts_at: start,
        reason: reason.value.trim() || null,
        visit_type_id: type,
      };
      const send = (referral_id: number | null) =>
        outcome(api.POST("/api/appointments", { body: { ...visit, referral_id } }));
      const referral = referralHere();
      let booked = await send(referral);
      // another doctor was chosen, or the referral has a visit already: book without it
      if (referral && !booked.ok && ["not_found", "referral_not_open"].includes(booked.problem.code))
        booked = await send(null);
      if (booked.ok) {
        reason.drop();
        go(`/appointments/${booked.data.id}?new`, { replace: true });
        return [];
      }
      const { problem } = booked;
      setTooMany(null);
      if (problem.code === "too_many_visits") {
        const { TooMany } = await import("./too-many");
        setTooMany(<TooMany of={problem} />);
        return [];
      }
      if (problem.code !== "slot_taken" && problem.code !== "patient_busy")
        return mistakes(problem, booked.retryAfter, ["reason"]);
      setTaken(problem);
      return [];
    },
  );
  return (
    <>
      {taken && (
        <OtherTimes
          doctor={doctor}
          times={taken.alternatives}
          say={<WhyNot of={taken} taken={t("book.taken")} />}
          focus
        />
      )}
      {tooMany}
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <TextArea
          id="reason"
          label={t("book.reason")}
          hint={t("book.reason.hint", { doctor: doctor.full_name })}
          optional
          rows={3}
          longest={500}
          value={reason.value}
          onValue={reason.set}
          mistakes={errors}
        />
        {!taken && (
          <Submit busy={busy} label={t("book.submit")} busyLabel={t(waiting ? "book.waiting" : "book.busy")} />
        )}
      </form>
    </>
  );
}
