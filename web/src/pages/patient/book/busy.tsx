/** A time that cannot be booked or moved to: taken, or the patient has another appointment then, with a link to it. */
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { type Instant, span } from "../../../lib/time/time";

export type TimeRefused = { alternatives: readonly Instant[]; other?: Schemas["OtherAppointment"] | null };

interface Props {
  of: TimeRefused;
  /** The sentence for a time that another person has. */
  taken: string;
}

export function WhyNot({ of: { other }, taken }: Props) {
  if (other === undefined) return taken;
  return (
    <>
      {t("book.busy_then")}{" "}
      {other && (
        <a href={other.kind === "visit" ? `/appointments/${other.id}` : `/labs/bookings/${other.id}`}>
          {span(other.starts_at, other.ends_at)}
        </a>
      )}
    </>
  );
}
