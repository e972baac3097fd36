/** Every test speaks English; rooms other than the shell's are entered by who needs them. */
import { beforeEach } from "vitest";
import { speak } from "../src/lib/i18n";

beforeEach(() => speak(["en"]));
