/** The patient's whole record as a JSON file; its parts are joined here. Loaded when it is asked for. */
import { api, type Failure, outcome, type Schemas } from "../../../api/client";
import { today } from "../../../lib/time/time";

type PatientRecord = Schemas["PatientRecord"];

/** Save the record as a file; return the failure of a part. */
export async function saveRecord(): Promise<Failure | null> {
  const whole = await readRecord();
  if ("ok" in whole) return whole;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(whole, null, 1)], { type: "application/json" }));
  link.download = `record-${today()}.json`;
  link.click();
  // some browsers read the blob after the click event
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return null;
}

async function readRecord(): Promise<PatientRecord | Failure> {
  let whole = await readPart();
  while ("format" in whole && whole.next !== null) {
    const part = await readPart(whole.next);
    whole = "format" in part ? join(whole, part) : part;
  }
  return whole;
}

async function readPart(after?: string): Promise<PatientRecord | Failure> {
  const part = await outcome(api.GET("/api/me/record/export", { params: { query: after ? { after } : {} } }));
  return part.ok ? part.data : part;
}

/** Two neighbouring parts as one: lists one after the other, `next` of the later part. */
export function join(earlier: PatientRecord, later: PatientRecord): PatientRecord {
  const lists = Object.entries(later).filter((member): member is [keyof PatientRecord, never[]] =>
    Array.isArray(member[1]),
  );
  const joined = lists.map(([name, items]) => [name, [...(earlier[name] as never[]), ...items]]);
  return { ...earlier, ...Object.fromEntries(joined), next: later.next };
}
