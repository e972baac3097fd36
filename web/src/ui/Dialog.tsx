/** A native dialog over the page: keeps the focus inside, closes with Escape, gives the focus back. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  /** Called when the reader closes it without an act. */
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const shown = dialog.current;
    // a second Escape closes it past `cancel`: then the reader has closed it, or it is not to be closed and stays
    const gone = (): void => {
      close.current();
      setTimeout(() => shown?.isConnected && !shown.open && shown.showModal());
    };
    shown?.showModal();
    shown?.addEventListener("close", gone);
    return () => {
      shown?.removeEventListener("close", gone);
      shown?.close();
      // it may be off the page by now, and then the browser gives the focus back to nobody
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const closed = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={closed}>
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}
