/** The values of one analyte over time, as a line over the usual range, and all of them in a table. */
import type { Schemas } from "../../api/client";
import { fitting, ticks, useWidth, widthOf } from "../../lib/chart-layout";
import { type Reading, shown, toneOf, usual, wordOf } from "../../lib/clinical/results";
import { t } from "../../lib/i18n/i18n";
import { numeral } from "../../lib/i18n/numbers";
import { type Day, dateOnly, dayOf, when } from "../../lib/time/time";
import { Chip } from "../Chip";
import { type Column, Table } from "../Table";
import { isOutside, Marker } from "./Marker";
import { NumberLine } from "./NumberLine";
import "../../style/components/charts.css";

type Point = Schemas["TrendPoint"];

interface Props {
  name: string;
  unit: string | null;
  decimals: number;
  /** Newest first. */
  points: readonly Point[];
}

interface Plot {
  width: number;
  /** Scales: instant to x, value to y. */
  x: (at: string) => number;
  y: (value: number) => number;
  left: number;
  levels: readonly number[];
}

const HEIGHT = 220;
const TOP = 12;
const FOOT = 28;
const EDGE = 10;

export function Trend({ name, unit, decimals, points }: Props) {
  const readings = points.map((point) => ({ ...point, reading: reading(point, unit, decimals) }));
  const [newest] = readings;
  const columns: Column<(typeof readings)[number]>[] = [
    { head: t("chart.at"), cell: ({ at }) => when(at) },
    { head: t("chart.value"), cell: (point) => shown(point.reading) },
    { head: t("chart.usual"), cell: (point) => usual(point.reading) },
    { head: t("chart.flag"), cell: ({ flag }) => <Chip tone={toneOf(flag)}>{t(wordOf(flag))}</Chip> },
  ];
  return (
    <div class="trend">
      {newest && points.length === 1 && <NumberLine observation={newest.reading} />}
      {points.length > 1 && <Curve points={points.toReversed()} decimals={decimals} />}
      <Table caption={t("chart.trend", { name })} columns={columns} rows={readings} rowKey={keyOf} />
    </div>
  );
}

/** Points oldest first. */
function Curve({ points, decimals }: { points: readonly Point[]; decimals: number }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const plot = plotOf(points, decimals, width);
  return (
    <div class="drawing" ref={ref}>
      <svg class="chart" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
        {plot.levels.map((level) => (
          <g key={level}>
            <line class="grid" x1={plot.left} x2={width} y1={plot.y(level)} y2={plot.y(level)} />
            <text x={plot.left - 8} y={plot.y(level)} dy="0.35em" text-anchor="end">
              {numeral(level, decimals)}
            </text>
          </g>
        ))}
        <Ranges points={points} plot={plot} />
        <polyline class="line" points={points.map(({ at, value }) => `${plot.x(at)},${plot.y(value)}`).join(" ")} />
        {points.map((point) => (
          <Marker key={keyOf(point)} x={plot.x(point.at)} y={plot.y(point.value)} flag={point.flag} size={5} />
        ))}
        {dates(points, plot).map(({ at, text }) => (
          <text key={text} x={at} y={HEIGHT - 4} text-anchor="middle">
            {text}
          </text>
        ))}
      </svg>
      <Legend points={points} />
    </div>
  );
}

/** The usual range around each point, half way to its neighbours; equal neighbours are one rectangle. */
function Ranges({ points, plot }: { points: readonly Point[]; plot: Plot }) {
  const { x, y, left, width } = plot;
  const between = (n: number): number => {
    const [before, after] = [points[n - 1], points[n]];
    if (!before) return left;
    return after ? (x(before.at) + x(after.at)) / 2 : width;
  };
  const changes = points.flatMap((point, n) => (sameRange(point, points[n - 1]) ? [] : [{ ...point, n }]));
  return (
    <>
      {changes.map(({ low, high, n }, place) => {
        if (low === null && high === null) return null;
        const [from, to] = [between(n), between(changes[place + 1]?.n ?? points.length)];
        const [top, foot] = [high === null ? TOP : y(high), low === null ? HEIGHT - FOOT : y(low)];
        return (
          <g key={n}>
            <rect class="range" x={from} y={top} width={to - from} height={Math.max(foot - top, 1)} />
            {high !== null && <line class="bound" x1={from} x2={to} y1={top} y2={top} />}
            {low !== null && <line class="bound" x1={from} x2={to} y1={foot} y2={foot} />}
          </g>
        );
      })}
    </>
  );
}

function Legend({ points }: { points: readonly Point[] }) {
  const sample = (flag: Point["flag"], word: string) => (
    <span>
      <svg class="chart" width="16" height="16" aria-hidden="true">
        <Marker x={8} y={8} flag={flag} size={5} />
      </svg>
      {word}
    </span>
  );
  const outside = points.find(({ flag }) => isOutside(flag));
  const other = points.find(({ flag }) => !isOutside(flag));
  return (
    <p class="legend" aria-hidden="true">
      {other && sample(other.flag, t("chart.unflagged"))}
      {outside && sample(outside.flag, t("chart.flagged"))}
      {points.some(({ low, high }) => low !== null || high !== null) && (
        <span>
          <i class="range-sample" />
          {t("chart.usual")}
        </span>
      )}
    </p>
  );
}

function plotOf(points: readonly Point[], decimals: number, width: number): Plot {
  const values = points.flatMap(({ value, low, high }) => [value, low, high].filter((one) => one !== null));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const spare = (most - least) * 0.08 || Math.abs(most) * 0.1 || 1;
  // without negative values the axis starts at zero or above
  const floor = least >= 0 ? Math.max(least - spare, 0) : least - spare;
  const levels = ticks(floor, most + spare, 4);
  const [bottom, ceiling] = [levels[0] ?? floor, levels.at(-1) ?? most];
  const left = Math.ceil(Math.max(...levels.map((level) => widthOf(numeral(level, decimals))))) + 8;
  const times = points.map(({ at }) => Date.parse(at));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const [start, long] = [left + EDGE, width - left - 2 * EDGE];
  return {
    width,
    left,
    levels,
    x: (at) => start + (last > first ? (Date.parse(at) - first) / (last - first) : 0.5) * long,
    y: (value) => HEIGHT - FOOT - ((value - bottom) / (ceiling - bottom)) * (HEIGHT - FOOT - TOP),
  };
}

/** The newest day and the oldest, then the days between that have room. */
function dates(points: readonly Point[], plot: Plot): { at: number; text: string }[] {
  const places = new Map<Day, number>(points.map(({ at }) => [dayOf(at), plot.x(at)]));
  const labels = [...places].map(([day, at]) => ({ at, text: dateOnly(day) }));
  const [oldest, ...rest] = labels;
  return oldest ? fitting([...rest.slice(-1), oldest, ...rest.slice(0, -1)], plot.width) : [];
}

function sameRange(one: Point, other: Point | undefined): boolean {
  return other !== undefined && one.low === other.low && one.high === other.high;
}

function reading({ value, comparator, flag, low, high }: Point, unit: string | null, decimals: number): Reading {
  const range = { sex: null, low, high, critical_low: null, critical_high: null };
  return { value, comparator, text: null, unit, decimals, range, usual_names: [], flag, missing: [] };
}

function keyOf({ result_id, at }: Point): string {
  return `${result_id} ${at}`;
}
