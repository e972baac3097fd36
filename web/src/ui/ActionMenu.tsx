/** A menu of further actions in a row. */
import type { ComponentChildren } from "preact";
import { t } from "../lib/i18n/i18n";

interface Other {
  text: string;
  /** The accessible name, with the record. */
  name: string;
  /** A link; without it the item is a button. */
  href?: string;
  onClick?: (event: Event) => void;
}

interface Props {
  id: string;
  /** The name of the row's record. */
  about: string;
  items: readonly Other[];
  /** Lines below the actions, such as the ones that are not possible yet. */
  children?: ComponentChildren;
}

export function ActionMenu({ id, about, items, children }: Props) {
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
        {children}
      </div>
    </>
  );
}
