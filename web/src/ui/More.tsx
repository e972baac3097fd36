/** The button under a list that has more, and the end of the list for whoever pressed it last. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../lib/i18n";

export function More({ of }: { of: { more: (() => void) | null } }) {
  const [pressed, setPressed] = useState(false);
  const end = useRef<HTMLParagraphElement>(null);
  const { more } = of;
  const ended = pressed && !more;
  // the button has gone, with the focus where that was on it
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
