/** Extra hours of single days, and the form that adds some. */
import { useRef, useState } from "preact/hooks";
import { useDraft } from "../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { problemText } from "../../lib/i18n/problem-text";
import type { Loaded } from "../../lib/loading/query";
import { isDay, longDay, today } from "../../lib/time/time";
import { ErrorSummary } from "../forms/ErrorSummary";
import { Field } from "../forms/Field";
import { Submit } from "../forms/Submit";
import { Ready } from "../Ready";
import type { Extra, Listed, Source } from "./source";

interface Props {
  of: Loaded<Listed<Extra>>;
  source: Source;
  onChanged: () => void;
}

const EMPTY = { day: "", starts: "", ends: "" };

export function ExtraHours({ of, source, onChanged }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [message, setMessage] = useState("");
  const [failed, setFailed] = useState("");
  const tell = (sentence: string): void => {
    setFailed("");
    setMessage(sentence);
    heading.current?.focus();
    onChanged();
  };
  const put = (items: Extra[]): void => of.put({ items, next_cursor: null });
  const remove = async (extra: Extra): Promise<void> => {
    const done = await source.removeExtra(extra.id);
    // already deleted counts as deleted
    if (!done.ok && done.problem.code !== "not_found") return setFailed(problemText(done.problem, done.retryAfter));
    put(of.data?.items.filter(({ id }) => id !== extra.id) ?? []);
    tell(t("availability.extra.removed", { when: during(extra) }));
  };
  const added = (extra: Extra): void => {
    const items = [...(of.data?.items ?? []), extra];
    put(items.sort((one, other) => `${one.day} ${one.starts}`.localeCompare(`${other.day} ${other.starts}`)));
    tell(t("availability.extra.added", { when: during(extra) }));
  };
  return (
    <div class="off-columns">
      <div class="off-list">
        <h3 tabIndex={-1} ref={heading}>
          {t("availability.off.planned")}
        </h3>
        <div role="status">
          {failed && <p class="warning">{failed}</p>}
          {message && <p class="done">{message}</p>}
        </div>
        <Ready of={of} empty={<p class="muted">{t("availability.off.none")}</p>}>
          {({ items }) => (
            <ul class="lines">
              {items.map((extra) => (
                <li key={extra.id}>
                  <b>{during(extra)}</b>
                  <button type="button" class="button quiet small" onClick={() => void remove(extra)}>
                    {t("availability.off.delete")} <span class="unseen">{during(extra)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Ready>
      </div>
      <AddExtra source={source} added={added} />
    </div>
  );
}

function AddExtra({ source, added }: { source: Source; added: (extra: Extra) => void }) {
  const draft = useDraft(`availability.extra${source.name}`, EMPTY);
  const { day, starts, ends } = draft.value;
  const put = (change: Partial<typeof EMPTY>): void => draft.set({ ...draft.value, ...change });
  const { busy, errors, submit } = useForm(
    () => check(draft.value),
    async () => {
      const done = await source.addExtra({ day, starts, ends: ends === "00:00" ? "24:00" : ends });
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      draft.set(EMPTY);
      draft.drop();
      added(done.data);
      return [];
    },
  );
  return (
    <form class="card" noValidate onSubmit={submit}>
      <h3>{t("availability.extra.new")}</h3>
      <ErrorSummary mistakes={errors} />
      <Field
        id="extra_day"
        type="date"
        label={t("availability.extra_day")}
        value={day}
        onValue={(text) => put({ day: text })}
        input={{ min: today(), max: "2099-12-31" }}
        mistakes={errors}
      />
      <div class="pair">
        <Field
          id="extra_starts"
          type="time"
          label={t("availability.from")}
          value={starts}
          onValue={(text) => put({ starts: text })}
          mistakes={errors}
        />
        <Field
          id="extra_ends"
          type="time"
          label={t("availability.to")}
          value={ends}
          onValue={(text) => put({ ends: text })}
          mistakes={errors}
        />
      </div>
      <p class="hint">{t("availability.extra.hint")}</p>
      <Submit id="add_extra" busy={busy} label={t("availability.extra.add")} busyLabel={t("availability.busy")} />
    </form>
  );
}

function check({ day, starts, ends }: typeof EMPTY): Mistake[] {
  if (!isDay(day) || day < today()) return [{ field: "extra_day", message: t("availability.wrong.day") }];
  if (!starts) return [{ field: "extra_starts", message: t("availability.wrong.extra_starts") }];
  if (!ends) return [{ field: "extra_ends", message: t("availability.wrong.extra_ends") }];
  return starts < ends || ends === "00:00" ? [] : [{ field: "extra_ends", message: t("availability.wrong.end") }];
}

function during({ day, starts, ends }: Extra): string {
  return t("availability.extra.when", { day: longDay(day), starts, ends });
}
