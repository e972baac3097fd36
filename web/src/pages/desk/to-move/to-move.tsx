/** Visits outside their doctor's hours: a new time for each, and all are moved at once. */
import { load } from "../../../lib/desk/to-move";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { MovePlan } from "./move-plan";
import "../../../style/portals/admin.css";

export default function ToMove(_: OwnProps) {
  const list = useLoad(() => load(), []);
  return (
    <Page
      title={t("to_move.title")}
      lead={t("to_move.lead")}
      actions={
        <a class="button quiet" href="/desk/hours">
          {t("desk_hours.title")}
        </a>
      }
    >
      <Ready of={list}>
        {({ items, in_all }) => (
          <>
            <p class="muted" role="status">
              {plural("to_move.count", in_all)} {items.length < in_all && t("to_move.first", { shown: items.length })}
            </p>
            <MovePlan visits={items} again={list.again} />
          </>
        )}
      </Ready>
    </Page>
  );
}
