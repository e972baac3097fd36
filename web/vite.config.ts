import { defineConfig } from "vitest/config";

const gateway = "http://127.0.0.1:5000";
const SHELL =
  /node_modules\/preact|src\/(api|app|main|routes\.ts|lib\/(forms\/draft|i18n\/(i18n|problem-text)|loading\/(idle|use-observable)|routing\/(navigation|page|router)|session\/(account|language|session)|time\/zone)\.|ui\/frame\/(Frame|Lazy|Mark|NotFound|Page|Problem|Skeleton)\.)/;
const FORMS = /src\/(lib\/forms\/form|ui\/forms\/(Control|ErrorSummary|Submit|TextArea))\./;
const PARTS =
  /src\/(lib\/(privacy-notice|routing\/booking-links|i18n\/(in-languages|languages)|loading\/query|time\/time)|ui\/(Chip|Details|Empty|Icon|Ready|Tel))\./;
/** Chunks of pages used together and of common form parts: small files compress badly. */
const AREAS = {
  "patient-booking": /pages\/patient\/book\/(book|form|summary|taken|busy|patient|found-doctor)\./,
  "patient-visits":
    /pages\/patient\/(visits\/(appointments?|move|move-confirm|calendar|cancel-dialog|visit-outcome)|book\/(doctor|doctor-week|not-bookable))\./,
  "patient-care": /pages\/patient\/(prescriptions|referrals|certificates)\//,
  "patient-labs": /pages\/patient\/labs\//,
  "patient-results": /pages\/patient\/results\//,
  "doctor-desk":
    /pages\/doctor\/(prescribe(?!\/(stop|find-prescription))|referrals|order(?!\/(order-list|state))|results|refills\/answer|typed-search)[/.]/,
  "doctor-certificates": /pages\/doctor\/certificates\//,
  "doctor-visit": /pages\/doctor\/visit\/(?!visits|status|signed-text)/,
  "doctor-chart":
    /pages\/doctor\/(chart\/(chart|allergies|open-chart|entries|entry-changes|problems|changes)|patients\/patients)\./,
  "doctor-entries": /pages\/doctor\/chart\/record-(list|result)\./,
  "doctor-record":
    /pages\/doctor\/(chart\/(fold|load-chart|record|takes-now)|visit\/signed-text|follow-up\/follow-up|prescribe\/(stop|find-prescription)|order\/(order-list|state)|vitals\/(load|vitals-act))\.|lib\/i18n\/use-words\./,
  "doctor-vitals":
    /pages\/doctor\/vitals\/(visit-panel|vitals-form|measured-list|last-values|chart-vitals|typed)|ui\/charts\/Sparkline/,
  "doctor-hours": /ui\/availability\//,
  "public-texts": /pages\/public\/(privacy|accessibility|help)\./,
  "account-mail": /pages\/account\/(password|reset-password|confirm-email)\./,
  "admin-lists": /pages\/admin\/(doctors|people|catalogue|found-list)[/.]/,
  "desk-visits": /pages\/desk\/(visits\/(?!book-series)|patients\/(found|search)\.)/,
  "desk-patients": /pages\/desk\/patients\/(patients|patient|new-patient)\./,
  "doctor-parts":
    /pages\/doctor\/(chart\/(chart-from-query|patient-strip|queried-chart)|visit\/(visits|status|status-actions)|follow-up\/(movable|send))\./,
  acts: /ui\/ActionMenu\.|lib\/clinical\/earliest\./,
  later: /ui\/(LanguageChoice|Later)\./,
  lists: /ui\/(Dialog|More|print\/PrintHead|Table|Tabs)\.|lib\/i18n\/numbers\./,
  fields: /ui\/(forms\/(Field|Select|SearchForm|Checkbox)|AskDialog)\./,
  factor: /ui\/forms\/(OtpField|PasskeyButton)\.|lib\/forms\/otp\./,
  "sign-in": /ui\/forms\/SignInFields\.|lib\/(forms\/password|routing\/hash)\.|pages\/account\/passwords\./,
  person: /ui\/forms\/(BirthDate|SexChoice)\./,
  lab: /lib\/clinical\/(results|withdrawn)\./,
  clinical: /lib\/clinical\/(dosing|specimens|vitals)\./,
  corrections: /ui\/(CommentVersions|Corrected)\./,
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
        // shorter than the default of 8, because the shell lists 140 of these names
        chunkFileNames: "assets/[name]-[hash:7].js",
        entryFileNames: "assets/[name]-[hash:7].js",
        assetFileNames: "assets/[name]-[hash:7][extname]",
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
