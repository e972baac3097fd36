// Fails when scripts or styles exceed their budget; sizes in kB of 1000 bytes, gzipped. docs/ is not counted.
// The size of a page is the shell and its own code, as loaded on the first visit; messages have their own budget.
// Each route has the budgets ROUTE and OWN: docs/decisions/0011.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const SHELL = { js: 17.7, css: 8 };
// pages that share a file go by the file's name in vite.config.ts
const PAGES = [
  { page: "public/landing.tsx", room: "public", budget: 25.1 },
  { page: "patient-booking", room: "patient", budget: 27.4 },
  { page: "patient/home/home.tsx", room: "patient", budget: 25.5 },
  { page: "doctor/today/today.tsx", room: "doctor", budget: 29.4 },
  { page: "admin/overview/overview.tsx", room: "admin", budget: 28.1 },
  { page: "lab/worklist.tsx", room: "lab", budget: 28.6 },
  { page: "desk/today.tsx", room: "desk", budget: 38.9 },
  { page: "doctor-visit", room: "doctor", budget: 45 },
  { page: "doctor-certificates", room: "doctor", budget: 37.5 },
  { page: "account/security.tsx", room: "account", budget: 32.1 },
];
const WORDS = 17.1;
// what a person downloads who opens a page first, and what it adds to the start page of its portal
const ROUTE = 45;
const OWN = 20;
const LARGER = {
  "doctor/chart/chart.tsx": { route: 49.7, own: 23.4 },
  "desk/board/board.tsx": { route: 46, own: OWN },
};
const STYLES = 13.3;
// scripts and styles of a page without its messages; each waits for one of six connections, so four turns
const FILES = 24;
// pages outside the portal's list: its start page first, and for patients the public pages to find a doctor
const OUTSIDE = {
  patient: ["patient/home/home.tsx", "patient/book/doctors.tsx", "patient-visits", "patient-booking"],
  doctor: ["doctor/today/today.tsx"],
  admin: ["admin/overview/overview.tsx"],
  lab: ["lab/worklist.tsx"],
  desk: ["desk/today.tsx"],
};
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const html = readFileSync(new URL("index.html", dist), "utf8");
const [entry] = Object.keys(manifest).filter((key) => html.includes(`src="/${manifest[key].file}"`));

let over = false;
const shell = filesOf(entry);
row("shell, script", size(shell.js), SHELL.js);
row("shell, style", size(shell.css), SHELL.css);
for (const { page, room, budget } of PAGES) {
  row(page, size(union([entry, named(page)])), budget);
  const words = union(["shell", "ui", "problems", room].map((name) => `src/i18n/en/${name}.json`));
  row(`${page}, words`, size(words.difference(shell.js)), WORDS);
}
for (const [role, outside] of Object.entries(OUTSIDE)) {
  const whole = [entry, ...[`${role}/index.ts`, ...outside].map(named)];
  row(`all of ${role}, styles`, size(union(whole, "css", true)), STYLES);
}
const routes = Object.keys(manifest).filter((key) => key.startsWith("src/pages/") && manifest[key].isDynamicEntry);
const measured = routes.map((key) => {
  const page = key.slice("src/pages/".length);
  const start = OUTSIDE[page.split("/")[0]]?.[0];
  const files = union([entry, key]);
  const own = files.difference(union(start ? [entry, named(start)] : [entry]));
  return { page, route: size(files), own: size(own), budget: LARGER[page] ?? { route: ROUTE, own: OWN } };
});
for (const { page, route, own, budget } of measured) {
  if (route > budget.route) row(page, route, budget.route);
  if (own > budget.own) row(`${page}, own`, own, budget.own);
}
const largest = (which) => measured.filter(({ page }) => !LARGER[page]).reduce((a, b) => (b[which] > a[which] ? b : a));
row(`largest route: ${largest("route").page}`, largest("route").route, ROUTE);
row(`most of its own: ${largest("own").page}`, largest("own").own, OWN);
const [most] = Object.keys(manifest)
  .map((key) => ({ name: manifest[key].name, files: union([entry, key]).size + union([entry, key], "css").size }))
  .sort((a, b) => b.files - a.files);
over ||= most.files > FILES;
console.log(`most files of a page       ${most.files} of ${FILES}, ${most.name}`);
const assets = readdirSync(new URL("assets/", dist)).filter((name) => name.endsWith(".js"));
console.log(`all ${assets.length} scripts  ${size(new Set(assets.map((name) => `assets/${name}`))).toFixed(1)} kB`);
if (over) {
  console.error("Over budget.");
  process.exit(1);
}

/** The manifest's key for a page, or for a file that several share. */
function named(name) {
  const key = Object.keys(manifest).find((one) => one === `src/pages/${name}` || manifest[one].name === name);
  if (!key) throw new Error(`Nothing was built for ${name}.`);
  return key;
}

/** The files a source needs before rendering; with `later`, also its dynamic imports. */
function filesOf(source, later = false, seen = new Set()) {
  const found = { js: new Set(), css: new Set() };
  const chunk = manifest[source];
  if (!chunk || seen.has(source)) return found;
  seen.add(source);
  found.js.add(chunk.file);
  for (const file of chunk.css ?? []) found.css.add(file);
  // the shell's dynamic imports are every page
  const further = later && source !== entry ? (chunk.dynamicImports ?? []) : [];
  for (const needed of [...(chunk.imports ?? []), ...further]) {
    const { js, css } = filesOf(needed, later, seen);
    for (const file of js) found.js.add(file);
    for (const file of css) found.css.add(file);
  }
  return found;
}

function union(sources, kind = "js", later = false) {
  const [first, ...rest] = sources;
  return new Set([...filesOf(first)[kind], ...rest.flatMap((source) => [...filesOf(source, later)[kind]])]);
}

function size(files) {
  const bytes = [...files].reduce(
    (sum, name) => sum + gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length,
    0,
  );
  return bytes / 1000;
}

function row(name, kilobytes, budget) {
  over ||= kilobytes === 0 || kilobytes > budget;
  console.log(`${name.padEnd(26)}${kilobytes.toFixed(2).padStart(7)} kB of ${budget} kB`);
}
