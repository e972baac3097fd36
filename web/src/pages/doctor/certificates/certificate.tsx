/** One certificate for the doctor: the printable sheets, and voiding it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import "../../../style/portals/doctor.css";
import { AskDialog } from "../../../ui/AskDialog";
import { Page } from "../../../ui/frame/Page";
import { CertificateCopies } from "../../../ui/print/CertificateCopies";
import type { Certificate } from "../../../ui/print/CertificateSheet";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { idIn } from "../chart/chart-from-query";

const load = (certificate_id: number) =>
  outcome(api.GET("/api/doctor/certificates/{certificate_id}", { params: { path: { certificate_id } } }));

export default function CertificatePage({ params, query, config, account }: OwnProps) {
  const id = idIn(params.id ?? null) ?? 0;
  const found = useLoad(() => load(id), [id]);
  return (
    <Ready of={found} whole>
      {(one) => <Shown of={one} put={found.put} me={account.id} query={query} config={config} />}
    </Ready>
  );
}

interface Props extends Pick<OwnProps, "config" | "query"> {
  of: Certificate;
  put: (now: Certificate) => void;
  me: number;
}

function Shown({ of, put, me, query, config }: Props) {
  const [voiding, setVoiding] = useState(false);
  const [voided, setVoided] = useState(false);
  const done = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the opening button is removed
    if (voided) done.current?.focus();
  }, [voided]);
  return (
    <Page
      title={t("certificate.of", { name: of.patient.full_name })}
      back={{ href: `/doctor/certificates?patient=${of.patient.id}`, text: t("certificate.back") }}
      actions={
        <>
          {!of.voided_at && of.doctor.id === me && (
            <button type="button" class="button quiet" onClick={() => setVoiding(true)}>
              {t("certificate.void.act")}
            </button>
          )}
          <PrintButton />
        </>
      }
      width="narrow"
      paper={
        <PrintHead config={config} about={t("certificate.print", { reference: of.reference })} patient={of.patient} />
      }
    >
      <div class="stack close">
        {voided && (
          <p class="done" role="status" tabIndex={-1} ref={done}>
            {t("certificate.void.done")}
          </p>
        )}
        <CertificateCopies of={of} query={query} />
      </div>
      {voiding && (
        <VoidDialog
          of={of}
          onClose={(now) => {
            setVoiding(false);
            if (now) put(now);
            setVoided(now !== null);
          }}
        />
      )}
    </Page>
  );
}

function VoidDialog({ of, onClose }: { of: Certificate; onClose: (now: Certificate | null) => void }) {
  const send = async (reason: string | null): Promise<Mistake[]> => {
    const params = { path: { certificate_id: of.id }, header: unchanged(of) };
    const body = { reason: reason ?? "" };
    const done = await outcome(api.PUT("/api/doctor/certificates/{certificate_id}/void", { params, body }));
    // another person voided it meanwhile: a certificate has no other change
    const now = !done.ok && done.problem.code === "stale" ? await load(of.id) : done;
    if (!now.ok) return mistakes(now.problem, now.retryAfter, ["reason"]);
    onClose(now.data);
    return [];
  };
  return (
    <AskDialog
      title={t("certificate.void.title")}
      reason={{
        draft: `void.${of.id}`,
        label: t("certificate.void.reason"),
        hint: t("certificate.void.hint", { name: of.patient.full_name }),
        needed: "certificate.void.missing",
      }}
      keep={t("certificate.void.keep")}
      act={t("certificate.void.submit")}
      busy={t("certificate.void.busy")}
      danger
      onClose={() => onClose(null)}
      send={send}
    >
      <p>{t("certificate.void.about")}</p>
    </AskDialog>
  );
}
