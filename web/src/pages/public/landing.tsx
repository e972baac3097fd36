/** The front page: doctor search, next free times, sign-in. */
import { useState } from "preact/hooks";
import { api, type Config, outcome } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import { useLoad } from "../../lib/loading/query";
import "../../style/portals/public.css";
import type { PageProps } from "../../lib/routing/page";
import { go } from "../../lib/routing/router";
import { SuggestInput } from "../../ui/forms/SuggestField";
import { Mark } from "../../ui/frame/Mark";
import { Page } from "../../ui/frame/Page";
import { Icon } from "../../ui/Icon";
import { Tel } from "../../ui/Tel";
import { FreeTimes } from "./free-times";

export default function Landing({ config }: PageProps) {
  return (
    <div class="landing">
      <div class="hero">
        <Mark />
        <Page title={t("landing.title")} lead={t("landing.lead", { hospital: config.hospital })}>
          <Search />
          <p class="hero-own">
            {t("landing.new")} <a href="/register">{t("landing.register")}</a>
          </p>
        </Page>
      </div>
      <FreeTimes />
      <Emergency config={config} />
      <Offers />
      <Specialties />
      {config.demo && <Demo />}
    </div>
  );
}

function Search() {
  const [typed, setTyped] = useState("");
  const search = (event: SubmitEvent): void => {
    event.preventDefault();
    const q = typed.trim();
    go(q ? `/doctors?q=${encodeURIComponent(q)}` : "/doctors");
  };
  return (
    <search>
      <form class="hero-search" action="/doctors" onSubmit={search}>
        <label for="q">{t("landing.search")}</label>
        <SuggestInput id="q" value={typed} onValue={setTyped} />
        <button type="submit" class="button">
          <Icon name="search" />
          {t("landing.search.submit")}
        </button>
      </form>
    </search>
  );
}

function Emergency({ config }: { config: Config }) {
  return (
    <section class="landing-urgent" aria-labelledby="urgent">
      <h2 id="urgent">{t("landing.urgent")}</h2>
      <p>
        {t("landing.urgent.call")} <Tel number={config.emergency_phone} />. {t("landing.urgent.about")}
        {config.phone && (
          <>
            {" "}
            {t("landing.urgent.phone")} <Tel number={config.phone} />
          </>
        )}
      </p>
    </section>
  );
}

const OFFERS = [
  ["calendar", "visits"],
  ["flask", "results"],
  ["pill", "prescriptions"],
  ["letter", "referrals"],
] as const;

function Offers() {
  return (
    <section class="landing-offers" aria-labelledby="offers">
      <div>
        <h2 id="offers">{t("landing.offers")}</h2>
        <p class="row">
          <a class="button" href="/sign-in">
            {t("landing.sign_in")}
          </a>
          <a class="button quiet" href="/register">
            {t("landing.register")}
          </a>
        </p>
      </div>
      <ul>
        {OFFERS.map(([icon, name]) => (
          <li key={name}>
            <Icon name={icon} />
            <div>
              <h3>{t(`landing.${name}`)}</h3>
              <p>{t(`landing.${name}.about`)}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Omitted after a failure: the search also finds specialties. */
function Specialties() {
  const specialties = useLoad(() => outcome(api.GET("/api/specialties")), []);
  const items = specialties.data?.items ?? [];
  return (
    <section class="landing-specialties" aria-labelledby="specialties">
      <h2 id="specialties">{t("landing.specialties")}</h2>
      <ul>
        {items.map(({ name, names }) => (
          <li key={name}>
            <a href={`/doctors?specialty=${encodeURIComponent(name)}`}>{inLanguage(names)}</a>
          </li>
        ))}
        <li>
          <a href="/doctors">{t("landing.all")}</a>
        </li>
      </ul>
    </section>
  );
}

function Demo() {
  return (
    <section class="landing-demo" aria-labelledby="demo">
      <h2 id="demo">{t("landing.demo")}</h2>
      <p>{t("landing.demo.about")}</p>
      <a class="button quiet" href="/sign-in">
        {t("landing.demo.go")}
      </a>
    </section>
  );
}
