/** The free times of a doctor in seven days, for patients. */
import type { Config, Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import type { Loaded } from "../../../lib/loading/query";
import { addDays, type Day, shortDay, zoneLabel } from "../../../lib/time/time";
import { DAYS, FreeWeek } from "../../../ui/week/FreeWeek";
import { type FoundDoctor, NoTimes } from "./found-doctor";

interface Props {
  doctor: FoundDoctor;
  config: Config;
  week: Day;
  slots: Loaded<Schemas["Slots"]>;
  /** The address of a free time; without it times are not links. */
  href?: (slot: Schemas["Slot"]) => string;
}

export function DoctorWeek({ doctor, config, week, slots, href }: Props) {
  const label = slots.data?.items[0]?.starts_at ?? `${week}T12:00:00Z`;
  return (
    <FreeWeek
      name="doctor"
      title={t("doctor.week", { first: shortDay(week), last: shortDay(addDays(week, DAYS - 1)) })}
      about={t("doctor.zone", { zone: zoneLabel(label) })}
      week={week}
      config={config}
      slots={slots}
      next={doctor.next_available}
      never={doctor.booking === "online" && <NoTimes doctor={doctor} config={config} />}
      href={href}
    />
  );
}
