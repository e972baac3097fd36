/** A phone number that a phone can call, without the `(0)` after a country code, and with its extension (RFC 3966). */
export function Tel({ number }: { number: string }) {
  return <a href={`tel:${number.replace("ext.", ";ext=").replace(/\(0\)|[^+\d;ext=]/g, "")}`}>{number}</a>;
}
