import { defineConfig } from "vitest/config";

const gateway = "http://127.0.0.1:5000";

export default defineConfig({
  build: {
    // browsers that know light-dark(); older ones would need every colour twice
    target: ["chrome123", "edge123", "firefox120", "safari17.5"],
    // the content security policy allows files of this origin only, no data: addresses
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
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
    restoreMocks: true,
    unstubGlobals: true,
  },
});
