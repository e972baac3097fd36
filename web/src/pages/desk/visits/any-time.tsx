/** A closed section below the free times: overbook the doctor at any other minute. */
import type { ComponentProps } from "preact";
import { t } from "../../../lib/i18n/i18n";
import { Overbook } from "./overbook";

export function AnyTime({ act }: Pick<ComponentProps<typeof Overbook>, "act">) {
  return (
    <details class="section">
      <summary>{t("overbook.any")}</summary>
      <p class="muted">{t("overbook.any.about")}</p>
      <Overbook start={null} act={act} />
    </details>
  );
}
