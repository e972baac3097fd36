/** The visit types that a form offers. */
import { api, type Outcome, outcome, type Schemas } from "../../api/client";
import { every } from "./all-pages";

export type TypeOption = Pick<Schemas["OfferedVisitType"], "id" | "names" | "minutes" | "price">;

/** Every active visit type of the hospital, as the desk chooses one. */
export async function everyActiveType(): Promise<Outcome<TypeOption[]>> {
  const found = await every((cursor) =>
    outcome(api.GET("/api/admin/visit-types", { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
  );
  if (!found.ok) return found;
  const active = found.data.filter((one) => one.active);
  return {
    ok: true,
    data: active.map(optionOf),
  };
}

/** The visit types that the signed-in doctor offers, in the doctor's order. */
export async function ownTypes(): Promise<Outcome<TypeOption[]>> {
  const found = await outcome(api.GET("/api/doctor/visit-types"));
  if (!found.ok) return found;
  const offered = found.data.types.filter((one) => one.offered);
  return {
    ok: true,
    data: offered.map(({ type, minutes }) => ({ ...optionOf(type), minutes: minutes ?? type.minutes })),
  };
}

/** The visit types that the caller can book with a doctor, in the doctor's order. */
export async function typesOf(doctor_id: number): Promise<Outcome<TypeOption[]>> {
  const params = { path: { doctor_id }, query: { days: 1 } };
  const found = await outcome(api.GET("/api/doctors/{doctor_id}/slots", { params }));
  return found.ok ? { ok: true, data: found.data.visit_types } : found;
}

function optionOf({ id, minutes, price, name_en, name_de }: Schemas["VisitType"]): TypeOption {
  return { id, minutes, price, names: { en: name_en, de: name_de } };
}
