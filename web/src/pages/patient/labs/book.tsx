/** Books laboratory tests: choose a day and time (`?day=`), then confirm (`?start=`); `?also=` lists further tests. */

import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { isDay } from "../../../lib/time/time";
import { NotFound } from "../../../ui/frame/NotFound";
import { Ready } from "../../../ui/Ready";
import { LabCheck } from "./check";
import { codesIn, testsOf } from "./tests";
import { LabTimes } from "./times";
import "../../../style/portals/patient-labs.css";
import "../../../style/portals/patient.css";

export default function LabBook({ params, query, config }: OwnProps) {
  const code = params.code ?? "";
  const codes = codesIn([code, query.get("also") ?? ""].join(","));
  const found = useLoad(() => testsOf(codes), [codes]);
  const day = query.get("day");
  const start = query.get("start");
  return (
    <Ready of={found} whole>
      {(tests) => {
        if (tests[0]?.code !== code) return <NotFound />;
        if (start && !Number.isNaN(Date.parse(start))) return <LabCheck key={start} tests={tests} start={start} />;
        return <LabTimes tests={tests} day={isDay(day) ? day : null} config={config} />;
      }}
    </Ready>
  );
}
