/** The clinic's time zone, from the config; time.ts computes in it. */
import { now } from "../../api/server-clock";
import { language } from "../i18n/i18n";

let clinic = "UTC";
const HALF_YEAR_MS = 182 * 86_400_000;

/** Set the clinic's zone, an IANA name. Raise RangeError for an unknown name. */
export function setClinicZone(zone: string): void {
  new Intl.DateTimeFormat("en", { timeZone: zone });
  clinic = zone;
}

/** Make the browser load its calendar and zone data: 50-100 ms on a phone, once. The first date shown would wait for them. */
export function loadCalendar(): void {
  new Date().toLocaleString(language.get(), { timeZone: "Europe/Berlin" });
}

export function clinicZone(): string {
  return clinic;
}

/** "Berlin" */
export function clinicCity(): string {
  return clinic.slice(clinic.lastIndexOf("/") + 1).replaceAll("_", " ");
}

/** "GMT+1": the offset of the clinic's clock from UTC now. */
export function clinicOffset(): string {
  const form = new Intl.DateTimeFormat(language.get(), { timeZone: clinic, timeZoneName: "shortOffset" });
  return form.formatToParts(now()).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** Whether the device's clock shows another time than the clinic's, now or half a year later: summer time differs too. */
export function isDeviceElsewhere(): boolean {
  return [now(), now() + HALF_YEAR_MS].some((at) => wallClock(at, clinic) !== wallClock(at));
}

function wallClock(at: number, timeZone?: string): string {
  return new Date(at).toLocaleString("en", { timeZone });
}
