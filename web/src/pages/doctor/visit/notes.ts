/** Autosaved notes of a visit: kept in this tab at each keystroke, sent after a pause, never over another change. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type NoAnswer, type Outcome, outcome, type Problem, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { isTemporary, type Loaded, useLoad } from "../../../lib/loading/query";
import { account } from "../../../lib/session/account";

export type Notes = Schemas["Notes"];
/** The typed text, the version it is based on, and the text sent last. */
interface Draft {
  text: string;
  version: number;
  sent: string | null;
}

export interface Writing {
  loaded: Loaded<Notes>;
  text: string;
  type: (text: string) => void;
  /** `waiting`: some text is not sent yet. */
  state: "saved" | "waiting" | "saving";
  /** The failure of the last try; transient ones are retried. */
  problem: Problem | NoAnswer | null;
  /** The conflicting notes of another window. Sending pauses until one text is chosen. */
  theirs: Notes | null;
  choose: (which: "mine" | "theirs") => void;
  /** Sign the notes. */
  sign: () => Promise<void>;
  /** Sign the notes and complete the visit; whether both happened. */
  signAndComplete: () => Promise<boolean>;
}

/** The state of the text after a request; `completed` signs it and completes the visit. */
type Sending = "draft" | "signed" | "completed";

const SILENCE_MS = 1_500;
const AGAIN_MS = 5_000;

export function useNotes(visit: number): Writing {
  const loaded = useLoad(() => ask(visit), [visit]);
  const stored = useDraft<Draft | null>(`notes.${visit}`, null);
  const [state, setState] = useState<Writing["state"]>(stored.value ? "waiting" : "saved");
  const [problem, setProblem] = useState<Writing["problem"]>(null);
  const [theirs, setTheirs] = useState<Notes | null>(null);
  // a ref, so that timers and callbacks see the newest values
  const now = useRef({ draft: stored.value, server: loaded.data, theirs });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const queue = useRef<Promise<unknown>>(Promise.resolve());

  const change = (draft: Draft | null): void => {
    now.current.draft = draft;
    stored.set(draft);
    if (!draft) stored.drop();
    setState(draft ? "waiting" : "saved");
  };
  const clash = (found: Notes | null): void => {
    now.current.theirs = found;
    setTheirs(found);
  };
  const soon = (ms: number): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void write(), ms);
  };

  /** Merge the server's notes; typed text continues if they hold no unseen change. */
  const meet = (found: Notes): void => {
    const { draft } = now.current;
    now.current.server = found;
    loaded.put(found);
    const seen = found.version === draft?.version || found.text === draft?.sent;
    if (!draft || found.text === draft.text) change(null);
    else if (found.status === "draft" && seen) change({ ...draft, version: found.version });
    else clash(found);
    if (now.current.draft && !now.current.theirs) soon(SILENCE_MS);
  };

  const send = async (as: Sending): Promise<boolean> => {
    const { draft, server, theirs: other } = now.current;
    if (!server || other || (!draft && as === "draft") || account.get() === null) return false;
    const [text, version] = draft ? [draft.text, draft.version] : [server.text, server.version];
    if (draft) change({ ...draft, sent: text });
    setState("saving");
    const saved = await put(visit, version, text, as);
    setProblem(saved.ok ? null : saved.problem);
    if (saved.ok) {
      meet(saved.data);
      return true;
    }
    setState(now.current.draft ? "waiting" : "saved");
    const newest = saved.problem.code === "stale" ? await ask(visit) : null;
    if (newest?.ok) {
      setProblem(null);
      meet(newest.data);
    } else if (newest || isTemporary(saved.problem)) soon(AGAIN_MS);
    return false;
  };
  /** One request at a time. */
  const write = (as: Sending = "draft"): Promise<boolean> => {
    clearTimeout(timer.current);
    const turn = queue.current.then(() => send(as));
    queue.current = turn;
    return turn;
  };

  const first = loaded.data !== undefined;
  useEffect(() => {
    if (loaded.data) meet(loaded.data);
  }, [first]);
  useEffect(() => {
    const leave = (): void => void write();
    const hidden = (): void => {
      if (document.visibilityState === "hidden") leave();
    };
    document.addEventListener("visibilitychange", hidden);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      leave();
    };
  }, []);

  return {
    loaded,
    text: stored.value?.text ?? loaded.data?.text ?? "",
    state,
    problem,
    theirs,
    type: (text) => {
      const { draft, server } = now.current;
      if (!server) return;
      change({ text, version: draft?.version ?? server.version, sent: draft?.sent ?? null });
      if (!now.current.theirs) soon(SILENCE_MS);
    },
    choose: (which) => {
      const { draft, theirs: other } = now.current;
      if (!draft || !other) return;
      clash(null);
      change(which === "mine" ? { ...draft, version: other.version } : null);
      if (which === "mine") void write();
    },
    sign: async () => void (await write("signed")),
    signAndComplete: () => write("completed"),
  };
}

function put(visit: number, version: number, text: string, as: Sending): Promise<Outcome<Notes, Problem>> {
  const params = { path: { appointment_id: visit }, header: unchanged({ version }) };
  if (as === "completed") {
    const body = { text };
    return outcome(api.PUT("/api/doctor/appointments/{appointment_id}/sign-and-complete", { params, body }));
  }
  const body = { text, sign: as === "signed" };
  return outcome(api.PUT("/api/doctor/appointments/{appointment_id}/notes", { params, body }));
}

export function ask(visit: number): Promise<Outcome<Notes, Problem>> {
  return outcome(
    api.GET("/api/doctor/appointments/{appointment_id}/notes", { params: { path: { appointment_id: visit } } }),
  );
}
