/** A text as a Code 128 symbol, as wide as its place. */
import { bars } from "./code128";

export function Barcode({ of }: { of: string }) {
  const { path, width } = bars(of);
  return (
    <svg class="barcode" viewBox={`0 0 ${width} 1`} preserveAspectRatio="none" role="img" aria-label={of}>
      <path d={path} />
    </svg>
  );
}
