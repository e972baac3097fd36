/** The agreement to the privacy notice, which opens beside the form, so that typed text stays. */
import { t } from "../../lib/i18n/i18n";
import { Checkbox } from "./Checkbox";
import { type ControlProps, Group } from "./Control";

interface Props extends Pick<ControlProps, "mistakes"> {
  checked: boolean;
  onValue: (checked: boolean) => void;
}

export function Consent({ checked, onValue, mistakes = [] }: Props) {
  return (
    <Group id="consent" label={t("register.consent")} mistakes={mistakes}>
      <p>
        <a href="/privacy" target="_blank" rel="noopener">
          {t("register.consent.read")}
        </a>
      </p>
      <Checkbox id="agreed" label={t("register.consent.agree")} checked={checked} onValue={onValue} />
    </Group>
  );
}
