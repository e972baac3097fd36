// Lighthouse for a phone on the pages of a running hospital: the median of some runs each, and failure below the marks.
// Standard input: {"chromium", "origin", "runs", "pages": [{"name", "path", "login"}]}; `make lighthouse` writes it.
// Its packages are larger than all others together: they are installed for the run only.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const VERSION = "12.8.2";
const MARKS = { performance: 95, accessibility: 100, "best-practices": 100 };
const HINT = "careplus.signed-in";
/** BenchmarkIndex of the phone that Lighthouse stands for, a Moto G Power, by which Chrome's own tools calibrate theirs. */
const PHONE = 264;
/** A run without a recording is invalid. */
const TRIES = 3;

const { chromium, origin, pages, runs } = JSON.parse(readFileSync(0, "utf8"));
const folder = mkdtempSync(join(tmpdir(), "careplus-lighthouse-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
copyFileSync(fileURLToPath(new URL("../.npmrc", import.meta.url)), join(folder, ".npmrc"));
const install = [
  process.env.npm_execpath,
  "install",
  "--silent",
  "--no-save",
  "--prefix",
  folder,
  `lighthouse@${VERSION}`,
];
execFileSync(process.execPath, install, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
const lookUp = createRequire(join(folder, "x.js"));
const bring = (name) => import(pathToFileURL(lookUp.resolve(name)).href);
const { default: lighthouse } = await bring("lighthouse");
const { default: puppeteer } = await bring("puppeteer-core");

const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const failed = [];
const row = (name, cells) =>
  console.log(`${name.padEnd(48)}${cells.map((cell) => String(cell).padStart(16)).join("")}`);
try {
  // four times as slow is that phone on a fast machine; on a slower one it would be a slower phone
  const { benchmarkIndex } = (await recorded("/", null)).environment;
  const throttling = { cpuSlowdownMultiplier: Math.min(4, Math.max(1, benchmarkIndex / PHONE)) };
  console.log(`BenchmarkIndex ${benchmarkIndex}, processor slowed by ${throttling.cpuSlowdownMultiplier.toFixed(1)}`);
  row("page", Object.keys(MARKS));
  for (const { name, path, login } of pages) {
    const scores = [];
    for (let run = 0; run < runs; run += 1) scores.push(measured(await recorded(path, login, { throttling })));
    const medians = Object.keys(MARKS).map((mark) => median(scores.map((score) => score[mark])));
    row(name, medians);
    if (medians.some((value, number) => value < Object.values(MARKS)[number])) {
      failed.push(name);
      for (const { metrics } of scores) console.log(`    ${metrics}`);
    }
    for (const complaint of new Set(scores.flatMap((score) => score.complaints))) console.log(`    ${complaint}`);
  }
} finally {
  await browser.close();
}
if (failed.length > 0) {
  console.error(`Below ${Object.values(MARKS).join(" / ")}: ${failed.join(", ")}`);
  process.exitCode = 1;
}

/** One run in a new profile, signed in by `login`, with an empty cache. */
async function recorded(path, login, more = {}, tries = TRIES) {
  const profile = await browser.createBrowserContext();
  try {
    const page = await profile.newPage();
    if (login) await signIn(page, login);
    const options = { onlyCategories: Object.keys(MARKS), disableStorageReset: true, logLevel: "error", ...more };
    const { lhr } = await lighthouse(origin + path, options, undefined, page);
    if (!lhr.runtimeError) return lhr;
    if (tries === 1) throw new Error(`${path}: ${lhr.runtimeError.message}`);
  } finally {
    await profile.close();
  }
  return recorded(path, login, more, tries - 1);
}

function measured(lhr) {
  const scores = Object.keys(MARKS).map((mark) => [mark, Math.round(lhr.categories[mark].score * 100)]);
  return { ...Object.fromEntries(scores), complaints: complaints(lhr), metrics: metrics(lhr) };
}

/** The measurements that make the performance score, in their units. */
function metrics(lhr) {
  return lhr.categories.performance.auditRefs
    .filter(({ weight }) => weight > 0)
    .map(({ id, acronym }) => `${acronym} ${lhr.audits[id].displayValue}`)
    .join(", ");
}

/** Opens a session without loading the app, so that its files stay out of the cache. */
async function signIn(page, login) {
  await page.goto(`${origin}/robots.txt`);
  const status = await page.evaluate(
    async (body, hint) => {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch("/auth/login", { method: "POST", headers, body: JSON.stringify(body) });
      localStorage.setItem(hint, "1");
      return answer.status;
    },
    login,
    HINT,
  );
  if (status !== 200) throw new Error(`${login.email} could not sign in: ${status}`);
}

/** The audits that cost points where all points are asked for. */
function complaints(lhr) {
  return ["accessibility", "best-practices"].flatMap((mark) =>
    lhr.categories[mark].auditRefs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
      .map(({ id }) => `${id}: ${lhr.audits[id].title}`),
  );
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
