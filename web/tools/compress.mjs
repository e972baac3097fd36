// Writes a .gz beside every text file of dist/ that gets smaller, so that nginx need not compress per request.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const TEXT = /\.(html|js|css|svg|json|txt)$/;
const dist = new URL("../dist/", import.meta.url);

for (const name of readdirSync(dist, { recursive: true })) {
  if (!TEXT.test(name)) continue;
  const file = new URL(name, dist);
  const whole = readFileSync(file);
  const small = gzipSync(whole, { level: 9 });
  if (small.length < whole.length - 64) writeFileSync(new URL(`${name}.gz`, dist), small);
}
