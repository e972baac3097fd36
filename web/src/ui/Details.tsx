/** A description list; terms without a value are left out. */
import type { ComponentChildren } from "preact";

export type Terms = readonly (readonly [term: string, value: ComponentChildren])[];

export function Details({ of }: { of: Terms }) {
  return (
    <dl class="details">
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
