/** The editor of weekly hours, with preview and the visits outside them. */
import { useState } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { type Draft, useDraft } from "../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import type { Loaded } from "../../lib/loading/query";
import { ErrorSummary } from "../forms/ErrorSummary";
import { Field } from "../forms/Field";
import { Submit } from "../forms/Submit";
import { Problem } from "../frame/Problem";
import { Left } from "./affected-visits";
import { Copy } from "./copy";
import { DayRow } from "./day";
import { Preview, weekText } from "./preview";
import {
  checkWeek,
  copied,
  outside,
  rulesOf,
  sameWeek,
  type Visit,
  WEEKDAYS,
  type Week,
  type Weekday,
  weekOf,
} from "./rules";
import type { Extra, Saved, Source } from "./source";

interface Props {
  saved: Saved;
  put: (saved: Saved) => void;
  visits: Loaded<Visit[]>;
  timeOff: readonly Schemas["TimeOff"][];
  extra: readonly Extra[];
  source: Source;
}

export function WeekEditor({ saved, put, visits, timeOff, extra, source }: Props) {
  const draft = useDraft<Week>(`availability.week${source.name}`, weekOf(saved));
  const week = draft.value;
  const change = (changes: Partial<Week>): void => draft.set({ ...draft.value, ...changes });
  const [done, setDone] = useState(false);
  const [copying, setCopying] = useState<Weekday | null>(null);
  const { busy, errors, submit } = useForm(
    () => checkWeek(week),
    async () => {
      setDone(false);
      const found = await save(saved, put, draft, source);
      setDone(found.length === 0);
      return found;
    },
  );
  const rules = rulesOf(week);
  const unsaved = !sameWeek(week, weekOf(saved));
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form class="availability" noValidate onSubmit={submit} onInput={() => setDone(false)}>
        <section class="stack">
          <h2>{t(source.isOwn ? "availability.week" : "availability.week.desk")}</h2>
          <div class="pair">
            <Field
              id="slot_minutes"
              type="number"
              label={t("availability.slot")}
              value={week.slot}
              onValue={(slot) => change({ slot })}
              input={{ min: 5, max: 480, step: 5, inputMode: "numeric" }}
              mistakes={errors}
            />
            <Field
              id="place"
              label={t("availability.place")}
              optional
              value={week.place}
              onValue={(place) => change({ place })}
              input={{ maxLength: 200 }}
              mistakes={errors}
            />
          </div>
          <div class="weekdays">
            {WEEKDAYS.map((weekday) => (
              <DayRow
                key={weekday}
                weekday={weekday}
                stretches={week.stretches}
                put={(stretches) => change({ stretches })}
                copy={() => setCopying(weekday)}
                // overlaps are shown while typing
                errors={checkWeek(week)}
              />
            ))}
          </div>
        </section>
        <Preview rules={rules} slot={Number(week.slot)} visits={visits.data ?? []} timeOff={timeOff} source={source} />
        {visits.failure && <Problem failure={visits.failure} again={visits.again} />}
        {unsaved && <Left visits={outside(visits.data ?? [], rules, extra)} source={source} />}
        <div class="row save-week">
          <Submit busy={busy} label={t("availability.save")} busyLabel={t("availability.busy")} />
          {unsaved && !busy && (
            <>
              <span class="muted">{t("availability.unsaved")}</span>
              <button type="button" class="link" onClick={() => undo(draft, saved)}>
                {t("availability.undo")}
              </button>
            </>
          )}
        </div>
        <div role="status">
          {done && !unsaved && <p class="done">{t(source.isOwn ? "availability.saved" : "availability.saved.desk")}</p>}
        </div>
      </form>
      {copying && (
        <Copy
          weekday={copying}
          copy={(days) => change({ stretches: copied(week.stretches, copying, days) })}
          onClose={() => setCopying(null)}
        />
      )}
    </>
  );
}

function undo(draft: Draft<Week>, saved: Saved): void {
  draft.set(weekOf(saved));
  draft.drop();
  document.getElementById("submit")?.focus();
}

async function save(saved: Saved, put: (saved: Saved) => void, draft: Draft<Week>, source: Source): Promise<Mistake[]> {
  const { slot, place } = draft.value;
  const body = { slot_minutes: Number(slot), place: place.trim() || null, rules: rulesOf(draft.value) };
  const done = await source.save(saved, body);
  if (done.ok) {
    put(done.data);
    draft.set(weekOf(done.data));
    draft.drop();
    return [];
  }
  if (done.problem.code !== "stale") return mistakes(done.problem, done.retryAfter, ["slot_minutes", "place"]);
  const now = await source.show();
  if (!now.ok) return mistakes(now.problem, now.retryAfter, []);
  put(now.data);
  return [
    {
      field: null,
      message: t(source.isOwn ? "availability.stale" : "availability.stale.desk", { week: weekText(now.data.rules) }),
    },
  ];
}
