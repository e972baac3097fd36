import { beforeEach, describe, expect, test } from "vitest";
import { choices, keyOf, timeOf, type VisitToMove } from "../src/lib/desk/to-move";
import { loadMessages } from "../src/lib/i18n/i18n";
import { setClinicZone } from "../src/lib/time/zone";
import ToMove from "../src/pages/desk/to-move/to-move";
import { CONFIG, userAccount } from "./fixtures";
import { gateway, json } from "./gateway";
import { draw, press, settled } from "./page";

const DOCTOR = { id: 2, full_name: "Dr Ada Osei" };

function visitToMove(
  id: number,
  clock: string,
  suggested: readonly string[],
  reason: string | null = null,
): VisitToMove {
  return {
    id,
    reference: `CP-${id}`,
    patient: { id: 100 + id, full_name: `Patient ${id}`, date_of_birth: null, phone: null },
    doctor: { ...DOCTOR, specialty: null, specialty_names: null, bookable: true },
    starts_at: `2030-01-07T${clock}:00Z`,
    ends_at: `2030-01-07T${clock}:30Z`,
    status: "booked",
    place: null,
    cancelled_by: null,
    overbook_reason: reason,
    created_at: "2030-01-01T08:00:00Z",
    arrived_at: null,
    started_at: null,
    completed_at: null,
    visit_type: null,
    version: 3,
    why: "time_off",
    suggestions: suggested.map((at) => ({
      doctor: DOCTOR,
      starts_at: `2030-01-08T${at}:00Z`,
      ends_at: `2030-01-08T${at}:30Z`,
    })),
  };
}

const FIRST = visitToMove(1, "08:00", ["08:00", "10:00"]);
const SECOND = visitToMove(2, "09:00", ["09:00"]);
const SQUEEZED = visitToMove(3, "10:00", ["11:00"], "Pain");

describe("times of visits to move", () => {
  test("the first suggestion is chosen, but for overbooked visits", () => {
    expect(timeOf(FIRST, new Map())).toBe(FIRST.suggestions[0]);
    expect(timeOf(SQUEEZED, new Map())).toBeNull();
    expect(timeOf(FIRST, new Map([[1, null]]))).toBeNull();
  });

  test("a time that another visit has is not offered", () => {
    const shared = { ...SECOND, suggestions: [...SECOND.suggestions, ...FIRST.suggestions] };
    expect(choices(shared, [FIRST, shared], new Map()).map(keyOf)).toEqual([
      "2 2030-01-08T09:00:00Z",
      "2 2030-01-08T10:00:00Z",
    ]);
  });
});

describe("the page of visits to move", () => {
  beforeEach(async () => {
    setClinicZone(CONFIG.zone);
    await loadMessages("ui", "desk");
  });

  test("visits are moved at once and refused ones stay with the reason", async () => {
    const moved = { ...FIRST, starts_at: "2030-01-08T08:00:00Z", version: 4 };
    const requests = gateway({
      "GET /api/reception/to-move": [
        json({ items: [FIRST, SECOND, SQUEEZED], next_cursor: null, in_all: 3 }),
        json({ items: [SECOND, SQUEEZED], next_cursor: null, in_all: 2 }),
      ],
      "POST /api/reception/moves": [
        json({
          results: [
            { appointment_id: 1, outcome: "moved", visit: moved, alternatives: [] },
            { appointment_id: 2, outcome: "taken", visit: null, alternatives: [] },
          ],
        }),
      ],
    });
    const root = await draw(
      <ToMove account={userAccount({ role: "reception" })} config={CONFIG} query={new URLSearchParams()} params={{}} />,
    );
    await press("Move all 2 visits");
    await settled();
    const { body, headers } = requests.find(({ call }) => call.startsWith("POST")) ?? {};
    expect(headers?.get("Idempotency-Key")).toBeTruthy();
    expect(body).toEqual({
      moves: [
        { appointment_id: 1, version: 3, starts_at: "2030-01-08T08:00:00Z", doctor_id: 2 },
        { appointment_id: 2, version: 3, starts_at: "2030-01-08T09:00:00Z", doctor_id: 2 },
      ],
    });
    expect(root.textContent).toContain("1 of 2 visits are moved.");
    expect(root.querySelector(".mistake")?.textContent).toContain("the time was taken");
    expect(root.querySelector("section .lines")?.textContent).toContain("Patient 1");
    expect([...root.querySelectorAll("tbody tr")]).toHaveLength(2);
  });
});
