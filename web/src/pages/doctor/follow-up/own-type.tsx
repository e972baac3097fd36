/** The choice of one of the doctor's own visit types for a follow-up; loaded with the times, so that a visit opens sooner. */
import { useLoad } from "../../../lib/loading/query";
import { ownTypes } from "../../../lib/loading/visit-types";
import { TypeSelect } from "../../../ui/types/TypeSelect";

interface Props {
  /** The id of the type; empty for the first one. */
  value: string;
  onValue: (id: string) => void;
}

export function OwnType({ value, onValue }: Props) {
  const types = useLoad(ownTypes, []).data ?? [];
  return <TypeSelect id="follow-up-type" of={types} value={value || String(types[0]?.id ?? "")} onValue={onValue} />;
}
