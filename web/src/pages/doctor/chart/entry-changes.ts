/** The difference of two lists of a chart: entries that came, left, or have another text under the same name. */
export interface EntryChange {
  kind: "added" | "removed" | "changed";
  entry: string;
  /** The entry before the change; empty without one. */
  was: string;
}

export function entryChanges<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (one: T) => string,
  textOf: (one: T) => string,
): EntryChange[] {
  const gone = before.filter((one) => !after.some((other) => textOf(other) === textOf(one)));
  const fresh = after.filter((one) => !before.some((other) => textOf(other) === textOf(one)));
  const changed = fresh.map((one): EntryChange => {
    const at = gone.findIndex((other) => nameOf(other) === nameOf(one));
    if (at < 0) return { kind: "added", entry: textOf(one), was: "" };
    const [was] = gone.splice(at, 1);
    return { kind: "changed", entry: textOf(one), was: was ? textOf(was) : "" };
  });
  return [...changed, ...gone.map((one): EntryChange => ({ kind: "removed", entry: textOf(one), was: "" }))];
}
