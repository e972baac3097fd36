/** The first step of booking tests: preparation, day and time. */

import { useRef } from "preact/hooks";
import type { Config } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { withQuery } from "../../../lib/routing/router";
import {
  addDays,
  clock,
  type Day,
  isDay,
  longDay,
  longWhen,
  minuteOfDay,
  shortDay,
  today,
} from "../../../lib/time/time";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { LabPreparation, LabTestList } from "./parts";
import { freeOn, type LabSlot, nextFree, otherHref } from "./slots";
import type { LabTest } from "./tests";

const PARTS = [
  { say: "lab_book.morning", from: 0, to: 12 * 60 },
  { say: "lab_book.afternoon", from: 12 * 60, to: 17 * 60 },
  { say: "lab_book.evening", from: 17 * 60, to: 24 * 60 },
] as const;

export function LabTimes({ tests, day, config }: { tests: readonly LabTest[]; day: Day | null; config: Config }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const last = addDays(today(), config.booking.horizon_days);
  const codes = tests.map(({ code }) => code);
  const shown = useLoad(async () => {
    const first = day ? ({ ok: true, data: day } as const) : await nextFree(today(), last, codes);
    if (!first.ok) return first;
    const found = await freeOn(first.data ?? today(), codes);
    return found.ok ? { ok: true as const, data: { day: first.data ?? today(), free: found.data } } : found;
  }, [day, ...codes]);
  const ordered = tests.filter((test) => test.by_order_only);
  return (
    <Page title={t("lab_book.title")} lead={t("lab_book.lead")} back={{ href: "/labs", text: t("lab_book.back") }}>
      <div class="lab-choose">
        <aside class="stack">
          <LabTestList tests={tests} day={day} />
          <LabPreparation tests={tests} starts={null} />
        </aside>
        <section>
          <h2 tabIndex={-1} ref={heading}>
            {t("lab_book.when")}
          </h2>
          {ordered.length > 0 && (
            <p class="warning">{t("lab_book.by_order", { names: ordered.map(nameOf).join(", ") })}</p>
          )}
          {haveNoCommonTime(tests) && <p class="warning">{t("problem.outside_collection")}</p>}
          <Days around={shown.data?.day ?? day ?? today()} last={last} />
          <Ready of={shown}>
            {({ day, free }) => (
              <div class="stack">
                <h3>{longDay(day)}</h3>
                {free.every(({ other }) => other) && (
                  <Full day={day} last={last} codes={codes} moved={() => heading.current?.focus()} />
                )}
                {PARTS.map(({ say, from, to }) => {
                  const own = free.filter(({ starts_at }) => within(starts_at, from, to));
                  return own.length > 0 && <Times key={say} title={t(say)} of={own} />;
                })}
              </div>
            )}
          </Ready>
        </section>
      </div>
    </Page>
  );
}

function haveNoCommonTime(tests: readonly LabTest[]): boolean {
  const from = tests.map(({ collect_from }) => collect_from ?? "00:00").sort();
  const until = tests.map(({ collect_until }) => collect_until ?? "24:00").sort();
  return (from.at(-1) ?? "") >= (until[0] ?? "24:00");
}

/** Seven days as links, and links to other weeks within the booking horizon. */
function Days({ around, last }: { around: Day; last: Day }) {
  const weeks = Math.max(0, Math.floor((Date.parse(around) - Date.parse(today())) / (7 * 86_400_000)));
  const first = addDays(today(), weeks * 7);
  const days = Array.from({ length: 7 }, (_, n) => addDays(first, n)).filter((day) => day <= last);
  return (
    <nav class="day-links" aria-label={t("lab_book.days")}>
      <ul>
        {days.map((day) => (
          <li key={day}>
            <a href={withQuery({ day })} aria-current={day === around ? "date" : undefined}>
              <span class="unseen">{longDay(day)}</span>
              <span aria-hidden="true">{shortDay(day)}</span>
            </a>
          </li>
        ))}
      </ul>
      <p class="row between">
        {weeks > 0 && <a href={withQuery({ day: addDays(first, -7) })}>{t("lab_book.earlier")}</a>}
        {addDays(first, 7) <= last && <a href={withQuery({ day: addDays(first, 7) })}>{t("lab_book.later")}</a>}
      </p>
    </nav>
  );
}

function Times({ title, of }: { title: string; of: readonly LabSlot[] }) {
  return (
    <div class="times">
      <h4>{title}</h4>
      <ul>
        {of.map(({ starts_at, free, other }) => (
          <li key={starts_at}>
            <a class={other ? "own" : undefined} href={other ? otherHref(other) : withQuery({ start: starts_at })}>
              <span class="unseen">{longWhen(starts_at)}, </span>
              <b aria-hidden="true">{clock(starts_at)}</b>
              <span>{other ? t("lab_book.own") : plural("lab_book.free", free)}</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** No free time: a link to the next free day. */
function Full({ day, last, codes, moved }: { day: Day; last: Day; codes: readonly string[]; moved: () => void }) {
  const next = useLoad(() => nextFree(addDays(day, 1), last, codes), [day, ...codes]);
  return (
    <Empty>
      <p role="status">{t("lab_book.full", { day: longDay(day) })}</p>
      <Ready of={next}>
        {(found) =>
          isDay(found) ? (
            <a class="button" href={withQuery({ day: found })} onClick={moved}>
              {t("lab_book.next", { day: longDay(found) })}
            </a>
          ) : (
            <p>{t("lab_book.no_next")}</p>
          )
        }
      </Ready>
    </Empty>
  );
}

function within(starts_at: string, from: number, to: number): boolean {
  const minute = minuteOfDay(starts_at);
  return minute >= from && minute < to;
}
