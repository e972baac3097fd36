/** Geometry for charts: the drawing width, round axis values and labels that do not overlap. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The minimum width of a chart in px, also used before it is measured. */
const NARROW = 240;

export interface Label {
  at: number;
  text: string;
}

/** A ref and the current width in CSS px of its element. */
export function useWidth<E extends HTMLElement>(): [ref: RefObject<E | null>, width: number] {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(NARROW);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = (): void => setWidth(Math.max(Math.floor(element.clientWidth), NARROW));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** The approximate width of a label in CSS px, for the reader's font size. */
export function widthOf(text: string): number {
  const root = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return text.length * root * 0.48;
}

/** The labels that fit beside each other, earlier ones first; `at` is moved so that no end is cut off. */
export function fitting(labels: readonly Label[], width: number, gap = 12): Label[] {
  const placed: Label[] = [];
  for (const { at, text } of labels) {
    const half = widthOf(text) / 2;
    const moved = Math.max(Math.min(at, width - half), half);
    const free = placed.every((one) => Math.abs(one.at - moved) >= half + widthOf(one.text) / 2 + gap);
    if (free) placed.push({ at: moved, text });
  }
  return placed;
}

/** Two labels moved apart as little as necessary, within the width. */
export function apart(labels: readonly Label[], width: number, gap = 12): Label[] {
  const [first, second] = labels;
  if (!first || !second) return fitting(labels, width);
  const [left, right] = [widthOf(first.text) / 2, widthOf(second.text) / 2];
  const least = left + right + gap;
  const push = Math.max(least - (second.at - first.at), 0) / 2;
  const at = Math.min(Math.max(first.at - push, left), width - right - least);
  return [
    { ...first, at },
    { ...second, at: Math.min(Math.max(second.at + push, at + least), width - right) },
  ];
}

/** About `count` round axis values from `least` to `most`; `least` is smaller. */
export function ticks(least: number, most: number, count: number, smallest = 0): number[] {
  const rough = (most - least) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) ?? 10;
  const step = Math.max(round * power, smallest);
  const [first, last] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)];
  // 3 * 0.1 is 0.30000000000000004
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}
