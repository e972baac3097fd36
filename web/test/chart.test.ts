import { describe, expect, test } from "vitest";
import { apart, fitting, ticks, widthOf } from "../src/lib/chart-layout";

describe("labels", () => {
  const many = Array.from({ length: 90 }, (_, n) => ({ at: 30 + n * 3, text: `${n + 1} Sep` }));
  const ends = (labels: { at: number; text: string }[]) =>
    labels
      .map(({ at, text }) => [at - widthOf(text) / 2, at + widthOf(text) / 2] as const)
      .sort(([one], [other]) => one - other);

  test("labels stay apart and within the width", () => {
    const placed = ends(fitting(many, 300));
    expect(placed.length).toBeGreaterThan(2);
    placed.forEach(([from], n) => {
      expect(from).toBeGreaterThanOrEqual((placed[n - 1]?.[1] ?? -12) + 12);
    });
    expect(placed.at(-1)?.[1]).toBeLessThanOrEqual(300);
  });

  test.each([
    [40, 44],
    [0, 2],
    [290, 299],
    [60, 200],
  ])("labels at %d and %d are both shown", (low, high) => {
    const placed = ends(
      apart(
        [
          { at: low, text: "4,500" },
          { at: high, text: "11,000" },
        ],
        300,
      ),
    );
    expect(placed).toHaveLength(2);
    expect(placed[0]?.[0]).toBeGreaterThanOrEqual(0);
    expect(placed[1]?.[0]).toBeGreaterThanOrEqual((placed[0]?.[1] ?? 0) + 11.99);
    expect(placed[1]?.[1]).toBeLessThanOrEqual(300);
  });

  test("ticks are round and enclose the values", () => {
    expect(ticks(0, 17, 3, 1)).toEqual([0, 10, 20]);
    expect(ticks(0, 1, 3, 1)).toEqual([0, 1]);
    expect(ticks(0.12, 0.31, 4)).toEqual([0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
    expect(ticks(-3, 4, 4)).toEqual([-4, -2, 0, 2, 4]);
  });
});
