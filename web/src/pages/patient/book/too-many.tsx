/** The patient has booked as many appointments as one person can: which limit, and the open ones with links to cancel one. */
import { useEffect, useRef } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { longWhen } from "../../../lib/time/time";

type Limits = Pick<Schemas["TooManyVisitsProblem"], "limit" | "count" | "open">;

export function TooMany({ of: { limit, count, open } }: { of: Limits }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [open]);
  return (
    <div class="warning" role="alert" tabIndex={-1} ref={box}>
      <p>
        <b>{plural(`too_many.${limit}`, count)}</b>
      </p>
      {open.length > 0 && <p>{t("too_many.open")}</p>}
      <ul>
        {open.map(({ kind, id, starts_at, doctor }) => (
          <li key={`${kind} ${id}`}>
            <a href={kind === "visit" ? `/appointments/${id}` : `/labs/bookings/${id}`}>
              {longWhen(starts_at)}, {doctor ? doctor.full_name : t("too_many.of_laboratory")}
            </a>
          </li>
        ))}
      </ul>
      <p>{t(limit === "day" ? "too_many.day.remedy" : "too_many.remedy")}</p>
    </div>
  );
}
