/** The doctor's availability: visits to move, weekly hours, preview, extra hours and time off. */
import { t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { zoneLabel } from "../../../lib/time/time";
import { Editor } from "../../../ui/availability/Editor";
import { ownHours } from "../../../ui/availability/source";
import { Page } from "../../../ui/frame/Page";

const OWN = ownHours();

export default function Availability({ account }: OwnProps) {
  return (
    <Page
      title={t("availability.title")}
      lead={t("availability.lead", { zone: zoneLabel() })}
      actions={
        <a class="button quiet" href="/doctor/visit-types">
          {t("availability.types")}
        </a>
      }
    >
      <Editor source={OWN} doctorId={account.id} />
    </Page>
  );
}
