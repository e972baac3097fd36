/** A page's heading: names the tab, and takes the focus after a move within the app. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/i18n";

let opened = false;

interface Props {
  title: string;
  lead?: string;
  children: ComponentChildren;
}

export function Page({ title, lead, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("title", { page: title });
  }, [title]);
  useEffect(() => {
    // on the first page the browser's own focus stands, so that the skip link comes first
    if (opened) heading.current?.focus();
    opened = true;
  }, []);
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {lead && <p class="lead">{lead}</p>}
      </header>
      {children}
    </>
  );
}
