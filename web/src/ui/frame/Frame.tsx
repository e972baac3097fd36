/** The frame of every page: skip link, header with navigation, banners, footer. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Account, type Config, offline, otherSide, type Side } from "../../api/client";
import { type Key, LANGUAGES, type Language, language, t } from "../../lib/i18n/i18n";
import { useObservable } from "../../lib/loading/use-observable";
import { BELOW, NAV, PROFILE } from "../../lib/routing/navigation";
import { notice as told } from "../../lib/routing/router";
import { chooseLanguage } from "../../lib/session/language";
import { clinicCity, clinicOffset, isDeviceElsewhere } from "../../lib/time/zone";
import { Mark } from "./Mark";

interface Props {
  config: Config | null;
  account: Account | null;
  path: string;
  notice: Key | null;
  signOut: () => Promise<void>;
  /** Shown with every page, and read before it. */
  urgent?: ComponentChildren;
  /** The search box of staff; its room is kept while it loads. */
  search?: ComponentChildren;
  children: ComponentChildren;
}

export function Frame({ config, account, path, notice, signOut, urgent, search, children }: Props) {
  const waiting = useObservable(offline);
  const isStaff = account !== null && account.role !== "patient";
  return (
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <header class={isStaff ? "top staff" : "top"}>
        <div class="bar">
          <a class="brand" href="/" aria-label={t("header.home", { hospital: config?.hospital ?? "CarePlus" })}>
            <Mark />
            <span>{config?.hospital ?? "CarePlus"}</span>
          </a>
          {isStaff && <div class="staff-search no-print">{search}</div>}
          {account ? <AccountMenu account={account} signOut={signOut} /> : config && <GuestMenu path={path} />}
        </div>
        {account && <Portal account={account} path={path} />}
      </header>
      {config?.demo && (
        <aside class="demo" aria-label={t("demo.banner.name")}>
          <p>{t("demo.banner")}</p>
        </aside>
      )}
      <p class="notice away" role="status">
        {waiting && t("away")}
      </p>
      <p class="notice" role="status">
        {notice && t(notice)}
      </p>
      {urgent}
      {/* a new element once the header is known, so that drawn content does not shift */}
      <main key={config ? "page" : "start"} id="main" tabIndex={-1}>
        {config && isDeviceElsewhere() && (
          <p class="device-zone no-print">{t("zone.device", { city: clinicCity(), offset: clinicOffset() })}</p>
        )}
        {children}
      </main>
      <Footer config={config} />
    </>
  );
}

/** The navigation entry of an address; every address begins with that of the start page. */
function current(path: string, [begin, ...items]: readonly { href: string }[]): string | undefined {
  if (path === begin?.href) return path;
  const within = (href: string): boolean => path === href || path.startsWith(`${href}/`);
  return BELOW.find(([page]) => within(page))?.[1] ?? items.find(({ href }) => within(href))?.href;
}

function Portal({ account, path }: { account: Account; path: string }) {
  const items = NAV[account.role];
  const here = current(path, items);
  return (
    <nav class="portal" aria-label={t("nav.label")}>
      <button type="button" class="menu" popoverTarget="portal-nav">
        {t("nav.menu")}
      </button>
      <ul id="portal-nav" popover="auto">
        {items.map(({ href, say }) => (
          <li key={href}>
            {/* "true" for a page below the entry */}
            <a
              href={href}
              aria-current={href === here ? (path === here ? "page" : "true") : undefined}
              onClick={closeMenus}
            >
              {t(say)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function GuestMenu({ path }: { path: string }) {
  if (path === "/sign-in") return null;
  // from /register and /password, keep their own `next`, because a return to these forms is useless
  const wanted =
    path === "/register" || path === "/password"
      ? new URLSearchParams(location.search).get("next")
      : path + location.search;
  const next = wanted && wanted !== "/" ? `?next=${encodeURIComponent(wanted)}` : "";
  return (
    <div class="who">
      <a class="button quiet" href={`/sign-in${next}`}>
        {t("sign_in")}
      </a>
    </div>
  );
}

/** Open the own record, or the work account; the menu stays open if that fails. */
async function openSide(to: Side): Promise<void> {
  const opened = await (await import("../../lib/session/side")).openSide(to);
  if (opened.ok) closeMenus();
  else told.set("not_switched");
}

function AccountMenu({ account, signOut }: { account: Account; signOut: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const leave = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    await signOut();
    setBusy(false);
  };
  const other = useObservable(otherSide);
  const profile = PROFILE[account.role];
  return (
    <div class="who">
      <button type="button" class="menu" popoverTarget="account-menu">
        <span class="unseen">{t("header.account")} </span>
        {account.full_name}
      </button>
      <div id="account-menu" popover="auto">
        <p class="muted">
          {t(`role.${account.role}`)}
          <br />
          {account.email}
        </p>
        {profile && (
          <a href={profile} onClick={closeMenus}>
            {t("nav.profile")}
          </a>
        )}
        <a href="/security" onClick={closeMenus}>
          {t("nav.security")}
        </a>
        {other && (
          <button type="button" class="button quiet" onClick={() => void openSide(other)}>
            {t(`header.${other}`)}
          </button>
        )}
        <button type="button" class="button quiet" aria-disabled={busy} onClick={() => void leave()}>
          {t(busy ? "header.signing_out" : "header.sign_out")}
        </button>
      </div>
    </div>
  );
}

function closeMenus(): void {
  for (const open of document.querySelectorAll<HTMLElement>(":popover-open")) open.hidePopover();
}

function Footer({ config }: { config: Config | null }) {
  return (
    <footer class="bottom">
      <div class="bar">
        <p>{t("footer.emergency")}</p>
        {config?.phone && (
          <p>
            {t("footer.phone")} <a href={`tel:${config.phone.replace(/[^+\d]/g, "")}`}>{config.phone}</a>
          </p>
        )}
        {config && <p>{t("footer.zone", { zone: config.zone.replaceAll("_", " ") })}</p>}
        <ul>
          {(["help", "accessibility", "privacy", "docs"] as const).map((page) => (
            <li key={page}>
              <a href={`/${page}`}>{t(`footer.${page}`)}</a>
            </li>
          ))}
        </ul>
        <Languages />
      </div>
    </footer>
  );
}

function Languages() {
  const spoken = useObservable(language);
  return (
    <ul class="languages" aria-label={t("footer.language")}>
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <li key={code}>
          <button
            type="button"
            lang={code}
            aria-pressed={code === spoken}
            onClick={() => void chooseLanguage(code as Language)}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
