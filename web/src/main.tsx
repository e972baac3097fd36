/** Mounts the app. */
import { render } from "preact";
import { App, prepare } from "./app";
import { loadLocale } from "./lib/i18n/i18n";
import "./style/shell/tokens.css";
import "./style/shell/base.css";
import "./style/shell/frame.css";
import "./style/shell/parts.css";
import "./style/shell/forms.css";
import "./style/shell/print.css";

const root = document.getElementById("app") as HTMLElement;
const spoken = loadLocale();
prepare(location.pathname);
spoken.then(
  () => render(<App />, root),
  // no page can be drawn without messages
  () => document.getElementById("failed")?.removeAttribute("hidden"),
);
