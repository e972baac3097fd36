/** Tables as files for spreadsheets (RFC 4180), in which no cell begins a formula. */
type Cell = string | number;

export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(written).join(",")}\r\n`).join("");
}

function written(cell: Cell): string {
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lets the browser save a table. */
export function save(name: string, rows: readonly (readonly Cell[])[]): void {
  saveText(name, csv(rows));
}

/** The same for a table that is text already; the mark at its beginning says UTF-8 to spreadsheets. */
export function saveText(name: string, text: string): void {
  const file = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = file;
  link.download = name;
  link.click();
  URL.revokeObjectURL(file);
}
