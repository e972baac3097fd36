/** What may be done besides the likeliest: a menu at the button of a row. */
import { t } from "../lib/i18n";

interface Other {
  text: string;
  /** With what or whom it is about. */
  name: string;
  /** It leads to a page, or else it is done here. */
  href?: string;
  onClick?: (event: Event) => void;
}

interface Props {
  id: string;
  /** Whose row it is. */
  about: string;
  items: readonly Other[];
}

export function Others({ id, about, items }: Props) {
  return (
    <>
      <button type="button" class="menu" popoverTarget={id} aria-label={t("others.of", { name: about })}>
        {t("others")}
      </button>
      <div id={id} popover="auto" class="others">
        {items.map(({ text, name, href, onClick }) =>
          href ? (
            <a key={text} href={href} aria-label={name}>
              {text}
            </a>
          ) : (
            <button
              key={text}
              type="button"
              popoverTarget={id}
              popoverTargetAction="hide"
              aria-label={name}
              onClick={onClick}
            >
              {text}
            </button>
          ),
        )}
      </div>
    </>
  );
}
