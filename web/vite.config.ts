import { defineConfig } from "vitest/config";

const gateway = "http://127.0.0.1:5000";
const SHELL =
  /node_modules\/preact|src\/(api|app|main|routes?r?\.ts|lib\/(draft|i18n|lazy|live|said|session|zone)\.|ui\/(Frame|Mark|NotFound|Page|Problem|Skeleton)\.)/;
const FORMS = /src\/(lib\/form|ui\/(Control|ErrorSummary|Submit|TextArea))\./;
const PARTS =
  /src\/(lib\/(languages|query|time)|pages\/patient\/booking-links|ui\/(Chip|Details|Empty|Icon|Ready|Tel))\./;
/** Pages that people go to and fro between, and parts of most forms, in one file each: small files compress badly. */
const AREAS = {
  "patient-booking": /pages\/patient\/(book|book-.*|found-doctor)\./,
  "patient-visits":
    /pages\/patient\/(appointments?|move|move-confirm|cancel-dialog|visit-outcome|doctor|doctor-week)\./,
  "patient-care": /pages\/patient\/(prescriptions?|referral.*)\./,
  "patient-labs": /pages\/patient\/lab/,
  "patient-results": /pages\/patient\/(result.*|trend)\./,
  "doctor-desk": /pages\/doctor\/(prescri.*|refer.*|order.*|results.*|typed-search)\./,
  "doctor-record": /pages\/doctor\/(chart.*|patients|record.*|visit(-.*)?)\.tsx/,
  "doctor-times": /pages\/doctor\/(availability.*|week)\./,
  "admin-lists":
    /pages\/admin\/(doctors?|new-doctor|doctor-fields|taken-email|booking-state|people|person|invit.*|found-list|tests?|analyte-list|test-fields)\./,
  "admin-visits":
    /pages\/admin\/(appointments|phone-booking|find-patient|free-times|move-visit|chosen-time|visit-.*|reassign.*)\./,
  "doctor-parts": /pages\/doctor\/(asked-chart|notes|patient-strip)\./,
  lists: /ui\/(Dialog|More|Others|PrintHead|Table|Tabs)\.|lib\/numbers\./,
  fields: /ui\/(Field|Select|SearchForm|Checkbox|AskDialog)\./,
  charts: /ui\/(NumberLine|Trend|Marker)\./,
  sheets: /ui\/(PrescriptionSheet|ReferralLetter|LabReport|Signature)\.|lib\/prescriptions\./,
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
        // files that many pages need, instead of a dozen small ones that compress worse and arrive later
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
    // refresh and sign-out ask for the gateway's own origin
    proxy: Object.fromEntries(
      ["/api", "/auth", "/docs", "/openapi.json", "/ready"].map((path) => [
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
