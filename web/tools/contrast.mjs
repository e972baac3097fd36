// Recomputes the contrast of every pair of colours that meet on a page, light and dark, from src/style/shell/tokens.css.
// With --quiet only pairs that fail are printed.
import { readFileSync } from "node:fs";

const TEXT = 4.5; // WCAG 1.4.3, AA
const CHIP = 7; // 1.4.6, AAA
const SHAPE = 3; // 1.4.11: borders of inputs, focus
const CHIPS = ["booked", "confirmed", "arrived", "completed", "cancelled", "no-show", "critical"];

const pairs = [
  ...["ink", "muted", "link"].flatMap((text) => ["bg", "surface"].map((ground) => [text, ground, TEXT])),
  ["line", "bg", SHAPE],
  ["line", "surface", SHAPE],
  ["on-brand", "brand", TEXT],
  ["on-brand", "brand-hover", TEXT],
  ["panel-ink", "panel", TEXT],
  ["panel-ink", "panel-mark", TEXT],
  ["focus-ring", "panel", SHAPE],
  ["cancelled", "bg", TEXT],
  ...CHIPS.map((chip) => [chip, `${chip}-tint`, CHIP]),
];

const colours = read(readFileSync(new URL("../src/style/shell/tokens.css", import.meta.url), "utf8"));
const quiet = process.argv.includes("--quiet");
let failed = 0;
for (const [front, back, least] of pairs) {
  const ratios = ["light", "dark"].map((scheme) => ratio(colours[front][scheme], colours[back][scheme]));
  const good = ratios.every((value) => value >= least);
  failed += good ? 0 : 1;
  if (good && quiet) continue;
  const [light, dark] = ratios.map((value) => value.toFixed(2).padStart(6));
  console.log(
    `${good ? "ok  " : "FAIL"} ${`${front} on ${back}`.padEnd(32)} light ${light}  dark ${dark}  least ${least}`,
  );
}
if (failed) process.exit(1);

function read(css) {
  const found = css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g);
  return Object.fromEntries([...found].map(([, name, light, dark]) => [name, { light, dark }]));
}

function ratio(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
