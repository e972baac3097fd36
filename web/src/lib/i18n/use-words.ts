/** Messages of a part of a page, loaded when the part is first shown. */
import { useEffect, useState } from "preact/hooks";
import { loadMessages, type Room } from "./i18n";

/** Whether the messages of the room are loaded. */
export function useWords(room: Room): boolean {
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    let shown = true;
    void loadMessages(room).then(() => shown && setLoaded(true));
    return () => {
      shown = false;
    };
  }, [room]);
  return loaded;
}
