/** The substance of an allergy: typed freely, with names of the hospital's list while typing. */
import { useEffect, useState } from "preact/hooks";
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { ControlProps } from "../../../ui/forms/Control";
import { Field } from "../../../ui/forms/Field";

const PAUSE_MS = 200;
/** The fewest letters of a search, and the most names. */
const LEAST = 2;
const MOST = 10;

interface Props extends Pick<ControlProps, "mistakes"> {
  value: string;
  onValue: (value: string) => void;
}

export function Substance({ value, onValue, mistakes = [] }: Props) {
  const [q, setQ] = useState("");
  const typed = value.trim();
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.length < LEAST ? "" : typed.slice(0, 100)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useLoad(() => search(q), [q]);
  const names = new Set((found.data?.items ?? []).map(({ name }) => inLanguage(name)));
  return (
    <>
      <Field
        id="allergies-name"
        label={t("allergies.substance")}
        hint={t("allergies.substance.hint")}
        value={value}
        onValue={onValue}
        input={{ maxLength: 200, list: "allergies-found" }}
        mistakes={mistakes}
      />
      <datalist id="allergies-found">
        {[...names].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

/** Substances and classes with a name that begins so. */
async function search(q: string): Promise<Outcome<Schemas["FoundMedicines"]>> {
  if (q === "") return { ok: true, data: { items: [], rules_version: "" } };
  return outcome(api.GET("/api/medicines", { params: { query: { q, limit: MOST, with_classes: true } } }));
}
