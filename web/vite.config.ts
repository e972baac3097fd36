import { defineConfig } from "vitest/config";

const gateway = "http://127.0.0.1:5000";
const SHELL =
  /node_modules\/preact|src\/(api|app|main|routes\.ts|lib\/(forms\/draft|i18n\/(i18n|problem-text)|loading\/use-observable|routing\/(navigation|page|router)|session\/(account|session)|time\/zone)\.|ui\/frame\/(Frame|Lazy|Mark|NotFound|Page|Problem|Skeleton)\.)/;
const FORMS = /src\/(lib\/forms\/form|ui\/forms\/(Control|ErrorSummary|Submit|TextArea))\./;
const PARTS =
  /src\/(lib\/(routing\/booking-links|i18n\/languages|loading\/query|time\/time)|ui\/(Chip|Details|Empty|Icon|Ready|Tel))\./;
/** Chunks of pages used together and of common form parts: small files compress badly. */
const AREAS = {
  "patient-booking": /pages\/patient\/book\/(book|form|summary|taken|busy|patient|found-doctor)\./,
  "patient-visits":
    /pages\/patient\/(visits\/(appointments?|move|move-confirm|calendar|cancel-dialog|visit-outcome)|book\/(doctor|doctor-week|not-bookable))\./,
  "patient-care": /pages\/patient\/(prescriptions|referrals|certificates)\//,
  "patient-labs": /pages\/patient\/labs\//,
  "patient-results": /pages\/patient\/results\//,
  "doctor-desk":
    /pages\/doctor\/(prescribe|referrals|certificates|order|results|typed-search|chart\/queried-chart)[/.]/,
  "doctor-record":
    /pages\/doctor\/(chart\/(chart|allergies|open-chart|entries|problems|record.*|load-chart)|patients\/patients|visit\/(visit|notes-form|past-visits)|follow-up\/(follow-up|send))\.tsx?/,
  "doctor-times": /pages\/doctor\/(availability\/|today\/week\.)/,
  "admin-lists": /pages\/admin\/(doctors|people|catalogue|found-list)[/.]/,
  "admin-visits": /pages\/admin\/visits\/(?!visits\.)/,
  "doctor-parts": /pages\/doctor\/(chart\/(chart-from-query|patient-strip)|visit\/notes)\./,
  acts: /ui\/ActionMenu\.|lib\/clinical\/earliest\./,
  lists: /ui\/(Dialog|More|print\/PrintHead|Table|Tabs)\.|lib\/i18n\/numbers\./,
  fields: /ui\/(forms\/(Field|Select|SearchForm|Checkbox)|AskDialog)\./,
  "sign-in": /ui\/forms\/(SignInFields|OtpField)\.|lib\/forms\/password\./,
  lab: /lib\/clinical\/(results|withdrawn)\./,
  charts: /ui\/charts\/(NumberLine|Trend|Marker)\./,
  sheets:
    /ui\/print\/(PrescriptionSheet|ReferralLetter|LabReport|Signature|Enclosures|CertificateSheet|CertificateCopies)\.|lib\/clinical\/prescriptions\./,
};

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
        // shared chunks instead of a dozen small files, which compress worse
        codeSplitting: {
          groups: [
            { name: "shell", test: SHELL, priority: 2 },
            ...Object.entries(AREAS).map(([name, test]) => ({
              name,
              test,
              priority: 1,
              includeDependenciesRecursively: false,
            })),
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
    // refresh and sign-out require the gateway's own origin
    proxy: Object.fromEntries(
      ["/api", "/auth", "/docs", "/openapi.json", "/ready"].map((path) => [
        path,
        { target: gateway, headers: { origin: gateway } },
      ]),
    ),
  },
  test: {
    environment: "happy-dom",
    // happy-dom must not navigate
    environmentOptions: { happyDOM: { settings: { navigation: { disableMainFrameNavigation: true } } } },
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
