/** A small line without axes, beside the text that says the same. */
import "../../style/components/charts.css";

interface Props {
  /** Instants in ms, oldest first. */
  times: readonly number[];
  /** One list of values per line, as long as `times`; null: not measured. */
  lines: readonly (readonly (number | null)[])[];
}

const WIDTH = 96;
const HEIGHT = 28;
const EDGE = 3;

export function Sparkline({ times, lines }: Props) {
  const values = lines.flat().filter((one) => one !== null);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  const x = (at: number): number => place(at, first, last, WIDTH);
  const y = (value: number): number => HEIGHT - place(value, least, most, HEIGHT);
  return (
    <svg class="chart sparkline" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {lines.map((line, n) => {
        const points = times.flatMap((at, k) => {
          const value = line[k] ?? null;
          return value === null ? [] : [{ x: x(at), y: y(value) }];
        });
        const end = points.at(-1);
        return (
          <g key={n}>
            <polyline class="line" points={points.map((one) => `${one.x},${one.y}`).join(" ")} />
            {end && <circle class="spark-end" cx={end.x} cy={end.y} r={2.5} />}
          </g>
        );
      })}
    </svg>
  );
}

/** Where a value lies between the edges of a length, in px. */
function place(value: number, least: number, most: number, length: number): number {
  const share = most > least ? (value - least) / (most - least) : 0.5;
  return Math.round((EDGE + share * (length - 2 * EDGE)) * 10) / 10;
}
