import { defineConfig } from "vitest/config";

const gateway = "http://127.0.0.1:5000";
const SHELL =
  /node_modules\/preact|src\/(api|app|main|routes?r?\.ts|lib\/(draft|i18n|lazy|live|said|session|zone)\.|ui\/(Frame|Mark|NotFound|Page|Problem|Skeleton)\.)/;
const FORMS = /src\/(lib\/form|ui\/(Control|ErrorSummary|Submit|TextArea))\./;
const PARTS = /src\/(lib\/(query|time)|ui\/(Chip|Dialog|Empty|Icon|More|PrintHead|Ready|Tel))\./;

export default defineConfig({
  build: {
    // browsers that know light-dark(); older ones would need every colour twice
    target: ["chrome123", "edge123", "firefox120", "safari17.5"],
    // the content security policy allows files of this origin only, no data: addresses
    assetsInlineLimit: 0,
    // tools/size.mjs reads there which files a page needs
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // files that many pages need, instead of a dozen small ones that compress worse and arrive later
        codeSplitting: {
          groups: [
            { name: "shell", test: SHELL, priority: 2 },
            { name: "forms", test: FORMS, priority: 1 },
            { name: "parts", test: PARTS, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    // refresh and sign-out ask for the gateway's own origin
    proxy: Object.fromEntries(
      ["/api", "/auth", "/docs", "/openapi.json"].map((path) => [
        path,
        { target: gateway, headers: { origin: gateway } },
      ]),
    ),
  },
  test: {
    environment: "happy-dom",
    // the stand-in browser goes nowhere by itself
    environmentOptions: { happyDOM: { settings: { navigation: { disableMainFrameNavigation: true } } } },
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
