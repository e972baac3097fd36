/** The laboratory's pages but the start page. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";

export const pages: readonly OwnPage[] = [
  ["/lab/critical", () => import("./critical/list")],
  ["/lab/critical/:id", async () => (await Promise.all([import("./critical/critical"), loadMessages("critical")]))[0]],
  ["/lab/:id/labels", () => import("./labels/labels")],
  ["/lab/:id", () => import("./booking/booking")],
];
