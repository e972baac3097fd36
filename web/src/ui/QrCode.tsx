/** A QR code as one path, always dark on white, with the quiet zone that scanners need. */
import "../style/components/qr.css";

export function QrCode({ rows, label }: { rows: readonly string[]; label: string }) {
  const size = rows.length;
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" role="img" aria-label={label}>
      <path fill="#ffffff" d={`M0 0h${size}v${size}h-${size}z`} />
      <path fill="#000000" d={drawn(rows)} />
    </svg>
  );
}

/** Each run of dark squares of a row as one rectangle. */
export function drawn(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
    )
    .join("");
}
