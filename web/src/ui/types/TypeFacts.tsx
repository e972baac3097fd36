/** Facts about a visit type before the visit: preparation and price. */
import type { Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import { Details } from "../Details";

export function TypeFacts({ of, named = false }: { of: Schemas["BookedVisitType"]; named?: boolean }) {
  const { names, preparation, price, is_video } = of;
  if (!named && !preparation && !price && !is_video) return null;
  return (
    <Details
      of={[
        [t("types.label"), named && inLanguage(names)],
        [t("types.video"), is_video && t("types.video.about")],
        [t("types.preparation"), preparation && inLanguage(preparation)],
        [t("types.price"), price],
      ]}
    />
  );
}
