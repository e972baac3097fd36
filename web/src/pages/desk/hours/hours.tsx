/** The hours of one doctor (`?doctor_id=`), edited at the desk. */
import { useMemo } from "preact/hooks";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDeskDoctor, idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { zoneLabel } from "../../../lib/time/time";
import { Editor } from "../../../ui/availability/Editor";
import { hoursOf } from "../../../ui/availability/source";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/admin.css";

export default function Hours({ query }: OwnProps) {
  const doctorId = idOf(query.get("doctor_id"));
  const doctors = useLoad(() => everyDeskDoctor(), []);
  const none = { value: "", text: t("phone_booking.choose_doctor") };
  return (
    <Page title={t("desk_hours.title")} lead={t("desk_hours.lead", { zone: zoneLabel() })}>
      <Ready of={doctors}>
        {(all) => (
          <form class="filters" onSubmit={(event) => event.preventDefault()}>
            <Select
              id="doctor_id"
              label={t("arrangements.doctor")}
              choices={[none, ...doctorChoices(all)]}
              value={String(doctorId ?? "")}
              onValue={(doctor_id) => go(withQuery({ doctor_id: doctor_id || null }), { replace: true })}
            />
          </form>
        )}
      </Ready>
      {doctorId === null ? <p class="muted">{t("desk_hours.choose")}</p> : <Of key={doctorId} doctorId={doctorId} />}
    </Page>
  );
}

function Of({ doctorId }: { doctorId: number }) {
  const source = useMemo(() => hoursOf(doctorId), [doctorId]);
  return <Editor source={source} doctorId={doctorId} />;
}
