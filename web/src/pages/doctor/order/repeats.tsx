/** Chosen tests that the patient had within their repeat interval; the doctor may still order them. */

import { api, outcome, type Schemas } from "../../../api/client";
import { sentence, shown } from "../../../lib/clinical/results";
import { plural, t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { dateOnly, dayOf } from "../../../lib/time/time";

type Repeated = Schemas["RepeatedTest"];

const NONE = { ok: true as const, data: { items: [] as Repeated[], next_cursor: null } };

interface Props {
  patient: number;
  codes: readonly string[];
  /** The order that is being changed; it is no repeat of itself. */
  changed: number | undefined;
}

export function Repeats({ patient, codes, changed }: Props) {
  const test_codes = codes.slice(0, 20).join(",");
  const found = useLoad(async () => {
    if (test_codes === "") return NONE;
    const query = { patient_id: patient, test_codes, ...(changed && { booking_id: changed }) };
    return outcome(api.GET("/api/doctor/lab-orders/repeats", { params: { query } }));
  }, [patient, test_codes]);
  const items = found.data?.items ?? [];
  return (
    <div role="status" class={items.length > 0 || found.failure ? "warning stack close" : undefined}>
      {found.failure && <p>{t("repeats.failed")}</p>}
      {items.length > 0 && (
        <>
          <p class="strong">{plural("repeats.title", items.length)}</p>
          <ul class="plain">
            {items.map((one) => (
              <li key={one.code}>
                <b>{nameOf(one)}</b>: {last(one)} {t("repeats.again", { day: dateOnly(dayOf(one.again_from)) })}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function last({ status, at, reference, result }: Repeated): string {
  const day = dateOnly(dayOf(at));
  if (result) return t("repeats.measured", { day, value: summary(result) });
  return t(status === "booked" || status === "rejected" ? "repeats.ordered" : "repeats.collected", { day, reference });
}

/** The value of a single test; of a panel, how many values are outside the usual range. */
function summary(result: Schemas["LabResult"]): string {
  const [one, ...others] = result.observations;
  return one && others.length === 0 ? shown(one) : sentence(result);
}
