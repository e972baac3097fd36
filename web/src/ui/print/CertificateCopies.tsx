/** The two sheets of a certificate as views with addresses (`?copy=1`): for an employer, and for the patient. */
import { t } from "../../lib/i18n/i18n";
import { withQuery } from "../../lib/routing/router";
import { Tabs } from "../Tabs";
import { type Certificate, CertificateSheet } from "./CertificateSheet";

export function CertificateCopies({ of, query }: { of: Certificate; query: URLSearchParams }) {
  const copy = of.diagnosis !== null && query.get("copy") === "1";
  const tabs = [
    { href: withQuery({ copy: null }), text: t("certificate.for.employer"), current: !copy },
    { href: withQuery({ copy: "1" }), text: t("certificate.for.patient"), current: copy },
  ];
  return (
    <>
      {of.diagnosis !== null && <Tabs label={t("certificate.for")} tabs={tabs} />}
      <CertificateSheet of={of} copy={copy} />
    </>
  );
}
