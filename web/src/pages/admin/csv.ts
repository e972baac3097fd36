/** Tables as CSV files (RFC 4180) for spreadsheets of the page's language, with cells escaped against formulas. */
import type { Schemas } from "../../api/client";
import { locale } from "../../lib/time/time";

type Cell = string | number;
type Separator = Schemas["Separator"];

const MARKS: Readonly<Record<Separator, string>> = { comma: ",", semicolon: ";" };
/** The last four are the full-width forms of the first four. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** The separator that spreadsheets of the page's language read: a semicolon where the decimal mark is no point. */
export function separator(): Separator {
  return decimalMark() === "." ? "comma" : "semicolon";
}

export function csv(rows: readonly (readonly Cell[])[]): string {
  const mark = MARKS[separator()];
  return rows.map((row) => `${row.map(written).join(mark)}\r\n`).join("");
}

function written(cell: Cell): string {
  if (typeof cell === "number") return String(cell).replace(".", decimalMark());
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function decimalMark(): string {
  const parts = new Intl.NumberFormat(locale()).formatToParts(0.5);
  return parts.find(({ type }) => type === "decimal")?.value ?? ".";
}

/** Save a table as a file. */
export function save(name: string, rows: readonly (readonly Cell[])[]): void {
  saveText(name, csv(rows));
}

/** Save CSV text as a file; the byte order mark tells spreadsheets that it is UTF-8. */
export function saveText(name: string, text: string): void {
  const file = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = file;
  link.download = name;
  link.click();
  URL.revokeObjectURL(file);
}
