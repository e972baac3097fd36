/** A laboratory order as the form holds it, its checks, and its refusals. */
import type { NoAnswer, Problem, Schemas } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";

export interface Order {
  tests: Pick<Schemas["BookedTest"], "code" | "name" | "names">[];
  priority: Schemas["LabPriority"];
  note: string;
  timed: boolean;
  day: string;
  starts_at: string;
}

/** The order that is being changed, and its booked time, which stays possible. */
export type Changed = Pick<Schemas["LabBooking"], "id" | "starts_at">;
export type Put = (change: Partial<Order>) => void;

export function check({ tests, timed, starts_at }: Order): Mistake[] {
  return [
    ...(tests.length === 0 ? [{ field: "q", message: t("order.missing") }] : []),
    ...(tests.length > 20 ? [{ field: "q", message: t("order.too_many") }] : []),
    ...(timed && !starts_at ? [{ field: "starts_at", message: t("order.missing_time") }] : []),
  ];
}

/** A refused order as mistakes; a taken time and unknown tests leave the form. */
export function refusal(order: Order, put: Put, problem: Problem | NoAnswer, retryAfter: number | null): Mistake[] {
  if (problem.code === "outside_collection") {
    put({ starts_at: "" });
    return [{ field: "starts_at", message: t("order.outside") }];
  }
  if (problem.code === "lab_full" || problem.code === "patient_busy") {
    put({ starts_at: "" });
    return [{ field: "starts_at", message: t(problem.code === "lab_full" ? "order.full" : "order.patient_busy") }];
  }
  if (problem.code === "unknown_test") {
    put({ tests: order.tests.filter(({ code }) => !problem.codes.includes(code)) });
    return [{ field: "q", message: t("order.unknown", { codes: problem.codes.join(", ") }) }];
  }
  return mistakes(problem, retryAfter, ["note", "starts_at"]);
}
