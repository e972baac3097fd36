/** Views of one page as links, so that each has an address. */
interface Props {
  label: string;
  tabs: readonly { href: string; text: string; current: boolean; count?: number | undefined }[];
}

export function Tabs({ label, tabs }: Props) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map(({ href, text, current, count }) => (
          <li key={href}>
            <a href={href} aria-current={current ? "page" : undefined}>
              {text}
              {count !== undefined && <span class="count"> {count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
