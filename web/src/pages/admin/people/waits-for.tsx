/** Says which administrators can approve what waits. */
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { locale } from "../../../lib/time/time";

interface Props {
  people: readonly Schemas["Person"][];
  /** The signed-in administrator asked for it. */
  own?: boolean;
}

export function WaitsFor({ people, own = true }: Props) {
  if (people.length === 0) return <>{t("waits_for.none")}</>;
  const names = new Intl.ListFormat(locale(), { type: "disjunction" }).format(people.map((one) => one.full_name));
  return <>{t(own ? "waits_for" : "waits_for.you", { names })}</>;
}
