/** A native dialog over the page: keeps the focus inside, closes with Escape, gives the focus back. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  /** Called when the reader closes it without an act. */
  onClose: () => void;
  /** Whether what is behind it is hidden. */
  covers?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, covers, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      // from here on it is not the reader who closes it
      dialog.current = null;
      shown?.close();
      // it may be off the page by now, and then the browser gives the focus back to nobody
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const closed = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  // a second Escape closes it past `cancel`: then the reader has closed it, or it is not to be closed and stays
  const gone = (): void => {
    if (!dialog.current) return;
    onClose();
    setTimeout(() => dialog.current?.open === false && dialog.current.showModal());
  };
  return (
    <dialog
      ref={dialog}
      class={covers ? "covers" : undefined}
      aria-labelledby={heading}
      onCancel={closed}
      onClose={gone}
    >
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}
