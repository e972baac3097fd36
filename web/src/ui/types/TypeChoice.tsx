/** The choice of a visit type (`?type=`); empty where a doctor offers one type or none. */
import { useRef } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { go, withQuery } from "../../lib/routing/router";
import { TypeFacts } from "./TypeFacts";
import { TypeSelect } from "./TypeSelect";

export function TypeChoice({ of }: { of: Schemas["Slots"] | undefined }) {
  // kept while the times of another type are loading
  const last = useRef(of);
  if (of) last.current = of;
  const { visit_types, visit_type_id } = last.current ?? { visit_types: [], visit_type_id: null };
  const chosen = visit_types.find(({ id }) => id === visit_type_id);
  if (!chosen) return null;
  return (
    <div class="form-width section">
      <TypeSelect
        id="type"
        of={visit_types}
        value={String(chosen.id)}
        onValue={(type) => go(withQuery({ type, start: null }), { replace: true })}
      />
      <TypeFacts of={chosen} />
    </div>
  );
}
