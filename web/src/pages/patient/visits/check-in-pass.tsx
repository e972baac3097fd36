/** The QR code of a visit ahead, for the check-in at the entrance. */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { longWhen } from "../../../lib/time/time";
import { QrCode } from "../../../ui/QrCode";
import type { Visit } from "./visit";

export function CheckInPass({ visit }: { visit: Visit }) {
  const params = { path: { appointment_id: visit.id } };
  const pass = useLoad(
    () => outcome(api.GET("/api/appointments/{appointment_id}/check-in", { params })),
    [visit.id, visit.version],
  );
  // a visit that was booked long ago has no code, and the page is complete without it
  if (!pass.data) return null;
  const { qr, url, opens_at, state } = pass.data;
  if (state !== "early" && state !== "open") return null;
  return (
    <section aria-labelledby="check-in">
      <h2 id="check-in">{t("visit.check_in")}</h2>
      <div class="check-in-pass">
        <QrCode rows={qr} label={t("visit.check_in.qr")} />
        <div class="stack close">
          <p>{t("visit.check_in.about", { when: longWhen(opens_at) })}</p>
          <p class="no-print">
            <a href={new URL(url).pathname + new URL(url).hash}>{t("visit.check_in.link")}</a>
          </p>
        </div>
      </div>
    </section>
  );
}
