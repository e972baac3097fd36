/** Asks for a date of birth or sex that the account does not have; "Not stated" can be kept. */
import { useState } from "preact/hooks";
import type { Account } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";

export function Details({ me: { id, date_of_birth: born } }: { me: Account }) {
  const name = `careplus.sex-not-stated.${id}`;
  const [kept, setKept] = useState(localStorage.getItem(name) !== null);
  if (born !== null && kept) return null;
  const keep = (): void => {
    localStorage.setItem(name, "1");
    setKept(true);
  };
  return (
    <p class="info row">
      <span>{t("home.details")}</span>
      <a href="/profile">{t("home.details.link")}</a>
      {born !== null && (
        <button type="button" class="link" onClick={keep}>
          {t("home.details.keep")}
        </button>
      )}
    </p>
  );
}
