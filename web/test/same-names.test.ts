import { expect, test } from "vitest";
import { doctorChoices } from "../src/lib/loading/all-pages";

type Doctor = Parameters<typeof doctorChoices>[0][number];

test("doctors of one name and specialty are told apart by their room", () => {
  const doctors = [7, 8].map((id) => ({ id, full_name: "Dr Kim Lee", specialty: "Cardiology", room: `Room ${id}` }));
  const choices = doctorChoices(doctors as Doctor[]);
  expect(choices.map(({ text }) => text)).toEqual(["Dr Kim Lee, Cardiology, Room 7", "Dr Kim Lee, Cardiology, Room 8"]);
});
