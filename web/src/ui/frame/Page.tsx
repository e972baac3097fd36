/** A page's heading: sets the tab title, and takes the focus after a navigation. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../lib/i18n/i18n";

let opened = false;

interface Props {
  title: string;
  lead?: ComponentChildren;
  /** Narrow for forms and letters; wide is the whole width. */
  width?: "wide" | "narrow";
  /** A link to the parent page. */
  back?: { href: string; text: string };
  /** Buttons and links beside the heading. */
  actions?: ComponentChildren;
  /** The head of each printed sheet. */
  paper?: ComponentChildren;
  children?: ComponentChildren;
}

export function Page({ title, lead, width = "wide", back, actions, paper, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("title", { page: title });
  }, [title]);
  useEffect(() => {
    // no focus on the first page, so that the skip link comes first
    if (opened) heading.current?.focus();
    opened = true;
  }, []);
  return (
    <div class={`page ${width}`}>
      {back && (
        <p class="back">
          <a href={back.href}>{back.text}</a>
        </p>
      )}
      <header class="page-head">
        <div>
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
      {paper}
    </div>
  );
}
