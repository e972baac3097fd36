/** The app: learns where it is and who is there, and shows the page for both. */
import { useEffect, useState } from "preact/hooks";
import { type Account, api, type Config, type NoAnswer, outcome, type Problem as Refused } from "./api/client";
import { account, signOut, start } from "./lib/session";
import { useShared } from "./lib/shared";
import { Home } from "./pages/public/home";
import { NotFound } from "./pages/public/not-found";
import { Register } from "./pages/public/register";
import { SignIn } from "./pages/public/sign-in";
import { type Address, address, go, listen, notice, safeNext } from "./router";
import { Frame } from "./ui/Frame";
import { Problem } from "./ui/Problem";
import { Skeleton } from "./ui/Skeleton";

type Trouble = { problem: Refused | NoAnswer; retryAfter: number | null };

export function App() {
  const here = useShared(address);
  const who = useShared(account);
  const said = useShared(notice);
  const [config, setConfig] = useState<Config | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  const load = async (): Promise<void> => {
    setTrouble(null);
    const [described, started] = await Promise.all([outcome(api.GET("/api/config")), start()]);
    if (described.ok) setConfig(described.data);
    const failed = [described, started].find((part) => !part.ok);
    if (failed && !failed.ok) setTrouble(failed);
  };
  useEffect(() => {
    void load();
    return listen();
  }, []);

  return (
    <Frame config={config} account={who ?? null} notice={said} signOut={leave}>
      {trouble && <Problem {...trouble} again={() => void load()} />}
      {!trouble && (config === null || who === undefined) && <Skeleton />}
      {!trouble && config !== null && who !== undefined && <Route here={here} who={who} config={config} />}
    </Frame>
  );
}

function Route({ here, who, config }: { here: Address; who: Account | null; config: Config }) {
  const query = new URLSearchParams(here.search);
  const next = safeNext(query.get("next"));
  switch (here.path) {
    case "/":
      return who ? (
        <Home account={who} config={config} />
      ) : (
        <SignIn config={config} onDone={() => go("/", { replace: true })} />
      );
    case "/sign-in":
      return who ? <Redirect to={next} /> : <SignIn config={config} onDone={() => go(next, { replace: true })} />;
    case "/register":
      return <Register config={config} query={query} onDone={() => go(next, { replace: true })} />;
    default:
      return <NotFound />;
  }
}

function Redirect({ to }: { to: string }) {
  useEffect(() => go(to, { replace: true }), [to]);
  return null;
}

async function leave(): Promise<void> {
  const ended = await signOut();
  if (ended.ok) go("/", { say: "signed_out" });
  else notice.set("not_signed_out");
}
