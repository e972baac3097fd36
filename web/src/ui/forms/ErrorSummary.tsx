/** The mistakes of a form, above it and focused; each line links to its field. */
import { useEffect, useRef } from "preact/hooks";
import type { Mistake } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";

export function ErrorSummary({ mistakes }: { mistakes: readonly Mistake[] }) {
  const box = useRef<HTMLDivElement>(null);
  // every refused submit makes a new list: focus it again
  useEffect(() => {
    if (mistakes.length > 0) box.current?.focus();
  }, [mistakes]);
  if (mistakes.length === 0) return null;
  return (
    <div class="errors" role="alert" tabIndex={-1} ref={box}>
      <h2>{t("errors.title")}</h2>
      <ul>
        {mistakes.map(({ field, message }) => (
          <li key={field}>{field ? <FieldLink field={field} message={message} /> : message}</li>
        ))}
      </ul>
    </div>
  );
}

function FieldLink({ field, message }: { field: string; message: string }) {
  const focus = (event: Event): void => {
    event.preventDefault();
    document.getElementById(field)?.focus();
  };
  return (
    <a href={`#${field}`} onClick={focus}>
      {message}
    </a>
  );
}
