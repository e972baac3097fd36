/** A laboratory's test, booking and result, and pages at their addresses. */

import type { OwnProps } from "../src/lib/routing/page";
import { go } from "../src/lib/routing/router";
import { CONFIG, labBooking, labResult, labTest, observation, PAT } from "./fixtures";
import { json } from "./gateway";

export const CBC = labTest();
export const BOOKED = labBooking();
export const VALUE = observation();
export const RESULT = labResult();
export const page = (...items: unknown[]) => json({ items, next_cursor: null });

/** At an address, as the app would draw it. */
export function at(href: string, params: OwnProps["params"] = {}): OwnProps {
  go(href);
  return { params, query: new URLSearchParams(location.search), config: CONFIG, account: PAT };
}
