/** A value on a chart; outside its usual range it has another shape, not only another colour. */
import type { Schemas } from "../../api/client";
import { toneOf } from "../../lib/clinical/results";

interface Props {
  x: number;
  y: number;
  flag: Schemas["Flag"];
  /** The value lies further than the chart reaches, on this side. */
  pointing?: "low" | "high" | null;
  size?: number;
}

const OUTSIDE: readonly Schemas["Flag"][] = ["low", "high", "critical_low", "critical_high", "abnormal"];

export function isOutside(flag: Schemas["Flag"]): boolean {
  return OUTSIDE.includes(flag);
}

export function Marker({ x, y, flag, pointing = null, size = 7 }: Props) {
  const look = `point point-${toneOf(flag)}`;
  const way = pointing === "low" ? -1 : 1;
  if (pointing) return <path class={look} data-pointing={pointing} d={arrow(x, y, way * (size + 3))} />;
  if (isOutside(flag)) return <path class={look} d={diamond(x, y, size + 2)} />;
  return <circle class={look} cx={x} cy={y} r={size} />;
}

function diamond(x: number, y: number, half: number): string {
  return `M${x - half} ${y}L${x} ${y - half}L${x + half} ${y}L${x} ${y + half}Z`;
}

function arrow(x: number, y: number, long: number): string {
  const high = Math.abs(long);
  return `M${x + long} ${y}L${x - long * 0.6} ${y - high}V${y + high}Z`;
}
