/** The choice of a visit type (`?type=`); empty where a doctor offers one type or none. */
import { useRef } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { plural, t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import { go, withQuery } from "../../lib/routing/router";
import { Select } from "../forms/Select";
import { TypeFacts } from "./TypeFacts";

type Offered = Schemas["OfferedVisitType"];

export function TypeChoice({ of }: { of: Schemas["Slots"] | undefined }) {
  // kept while the times of another type are loading
  const last = useRef(of);
  if (of) last.current = of;
  const { visit_types, visit_type_id } = last.current ?? { visit_types: [], visit_type_id: null };
  const chosen = visit_types.find(({ id }) => id === visit_type_id);
  if (!chosen) return null;
  return (
    <div class="form-width section">
      {visit_types.length > 1 && (
        <Select
          id="type"
          label={t("types.label")}
          choices={visit_types.map((one) => ({ value: String(one.id), text: textOf(one) }))}
          value={String(chosen.id)}
          onValue={(type) => go(withQuery({ type, start: null }), { replace: true })}
        />
      )}
      <TypeFacts of={chosen} />
    </div>
  );
}

function textOf({ names, minutes, price }: Offered): string {
  return [inLanguage(names), plural("types.minutes", minutes), price].filter(Boolean).join(" · ");
}
