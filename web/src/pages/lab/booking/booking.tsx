/** One laboratory booking: specimen, values, verification. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useDraft } from "../../../lib/forms/draft";
import { t } from "../../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { ageOn, dateOnly, isDay } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { type Booking, type Status as BookingStatus, loadBookingRecord, nextOf, type Work } from "../record";
import { correcting, NOTHING, openTests, type Typed } from "./entry";
import { Facts, Planned } from "./facts";
import { PatientBar } from "./patient-bar";
import { Entered } from "./result";
import { measurable, Specimens } from "./specimens";
import { StatusActs, Steps } from "./status";
import { Values } from "./values-form";
import "../../../style/portals/lab.css";

export default function LabBooking({ params, query, account }: OwnProps) {
  const id = Number(params.id);
  const work = useLoad(() => loadBookingRecord(id), [account.id, id]);
  return (
    <Ready of={work} whole>
      {(data) => <BookingPage work={data} of={work} query={query} />}
    </Ready>
  );
}

function BookingPage({ work, of, query }: { work: Work; of: Loaded<Work>; query: URLSearchParams }) {
  const { booking, tests } = work;
  const [message, setMessage] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  const draft = useDraft<Typed>(`lab.${booking.id}`, NOTHING);
  const list = query.toString() ? `?${query.toString()}` : "";
  const next = useNext(booking, query, list);
  useFocusKept(`${booking.version} ${draft.value.correcting.join()}`, heading);

  const reload = async (): Promise<Work | null> => {
    const now = await loadBookingRecord(booking.id);
    if (!now.ok) return null;
    of.put(now.data);
    return now.data;
  };
  const acts = { work, put: of.put, reload, say: setMessage };
  const open = openTests(tests, draft.value).map(({ code }) => code);
  const received = measurable(booking);
  const ready = received.length > 0;
  const bench = { ...acts, work: { ...work, tests: tests.filter(({ code }) => received.includes(code)) } };
  return (
    <Page
      title={t("worklist_booking.title", { patient: booking.patient.full_name, reference: booking.reference })}
      lead={about(booking)}
      back={{ href: `/lab${list}`, text: t("worklist_booking.back") }}
      actions={
        <>
          <a class="button quiet" href={`/lab/${booking.id}/labels`}>
            {t("worklist.labels")}
          </a>
          {next && (
            <a class="button quiet" href={next}>
              {t("worklist_booking.next")}
            </a>
          )}
        </>
      }
    >
      <section class="card specimen">
        <div class="row between">
          <h2 tabIndex={-1} ref={heading}>
            {t("worklist_booking.specimen")}
          </h2>
          <Status kind="lab" status={booking.status} />
        </div>
        <Steps status={booking.status} />
        <Facts booking={booking} />
        <Specimens {...acts} />
        <StatusActs {...acts} />
      </section>
      <div role="status" class="said">
        {message && <p class="done">{message}</p>}
      </div>
      {!ready && tests.every(({ result }) => result === null) && <Planned tests={tests} />}
      <div class="bench">
        {(ready || tests.some(({ result }) => result)) && <PatientBar booking={booking} />}
        {ready && <Values key={booking.id} {...bench} draft={draft} next={next} />}
        {tests.map(
          ({ code, test, result }) =>
            result &&
            !open.includes(code) && (
              <Entered
                key={`${booking.id} ${code}`}
                {...acts}
                test={test}
                result={result}
                correct={() => draft.set(correcting(draft.value, result))}
              />
            ),
        )}
      </div>
    </Page>
  );
}

function about({ patient }: Booking): string {
  const { date_of_birth: born, sex } = patient;
  if (!born) return t("worklist_booking.no_birth_date", { sex: t(`sex.${sex}`) });
  return t("worklist_booking.about", { born: dateOnly(born), age: ageOn(born), sex: t(`sex.${sex}`) });
}

/** The address of the next booking in the worklist. */
function useNext(booking: Booking, query: URLSearchParams, list: string): string | null {
  const [next, setNext] = useState<number | null>(null);
  const [status, day] = [query.get("status") as BookingStatus | "uncollected" | null, query.get("day")];
  useEffect(() => {
    let wanted = true;
    // a closed booking needs no work
    if (status === "uncollected") return undefined;
    void nextOf(booking, status, isDay(day) ? day : null).then((id) => wanted && setNext(id));
    return () => {
      wanted = false;
    };
  }, [booking.id, status, day]);
  return next === null ? null : `/lab/${next}${list}`;
}

/** Focus the first value or the specimen, because the pressed button may be removed. */
function useFocusKept(version: string, heading: { current: HTMLElement | null }): void {
  const shown = useRef(version);
  useEffect(() => {
    if (shown.current === version) return;
    shown.current = version;
    if (document.activeElement && document.activeElement !== document.body) return;
    (document.querySelector<HTMLElement>(".value-field, .entered h2") ?? heading.current)?.focus();
  });
}
