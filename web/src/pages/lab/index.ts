/** The laboratory's pages; the one it begins with comes along. Patterns are tried in order. */
import type { OwnPage } from "../../lib/page";
import Worklist from "./worklist";

export const pages: readonly OwnPage[] = [
  ["/lab", async () => ({ default: Worklist })],
  ["/lab/:id", () => import("./booking/booking")],
];
