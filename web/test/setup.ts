/** Every test runs in English; tests load further message files themselves. */
import { beforeEach } from "vitest";
import { loadLocale } from "../src/lib/i18n/i18n";

beforeEach(() => loadLocale(["en"]));
