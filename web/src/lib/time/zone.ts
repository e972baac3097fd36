/** The clinic's time zone, from the config; time.ts computes in it. */
let clinic = "UTC";

/** Set the clinic's zone, an IANA name. Raise RangeError for an unknown name. */
export function setClinicZone(zone: string): void {
  new Intl.DateTimeFormat("en", { timeZone: zone });
  clinic = zone;
}

export function clinicZone(): string {
  return clinic;
}
