import { beforeEach, expect, test, vi } from "vitest";
import { loadLocale, loadMessages } from "../src/lib/i18n/i18n";
import { setClinicZone } from "../src/lib/time/zone";
import { BookedForYou, bookedForYou } from "../src/pages/patient/home/booked-for-you";
import { appointment } from "./fixtures";
import { draw } from "./page";

const OF_RECEPTION = appointment({ booked_by: "admin", created_at: "2030-01-05T09:00:00Z" });

beforeEach(async () => {
  setClinicZone("Europe/Berlin");
  vi.setSystemTime(new Date("2030-01-07T12:00:00Z"));
  await loadLocale(["en"]);
  await loadMessages("ui", "patient");
});

test("visits that the hospital booked lately are new", async () => {
  const own = appointment({ id: 6, created_at: "2030-01-05T09:00:00Z" });
  const unknown = { ...OF_RECEPTION, id: 7, booked_by: null };
  const old = { ...OF_RECEPTION, id: 8, created_at: "2029-12-01T09:00:00Z" };
  const cancelled = { ...OF_RECEPTION, id: 9, status: "cancelled" as const };
  expect(bookedForYou([OF_RECEPTION, own, unknown, old, cancelled])).toEqual([OF_RECEPTION]);
  const shown = await draw(<BookedForYou visits={[OF_RECEPTION, own]} />);
  expect(shown.textContent).toContain("New: booked for you");
  expect(shown.textContent).toContain("booked by reception");
  expect(shown.querySelector("a")?.getAttribute("href")).toBe("/appointments/5");
  expect((await draw(<BookedForYou visits={[own]} />)).textContent).toBe("");
});
