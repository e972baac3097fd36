/** A part of a page that is drawn in its own task, after the parts that are read first. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { whenIdle } from "../lib/loading/idle";

export function Idle({ children }: { children: ComponentChildren }) {
  const [drawn, setDrawn] = useState(false);
  useEffect(() => whenIdle(() => setDrawn(true)), []);
  return drawn && children;
}
