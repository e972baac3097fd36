/** The screen of a waiting room (`#token=`): ends of references, rooms and doctors, readable from five metres, without names. */
import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import type en from "../../../i18n/en/screens.json";
import { filled, t, type Words, wordsOf } from "../../../lib/i18n/i18n";
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
/** The format of tokens: a truncated address has none. */
const TOKEN = /^[\w-]{43}$/;
/** Patients in one row; more than the rows of a screen take turns. */
const ROW = 3;
const CALLED_AT_ONCE = 2 * ROW;
/** Waiting patients without called ones above them; each row of these takes the place of one and a half. */
const WAITING_AT_ONCE = 5 * ROW;
const TURN_MS = 8_000;

export default function WaitingScreen() {
  const [hash] = useHash();
  const words = useWords();
  const token = hashValue(hash, "token") ?? "";
  if (!words) return null;
  return TOKEN.test(token) ? <Watching key={token} token={token} words={words} /> : <Off words={words} />;
}

function Watching({ token, words }: { token: string; words: readonly Words[] }) {
  const { content, at, lost, revoked } = useContent(token);
  useTick();
  const say = spoken(words, content?.language ?? "both");
  useTitle(content?.name ?? t("screen.title"));
  if (revoked) return <Off words={words} />;
  const called = content?.items.filter(({ state }) => state === "called") ?? [];
  const calledRows = Math.ceil(Math.min(called.length, CALLED_AT_ONCE) / ROW);
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
          <Turns of={called} most={CALLED_AT_ONCE} say={say} />
        </section>
      )}
      {content && (
        <section class="screen-waiting">
          <h2>{say("screen.waiting")}</h2>
          {waiting.length === 0 && <p>{say("screen.none")}</p>}
          <Turns of={waiting} most={WAITING_AT_ONCE - Math.ceil(1.5 * calledRows) * ROW} say={say} />
          {content.more > 0 && <p>{say("screen.more", { count: content.more })}</p>}
        </section>
      )}
    </div>
  );
}

/** In place of the patients: the address is not valid, or was revoked. */
function Off({ words }: { words: readonly Words[] }) {
  const say = spoken(words, "both");
  useTitle(t("screen.revoked"));
  return (
    <div class="waiting-screen">
      <h1>{say("screen.revoked")}</h1>
      <p>{say("screen.revoked.about")}</p>
    </div>
  );
}

/** The patients that fit, in turns. */
function Turns({ of, most, say }: { of: readonly Shown[]; most: number; say: Say }) {
  const turns = Math.max(1, Math.ceil(of.length / most));
  const from = (Math.floor(now() / TURN_MS) % turns) * most;
  const shown = of.slice(from, from + most);
  return (
    <>
      {shown.length > 0 && (
        <ul>
          {shown.map(({ tail, doctor, room }) => (
            <li key={`${tail} ${doctor}`}>
              <b>…{tail}</b>
              <span class="screen-where">
                {room && <strong>{room}</strong>}
                <span>{doctor}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {turns > 1 && <p>{say("screen.part", { from: from + 1, to: from + shown.length, count: of.length })}</p>}
    </>
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

function useTitle(page: string): void {
  useEffect(() => {
    document.title = t("title", { page });
  }, [page]);
}

/** Draw again each second: the clock, and the turns of the waiting patients. */
function useTick(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
}
