/** The app: shows the page of the current address to the signed-in account. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { type Account, api, type Config, type Failure, mustEnrol, outcome, sessionExpired } from "./api/client";
import { sleep } from "./api/retry";
import { language, loadMessages, type Room } from "./lib/i18n/i18n";
import { whenIdle } from "./lib/loading/idle";
import { useObservable } from "./lib/loading/use-observable";
import { HOME } from "./lib/routing/navigation";
import type { OwnProps } from "./lib/routing/page";
import { type Address, address, go, listen, notice } from "./lib/routing/router";
import { account } from "./lib/session/account";
import { signOut, start } from "./lib/session/session";
import { loadCalendar, setClinicZone } from "./lib/time/zone";
import { find } from "./routes";
import { Frame } from "./ui/frame/Frame";
import { Lazy } from "./ui/frame/Lazy";
import { NotFound } from "./ui/frame/NotFound";
import { Problem } from "./ui/frame/Problem";
import { Skeleton } from "./ui/frame/Skeleton";

export function App() {
  const here = useObservable(address);
  const user = useObservable(account);
  const message = useObservable(notice);
  const ended = useObservable(sessionExpired);
  const enrols = useObservable(mustEnrol);
  useObservable(language);
  const [config, setConfig] = useState<Config | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const begin = async (): Promise<void> => {
    setFailure(null);
    const [described, started] = await (startup ?? loadStartup());
    startup = null;
    if (described.ok) {
      setClinicZone(described.data.zone);
      setConfig(described.data);
    }
    const failed = [described, started].find((part) => !part.ok);
    if (failed && !failed.ok) setFailure(failed);
  };
  useEffect(() => {
    void begin();
    return listen();
  }, []);

  const userId = user?.id;
  useEffect(() => {
    if (userId === undefined) return;
    let stop = (): void => {};
    const watch = async (): Promise<void> => {
      const [{ watchIdle }] = await Promise.all([import("./lib/session/idle"), sessionLost()]);
      if (account.get()?.id === userId) stop = watchIdle();
    };
    const later = setTimeout(() => void watch().catch(() => {}), UNHURRIED_MS);
    return () => {
      clearTimeout(later);
      stop();
    };
    // depend on the id only: a token refresh brings a new object for the same person and is no activity
  }, [userId]);

  return (
    <Frame
      config={config}
      account={config || failure ? (user ?? null) : null}
      path={here.path}
      notice={message}
      signOut={leave}
      search={config && user && !enrols && user.role !== "patient" && <Search key={user.id} role={user.role} />}
      urgent={
        config &&
        user &&
        !enrols &&
        (user.role === "doctor" || !user.email_confirmed) && <Urgent key={user.id} account={user} />
      }
    >
      {failure && <Problem failure={failure} again={() => void begin()} whole />}
      {!failure && (config === null || user === undefined) && <Skeleton />}
      {!failure && config !== null && user !== undefined && (
        <Here here={here} user={user} config={config} enrols={enrols} />
      )}
      {ended && user && <Resume account={user} />}
    </Frame>
  );
}

interface HereProps {
  here: Address;
  user: Account | null;
  config: Config;
  enrols: boolean;
}

function Here({ here, user, config, enrols }: HereProps) {
  const route = find(here.path);
  if (!route) return <NotFound />;
  if (user && here.path === "/") return <Redirect to={HOME[user.role]} />;
  if (route.roles && !user) return <Redirect to={`/sign-in?next=${encodeURIComponent(here.path + here.search)}`} />;
  if (route.roles && route.roles !== "any" && user && !route.roles.includes(user.role))
    return <Redirect to={HOME[user.role]} say="not_your_portal" />;
  if (route.roles && enrols && here.path !== SECURITY) return <Redirect to={SECURITY} />;
  const query = new URLSearchParams(here.search);
  // pages of a role always have an account; public pages accept null
  // the key discards the page's state when another person signs in
  return <Lazy key={user?.id} route={route} query={query} config={config} account={user as OwnProps["account"]} />;
}

/** The page that an account without a demanded second factor is led to. */
const SECURITY = "/security";

/** The sign-in in place of the page; its code is fetched early, because the network may be down when it is needed. */
function Resume({ account }: { account: Account }) {
  const Instead = useCode(sessionLost);
  useLayoutEffect(() => {
    // until the code is there
    document.body.hidden = true;
    return () => {
      document.body.hidden = false;
    };
  }, []);
  return Instead && <Instead account={account} />;
}

/** The band over every page: critical results of a doctor, or an e-mail address that is not confirmed. */
function Urgent({ account }: { account: Account }) {
  const Band = useCode(band);
  return Band && <Band account={account} />;
}

/** The search box on every page of staff. */
function Search({ role }: { role: StaffRole }) {
  const Box = useCode(staffSearch);
  return Box && <Box of={role} />;
}

/** A component with code that is loaded after the first drawing; null until then. */
function useCode<T>(load: () => Promise<T>): T | null {
  const [code, setCode] = useState<T | null>(null);
  useEffect(() => void load().then((drawn) => setCode(() => drawn)), []);
  return code;
}

/** Milliseconds by which the idle timer and the sign-in dialog wait for the page's own code. */
const UNHURRIED_MS = 3_000;
const sessionLost = () => persistently(async () => (await import("./ui/frame/SessionLost")).SessionLost);
type StaffRole = Exclude<Account["role"], "patient">;
const staffSearch = () =>
  idle().then(() => persistently(async () => (await import("./ui/frame/StaffSearch")).StaffSearch));
const band = () => idle().then(() => persistently(async () => (await import("./ui/frame/Band")).Band, "critical"));
/** Resolves after the page's own code has been requested. */
const idle = () => new Promise<void>((resolve) => void whenIdle(resolve));
/** Loads a component and its messages, and tries again until that succeeds. */
const persistently = <T,>(load: () => Promise<T>, ...rooms: Room[]): Promise<T> =>
  Promise.all([load(), loadMessages("ui", ...rooms)]).then(
    ([code]) => code,
    () => sleep(UNHURRIED_MS).then(() => persistently(load, ...rooms)),
  );

function Redirect({ to, say = null }: { to: string; say?: Parameters<typeof notice.set>[0] }) {
  useEffect(() => go(to, { replace: true, say }), [to, say]);
  return null;
}

async function leave(): Promise<void> {
  const ended = await signOut();
  if (ended.ok) go("/", { say: "signed_out" });
  else notice.set("not_signed_out");
}

/** Config and session, which the first page needs; the answers requested by `prepare` are used once. */
let startup: ReturnType<typeof loadStartup> | null = null;
const loadStartup = () => Promise.all([outcome(api.GET("/api/config")), start()]);

/** Request config and session, and load the page's code, while the messages are loading. */
export function prepare(path: string): void {
  startup = loadStartup();
  // in a task of its own, while the answers are awaited
  setTimeout(loadCalendar);
  void find(path)
    ?.load()
    .catch(() => {});
}
