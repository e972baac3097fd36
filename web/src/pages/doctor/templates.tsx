/** The doctor's note templates, and the hospital's. */
import { t } from "../../lib/i18n/i18n";
import type { OwnProps } from "../../lib/routing/page";
import { Templates } from "../../ui/templates/Templates";

export default function TemplatesPage({ query }: OwnProps) {
  return <Templates query={query} house={false} back={{ href: "/doctor", text: t("doctor_visit.back") }} />;
}
