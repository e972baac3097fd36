import { beforeEach, describe, expect, test } from "vitest";
import type { Schemas } from "../src/api/client";
import type { Reading } from "../src/lib/clinical/results";
import { loadMessages } from "../src/lib/i18n/i18n";
import { setClinicZone } from "../src/lib/time/zone";
import { type Bar, Bars } from "../src/ui/charts/Bars";
import { Figure } from "../src/ui/charts/Figure";
import { NumberLine } from "../src/ui/charts/NumberLine";
import { Trend } from "../src/ui/charts/Trend";
import { both } from "./fixtures";
import { draw } from "./page";

const HEMOGLOBIN: Reading = {
  value: 11.2,
  comparator: null,
  text: null,
  unit: "g/dL",
  decimals: 1,
  range: { sex: null, low: 12, high: 15.5, critical_low: 7, critical_high: 20 },
  usual_names: [],
  flag: "low",
  missing: [],
};

/** The visible text with normalised spaces. */
function read(page: HTMLElement): string {
  const copy = page.cloneNode(true) as HTMLElement;
  for (const hidden of copy.querySelectorAll('[aria-hidden="true"]')) hidden.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

const all = (page: HTMLElement, selector: string): Element[] => [...page.querySelectorAll(selector)];

beforeEach(async () => {
  await loadMessages("ui");
  setClinicZone("Europe/Berlin");
});

describe("a number line", () => {
  test("value, flag and range are text; the drawing is hidden", async () => {
    const page = await draw(<NumberLine observation={HEMOGLOBIN} />);
    expect(read(page)).toBe("11.2 g/dL Low Usual range: 12.0 to 15.5 g/dL");
    expect(all(page, "svg text").map(({ textContent }) => textContent)).toEqual(["12.0", "15.5"]);
    expect(all(page, ".band")).toHaveLength(1);
    expect(all(page, ".zone")).toHaveLength(2);
    expect(all(page, "path.point-booked")).toHaveLength(1);
  });

  test("a normal value has another shape", async () => {
    const page = await draw(<NumberLine observation={{ ...HEMOGLOBIN, value: 13, flag: "normal" }} />);
    expect(all(page, "circle.point")).toHaveLength(1);
    expect(all(page, "path.point")).toHaveLength(0);
  });

  test("a value far outside has an arrow", async () => {
    const page = await draw(<NumberLine observation={{ ...HEMOGLOBIN, value: 90, flag: "critical_high" }} />);
    expect(all(page, '[data-pointing="high"]')).toHaveLength(1);
    expect(read(page)).toContain("90.0 g/dL Critically high");
  });

  test.each([
    ["<", "below 5.0 g/dL"],
    ["<=", "at most 5.0 g/dL"],
  ] as const)("a value %s the detection limit reaches to the end", async (comparator, text) => {
    const below: Reading = { ...HEMOGLOBIN, value: 5, comparator, flag: "critical_low" };
    const page = await draw(<NumberLine observation={below} />);
    expect(read(page)).toContain(text);
    expect(Number(page.querySelector(".reach")?.getAttribute("x2"))).toBeLessThan(
      Number(page.querySelector(".reach")?.getAttribute("x1")),
    );
  });

  test("texts and values without a range have no line", async () => {
    const text: Reading = {
      ...HEMOGLOBIN,
      value: null,
      text: "positive",
      range: null,
      usual_names: [both("negative")],
    };
    const page = await draw(<NumberLine observation={{ ...text, unit: null, flag: "abnormal" }} />);
    expect(read(page)).toBe("positive Abnormal Usually negative");
    expect(all(page, "svg")).toHaveLength(0);
    const bare = await draw(<NumberLine observation={{ ...HEMOGLOBIN, range: null, flag: "no_range" }} />);
    expect(read(bare)).toBe("11.2 g/dL No usual range");
    expect(all(bare, "svg")).toHaveLength(0);
  });
});

describe("a trend", () => {
  const point = (at: string, value: number, more: Partial<Schemas["TrendPoint"]> = {}): Schemas["TrendPoint"] => ({
    result_id: Date.parse(at),
    at,
    value,
    comparator: null,
    flag: "normal",
    low: 12,
    high: 15.5,
    ...more,
  });
  const POINTS = [
    point("2030-05-06T22:30:00Z", 13.1),
    point("2029-11-02T09:00:00Z", 10.9, { flag: "low" }),
    point("2028-10-02T09:00:00Z", 12.8, { low: 11.5 }),
  ];
  const xs = (page: HTMLElement): number[] =>
    (page.querySelector("polyline")?.getAttribute("points") ?? "").split(" ").map((pair) => Number(pair.split(",")[0]));

  test("a line from oldest to newest over the ranges of the time", async () => {
    const page = await draw(<Trend name="Hemoglobin" unit="g/dL" decimals={1} points={POINTS} />);
    expect(xs(page)).toHaveLength(3);
    expect(xs(page)).toEqual(xs(page).toSorted((one, other) => one - other));
    expect(all(page, ".range")).toHaveLength(2);
    const first = page.querySelector("svg.chart");
    expect(first?.querySelectorAll("circle.point")).toHaveLength(2);
    expect(first?.querySelectorAll("path.point")).toHaveLength(1);
  });

  test("days are clinic days", async () => {
    const page = await draw(<Trend name="Hemoglobin" unit="g/dL" decimals={1} points={POINTS} />);
    expect(all(page, "svg text").map(({ textContent }) => textContent)).toContain("7 May 2030");
    expect(page.querySelector("td")?.textContent).toBe("Tue 7 May 2030, 00:30");
  });

  test("the table lists every value, newest first", async () => {
    const page = await draw(<Trend name="Hemoglobin" unit="g/dL" decimals={1} points={POINTS} />);
    expect(page.querySelector("caption")?.textContent).toBe("Hemoglobin over time");
    const rows = all(page, "tbody tr").map((row) => (row.textContent ?? "").replace(/\s+/g, " "));
    expect(rows.map((row) => row.slice(row.indexOf(":") + 3))).toEqual([
      "13.1 g/dL12.0 to 15.5 g/dLNormal",
      "10.9 g/dL12.0 to 15.5 g/dLLow",
      "12.8 g/dL11.5 to 15.5 g/dLNormal",
    ]);
    expect(all(page, 'th[scope="col"]')).toHaveLength(4);
  });

  test("one value has no line", async () => {
    const page = await draw(<Trend name="Hemoglobin" unit="g/dL" decimals={1} points={POINTS.slice(0, 1)} />);
    expect(all(page, "polyline")).toHaveLength(0);
    expect(all(page, ".number-line .point")).toHaveLength(1);
    expect(all(page, "tbody tr")).toHaveLength(1);
  });

  test("equal values at one instant without a range are drawn", async () => {
    const same = [1, 2].map((id) => ({ ...point("2030-05-06T10:00:00Z", 0), result_id: id, low: null, high: null }));
    const page = await draw(<Trend name="Casts" unit={null} decimals={0} points={same} />);
    expect(page.innerHTML).not.toContain("NaN");
    expect(all(page, ".range")).toHaveLength(0);
    expect(page.textContent).not.toContain("Usual range:");
  });
});

describe("bars", () => {
  const day = (n: number, completed: number, missed: number): Bar => ({
    label: `${n} Sep`,
    total: completed + missed,
    parts: [
      { key: "completed", label: "Completed", tone: "completed", count: completed },
      { key: "no_show", label: "Missed", tone: "no-show", count: missed },
    ],
  });
  const heightOf = (rect: Element): number => Number(rect.getAttribute("height"));

  test("bars and table show the same figures", async () => {
    const page = await draw(<Bars caption="Visits by day" items={[day(1, 8, 2), day(2, 4, 0)]} />);
    expect(page.querySelector("figcaption")?.textContent).toBe("Visits by day");
    const [eight, , four] = all(page, ".drawing rect").map(heightOf);
    expect(all(page, ".drawing rect")).toHaveLength(3);
    expect(eight).toBeCloseTo(2 * (four ?? 0), 5);
    expect(page.querySelector("summary")?.textContent).toBe("Show as table");
    expect(all(page, "details tbody tr").map(({ textContent }) => textContent)).toEqual(["1 Sep8210", "2 Sep404"]);
    expect(all(page, ".legend li").map(({ textContent }) => textContent)).toEqual(["Completed 12", "Missed 2"]);
  });

  test("without parts each day has one bar and no legend", async () => {
    const items = [3, 0, 5].map((total, n) => ({ label: `${n}`, total }));
    const page = await draw(<Bars caption="New patients" items={items} />);
    expect(all(page, ".drawing rect")).toHaveLength(2);
    expect(all(page, ".legend")).toHaveLength(0);
    expect(all(page, "tbody tr").map(({ textContent }) => textContent)).toEqual(["03", "10", "25"]);
  });

  test("empty days are drawn flat", async () => {
    expect((await draw(<Bars caption="Visits" items={[]} />)).innerHTML).not.toContain("NaN");
    const page = await draw(<Bars caption="Visits" items={[day(1, 0, 0)]} />);
    expect(page.innerHTML).not.toContain("NaN");
    expect(all(page, ".drawing rect")).toHaveLength(0);
  });
});

test("a figure has a name, a number and a note", async () => {
  const page = await draw(
    <dl class="figures">
      <Figure label="Visits" value={1204}>
        in 30 days
      </Figure>
      <Figure label="Missed" value="4.2%" />
    </dl>,
  );
  expect(all(page, "dt, dd").map(({ textContent }) => textContent)).toEqual([
    "Visits",
    "1,204",
    "in 30 days",
    "Missed",
    "4.2%",
  ]);
});
