/** Code 128 (ISO/IEC 15417), code set B: a text as the widths of its bars and spaces in turn. */

/** The widths of the three bars and three spaces of each symbol, by its value: table 1 of the standard. */
const WIDTHS =
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211" +
  "221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113" +
  "132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121" +
  "312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211" +
  "221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141" +
  "114113114311411113411311113141114131311141411131211412211214211232";
const [START_B, MODULO] = [104, 103];
const STOP = "2331112";
/** The blank modules that a scanner needs at both ends. */
export const QUIET = 10;

/** The widths of a printable ASCII text, with its check symbol. */
export function widths(text: string): number[] {
  const values = [...text].map((letter) => letter.charCodeAt(0) - 32);
  const check = values.reduce((sum, value, n) => sum + (n + 1) * value, START_B) % MODULO;
  const symbols = [START_B, ...values, check].map((value) => WIDTHS.slice(6 * value, 6 * value + 6));
  return [...symbols.join(""), ...STOP].map(Number);
}

/** The bars as an SVG path in modules, one module high, and the width of it all. */
export function bars(text: string): { path: string; width: number } {
  let at = QUIET;
  let path = "";
  for (const [n, width] of widths(text).entries()) {
    if (n % 2 === 0) path += `M${at} 0h${width}v1h-${width}z`;
    at += width;
  }
  return { path, width: at + QUIET };
}
