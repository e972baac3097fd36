/** "Tell me when a time is free": the doctor (`?doctor_id=`) or the specialty, the visit type (`?type=`), and the times that fit. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import { typesOf } from "../../../lib/loading/visit-types";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { anyTime, checkWishes, FIELDS, wishesBody } from "../../../lib/waitlist/wishes";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { TypeSelect } from "../../../ui/types/TypeSelect";
import { WishesFields } from "../../../ui/waitlist/WishesFields";
import "../../../style/portals/patient.css";

export default function Join({ query }: OwnProps) {
  const id = idOf(query.get("doctor_id"));
  return id === null ? <NotFound /> : <Form key={id} id={id} type={query.get("type") ?? ""} />;
}

function Form({ id, type }: { id: number; type: string }) {
  const path = { doctor_id: id };
  const doctor = useLoad(() => outcome(api.GET("/api/doctors/{doctor_id}", { params: { path } })), [id]);
  const types = useLoad(() => typesOf(id), [id]);
  const { value, set, drop } = useDraft("waitlist", anyTime());
  const [chosen, setChosen] = useState(type);
  const wanted = types.data?.find((one) => String(one.id) === chosen) ?? types.data?.[0];
  const [of, setOf] = useState("doctor");
  const { busy, errors, submit } = useForm(
    () => checkWishes(value),
    async () => {
      const whom = of === "doctor" ? { doctor_id: id } : { specialty: doctor.data?.specialty ?? "" };
      const isChosen = types.data && types.data.length > 1;
      const body = { ...whom, visit_type_id: isChosen && wanted ? wanted.id : null, ...wishesBody(value) };
      const done = await outcome(api.POST("/api/waitlist", { body }));
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
            <Ready of={types}>
              {(all) => (
                <TypeSelect
                  id="visit_type_id"
                  of={all}
                  value={String(wanted?.id ?? "")}
                  onValue={setChosen}
                  mistakes={errors}
                />
              )}
            </Ready>
            <WishesFields value={value} onValue={set} mistakes={errors} />
            <Submit busy={busy} label={t("waitlist.join")} busyLabel={t("waitlist.busy")} />
          </form>
        </Page>
      )}
    </Ready>
  );
}
