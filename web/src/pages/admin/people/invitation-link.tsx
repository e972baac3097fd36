/** A one-time link, shown once, with which the invited person chooses a password; or the note that it waits. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { longWhen, zoneLabel } from "../../../lib/time/time";
import { WaitsFor } from "./waits-for";

interface Props {
  name: string;
  email: string;
  url: string;
  expiresAt: string;
}

type Invitation = Pick<Schemas["NewInvitation"], "full_name" | "email" | "url" | "expires_at" | "waits_for">;

export function Made({ of: { full_name, email, url, expires_at, waits_for } }: { of: Invitation }) {
  if (url) return <InvitationLink name={full_name} email={email} url={url} expiresAt={expires_at} />;
  return <InvitationWaits name={full_name} people={waits_for ?? []} />;
}

export function InvitationLink({ name, email, url, expiresAt }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const [message, setMessage] = useState<"invitation.copied" | "invitation.not_copied" | null>(null);
  useEffect(() => heading.current?.focus(), [url]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(url);
      setMessage("invitation.copied");
    } catch {
      // the browser may forbid writing to the clipboard: select the text for copying by keyboard
      box.current?.select();
      setMessage("invitation.not_copied");
    }
  };
  return (
    <section class="card invitation" aria-labelledby="invitation">
      <h2 id="invitation" tabIndex={-1} ref={heading}>
        {t("invitation.title", { name })}
      </h2>
      <p>{t("invitation.about", { email })}</p>
      <div class="invitation-link">
        <div class="input">
          <input
            ref={box}
            readOnly
            value={url}
            aria-label={t("invitation.link")}
            onFocus={(event) => event.currentTarget.select()}
          />
        </div>
        <button type="button" class="button" onClick={() => void copy()}>
          {t("invitation.copy")}
        </button>
      </div>
      <p role="status">{message && t(message)}</p>
      <p class="muted small">{t("invitation.expires", { when: longWhen(expiresAt), zone: zoneLabel(expiresAt) })}</p>
    </section>
  );
}

/** An invitation that has no link before another administrator approves it. */
function InvitationWaits({ name, people }: { name: string; people: readonly Schemas["Person"][] }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [name]);
  return (
    <section class="card invitation" aria-labelledby="invitation">
      <h2 id="invitation" tabIndex={-1} ref={heading}>
        {t("invitation.waits", { name })}
      </h2>
      <p>
        <WaitsFor people={people} />
      </p>
      <p>
        <a href="/admin/people/approvals">{t("invitation.waits.show")}</a>
      </p>
    </section>
  );
}
