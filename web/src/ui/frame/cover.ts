/** Takes the page out of the document while its session has ended: nobody can read, print or copy it. */
import { type ComponentChild, render } from "preact";

export interface Cover {
  /** Show this in the page's place. */
  show: (instead: ComponentChild) => void;
  /** Put the page back, with everything that was typed. */
  lift: () => void;
}

/** The elements are kept, and so is their text; `title` takes the place of the page's, which may be a name. */
export function coverPage(title: string): Cover {
  const [focused, titled, left, top] = [document.activeElement, document.title, scrollX, scrollY];
  const page = document.createDocumentFragment();
  page.append(...document.body.childNodes);
  const place = document.body.appendChild(document.createElement("div"));
  document.title = title;
  document.body.hidden = false;
  return {
    show: (instead) => render(instead, place),
    lift: () => {
      render(null, place);
      const dialogs = page.querySelectorAll<HTMLDialogElement>("dialog[open]");
      place.replaceWith(page);
      for (const dialog of dialogs) {
        // outside of the document it lost its place above the page; `close` would dismiss it
        dialog.removeAttribute("open");
        dialog.showModal();
      }
      if (document.title === title) document.title = titled;
      if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
      scrollTo(left, top);
    },
  };
}
