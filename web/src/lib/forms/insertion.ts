/** Insertion of a text at the cursor of a textarea. */

interface Inserted {
  text: string;
  /** The place after the inserted text. */
  end: number;
}

/** The textarea's text with `part` in place of the selection, or null where it would be longer than `longest`. */
export function inserted(area: HTMLTextAreaElement, part: string, longest: number): Inserted | null {
  const { value, selectionStart, selectionEnd } = area;
  const text = value.slice(0, selectionStart) + part + value.slice(selectionEnd);
  return text.length > longest ? null : { text, end: selectionStart + part.length };
}

/** Focus the textarea with the cursor at a place, after the new text is drawn. */
export function placeCursor(area: HTMLTextAreaElement, end: number): void {
  setTimeout(() => {
    area.focus();
    area.setSelectionRange(end, end);
  });
}
