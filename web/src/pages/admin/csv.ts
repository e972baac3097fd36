/** Tables as CSV files (RFC 4180), with cells escaped against formulas. */
type Cell = string | number;

export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(written).join(",")}\r\n`).join("");
}

function written(cell: Cell): string {
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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
