/** One value on a line with its usual range; the text beside it says the same. */
import { apart, useWidth } from "../../lib/chart-layout";
import { hasRange, type Reading, type Scale, scale, shown, toneOf, usual, wordOf } from "../../lib/clinical/results";
import { t } from "../../lib/i18n/i18n";
import { numeral } from "../../lib/i18n/numbers";
import { locale } from "../../lib/time/time";
import { Chip } from "../Chip";
import { Marker } from "./Marker";
import "../../style/components/charts.css";

const HEIGHT = 50;
const MIDDLE = 16;
/** Space for a marker at an end. */
const EDGE = 12;

export function NumberLine({ observation }: { observation: Reading }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const at = scale(observation);
  return (
    <div class="number-line" ref={ref}>
      <p class="reading">
        <b>{shown(observation)}</b> <Chip tone={toneOf(observation.flag)}>{t(wordOf(observation.flag))}</Chip>{" "}
        {observation.flag !== "no_range" && <span class="muted">{compared(observation)}</span>}
      </p>
      {at && (
        <svg class="chart" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <Line observation={observation} at={at} width={width} />
        </svg>
      )}
    </div>
  );
}

function Line({ observation, at, width }: { observation: Reading; at: Scale; width: number }) {
  const x = (part: number): number => EDGE + part * (width - 2 * EDGE);
  const { range, decimals, comparator, flag } = observation;
  const bounds = [
    { part: at.lowAt, bound: range?.low ?? null },
    { part: at.highAt, bound: range?.high ?? null },
  ].flatMap(({ part, bound }) =>
    part === null || bound === null ? [] : [{ at: x(part), text: numeral(bound, decimals) }],
  );
  return (
    <>
      <rect class="track" x={x(0)} y={MIDDLE - 3} width={x(1) - x(0)} height={6} rx={3} />
      {at.criticalLowAt !== null && <Zone from={x(0)} to={x(at.criticalLowAt)} />}
      {at.criticalHighAt !== null && <Zone from={x(at.criticalHighAt)} to={x(1)} />}
      {bounds.length > 0 && (
        <Band from={x(at.lowAt ?? at.criticalLowAt ?? 0)} to={x(at.highAt ?? at.criticalHighAt ?? 1)} />
      )}
      {bounds.map((bound) => (
        <line key={bound.at} class="tick" x1={bound.at} x2={bound.at} y1={MIDDLE + 8} y2={HEIGHT - 18} />
      ))}
      {apart(bounds, width).map((label) => (
        <text key={label.at} x={label.at} y={HEIGHT - 4} text-anchor="middle">
          {label.text}
        </text>
      ))}
      {comparator && (
        <line class="reach" x1={x(at.valueAt)} x2={x(comparator.startsWith("<") ? 0 : 1)} y1={MIDDLE} y2={MIDDLE} />
      )}
      <Marker x={x(at.valueAt)} y={MIDDLE} flag={flag} pointing={at.clipped} />
    </>
  );
}

function Band({ from, to }: { from: number; to: number }) {
  return <rect class="band" x={from} y={MIDDLE - 8} width={Math.max(to - from, 2)} height={16} rx={3} />;
}

function Zone({ from, to }: { from: number; to: number }) {
  return <rect class="zone" x={from} y={MIDDLE - 5} width={Math.max(to - from, 2)} height={10} rx={3} />;
}

function compared(observation: Reading): string {
  if (hasRange(observation)) return t("result.usual", { usual: usual(observation) });
  const text = usual(observation);
  return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
}
