/** Mounts the app. */
import { render } from "preact";
import { App, prepare } from "./app";
import { loadLocale } from "./lib/i18n/i18n";
import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/forms.css";
import "./style/print.css";

const root = document.getElementById("app") as HTMLElement;
const spoken = loadLocale();
prepare(location.pathname);
spoken.then(
  () => render(<App />, root),
  // no page can be drawn without messages
  () => document.getElementById("failed")?.removeAttribute("hidden"),
);
