/** Sets of vital signs as a list; a wrong one is marked as entered in error. */
import { useRef, useState } from "preact/hooks";
import { setText, type VitalSigns } from "../../../lib/clinical/vitals";
import { t } from "../../../lib/i18n/i18n";
import { dateOnly, dayOf, when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { InEmergency } from "../../../ui/print/PrintHead";
import { markInError } from "./load";

interface Props {
  items: readonly VitalSigns[];
  /** A set was marked: load them again. */
  marked: () => void;
}

export function MeasuredList({ items, marked }: Props) {
  const [wrong, setWrong] = useState<VitalSigns | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const send = async (of: VitalSigns, reason: string | null) => {
    const found = await markInError(of, reason ?? "");
    if (found.length > 0) return found;
    setWrong(null);
    marked();
    // the opening button goes
    list.current?.focus();
    return found;
  };
  return (
    <>
      <ul class="lines" tabIndex={-1} ref={list} aria-label={t("vitals.measured")}>
        {items.map((one) => (
          <li key={one.id}>
            <span>{one.in_error_at ? <s>{setText(one)}</s> : setText(one)}</span>
            {one.note && <span>{one.note}</span>}
            <span class="muted small">
              {t("vitals.by", { when: when(one.measured_at), doctor: one.recorded_by.full_name })}
            </span>
            <InEmergency of={one} />
            {one.in_error_at ? (
              <span class="small">
                {t("vitals.in_error.by", {
                  day: dateOnly(dayOf(one.in_error_at)),
                  doctor: one.in_error_by?.full_name ?? "",
                  reason: one.error_reason ?? "",
                })}
              </span>
            ) : (
              <button
                type="button"
                class="link small no-print"
                aria-label={t("vitals.in_error.named", { when: when(one.measured_at) })}
                onClick={() => setWrong(one)}
              >
                {t("vitals.in_error")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {wrong && (
        <AskDialog
          title={t("vitals.in_error.title")}
          reason={{
            draft: `vitals.${wrong.id}.error`,
            label: t("vitals.in_error.reason"),
            needed: "vitals.in_error.needed",
          }}
          keep={t("vitals.in_error.keep")}
          act={t("vitals.in_error.submit")}
          busy={t("vitals.saving")}
          danger
          onClose={() => setWrong(null)}
          send={(reason) => send(wrong, reason)}
        >
          <p>{setText(wrong)}</p>
          <p class="muted">{t("vitals.in_error.about")}</p>
        </AskDialog>
      )}
    </>
  );
}
