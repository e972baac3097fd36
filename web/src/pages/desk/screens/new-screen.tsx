/** Creates a screen, and shows its address once. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDeskDoctor } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import { CopyLine } from "../../../ui/CopyLine";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Group } from "../../../ui/forms/Control";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { Ready } from "../../../ui/Ready";

type Made = Schemas["NewScreen"];
type Language = Schemas["ScreenLanguage"];

const LANGUAGES = ["both", "de", "en"] as const satisfies readonly Language[];

export function NewScreen({ onMade }: { onMade: (screen: Made) => void }) {
  const doctors = useLoad(() => everyDeskDoctor(true), []);
  const [name, setName] = useState("");
  const [language, setLanguage] = useState<Language>("both");
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const { busy, errors, submit } = useForm(
    () => missing({ name: { value: name, say: "screens.missing.name" } }),
    async () => {
      const body = { name, language, doctor_ids: [...chosen] };
      const made = await outcome(api.POST("/api/reception/screens", { body }));
      if (!made.ok) return mistakes(made.problem, made.retryAfter, ["name"]);
      setName("");
      setChosen(new Set());
      onMade(made.data);
      return [];
    },
  );
  const choose = (id: number, isChosen: boolean): void => {
    const others = [...chosen].filter((one) => one !== id);
    setChosen(new Set(isChosen ? [...others, id] : others));
  };
  return (
    <section aria-labelledby="new-screen">
      <h2 id="new-screen">{t("screens.new")}</h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Field
          id="name"
          label={t("screens.name")}
          hint={t("screens.name.hint")}
          value={name}
          onValue={setName}
          mistakes={errors}
        />
        <Radios
          id="language"
          label={t("screens.language")}
          choices={LANGUAGES.map((value) => ({ value, text: t(`screens.language.${value}`) }))}
          value={language}
          onValue={(value) => setLanguage(value as Language)}
        />
        <Ready of={doctors}>
          {(found) => (
            <Group id="doctors" label={t("screens.doctors")} hint={t("screens.doctors.hint")} optional>
              <div class="radios screen-doctors">
                {doctorChoices(found).map(({ value, text }) => (
                  <Checkbox
                    key={value}
                    id={`doctor-${value}`}
                    label={text}
                    checked={chosen.has(Number(value))}
                    onValue={(isChosen) => choose(Number(value), isChosen)}
                  />
                ))}
              </div>
            </Group>
          )}
        </Ready>
        <Submit busy={busy} label={t("screens.create")} busyLabel={t("screens.creating")} />
      </form>
    </section>
  );
}

/** The address of a new screen, to copy. */
export function MadeScreen({ of: { name, url } }: { of: Made }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [url]);
  return (
    <section class="card invitation" aria-labelledby="made-screen">
      <h2 id="made-screen" tabIndex={-1} ref={heading}>
        {t("screens.made", { name })}
      </h2>
      <p>{t("screens.made.about")}</p>
      <CopyLine
        text={url}
        label={t("screens.link")}
        copy={t("screens.copy")}
        say={{ copied: "screens.copied", failed: "screens.not_copied" }}
      />
    </section>
  );
}
