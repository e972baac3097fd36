/** How a search was understood: signs of an emergency first, then the specialties that the words lead to. */
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { allInLanguage, inLanguage } from "../../../lib/i18n/in-languages";
import { withQuery } from "../../../lib/routing/router";

export type Understood = Schemas["Understood"];

export function Emergencies({ of }: { of: Understood }) {
  if (of.emergencies.length === 0) return null;
  const [first] = of.emergencies;
  const crisis = of.emergencies.find(({ crisis_phone }) => crisis_phone)?.crisis_phone;
  return (
    <section class="emergency stack" role="alert" aria-labelledby="emergency">
      <h2 id="emergency">{t("doctors.emergency")}</h2>
      {of.emergencies.map(({ sign, advice }) => (
        <p key={sign.en}>
          <b>{inLanguage(sign)}</b> {inLanguage(advice)}
        </p>
      ))}
      <p class="row">
        {first && <Call number={first.phone} say="doctors.emergency.call" />}
        {crisis && <Call number={crisis} say="doctors.emergency.talk" />}
      </p>
    </section>
  );
}

function Call({ number, say }: { number: string; say: "doctors.emergency.call" | "doctors.emergency.talk" }) {
  return (
    <a class="button" href={`tel:${number.replace(/[^+\d]/g, "")}`}>
      {t(say, { number })}
    </a>
  );
}

export function Meaning({ of, q }: { of: Understood; q: string }) {
  const here = of.specialties.filter(({ doctors }) => doctors > 0);
  if (of.match === "similar") return <p class="info">{t("doctors.similar")}</p>;
  if (of.match === "general")
    return (
      <p class="info">
        {of.specialties.length > 0
          ? t("doctors.elsewhere", { specialties: allInLanguage(of.specialties.map(({ names }) => names)) })
          : t("doctors.unknown", { q })}
      </p>
    );
  if (here.length === 0) return null;
  return (
    <p class="row doctors-meant">
      <span>{t("doctors.meant", { q })}</span>
      {here.map(({ code, names }) => (
        <a key={code} href={withQuery({ specialty: code })}>
          {inLanguage(names)}
        </a>
      ))}
    </p>
  );
}
