/** The patient's record on one page and one printed summary. */

import { useState } from "preact/hooks";
import { api, type Failure, outcome, type Schemas } from "../../../api/client";
import { frequencyText } from "../../../lib/clinical/dosing";
import { sentence } from "../../../lib/clinical/results";
import type { Tone } from "../../../lib/clinical/tone";
import { setText } from "../../../lib/clinical/vitals";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName, testNameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf, longDay, today } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Consents } from "../../../ui/Consents";
import { Page } from "../../../ui/frame/Page";
import { Problem } from "../../../ui/frame/Problem";
import { InEmergency, PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import "../../../style/components/sheet.css";
import "../../../style/portals/patient.css";

type OwnRecord = Schemas["OwnRecord"];

const RESULTS = 50;
/** The most visits in an answer. */
const VISITS = 100;
/** The most measurements on the page. */
const MEASURED = 20;
const SEVERITIES: Readonly<Record<Schemas["Severity"], Tone>> = {
  mild: "completed",
  moderate: "no-show",
  severe: "critical",
};

export default function MyRecord({ config, account }: OwnProps) {
  const record = useLoad(() => outcome(api.GET("/api/me/record")), [account.id]);
  const query = { limit: RESULTS };
  const results = useLoad(() => outcome(api.GET("/api/labs/results", { params: { query } })), [account.id]);
  return (
    <Page
      title={t("my_record.title")}
      lead={t("my_record.lead")}
      width="narrow"
      actions={
        <>
          <Download />
          <PrintButton />
        </>
      }
      paper={<PrintHead config={config} about={t("my_record.print", { day: dateOnly(today()) })} patient={account} />}
    >
      <Ready of={record}>
        {(own) => (
          <>
            <Allergies of={own} />
            <Problems of={own} />
            <Medicines of={own} />
          </>
        )}
      </Ready>
      <section class="section" aria-labelledby="results">
        <h2 id="results">{t("my_record.results")}</h2>
        <Ready of={results} empty={<p class="muted">{t("my_record.results.none")}</p>}>
          {({ items, next_cursor }) => <Results items={items} more={next_cursor !== null} />}
        </Ready>
      </section>
      {record.data && <Vitals of={record.data} />}
      {record.data && <Visits of={record.data} />}
      <Consents account={account} />
      <p class="section small muted">{t("my_record.wrong")}</p>
      <p class="small muted no-print">{t("my_record.download.hint")}</p>
    </Page>
  );
}

/** Saves everything that the hospital stores about the patient, for the patient or another program. */
function Download() {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const save = async (): Promise<void> => {
    setBusy(true);
    setFailure(await (await import("./export")).saveRecord());
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        class="button quiet small no-print"
        aria-disabled={busy}
        onClick={() => void (busy || save())}
      >
        {t("my_record.download")}
      </button>
      {failure && <Problem failure={failure} again={() => void save()} />}
    </>
  );
}

function Allergies({ of: { allergies, allergy_status: status } }: { of: OwnRecord }) {
  return (
    <section class="section" aria-labelledby="allergies">
      <h2 id="allergies">{t("my_record.allergies")}</h2>
      {status === "noted" ? (
        <ul class="lines">
          {allergies.map(({ substance, severity, reaction, noted_on, certainty, emergency }) => (
            <li key={substance}>
              <span>
                <b>{substance}</b>{" "}
                <Chip tone={SEVERITIES[severity]}>{t(`my_record.allergies.severity.${severity}`)}</Chip>
              </span>
              <span class="muted">
                {listed(
                  certainty === "suspected" && t("my_record.allergies.suspected"),
                  reaction,
                  noted_on && t("my_record.allergies.noted_on", { day: dateOnly(noted_on) }),
                )}
              </span>
              <InEmergency of={{ emergency }} />
            </li>
          ))}
        </ul>
      ) : (
        <p class="muted">{t(`my_record.allergies.${status}`)}</p>
      )}
    </section>
  );
}

function Problems({ of: { problems } }: { of: OwnRecord }) {
  return (
    <section class="section" aria-labelledby="problems">
      <h2 id="problems">{t("my_record.problems")}</h2>
      {problems.length === 0 && <p class="muted">{t("my_record.problems.none")}</p>}
      {problems.length > 0 && (
        <ul class="lines">
          {problems.map(({ name, status, since, emergency }) => (
            <li key={name}>
              <b>{name}</b>
              <span class="muted">
                {listed(
                  since && t("my_record.problems.since", { day: dateOnly(since) }),
                  status === "resolved" && t("my_record.problems.resolved"),
                )}
              </span>
              <InEmergency of={{ emergency }} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Medicines({ of: { prescriptions } }: { of: OwnRecord }) {
  const taken = prescriptions.flatMap((one) => one.items.filter(({ active }) => active).map((item) => ({ one, item })));
  return (
    <section class="section" aria-labelledby="medicines">
      <h2 id="medicines">{t("my_record.medicines")}</h2>
      {taken.length === 0 && <p class="muted">{t("my_record.medicines.none")}</p>}
      {taken.length > 0 && (
        <ul class="lines">
          {taken.map(({ one, item }, n) => (
            <li key={`${one.id} ${n}`}>
              <a href={`/prescriptions/${one.id}`}>{item.medicine}</a>
              <span>{listed(item.dose, frequencyText(item.frequency))}</span>
              <span class="muted">
                {t("my_record.medicines.by", { day: dateOnly(item.last_day), doctor: one.doctor.full_name })}
              </span>
              <InEmergency of={one} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Results({ items, more }: { items: readonly Schemas["LabResult"][]; more: boolean }) {
  return (
    <>
      <ul class="lines">
        {items.map((one) => (
          <li key={one.id}>
            <span>
              <a href={`/results/${one.id}`}>{testNameOf(one)}</a>{" "}
              <span class="muted">{dateOnly(dayOf(one.collected_at ?? one.entered_at))}</span>
            </span>
            <span>{sentence(one)}</span>
            {one.comment && <span>{t("my_record.results.commented", { comment: one.comment })}</span>}
          </li>
        ))}
      </ul>
      {more && <p class="muted small">{t("my_record.newest", { count: RESULTS })}</p>}
      <p class="more no-print">
        <a href="/results">{t("my_record.results.more")}</a>
      </p>
    </>
  );
}

function Vitals({ of: { vitals } }: { of: OwnRecord }) {
  const shown = vitals.slice(0, MEASURED);
  return (
    <section class="section" aria-labelledby="vitals">
      <h2 id="vitals">{t("vitals.title")}</h2>
      {shown.length === 0 && <p class="muted">{t("my_record.vitals.none")}</p>}
      {shown.length > 0 && (
        <ul class="lines">
          {shown.map((one) => (
            <li key={one.id}>
              <b>{dateOnly(dayOf(one.measured_at))}</b>
              <span>{setText(one)}</span>
              <span class="muted">{listed(one.recorded_by.full_name, one.note)}</span>
              <InEmergency of={one} />
            </li>
          ))}
        </ul>
      )}
      {vitals.length > MEASURED && <p class="muted small">{t("my_record.newest", { count: MEASURED })}</p>}
    </section>
  );
}

function Visits({ of: { visits } }: { of: OwnRecord }) {
  return (
    <section class="section" aria-labelledby="visits">
      <h2 id="visits">{t("my_record.visits")}</h2>
      {visits.length === 0 && <p class="muted">{t("my_record.visits.none")}</p>}
      <div class="stack">
        {visits.map((one) => (
          <article key={one.id} class="card stack close" aria-label={longDay(dayOf(one.starts_at))}>
            <h3 class="card-title">
              <a href={`/appointments/${one.id}`}>{longDay(dayOf(one.starts_at))}</a>
            </h3>
            <p>{listed(one.doctor.full_name, specialtyName(one.doctor), one.reason)}</p>
            {one.notes ? <SignedNotes of={one.notes} /> : <p class="muted">{t("my_record.visits.no_notes")}</p>}
          </article>
        ))}
      </div>
      {visits.length === VISITS && <p class="muted small">{t("my_record.newest", { count: VISITS })}</p>}
    </section>
  );
}

function SignedNotes({ of: notes }: { of: Schemas["Notes"] }) {
  const by = notes.signed_by ?? notes.author;
  return (
    <>
      <p class="written">{notes.text}</p>
      {by && notes.signed_at && (
        <p class="muted small">
          {t("my_record.visits.signed", { doctor: by.full_name, day: dateOnly(dayOf(notes.signed_at)) })}
        </p>
      )}
      {notes.addenda.map((one) => (
        <div key={one.at}>
          <p class="written">{one.text}</p>
          <p class="muted small">
            {t("my_record.visits.added", { doctor: one.by.full_name, day: dateOnly(dayOf(one.at)) })}
          </p>
        </div>
      ))}
    </>
  );
}

function listed(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(" · ");
}
