/** The note of a call with read-back, or of an attempt that reached no person. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import type { Critical } from "../../../lib/clinical/critical";
import { useDraft } from "../../../lib/forms/draft";
import { missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";

type Party = Schemas["CalledParty"];
const PARTIES: readonly Party[] = ["doctor", "nurse", "patient", "other"];
const FIELDS = ["person_called", "party", "phone", "outcome", "note"];

export function CallForm({ one, put }: { one: Critical; put: (now: Critical) => void }) {
  const [doctor] = one.doctors;
  const [person, setPerson] = useState(doctor?.full_name ?? one.result.patient.full_name);
  const [party, setParty] = useState<Party>(doctor ? "doctor" : "patient");
  const [phone, setPhone] = useState((doctor ? doctor.phone : one.patient_phone) ?? "");
  const [reached, setReached] = useState("");
  const note = useDraft(`lab.call.${one.id}`, "");
  const { busy, errors, submit } = useForm(
    () =>
      missing({
        person_called: { value: person, say: "critical_list.person.missing" },
        outcome: { value: reached, say: "critical_list.outcome.missing" },
      }),
    async () => {
      const isCall = reached === "read_back";
      const body = {
        person_called: person.trim(),
        party,
        phone: phone.trim() || null,
        reached: isCall,
        read_back: isCall,
        note: note.value.trim() || null,
      };
      const params = { path: { result_id: one.id } };
      const done = await outcome(api.POST("/api/labs/results/{result_id}/calls", { params, body }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, FIELDS);
      note.drop();
      put(done.data);
      return [];
    },
  );
  const outcomes = ["read_back", "not_reached"].map((value) => ({
    value,
    text: t(`critical_list.outcome.${value as "read_back"}`),
  }));
  return (
    <form class="card stack" noValidate onSubmit={submit}>
      <h2>{t("critical_list.call")}</h2>
      <ErrorSummary mistakes={errors} />
      <Field
        id="person_called"
        label={t("critical_list.person")}
        value={person}
        onValue={setPerson}
        mistakes={errors}
        input={{ maxLength: 200 }}
      />
      <Radios
        id="party"
        label={t("critical_list.party")}
        choices={PARTIES.map((value) => ({ value, text: t(`critical_list.party.${value}`) }))}
        value={party}
        onValue={(value) => setParty(value as Party)}
        mistakes={errors}
      />
      <Field
        id="phone"
        type="tel"
        label={t("critical_list.phone")}
        optional
        value={phone}
        onValue={setPhone}
        mistakes={errors}
      />
      <Radios
        id="outcome"
        label={t("critical_list.outcome")}
        choices={outcomes}
        value={reached}
        onValue={setReached}
        mistakes={errors}
      />
      <TextArea
        id="note"
        label={t("critical_list.note")}
        optional
        rows={2}
        value={note.value}
        onValue={note.set}
        mistakes={errors}
      />
      <Submit busy={busy} label={t("critical_list.save")} busyLabel={t("critical.saving")} />
    </form>
  );
}
