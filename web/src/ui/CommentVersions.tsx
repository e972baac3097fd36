/** The versions of the doctor's comment on a result, with author and time. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../api/client";
import { t } from "../lib/i18n/i18n";
import { testNameOf } from "../lib/i18n/in-languages";
import { useLoad } from "../lib/loading/query";
import { when } from "../lib/time/time";
import { Ready } from "./Ready";

type Result = Pick<Schemas["LabResult"], "id" | "version" | "test_names" | "comment" | "corrected_at">;

export function CommentVersions({ of }: { of: Result }) {
  const [open, setOpen] = useState(false);
  // a correction removes the comment
  if (!of.comment && !of.corrected_at) return null;
  return (
    <details class="no-print" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t("comment_versions.title")} <span class="unseen">{testNameOf(of)}</span>
      </summary>
      {open && <Versions of={of} />}
    </details>
  );
}

function Versions({ of: { id, version } }: { of: Result }) {
  const params = { path: { result_id: id } };
  const found = useLoad(() => outcome(api.GET("/api/labs/results/{result_id}/comments", { params })), [id, version]);
  return (
    <Ready of={found} empty={<p class="muted">{t("comment_versions.none")}</p>}>
      {({ items }) => (
        <ol class="plain stack close">
          {items.map((one) => (
            <li key={one.version}>
              <p class="written">{one.text ?? t("comment_versions.removed")}</p>
              <p class="muted small">
                {one.at && one.by
                  ? t("comment_versions.by", { name: one.by.full_name, when: when(one.at) })
                  : t("comment_versions.unknown")}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Ready>
  );
}
