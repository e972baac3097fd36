// Starts Swagger UI on our own document, with no outside host, and signed in where the portals are.
const SCHEME = "bearer"; // of the document's securitySchemes
const HINT = "careplus.signed-in"; // kept by src/lib/session/session.ts

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

/** Takes a fresh access token for "Try it out", and another one before it ends. */
async function signIn() {
  if (!mayBeSignedIn()) return;
  const answer = await fetch("/auth/refresh", { method: "POST", headers: { "X-CarePlus": "1" } }).catch(() => null);
  if (!answer?.ok) return;
  const { access_token, account, expires_in } = await answer.json();
  ui.preauthorizeApiKey(SCHEME, access_token);
  document.getElementById("who").textContent = `Signed in as ${account.full_name}, ${account.role}`;
  setTimeout(() => void signIn(), Math.max(30, expires_in - 60) * 1000);
}

function mayBeSignedIn() {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}
