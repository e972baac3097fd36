// Writes package-lock.json anew from package.json: names, versions and hashes of every platform's packages, and no address.
// Made in an empty folder, because npm leaves out other platforms' packages where node_modules is there.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "careplus-lock-"));
try {
  for (const name of ["package.json", ".npmrc"]) copyFileSync(join(web, name), join(folder, name));
  const npm = [process.env.npm_execpath, "install", "--package-lock-only"];
  execFileSync(process.execPath, npm, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  for (const [name, entry] of Object.entries(lock.packages)) {
    delete entry.funding;
    if (name && !(entry.version && entry.integrity)) throw new Error(`${name} has no version or no hash`);
    // npm silently omits packages missing from the registry, and then refuses its own lock
    const absent = Object.keys(entry.optionalDependencies ?? {}).filter(
      (wanted) => !lock.packages[`node_modules/${wanted}`],
    );
    if (absent.length > 0)
      throw new Error(`${name}: this version is not there for every platform: ${absent.join(", ")}`);
  }
  const text = `${JSON.stringify(lock, null, 2)}\n`;
  if (text.includes("://")) throw new Error("the lock holds an address");
  writeFileSync(join(web, "package-lock.json"), text);
} finally {
  rmSync(folder, { recursive: true });
}
