import { describe, expect, test } from "vitest";
import { type Reading, type Scale, scale } from "../src/lib/clinical/results";

type Range = NonNullable<Reading["range"]>;

const range = (more: Partial<Range>): Range => ({
  sex: null,
  low: null,
  high: null,
  critical_low: null,
  critical_high: null,
  ...more,
});

describe("places on a number line", () => {
  const RANGES: Range[] = [
    range({ low: 12, high: 15.5 }),
    range({ low: 12, high: 15.5, critical_low: 7, critical_high: 20 }),
    range({ low: 0, high: 5 }),
    range({ low: -2, high: 3 }),
    range({ low: -8, high: -3, critical_low: -12 }),
    range({ low: 0.27, high: 4.2 }),
    range({ low: 135, high: 145, critical_low: 10, critical_high: 900 }),
    range({ low: 7, high: 7 }),
    range({ high: 5 }),
    range({ high: 0 }),
    range({ high: -2 }),
    range({ high: 5, critical_low: 1, critical_high: 100 }),
    range({ low: 60 }),
    range({ low: 0 }),
    range({ low: 40, critical_low: 10 }),
    range({ critical_low: 2, critical_high: 8 }),
    range({ critical_high: 500 }),
  ];
  const VALUES = [-1e9, -100, -5, -0.01, 0, 0.01, 1, 3, 4.2, 5, 7, 12, 13.2, 15.5, 15.51, 20, 60, 141, 500, 1e9];
  const placesOf = (bounds: Range, value: number): Scale => {
    const found = scale({ range: bounds, value });
    if (!found) throw new Error("there is something to compare with");
    return found;
  };
  const pairs = (at: Scale, { low, high, critical_low, critical_high }: Range) => [
    { at, place: at.lowAt, bound: low },
    { at, place: at.highAt, bound: high },
    { at, place: at.criticalLowAt, bound: critical_low },
    { at, place: at.criticalHighAt, bound: critical_high },
  ];

  test.each(RANGES)("a value is drawn on its side of each bound: %o", (bounds) => {
    const compared = VALUES.flatMap((value) =>
      pairs(placesOf(bounds, value), bounds).map((pair) => ({ value, ...pair })),
    );
    for (const { value, at, place, bound } of compared) {
      if (place === null || bound === null) continue;
      if (value < bound) expect(at.valueAt).toBeLessThanOrEqual(place);
      if (value > bound) expect(at.valueAt).toBeGreaterThanOrEqual(place);
      if (value === bound) expect(at.valueAt).toBeCloseTo(place, 9);
    }
  });

  test.each(RANGES)("usual bounds are drawn with room beyond: %o", (bounds) => {
    for (const at of VALUES.map((value) => placesOf(bounds, value))) {
      expect(at.lowAt === null).toBe(bounds.low === null);
      expect(at.highAt === null).toBe(bounds.high === null);
      expect(at.lowAt ?? 1).toBeGreaterThan(0.08);
      expect(at.highAt ?? 0).toBeLessThan(0.92);
      const places = [at.valueAt, ...pairs(at, bounds).flatMap(({ place }) => place ?? [])];
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...places)).toBeLessThanOrEqual(1);
    }
  });

  test.each(RANGES)("only values outside are cut off at the end: %o", (bounds) => {
    for (const value of VALUES) {
      const { clipped, valueAt } = placesOf(bounds, value);
      if (clipped) expect(valueAt).toBe(clipped === "low" ? 0 : 1);
      if (bounds.low !== null && bounds.high !== null && bounds.low <= value && value <= bounds.high)
        expect(clipped).toBeNull();
    }
  });

  test("a far value is cut off on its side, a near one is not", () => {
    const bounds = range({ low: 12, high: 15.5 });
    expect(placesOf(bounds, 180).clipped).toBe("high");
    expect(placesOf(bounds, -90).clipped).toBe("low");
    expect(placesOf(bounds, 18).clipped).toBeNull();
  });

  test("a distant critical bound is not drawn", () => {
    const bounds = range({ low: 135, high: 145, critical_low: 120, critical_high: 900 });
    const at = placesOf(bounds, 140);
    expect(at.criticalLowAt).toBeLessThan(at.lowAt ?? 0);
    expect(at.criticalHighAt).toBeNull();
  });

  test("without a range nothing is drawn", () => {
    expect(scale({ value: 5, range: null })).toBeNull();
    expect(scale({ value: 5, range: range({}) })).toBeNull();
    expect(scale({ value: null, range: null })).toBeNull();
  });
});
