/** The screen of a waiting room (`#token=`): ends of references, rooms and doctors, readable from five metres, without names. */
import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import type en from "../../../i18n/en/screens.json";
import { filled, type Words, wordsOf } from "../../../lib/i18n/i18n";
import { hashValue, useHash } from "../../../lib/routing/hash";
import { clock, now, nowInstant } from "../../../lib/time/time";
import { useContent } from "./content";
import "../../../style/portals/screen.css";

type ScreenKey = keyof typeof en & `screen.${string}`;
type Values = Readonly<Record<string, string | number>>;
/** A text in each language of the screen. */
type Say = (key: ScreenKey, values?: Values) => preact.ComponentChildren;
type Shown = Schemas["ShownVisit"];

const LANGUAGES = ["de", "en"] as const;
/** Waiting patients that fit beside each other; more take turns. */
const AT_ONCE = 12;
const TURN_MS = 8_000;

export default function WaitingScreen() {
  const [hash] = useHash();
  const words = useWords();
  const token = hashValue(hash, "token") ?? "";
  return words ? <Watching key={token} token={token} words={words} /> : null;
}

function Watching({ token, words }: { token: string; words: readonly Words[] }) {
  const { content, at, lost, revoked } = useContent(token);
  useTick();
  const say = spoken(words, content?.language ?? "both");
  useEffect(() => {
    document.title = content?.name ?? "CarePlus";
  }, [content?.name]);
  if (revoked)
    return (
      <div class="waiting-screen">
        <h1>{say("screen.revoked")}</h1>
        <p>{say("screen.revoked.about")}</p>
      </div>
    );
  const called = content?.items.filter(({ state }) => state === "called") ?? [];
  const waiting = content?.items.filter(({ state }) => state === "waiting") ?? [];
  return (
    <div class="waiting-screen">
      <header>
        <h1>{content?.name ?? say("screen.title")}</h1>
        <p class="screen-clock">{clock(nowInstant())}</p>
      </header>
      <p class="screen-lost" role="alert">
        {lost && say("screen.lost", { time: at ? clock(at) : "–" })}
      </p>
      {called.length > 0 && (
        <section class="screen-called">
          <h2>{say("screen.come_in")}</h2>
          <List of={called} />
        </section>
      )}
      {content && (
        <section class="screen-waiting">
          <h2>{say("screen.waiting")}</h2>
          {waiting.length === 0 ? <p>{say("screen.none")}</p> : <Waiting of={waiting} more={content.more} say={say} />}
        </section>
      )}
    </div>
  );
}

function Waiting({ of, more, say }: { of: readonly Shown[]; more: number; say: Say }) {
  const parts = Math.ceil(of.length / AT_ONCE);
  const from = (Math.floor(now() / TURN_MS) % parts) * AT_ONCE;
  const shown = of.slice(from, from + AT_ONCE);
  return (
    <>
      <List of={shown} />
      {parts > 1 && <p>{say("screen.part", { from: from + 1, to: from + shown.length, count: of.length })}</p>}
      {more > 0 && <p>{say("screen.more", { count: more })}</p>}
    </>
  );
}

function List({ of }: { of: readonly Shown[] }) {
  return (
    <ul>
      {of.map(({ tail, doctor, room }) => (
        <li key={`${tail} ${doctor}`}>
          <b>…{tail}</b>
          <span>
            {room && <strong>{room}</strong>}
            <span>{doctor}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The texts of the screen in its languages, one below the other. */
function spoken(words: readonly Words[], wanted: Schemas["ScreenLanguage"]): Say {
  return (key, values = {}) =>
    LANGUAGES.map((code, n) => (
      <Fragment key={code}>
        {(wanted === "both" || wanted === code) && (
          <span lang={code} class="screen-text">
            {filled(words[n]?.[key] ?? key, values)}
          </span>
        )}
      </Fragment>
    ));
}

/** The messages of both languages; null until they are loaded. */
function useWords(): readonly Words[] | null {
  const [words, setWords] = useState<readonly Words[] | null>(null);
  useEffect(() => {
    void Promise.all(LANGUAGES.map((code) => wordsOf(code, "screens"))).then(setWords);
  }, []);
  return words;
}

/** Draw again each second: the clock, and the turns of the waiting patients. */
function useTick(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
}
