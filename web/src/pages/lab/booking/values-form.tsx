/** The values of a booking in one form: Enter moves to the next field and saves after the last. */

import { useRef, useState } from "preact/hooks";
import type { Draft } from "../../../lib/forms/draft";
import { useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { go } from "../../../lib/routing/router";
import { Dialog } from "../../../ui/Dialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { AnalyteRow } from "./analyte";
import { checked, keyOf, openTests, save, shownFlag, type Typed, typedValues, unusualValues } from "./entry";
import { Note } from "./note";
import type { Acts } from "./status";
import { useFlags } from "./typed-flags";

interface Props extends Acts {
  draft: Draft<Typed>;
  /** The address of the next booking. */
  next: string | null;
}

export function Values({ next, draft, ...acts }: Props) {
  const { booking, tests } = acts.work;
  const [confirming, setConfirming] = useState<string[]>([]);
  const [announcement, setAnnouncement] = useState("");
  const confirmed = useRef(new Set<string>());
  const onward = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const open = openTests(tests, draft.value);
  const flags = useFlags(booking, typedValues(open, draft.value));

  const { busy, errors, submit } = useForm(
    () => checked(open, draft.value),
    async () => {
      const compared = await unusualValues(flags, open, draft.value);
      if ("mistakes" in compared) return compared.mistakes;
      const far = compared.unusual.filter((one) => !confirmed.current.has(one));
      setConfirming(far);
      if (far.length > 0) return [];
      const found = await save(acts, open, draft);
      if (found.length === 0 && onward.current && next) go(next, { say: "saved.next" });
      return found;
    },
  );
  const sure = (): void => {
    for (const one of confirming) confirmed.current.add(one);
    setConfirming([]);
    form.current?.requestSubmit();
  };
  if (open.length === 0) return null;
  const { values, notes } = draft.value;
  return (
    <section class="section">
      <h2>{t("worklist_booking.values")}</h2>
      <p class="muted hint-line">{t("worklist_booking.hint")}</p>
      {flags.missing[0] && (
        <p class="info">{t(`worklist_booking.missing.${flags.missing.length > 1 ? "both" : flags.missing[0]}`)}</p>
      )}
      <ErrorSummary mistakes={errors} />
      <form class="values-form" ref={form} noValidate onSubmit={submit} onKeyDown={onEnter}>
        {open.map(({ code, test, result, ...one }) => (
          <fieldset key={code} class="card panel">
            <legend>{nameOf(one)}</legend>
            {test.analytes.length === 0 && <p class="muted">{t("worklist_booking.no_analytes")}</p>}
            {test.analytes.map((analyte) => (
              <AnalyteRow
                key={analyte.code}
                id={keyOf(code, analyte.code)}
                analyte={analyte}
                range={flags.rangeOf(analyte.code)}
                text={values[keyOf(code, analyte.code)] ?? ""}
                flag={shownFlag(flags, analyte, values[keyOf(code, analyte.code)] ?? "")}
                onText={(text) =>
                  draft.set({ ...draft.value, values: { ...values, [keyOf(code, analyte.code)]: text } })
                }
                onFlag={setAnnouncement}
                mistakes={errors}
              />
            ))}
            <Note
              id={`note.${code}`}
              label={t("worklist_booking.note.label", { test: nameOf(one) })}
              open={t(result?.note ? "worklist_booking.note.change" : "worklist_booking.note.add")}
              text={notes[code] ?? ""}
              onText={(text) => draft.set({ ...draft.value, notes: { ...notes, [code]: text } })}
            />
          </fieldset>
        ))}
        <div class="row">
          {/* Enter presses the first submit button */}
          <button type="submit" class="button" aria-disabled={busy} onClick={() => to(onward, false)}>
            {t(busy ? "worklist_booking.saving" : "worklist_booking.save")}
          </button>
          {next && (
            <button type="submit" class="button quiet" aria-disabled={busy} onClick={() => to(onward, true)}>
              {t("worklist_booking.save_next")}
            </button>
          )}
        </div>
        <p class="unseen" role="status">
          {announcement}
        </p>
      </form>
      {confirming.length > 0 && <ConfirmValues about={confirming} onYes={sure} onClose={() => setConfirming([])} />}
    </section>
  );
}

function to<T>(ref: { current: T }, value: T): void {
  ref.current = value;
}

/** Focus the next value; submit after the last. */
function onEnter(event: KeyboardEvent): void {
  const field = event.target as HTMLElement;
  if (event.key !== "Enter" || event.isComposing || !field.classList.contains("value-field")) return;
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement>(".value-field")];
  const next = fields[fields.indexOf(field as HTMLInputElement) + 1];
  next?.focus();
  if (next instanceof HTMLInputElement) next.select();
  if (!next) form.querySelector<HTMLElement>("button[type=submit]")?.click();
}

export function ConfirmValues({
  about,
  onYes,
  onClose,
}: {
  about: readonly string[];
  onYes: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={t("worklist_booking.confirm")} onClose={onClose}>
      <p>{t("worklist_booking.confirm.about")}</p>
      <ul>
        {about.map((one) => (
          <li key={one}>
            <b>{one}</b>
          </li>
        ))}
      </ul>
      <div class="row">
        <button type="button" class="button quiet" onClick={onClose}>
          {t("worklist_booking.confirm.check")}
        </button>
        <button type="button" class="button" onClick={onYes}>
          {t("worklist_booking.confirm.yes")}
        </button>
      </div>
    </Dialog>
  );
}
