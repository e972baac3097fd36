/** Views of one page as links, so that each has an address. */
interface Props {
  label: string;
  /** `count` null: loading; its space is reserved. */
  tabs: readonly { href: string; text: string; current: boolean; count?: number | null | undefined }[];
}

/** A figure space, as wide as a digit. */
const FIGURE_SPACE = "\u2007";

export function Tabs({ label, tabs }: Props) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map(({ href, text, current, count }) => (
          <li key={href}>
            <a href={href} aria-current={current ? "page" : undefined}>
              {text}
              {count !== undefined && <span class="count"> {count ?? FIGURE_SPACE}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
