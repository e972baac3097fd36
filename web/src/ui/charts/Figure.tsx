/** A number with its name and a note, inside a `<dl class="figures">`. */
import type { ComponentChildren } from "preact";
import { numeral } from "../../lib/i18n/numbers";
import "../../style/components/charts.css";

interface Props {
  label: string;
  value: number | string;
  /** The note. */
  children?: ComponentChildren;
}

export function Figure({ label, value, children }: Props) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd class="figure-value">{typeof value === "number" ? numeral(value) : value}</dd>
      {children && <dd class="figure-note">{children}</dd>}
    </div>
  );
}
