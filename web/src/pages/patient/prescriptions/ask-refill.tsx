/** Asks the prescriber to renew a prescription: which medicines, and a message. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { AskDialog } from "../../../ui/AskDialog";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Group } from "../../../ui/forms/Control";

interface Props {
  of: Schemas["Prescription"];
  /** The places of the items that were not renewed yet. */
  positions: readonly number[];
  /** The outcome as text; null: another request is there already. */
  onChange: (message: string | null) => void;
}

export function AskRefill(props: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <p>
        <button type="button" class="button" onClick={() => setAsking(true)}>
          {t("refill.ask")}
        </button>
      </p>
      {asking && <Ask {...props} onClose={() => setAsking(false)} />}
    </>
  );
}

function Ask({ of, positions, onChange, onClose }: Props & { onClose: () => void }) {
  const [chosen, setChosen] = useState<readonly number[]>(positions);
  const send = async (note: string | null): Promise<Mistake[]> => {
    if (chosen.length === 0) return [{ field: "items", message: t("refill.ask.none") }];
    const params = { path: { prescription_id: of.id } };
    const body = { items: [...chosen], note };
    const done = await outcome(api.POST("/api/prescriptions/{prescription_id}/refill", { params, body }));
    if (done.ok) {
      onClose();
      onChange(t("refill.asked"));
      return [];
    }
    if (done.problem.code === "refill_open") {
      onClose();
      onChange(null);
      return [];
    }
    return mistakes(done.problem, done.retryAfter, ["note"]);
  };
  const toggle = (position: number, on: boolean): void =>
    setChosen(positions.filter((one) => (one === position ? on : chosen.includes(one))));
  return (
    <AskDialog
      title={t("refill.ask.title")}
      reason={{
        draft: `refill.${of.id}`,
        id: "note",
        label: t("refill.ask.note"),
        hint: t("refill.ask.note.hint"),
      }}
      keep={t("refill.ask.keep")}
      act={t("refill.ask")}
      busy={t("refill.ask.busy")}
      onClose={onClose}
      send={send}
    >
      {positions.length > 1 ? (
        <Group id="items" label={t("refill.ask.which")}>
          <div class="radios">
            {positions.map((position) => (
              <Checkbox
                key={position}
                id={`item-${position}`}
                label={of.items[position]?.medicine ?? ""}
                checked={chosen.includes(position)}
                onValue={(on) => toggle(position, on)}
              />
            ))}
          </div>
        </Group>
      ) : (
        <p>
          <b>{of.items[positions[0] ?? 0]?.medicine}</b>
        </p>
      )}
      <p>{t("refill.ask.next", { doctor: of.doctor.full_name })}</p>
    </AskDialog>
  );
}
