/** Eight icons, each beside a word and hidden from screen readers. */
const DRAWN = {
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  pill: "M6.5 17.5a4 4 0 0 1 0-5.7l5.3-5.3a4 4 0 0 1 5.7 5.7l-5.3 5.3a4 4 0 0 1-5.7 0zM9 9l6 6",
  flask: "M9 3h6M10 3v6l-5 9a2 2 0 0 0 1.8 3h10.4a2 2 0 0 0 1.8-3l-5-9V3M7.5 15h9",
  letter: "M3 6h18v12H3zM3 7l9 7 9-7",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.6-6 8-6s8 2 8 6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  print: "M7 8V3h10v5M5 17H3V8h18v9h-2M7 14h10v7H7z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 3",
} as const;

export function Icon({ name }: { name: keyof typeof DRAWN }) {
  return (
    <svg class="icon" width="20" height="20" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={DRAWN[name]} />
    </svg>
  );
}
