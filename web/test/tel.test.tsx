import { expect, test } from "vitest";
import { Tel } from "../src/ui/Tel";
import { draw } from "./page";

test.each([
  ["+49 30 5550 1234", "tel:+493055501234"],
  ["+49 (0)30 5550 1234", "tel:+493055501234"],
  ["(030) 5550-1234", "tel:03055501234"],
  ["(030) 5550 1234 ext. 12", "tel:03055501234;ext=12"],
  ["+1 202 555 0147 ext. 7", "tel:+12025550147;ext=7"],
])("%s is dialled as %s", async (number, address) => {
  const page = await draw(<Tel number={number} />);
  expect(page.querySelector("a")?.getAttribute("href")).toBe(address);
});
