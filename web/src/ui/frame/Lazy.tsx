/** A page with code and messages loaded on demand. */
import { useEffect, useState } from "preact/hooks";
import type { Found, OwnProps, Route } from "../../lib/routing/page";
import { NotFound } from "./NotFound";
import { NoCode } from "./Problem";
import { Skeleton } from "./Skeleton";

type State = { path: string; found: Found | null | "failed" };

export function Lazy({ route, ...props }: Omit<OwnProps, "params"> & { route: Route }) {
  const { path, load } = route;
  const [state, setState] = useState<State | null>(null);
  useEffect(() => {
    let wanted = true;
    const show = (found: State["found"]): void => {
      if (wanted) setState({ path, found });
    };
    load().then(show, () => show("failed"));
    return () => {
      wanted = false;
    };
  }, [path]);
  if (state?.path !== path) return <Skeleton />;
  if (state.found === null) return <NotFound />;
  if (state.found === "failed") return <NoCode whole />;
  const { draw: Drawn, params } = state.found;
  // the key discards the state of another record's page
  return <Drawn key={path} params={params} {...props} />;
}
