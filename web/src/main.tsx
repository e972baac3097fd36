/** Mounts the app. */
import { render } from "preact";
import { App } from "./app";
import { speak } from "./lib/i18n";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";

const root = document.getElementById("app");
if (root) void speak().finally(() => render(<App />, root));
