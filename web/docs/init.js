// Starts Swagger UI on our own document, with no outside host, and signed in where the portals are.
const SCHEME = "bearer"; // of the document's securitySchemes
const HINT = "careplus.signed-in"; // kept by src/lib/session/session.ts

const TOUCHED = "careplus.touched"; // kept by src/lib/session/idle.ts
const OWN_PAGE = { "X-CarePlus": "1" };
const LOOK_MS = 15_000;
const who = document.getElementById("who");
let idle = 0; // milliseconds; 0 until this page is signed in
let hasLeft = false;

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

let ui = null;
openNamed()
  .catch(() => undefined)
  .finally(() => {
    ui = SwaggerUIBundle({
      url: "/openapi.json",
      dom_id: "#reference",
      deepLinking: true,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: null,
      onComplete: () => void signIn(),
    });
  });

/** Links may name an operation alone, `/docs#book`; Swagger UI wants its tag as well. */
async function openNamed() {
  const name = location.hash.slice(1);
  if (!/^\w+$/.test(name)) return;
  const answer = await fetch("/openapi.json");
  const { paths } = await answer.json();
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const tag = operations.find(({ operationId }) => operationId === name)?.tags[0];
  if (tag) history.replaceState(null, "", `#/${tag}/${name}`);
}

/** Takes a fresh access token for "Try it out", and another one before it ends, unless nobody uses this browser. */
async function signIn() {
  if (!mayBeSignedIn()) return;
  const answer = await fetch("/auth/refresh", { method: "POST", headers: OWN_PAGE }).catch(() => null);
  if (idle && answer?.status === 401) leave();
  const tokens = answer?.ok ? await answer.json() : null;
  if (!tokens || hasLeft) return;
  const { access_token, account, expires_in, idle_seconds } = tokens;
  ui.preauthorizeApiKey(SCHEME, access_token);
  who.textContent = `Signed in as ${account.full_name}, ${account.role}`;
  if (!idle) watchIdle();
  idle = idle_seconds * 1000;
  setTimeout(() => hasLeft || void signIn(), Math.max(30, expires_in - 60) * 1000);
}

/** The rule of src/lib/session/idle.ts: without input in any tab of this browser the session ends. */
function watchIdle() {
  let here = 0;
  const touch = () => {
    here = Date.now();
    try {
      localStorage.setItem(TOUCHED, String(here));
    } catch {
      // no local storage: this tab has its own idle timer
    }
  };
  const look = () => {
    if (!hasLeft && Date.now() - Math.max(here, elsewhere()) >= idle) leave();
  };
  touch();
  for (const name of ["pointerdown", "keydown", "wheel"])
    addEventListener(name, touch, { capture: true, passive: true });
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_MS);
}

function elsewhere() {
  try {
    return Number(localStorage.getItem(TOUCHED));
  } catch {
    return 0;
  }
}

/** Ends the session, and takes the answers that are shown out of the document. */
function leave() {
  hasLeft = true;
  ui.authActions.logout([SCHEME]);
  document.getElementById("reference").remove();
  who.textContent = "Your session has ended. Sign in again, then reload this page.";
  const end = async () => {
    const ended = await fetch("/auth/logout", { method: "POST", headers: OWN_PAGE }).catch(() => null);
    if (!ended?.ok && ended?.status !== 401) setTimeout(() => void end(), LOOK_MS);
  };
  void end();
}

function mayBeSignedIn() {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}
