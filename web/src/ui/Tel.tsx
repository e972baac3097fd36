/** A phone number that a phone can call. */
export function Tel({ number }: { number: string }) {
  return <a href={`tel:${number.replace(/[^+\d]/g, "")}`}>{number}</a>;
}
