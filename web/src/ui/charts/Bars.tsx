/** Counts as stacked bars, with the same figures as a table. */
import { fitting, ticks, useWidth, widthOf } from "../../lib/chart-layout";
import type { Tone } from "../../lib/clinical/tone";
import { t } from "../../lib/i18n/i18n";
import { numeral } from "../../lib/i18n/numbers";
import { type Column, Table } from "../Table";
import "../../style/components/charts.css";

interface Part {
  key: string;
  label: string;
  tone: Tone;
  count: number;
}

export interface Bar {
  label: string;
  total: number;
  /** From the bottom; every bar has the same parts in the same order. */
  parts?: readonly Part[];
}

interface Props {
  caption: string;
  items: readonly Bar[];
}

const HEIGHT = 200;
const TOP = 10;
const FOOT = 26;
const WIDEST = 48;
/** The space between two labels. */
const GAP = 12;

export function Bars({ caption, items }: Props) {
  const parts = items[0]?.parts ?? [];
  const columns: Column<Bar>[] = [
    { head: t("chart.label"), cell: ({ label }) => label },
    ...parts.map(({ key, label }) => ({ head: label, number: true, cell: (bar: Bar) => numeral(countOf(bar, key)) })),
    { head: t("chart.total"), number: true, cell: ({ total }) => numeral(total) },
  ];
  return (
    <figure class="bars">
      <figcaption>{caption}</figcaption>
      <Drawing items={items} />
      {parts.length > 0 && <Legend items={items} parts={parts} />}
      <details>
        <summary>{t("chart.as_table")}</summary>
        <Table caption={caption} columns={columns} rows={items} rowKey={({ label }) => label} />
      </details>
    </figure>
  );
}

function Drawing({ items }: { items: readonly Bar[] }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  // counts are whole numbers
  const levels = ticks(0, Math.max(1, ...items.map(({ total }) => total)), 3, 1);
  const most = levels.at(-1) ?? 1;
  const left = Math.ceil(Math.max(...levels.map((level) => widthOf(numeral(level))))) + 8;
  const slot = (width - left) / Math.max(items.length, 1);
  const wide = Math.min(slot > 4 ? slot - Math.max(slot * 0.25, 1) : slot, WIDEST);
  const middle = (n: number): number => left + (n + 0.5) * slot;
  // evenly spaced labels
  const every = Math.ceil((Math.max(0, ...items.map(({ label }) => widthOf(label))) + GAP) / slot);
  const labels = items.map(({ label }, n) => ({ at: middle(n), text: label })).filter((_, n) => n % every === 0);
  const tall = (count: number): number => (count / most) * (HEIGHT - TOP - FOOT);
  return (
    <div class="drawing" ref={ref}>
      <svg class="chart" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
        {levels.map((level) => (
          <g key={level}>
            <line class="grid" x1={left} x2={width} y1={HEIGHT - FOOT - tall(level)} y2={HEIGHT - FOOT - tall(level)} />
            <text x={left - 8} y={HEIGHT - FOOT - tall(level)} dy="0.35em" text-anchor="end">
              {numeral(level)}
            </text>
          </g>
        ))}
        {items.map((bar, n) => (
          <Stack key={bar.label} bar={bar} x={middle(n) - wide / 2} wide={wide} tall={tall} />
        ))}
        {fitting(labels, width, GAP).map(({ at, text }) => (
          <text key={text} x={at} y={HEIGHT - 4} text-anchor="middle">
            {text}
          </text>
        ))}
      </svg>
    </div>
  );
}

function Stack({ bar, x, wide, tall }: { bar: Bar; x: number; wide: number; tall: (count: number) => number }) {
  const parts = bar.parts ?? [{ key: "total", label: "", tone: undefined, count: bar.total }];
  let below = 0;
  return (
    <g>
      {parts.map(({ key, tone, count }) => {
        below += count;
        // a gap in the page's colour separates parts without relying on colour
        const high = Math.max(tall(count) - (below > count ? 1 : 0), 0);
        const y = HEIGHT - FOOT - tall(below);
        return count > 0 && <rect key={key} class={fill(tone)} x={x} y={y} width={wide} height={high} />;
      })}
    </g>
  );
}

function Legend({ items, parts }: { items: readonly Bar[]; parts: readonly Part[] }) {
  return (
    <ul class="legend">
      {parts.map(({ key, label, tone }) => (
        <li key={key}>
          <svg class="chart" width="12" height="12" aria-hidden="true">
            <rect class={fill(tone)} x="0.5" y="0.5" width="11" height="11" rx="2" />
          </svg>
          {label} <b>{numeral(items.reduce((sum, bar) => sum + countOf(bar, key), 0))}</b>
        </li>
      ))}
    </ul>
  );
}

function fill(tone: Tone | undefined): string {
  return tone ? `chart-bar chart-bar-${tone}` : "chart-bar";
}

function countOf({ parts }: Bar, key: string): number {
  return parts?.find((part) => part.key === key)?.count ?? 0;
}
