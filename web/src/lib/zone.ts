/** The clinic's time zone, which the hospital says once; lib/time.ts computes in it. */
let clinic = "UTC";

/** Sets the clinic's zone, an IANA name, once for the app; an unknown name is a RangeError. */
export function keepZone(zone: string): void {
  new Intl.DateTimeFormat("en", { timeZone: zone });
  clinic = zone;
}

export function clinicZone(): string {
  return clinic;
}
