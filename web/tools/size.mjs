// Fails when the portals' scripts or styles outgrow what is promised; sizes in kB of 1000 bytes, gzipped. docs/ is not counted.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGETS = { js: 16, css: 8 };
const assets = new URL("../dist/assets/", import.meta.url);

let over = false;
for (const [kind, budget] of Object.entries(BUDGETS)) {
  const files = readdirSync(assets).filter((name) => name.endsWith(`.${kind}`));
  const total = files.reduce(
    (sum, name) => sum + gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length,
    0,
  );
  const size = total / 1000;
  console.log(`${kind.padEnd(4)}${size.toFixed(2).padStart(7)} kB of ${budget} kB, ${files.length} file(s)`);
  over ||= files.length === 0 || size > budget;
}
if (over) {
  console.error("Over budget, or not built.");
  process.exit(1);
}
