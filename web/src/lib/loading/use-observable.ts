/** Reading an observable in a component. */
import { useEffect, useState } from "preact/hooks";
import type { Observable } from "../../api/observable";

/** The current value; the component renders again after each change. */
export function useObservable<T>(value: Observable<T>): T {
  const [current, setCurrent] = useState(() => value.get());
  useEffect(() => {
    const take = (): void => setCurrent(() => value.get());
    // it may have changed between the first render and this effect
    take();
    return value.listen(take);
  }, [value]);
  return current;
}
