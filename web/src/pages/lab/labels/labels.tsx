/** The labels of a booking's specimens, one for each tube, for a sheet of 63.5 × 38.1 mm labels. */

import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, when } from "../../../lib/time/time";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { PrintButton } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { type Booking, loadBooking } from "../record";
import { Barcode } from "./barcode";
import "../../../style/portals/labels.css";

export default function Labels({ params, account }: OwnProps) {
  const id = Number(params.id);
  const found = useLoad(() => loadBooking(id), [account.id, id]);
  return (
    <Ready of={found} whole>
      {(booking) => {
        const specimens = booking.specimens.filter(({ status }) => status !== "rejected");
        return (
          <Page
            title={t("labels.title", { reference: booking.reference })}
            lead={t("labels.lead")}
            back={{ href: `/lab/${booking.id}`, text: t("labels.back") }}
            actions={<PrintButton />}
          >
            {specimens.length === 0 && <Empty>{t("labels.none")}</Empty>}
            <ul class="labels" aria-label={t("labels.list")}>
              {specimens.map((one) => (
                <Label key={one.id} specimen={one} booking={booking} />
              ))}
            </ul>
          </Page>
        );
      }}
    </Ready>
  );
}

function Label({ specimen, booking }: { specimen: Schemas["Specimen"]; booking: Booking }) {
  const { patient, priority, tests } = booking;
  const { accession, type_names, test_codes } = specimen;
  const born = patient.date_of_birth ? t("labels.born", { date: dateOnly(patient.date_of_birth) }) : t("labels.unborn");
  return (
    <li class="label">
      <p class="whose">{patient.full_name}</p>
      <p>
        {born}
        {priority === "stat" && <b class="stat">{t("worklist.stat")}</b>}
      </p>
      <Barcode of={accession} />
      <p class="number">{accession}</p>
      <p class="kind">{inLanguage(type_names)}</p>
      <p class="kind">{tests.flatMap(({ code }) => (test_codes.includes(code) ? code : [])).join(" ")}</p>
      <p>{time(specimen, booking)}</p>
    </li>
  );
}

/** The time of the collection, of the booking before it, or a place to write one. */
function time({ collected_at }: Schemas["Specimen"], { starts_at, status }: Booking): string {
  if (collected_at) return t("labels.collected", { when: when(collected_at) });
  // a rejected specimen is collected again at another time
  return starts_at && status === "booked" ? t("labels.booked", { when: when(starts_at) }) : t("labels.time");
}
