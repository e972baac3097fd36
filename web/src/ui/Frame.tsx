/** What is around every page: skip link, header, demo banner, what is said on arrival, footer. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Account, Config } from "../api/client";
import { type Key, t } from "../lib/i18n";
import { Mark } from "./Mark";

interface Props {
  config: Config | null;
  account: Account | null;
  notice: Key | null;
  signOut: () => Promise<void>;
  children: ComponentChildren;
}

export function Frame({ config, account, notice, signOut, children }: Props) {
  return (
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <Header hospital={config?.hospital ?? "CarePlus"} account={account} signOut={signOut} />
      {config?.demo && (
        <aside class="demo" aria-label={t("demo.banner.name")}>
          <p>{t("demo.banner")}</p>
        </aside>
      )}
      <p class="notice" role="status">
        {notice && t(notice)}
      </p>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Footer config={config} />
    </>
  );
}

function Header({
  hospital,
  account,
  signOut,
}: {
  hospital: string;
  account: Account | null;
  signOut: () => Promise<void>;
}) {
  return (
    <header class="top">
      <div class="wide">
        <a class="home" href="/" aria-label={t("header.home", { hospital })}>
          <Mark />
          <span>{hospital}</span>
        </a>
        {account && <Who account={account} signOut={signOut} />}
      </div>
    </header>
  );
}

function Who({ account, signOut }: { account: Account; signOut: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const leave = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    await signOut();
    setBusy(false);
  };
  return (
    <div class="who">
      <span class="who-name">
        <span class="unseen">{t("header.account")} </span>
        {account.full_name}
      </span>
      <button type="button" class="button quiet" aria-disabled={busy} onClick={() => void leave()}>
        {t(busy ? "header.signing_out" : "header.sign_out")}
      </button>
    </div>
  );
}

function Footer({ config }: { config: Config | null }) {
  return (
    <footer class="bottom">
      <div class="wide">
        <p>{t("footer.emergency")}</p>
        {config?.phone && (
          <p>
            {t("footer.phone")} <a href={`tel:${config.phone.replace(/[^+\d]/g, "")}`}>{config.phone}</a>
          </p>
        )}
        {config && <p>{t("footer.zone", { zone: config.zone.replaceAll("_", " ") })}</p>}
        <p>
          <a href="/docs">{t("footer.docs")}</a>
        </p>
      </div>
    </footer>
  );
}
