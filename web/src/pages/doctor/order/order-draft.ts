/** A laboratory order as the form holds it. */
export interface Order {
  tests: { code: string; name: string; preparation: string }[];
  note: string;
  timed: boolean;
  day: string;
  starts_at: string;
}
