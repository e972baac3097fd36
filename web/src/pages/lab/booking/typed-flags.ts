/** Flags of typed values: the server compares them, and each is shown for exactly the value that was sent. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Failure, NO_ANSWER, outcome, type Schemas } from "../../../api/client";
import type { Booking } from "../record";

type Entered = Schemas["EnterObservation"];
export type TypedFlag = Schemas["TypedFlag"];
export type AnalyteRange = Schemas["AnalyteRange"];

/** A pause in typing after which the values are compared. */
const PAUSE_MS = 250;
const AGAIN_MS = 5_000;

export interface Flags {
  rangeOf: (analyte: string) => AnalyteRange | undefined;
  /** The unknown facts on which a range of this booking depends. */
  missing: readonly Schemas["Missing"][];
  /** The flag of this very value; undefined until the server has compared it. */
  flagOf: (value: Entered) => TypedFlag | undefined;
  /** The last comparison failed; another follows by itself. */
  failed: boolean;
  /** The flags of these values, asked for where they are not known yet. */
  ask: (values: readonly Entered[]) => Promise<Answer>;
}
type Answer = { ok: true; flags: TypedFlag[] } | Failure;

/** The server's answers for one booking in one version. */
interface Known {
  about: string;
  ranges: Map<string, AnalyteRange> | null;
  flags: Map<string, TypedFlag>;
}

const keyOf = ({ analyte, value, comparator, text }: Entered): string =>
  JSON.stringify([analyte, value ?? null, comparator ?? null, text ?? null]);

/** Compare `typed` values after a pause in typing. Answers of another patient or an older booking are never shown. */
export function useFlags({ id, version }: Booking, typed: readonly Entered[]): Flags {
  const about = `${id} ${version}`;
  const store = useRef<Known>(nothing(about));
  if (store.current.about !== about) store.current = nothing(about);
  const [failures, setFailures] = useState(0);
  const [, redraw] = useState(0);
  const { ranges, flags } = store.current;
  const unknown = typed.filter((one) => !flags.has(keyOf(one)));

  const compare = async (values: readonly Entered[]): Promise<{ ok: true; known: Known } | Failure> => {
    const base = store.current;
    const params = { path: { booking_id: id } };
    const body = { observations: [...values] };
    const answer = await outcome(api.POST("/api/labs/bookings/{booking_id}/flags", { params, body }));
    if (!answer.ok) return answer;
    const isCurrent = store.current.about === about;
    const known = joined(isCurrent ? store.current : base, values, answer.data);
    if (isCurrent) store.current = known;
    redraw((before) => before + 1);
    return { ok: true, known };
  };

  useEffect(() => {
    if (unknown.length === 0 && ranges !== null) return undefined;
    const pause = failures > 0 ? AGAIN_MS : ranges === null ? 0 : PAUSE_MS;
    const timer = setTimeout(() => {
      void compare(unknown).then(({ ok }) => setFailures((before) => (ok ? 0 : before + 1)));
    }, pause);
    return () => clearTimeout(timer);
  }, [about, unknown.map(keyOf).join(), failures, ranges === null]);

  return {
    rangeOf: (analyte) => ranges?.get(analyte),
    missing: [...new Set([...(ranges?.values() ?? [])].flatMap((one) => one.missing))],
    flagOf: (value) => flags.get(keyOf(value)),
    failed: failures > 0,
    ask: async (values) => {
      const missing = values.filter((one) => !store.current.flags.has(keyOf(one)));
      const answer = missing.length > 0 ? await compare(missing) : ({ ok: true, known: store.current } as const);
      if (!answer.ok) return answer;
      const found = values.flatMap((one) => answer.known.flags.get(keyOf(one)) ?? []);
      return found.length === values.length ? { ok: true, flags: found } : NO_ANSWER;
    },
  };
}

function nothing(about: string): Known {
  return { about, ranges: null, flags: new Map() };
}

/** The known flags with the flags of an answer, which has them in the order of the values sent. */
function joined(known: Known, sent: readonly Entered[], { ranges, flags }: Schemas["PreviewedFlags"]): Known {
  const same = sent.flatMap((one, n): [string, TypedFlag][] => {
    const flag = flags[n];
    return flag && flag.analyte === one.analyte && flag.value === (one.value ?? null) ? [[keyOf(one), flag]] : [];
  });
  return {
    about: known.about,
    ranges: new Map(ranges.map((one) => [one.analyte, one])),
    flags: new Map([...known.flags, ...same]),
  };
}
