/** The button that loads the next page of a list, and the end of the list after the last press. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../lib/i18n/i18n";

export function More({ of }: { of: { more: (() => void) | null } }) {
  const [pressed, setPressed] = useState(false);
  const end = useRef<HTMLParagraphElement>(null);
  const { more } = of;
  const ended = pressed && !more;
  // the button is removed, and the focus with it
  useEffect(() => {
    if (ended && document.activeElement === document.body) end.current?.focus();
  }, [ended]);
  if (ended)
    return (
      <p class="more muted" tabIndex={-1} ref={end}>
        {t("more.all")}
      </p>
    );
  if (!more) return null;
  const press = (): void => {
    setPressed(true);
    more();
  };
  return (
    <p class="more">
      <button type="button" class="button quiet" onClick={press}>
        {t("more")}
      </button>
    </p>
  );
}
