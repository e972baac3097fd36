/** The summary of a chart beside the notes, on wide screens. A new part is one line in PARTS. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { frequencyText } from "../../../lib/clinical/dosing";
import { sentence } from "../../../lib/clinical/results";
import { type Key, t } from "../../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { later } from "../../../ui/Later";
import type { Chart } from "../chart/record";
import type { Vitals } from "../vitals/load";
import { itemsOf } from "./placeholders";

interface PartProps {
  chart: Chart;
  vitals: Vitals;
}

const LastValues = later(() => import("../vitals/last-values"));

const PARTS: readonly (readonly [name: string, part: (props: PartProps) => ComponentChildren])[] = [
  ["allergies", Allergies],
  ["problems", Problems],
  ["medicines", Medicines],
  ["vitals", VitalsPart],
  ["orders", Orders],
  ["results", Results],
];
const RESULTS = 5;
const ORDERS = 20;
const ENDED: ReadonlySet<Schemas["LabBookingStatus"]> = new Set(["verified", "cancelled"]);
const WIDE = "(min-width: 80rem)";

/** Whether the page has room for three columns. */
export function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const room = matchMedia(WIDE);
    const follow = (): void => setWide(room.matches);
    room.addEventListener("change", follow);
    return () => room.removeEventListener("change", follow);
  }, []);
  return wide;
}

export function Summary({ chart, vitals }: PartProps) {
  return (
    // it scrolls in a low window, so the keyboard must reach it
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region
    <section class="summary card no-print" aria-label={t("summary.title")} tabIndex={0}>
      {PARTS.map(([name, Part]) => (
        <section key={name} aria-labelledby={`summary-${name}`}>
          <h2 id={`summary-${name}`}>{t(`summary.${name}` as Key)}</h2>
          <Part chart={chart} vitals={vitals} />
        </section>
      ))}
    </section>
  );
}

function Lines({ of, none }: { of: readonly ComponentChildren[]; none: string }) {
  if (of.length === 0) return <p class="muted small">{none}</p>;
  return (
    <ul class="plain">
      {of.map((line, at) => (
        <li key={at}>{line}</li>
      ))}
    </ul>
  );
}

function Allergies({ chart: { allergy_status, allergies } }: PartProps) {
  if (allergy_status !== "noted") return <p class="muted small">{t(`patient_strip.${allergy_status}`)}</p>;
  const of = allergies.map(({ substance, severity }) =>
    t("patient_strip.allergy", { substance, severity: t(`severity.${severity}`) }),
  );
  return (
    <div class="allergic strong">
      <Lines of={of} none="" />
    </div>
  );
}

function Problems({ chart: { problems } }: PartProps) {
  const active = problems.filter(({ status }) => status === "active");
  return <Lines of={active.map(({ name }) => name)} none={t("summary.problems.none")} />;
}

function Medicines({ chart: { prescriptions } }: PartProps) {
  const of = itemsOf(prescriptions).map(({ medicine, dose, frequency }) => (
    <>
      {medicine} <span class="muted small">{t("sheet.take", { dose, frequency: frequencyText(frequency) })}</span>
    </>
  ));
  return <Lines of={of} none={t("summary.medicines.none")} />;
}

function VitalsPart({ vitals: { data, failure } }: PartProps) {
  if (data) return <LastValues items={data.items} />;
  return <p class="muted small">{failure ? t("summary.vitals.failed") : "…"}</p>;
}

function Orders({ chart: { patient } }: PartProps) {
  const params = { path: { patient_id: patient.id }, query: { limit: ORDERS } };
  const found = useLoad(
    () => outcome(api.GET("/api/doctor/patients/{patient_id}/lab-orders", { params })),
    [patient.id],
    { every: 60_000 },
  );
  if (!found.data) return <p class="muted small">{found.failure ? t("today.orders.failed") : "…"}</p>;
  const open = found.data.items.filter(({ status }) => !ENDED.has(status));
  const of = open.map(({ tests, late, status }) => (
    <>
      {tests.map(nameOf).join(", ")}{" "}
      {late ? (
        <Chip tone="no-show">{t("orders.late")}</Chip>
      ) : (
        <span class="muted small">{status === "booked" ? t("orders.ordered") : t(`lab.${status}`)}</span>
      )}
    </>
  ));
  return <Lines of={of} none={t("summary.orders.none", { count: ORDERS })} />;
}

function Results({ chart: { results } }: PartProps) {
  const of = results.slice(0, RESULTS).map((one) => (
    <>
      {testNameOf(one)} <span class="muted small">{dateOnly(dayOf(one.collected_at ?? one.entered_at))}</span>{" "}
      {one.critical && <Chip tone="critical">{t("record.critical")}</Chip>}
      <span class="small">{sentence(one)}</span>
    </>
  ));
  return <Lines of={of} none={t("summary.results.none")} />;
}
