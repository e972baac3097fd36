/** Numbers and money as the page's language writes them. */
import { locale } from "../time/time";

/** "€12.00": `minor` of the currency's smallest unit, ISO 4217, as the page's language writes it. */
export function money(minor: number, currency: string): string {
  const form = new Intl.NumberFormat(locale(), { style: "currency", currency });
  return form.format(minor / 10 ** (form.resolvedOptions().maximumFractionDigits ?? 2));
}

/** A number in the locale's format, at least `decimals` decimals; not rounded, as that may move a value across a bound. */
export function numeral(value: number, decimals = 0): string {
  const format = { minimumFractionDigits: decimals, maximumFractionDigits: Math.max(decimals, 9) };
  return new Intl.NumberFormat(locale(), format).format(value);
}
