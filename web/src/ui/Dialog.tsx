/** A native modal dialog: traps the focus, closes with Escape, and restores the focus. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  /** Called when the dialog is dismissed. */
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      // from here on a close event is not a dismissal
      dialog.current = null;
      shown?.close();
      // the element may have left the page, and then the browser restores no focus
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const closed = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  // a second Escape closes it without a `cancel` event: treat it as a dismissal, or reopen an undismissable dialog
  const gone = (): void => {
    if (!dialog.current) return;
    onClose();
    setTimeout(() => dialog.current?.open === false && dialog.current.showModal());
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={closed} onClose={gone}>
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}
