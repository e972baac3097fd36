/** A series of visits that the desk books for a calling patient. */
import { api, outcome } from "../../../api/client";
import { go } from "../../../lib/routing/router";
import { dayOf, type Instant } from "../../../lib/time/time";
import { Series } from "../../../ui/series/Series";

interface Props {
  start: Instant;
  patient: number;
  doctor: number;
  type: number | null;
  reason: string;
}

export function BookSeries({ start, patient, doctor, type, reason }: Props) {
  const people = { patient_id: patient, doctor_id: doctor, ...(type && { visit_type_id: type }) };
  return (
    <Series
      start={start}
      look={(rule) => outcome(api.GET("/api/reception/series-times", { params: { query: { ...people, ...rule } } }))}
      book={async (starts) => {
        const body = { ...people, starts, reason: reason.trim() || null };
        const booked = await outcome(api.POST("/api/reception/series", { body }));
        if (booked.ok) {
          const day = dayOf(booked.data.items[0]?.starts_at ?? start);
          go(`/desk/appointments?${new URLSearchParams({ doctor_id: String(doctor), day })}`, {
            say: "arranged_booked",
          });
        }
        return booked;
      }}
    />
  );
}
