/** One result: a sentence, the doctor's comment, then each value with its usual range. */

import { api, type Config, outcome, type Schemas } from "../../../api/client";
import { sentence } from "../../../lib/clinical/results";
import { t } from "../../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { locale, longDay } from "../../../lib/time/time";
import { CommentVersions } from "../../../ui/CommentVersions";
import { Corrected } from "../../../ui/Corrected";
import { isOutside } from "../../../ui/charts/Marker";
import { Page } from "../../../ui/frame/Page";
import { LabReport } from "../../../ui/print/LabReport";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";
import { sampleDay } from "./days";
import { ResultValue } from "./value";
import "../../../style/portals/patient-labs.css";
import "../../../style/portals/patient.css";

type Result = Schemas["LabResult"];

export default function ResultPage({ params, config }: OwnProps) {
  const path = { result_id: Number(params.id) };
  const found = useLoad(() => outcome(api.GET("/api/labs/results/{result_id}", { params: { path } })), [params.id]);
  const back = { href: "/results", text: t("result_page.back") };
  return (
    <Ready of={found} whole>
      {(one) => (
        <Page
          title={testNameOf(one)}
          lead={sentence(one)}
          back={back}
          paper={
            <PrintHead config={config} about={t("report.head", { reference: one.reference })} patient={one.patient} />
          }
        >
          <div class="no-print stack">
            <p class="muted">{t("result_page.sample", { day: longDay(sampleDay(one)) })}</p>
            {one.critical && <Critical of={one} config={config} />}
            <Corrected of={one} />
            <Said of={one} />
            <CommentVersions of={one} />
            <Values of={one} />
            <p class="row">
              <PrintButton />
              <a href={`/labs/bookings/${one.booking_id}`}>{t("result_page.booking")}</a>
            </p>
          </div>
          <div class="on-paper">
            <LabReport of={one} />
          </div>
        </Page>
      )}
    </Ready>
  );
}

/** The instructions for a critical value. */
function Critical({ of, config }: { of: Result; config: Config }) {
  const names = of.observations.filter(isCritical).map(nameOf);
  return (
    <section class="warning stack close" aria-labelledby="critical">
      <h2 id="critical">{t("result_page.critical")}</h2>
      <p>{t("result_page.critical.names", { names: new Intl.ListFormat(locale()).format(names) })}</p>
      <p>
        {t(config.phone ? "result_page.critical.call" : "result_page.critical.contact")}{" "}
        {config.phone && <Tel number={config.phone} />}
      </p>
      <p>{t("result_page.critical.emergency")}</p>
    </section>
  );
}

function Said({ of: { comment, released_by, note } }: { of: Result }) {
  return (
    <>
      {comment && (
        <section class="card">
          <h2>{t("result_page.comment")}</h2>
          <p class="written">{comment}</p>
          {released_by && <p class="muted small">{released_by.full_name}</p>}
        </section>
      )}
      {note && <p class="info written">{t("report.note", { note })}</p>}
    </>
  );
}

function isCritical({ flag }: Schemas["Observation"]): boolean {
  return flag === "critical_low" || flag === "critical_high";
}

/** Values outside the usual range first, critical ones at the top. */
function Values({ of: { id, observations } }: { of: Result }) {
  const outside = observations
    .filter(({ flag }) => isOutside(flag))
    .toSorted((one, other) => Number(isCritical(other)) - Number(isCritical(one)));
  const others = observations.filter(({ flag }) => !isOutside(flag));
  const both = outside.length > 0 && others.length > 0;
  return (
    <>
      {outside.length > 0 && (
        <Group title={t(both ? "result_page.outside" : "result_page.values")} of={outside} result={id} />
      )}
      {others.length > 0 && (
        <Group title={t(both ? "result_page.others" : "result_page.values")} of={others} result={id} />
      )}
    </>
  );
}

function Group({ title, of, result }: { title: string; of: Result["observations"]; result: number }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul class="values">
        {of.map((one) => (
          <li key={one.analyte}>
            <ResultValue of={one} result={result} />
          </li>
        ))}
      </ul>
    </section>
  );
}
