/** A part of a page; its code is loaded when it is first drawn. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { NoCode } from "./frame/Problem";
import { Skeleton } from "./frame/Skeleton";

/** The component of a module; `load` is its `import()`. */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  return function Later(props: P) {
    const [state, setState] = useState<{ draw: ComponentType<P> } | "failed" | null>(null);
    useEffect(() => {
      load().then(
        (found) => setState({ draw: found.default }),
        () => setState("failed"),
      );
    }, []);
    if (state === null) return <Skeleton />;
    if (state === "failed") return <NoCode />;
    return <state.draw {...props} />;
  };
}
