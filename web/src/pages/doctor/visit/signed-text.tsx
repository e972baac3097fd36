/** Signed notes with their addenda. */
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { when } from "../../../lib/time/time";

export function SignedText({ notes: { text, author, signed_at, addenda } }: { notes: Schemas["Notes"] }) {
  return (
    <>
      <p class="written">{text}</p>
      {signed_at && (
        <p class="muted small">{t("notes.signed", { name: author?.full_name ?? "", when: when(signed_at) })}</p>
      )}
      {addenda.map((one) => (
        <div key={one.at + one.text} class="addendum">
          <p class="written">{one.text}</p>
          <p class="muted small">{t("notes.added", { name: one.by.full_name, when: when(one.at) })}</p>
        </div>
      ))}
    </>
  );
}
