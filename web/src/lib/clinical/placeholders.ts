/** Placeholders of note templates: words in braces that stand for data of the visit and the chart. */

/** The placeholders, as the contract lists them. */
export const PLACEHOLDERS = [
  "age",
  "sex",
  "reason",
  "problems",
  "allergies",
  "medicines",
  "results",
  "last_vitals",
  "today",
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

const IN_BRACES = /\{([a-z_]+)\}/g;

/** The words in braces that are no placeholder. */
export function unknownIn(text: string): string[] {
  const words = [...text.matchAll(IN_BRACES)].map(([, word = ""]) => word);
  return [...new Set(words.filter((word) => !isPlaceholder(word)))];
}

/** The text with each word in braces replaced; `unknown` gives the text for a word that is no placeholder. */
export function filledIn(
  text: string,
  values: Readonly<Record<Placeholder, string>>,
  unknown: (word: string) => string,
): string {
  return text.replace(IN_BRACES, (_, word: string) => (isPlaceholder(word) ? values[word] : unknown(word)));
}

function isPlaceholder(word: string): word is Placeholder {
  return PLACEHOLDERS.some((one) => one === word);
}
