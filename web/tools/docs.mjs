// Puts the API reference into dist/docs: Swagger UI's own files from its package, and our page around them.
import { copyFileSync, cpSync, mkdirSync } from "node:fs";

const web = new URL("../", import.meta.url);
const docs = new URL("dist/docs/", web);
const swagger = new URL("node_modules/swagger-ui-dist/", web);

mkdirSync(docs, { recursive: true });
cpSync(new URL("docs/", web), docs, { recursive: true });
for (const name of [
  "swagger-ui.css",
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "LICENSE",
  "NOTICE",
]) {
  copyFileSync(new URL(name, swagger), new URL(name, docs));
}
