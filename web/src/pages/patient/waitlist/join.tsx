/** "Tell me when a time is free": the doctor (`?doctor_id=`) or specialty (`?specialty=`), and the times that fit. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { anyTime, checkWishes, FIELDS, wishesBody } from "../../../lib/waitlist/wishes";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { WishesFields } from "../../../ui/waitlist/WishesFields";
import "../../../style/portals/patient.css";

export default function Join({ query }: OwnProps) {
  const id = idOf(query.get("doctor_id"));
  return id === null ? <NotFound /> : <Form key={id} id={id} />;
}

function Form({ id }: { id: number }) {
  const path = { doctor_id: id };
  const doctor = useLoad(() => outcome(api.GET("/api/doctors/{doctor_id}", { params: { path } })), [id]);
  const { value, set, drop } = useDraft("waitlist", anyTime());
  const [of, setOf] = useState("doctor");
  const { busy, errors, submit } = useForm(
    () => checkWishes(value),
    async () => {
      const whom = of === "doctor" ? { doctor_id: id } : { specialty: doctor.data?.specialty ?? "" };
      const done = await outcome(api.POST("/api/waitlist", { body: { ...whom, ...wishesBody(value) } }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, FIELDS);
      drop();
      go("/waitlist", { say: "waitlist_joined" });
      return [];
    },
  );
  return (
    <Ready of={doctor} whole>
      {(found) => (
        <Page
          title={t("waitlist.join")}
          lead={t("waitlist.join.lead")}
          width="narrow"
          back={{ href: `/doctors/${id}`, text: t("waitlist.join.back", { doctor: found.full_name }) }}
        >
          <ErrorSummary mistakes={errors} />
          <form noValidate onSubmit={submit}>
            <Radios
              id="of"
              label={t("waitlist.of")}
              choices={[
                { value: "doctor", text: found.full_name },
                {
                  value: "specialty",
                  text: t("waitlist.any_doctor", { specialty: specialtyName(found) ?? found.specialty ?? "" }),
                },
              ]}
              value={of}
              onValue={setOf}
            />
            <WishesFields value={value} onValue={set} mistakes={errors} />
            <Submit busy={busy} label={t("waitlist.join")} busyLabel={t("waitlist.busy")} />
          </form>
        </Page>
      )}
    </Ready>
  );
}
