/** The target of a referral: a searched doctor, a specialty of the hospital, or an outside practice as text. */

import { api, outcome, type Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage, specialtyName } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { Field } from "../../../ui/forms/Field";
import { Radios, Select } from "../../../ui/forms/Select";
import { Ready } from "../../../ui/Ready";
import { useTypedSearch } from "../typed-search";

type Doctor = Pick<Schemas["FoundDoctor"], "id" | "full_name" | "specialty" | "specialty_names" | "room">;

/** All three are kept when switching between them. */
export interface Target {
  to: "doctor" | "specialty" | "outside";
  doctor: Doctor | null;
  specialty: string;
  outside: string;
}
interface Props {
  target: Target;
  put: (change: Partial<Target>) => void;
  errors: readonly Mistake[];
  me: number;
}

const KINDS = ["doctor", "specialty", "outside"] as const;
const SHOWN = 6;

export function ReferralTarget({ target, put, errors, me }: Props) {
  return (
    <>
      <div class="refer-to">
        <Radios
          id="to"
          label={t("refer.to")}
          choices={KINDS.map((one) => ({ value: one, text: t(`refer.to.${one}`) }))}
          value={target.to}
          onValue={(to) => put({ to: to as Target["to"] })}
        />
      </div>
      {target.to === "doctor" && <FindDoctor target={target} put={put} errors={errors} me={me} />}
      {target.to === "specialty" && <ChooseSpecialty target={target} put={put} errors={errors} />}
      {target.to === "outside" && (
        <Field
          id="to_external"
          label={t("refer.outside")}
          hint={t("refer.outside.hint")}
          value={target.outside}
          onValue={(outside) => put({ outside })}
          mistakes={errors}
          input={{ maxLength: 200 }}
        />
      )}
    </>
  );
}

function FindDoctor({ target: { doctor }, put, errors, me }: Props) {
  const { typed, setTyped, found, shown } = useTypedSearch((q) =>
    outcome(api.GET("/api/doctors", { params: { query: { ...(q && { q, exact: true }), limit: SHOWN + 2 } } })),
  );
  const others = (shown.data?.items ?? []).filter(({ id }) => id !== me && id !== doctor?.id).slice(0, SHOWN);
  // the chosen doctor stays visible during a search
  const offered: Doctor[] = doctor ? [doctor, ...others] : others;
  // Enter searches and does not submit the form
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.target as Element).id === "q") event.preventDefault();
  };
  return (
    <search class="refer-doctor stack" onKeyDown={onKeyDown}>
      <Field
        id="q"
        type="search"
        label={t("refer.search")}
        hint={t("refer.search.hint")}
        value={typed}
        onValue={setTyped}
        input={{ maxLength: 100 }}
      />
      <p class="unseen" role="status">
        {found.data && plural("refer.found", others.length)}
      </p>
      <Ready of={shown}>
        {() => (
          <Radios
            id="to_doctor_id"
            label={t(offered.length > 0 ? "refer.doctor" : "refer.nobody")}
            choices={offered.map((one) => ({
              value: String(one.id),
              text: one.full_name,
              hint: [specialtyName(one), one.room].filter(Boolean).join(", "),
            }))}
            value={String(doctor?.id ?? "")}
            onValue={(id) => put({ doctor: brief(offered.find((one) => String(one.id) === id)) })}
            mistakes={errors}
          />
        )}
      </Ready>
    </search>
  );
}

function brief(doctor: Doctor | undefined): Doctor | null {
  if (!doctor) return null;
  const { id, full_name, specialty, specialty_names, room } = doctor;
  return { id, full_name, specialty, specialty_names, room };
}

function ChooseSpecialty({ target, put, errors }: Omit<Props, "me">) {
  const specialties = useLoad(() => outcome(api.GET("/api/specialties")), []);
  return (
    <Ready of={specialties}>
      {({ items }) => (
        <Select
          id="to_specialty"
          label={t("refer.specialty")}
          choices={[
            { value: "", text: t("refer.specialty.choose") },
            ...items.map(({ name, names, doctors }) => ({
              value: name,
              text: plural("refer.specialty.of", doctors, { name: inLanguage(names) }),
            })),
          ]}
          value={target.specialty}
          onValue={(specialty) => put({ specialty })}
          mistakes={errors}
        />
      )}
    </Ready>
  );
}
