// Builds the package of the TypeScript client: dist/client in the folder above, and `npm pack` of it into $PACKAGES.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = new URL("../", import.meta.url);
const source = new URL("client/", web);
const packages = new URL(`file://${process.env.PACKAGES ?? fileURLToPath(new URL("../dist", web))}/`);
const folder = new URL("client/", packages);
const run = (...command) => execFileSync(process.execPath, command, { cwd: fileURLToPath(web), stdio: "inherit" });

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await build({
  configFile: false,
  logLevel: "warn",
  root: fileURLToPath(web),
  publicDir: false,
  build: {
    lib: { entry: fileURLToPath(new URL("index.ts", source)), formats: ["es"], fileName: "index" },
    outDir: fileURLToPath(folder),
    emptyOutDir: true,
    minify: false,
    target: "es2023",
  },
});
const types = new URL("types/", packages);
run("node_modules/typescript/bin/tsc", "-p", "client", "--outDir", fileURLToPath(types));
const declared = readFileSync(new URL("client/index.d.ts", types), "utf8");
// Node resolves only names of files
writeFileSync(new URL("index.d.ts", folder), declared.replaceAll('"../types/schema"', '"./schema.js"'));
rmSync(types, { recursive: true });
copyFileSync(new URL("types/schema.d.ts", web), new URL("schema.d.ts", folder));
copyFileSync(new URL("../LICENSE", web), new URL("LICENSE", folder));
for (const name of ["package.json", "README.md"]) copyFileSync(new URL(name, source), new URL(name, folder));
run(process.env.npm_execpath, "pack", fileURLToPath(folder), "--pack-destination", fileURLToPath(packages), "--silent");
