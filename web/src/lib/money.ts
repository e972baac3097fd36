/** Money as the API writes it: whole numbers of a currency's smallest unit. */
import { locale } from "./time";

/** "€12.00": `minor` of the currency's smallest unit, ISO 4217, as the page's language writes it. */
export function money(minor: number, currency: string): string {
  const form = new Intl.NumberFormat(locale(), { style: "currency", currency });
  return form.format(minor / 10 ** (form.resolvedOptions().maximumFractionDigits ?? 2));
}
