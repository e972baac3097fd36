/** A patient's sex, as reference ranges need it. */
import { t } from "../../lib/i18n/i18n";
import type { ControlProps } from "./Control";
import { Radios } from "./Select";

const SEXES = ["female", "male", "other", "unknown"] as const;

interface Props extends Pick<ControlProps, "mistakes"> {
  value: string;
  onValue: (value: string) => void;
}

export function SexChoice(props: Props) {
  return (
    <Radios
      id="sex"
      label={t("field.sex")}
      hint={t("field.sex.hint")}
      choices={SEXES.map((value) => ({ value, text: t(`sex.${value}`) }))}
      {...props}
    />
  );
}
