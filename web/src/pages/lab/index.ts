/** The laboratory's pages; the start page is bundled. Patterns are tried in order. */
import type { OwnPage } from "../../lib/routing/page";
import Worklist from "./worklist";

export const pages: readonly OwnPage[] = [
  ["/lab", async () => ({ default: Worklist })],
  ["/lab/:id/labels", () => import("./labels/labels")],
  ["/lab/:id", () => import("./booking/booking")],
];
