/** A one-time link, shown once, with which the invited person chooses a password; or the note that it waits. */
import { useEffect, useRef } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { longWhen, zoneLabel } from "../../../lib/time/time";
import { CopyLine } from "../../../ui/CopyLine";
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
  useEffect(() => heading.current?.focus(), [url]);
  return (
    <section class="card invitation" aria-labelledby="invitation">
      <h2 id="invitation" tabIndex={-1} ref={heading}>
        {t("invitation.title", { name })}
      </h2>
      <p>{t("invitation.about", { email })}</p>
      <CopyLine
        text={url}
        label={t("invitation.link")}
        copy={t("invitation.copy")}
        say={{ copied: "invitation.copied", failed: "invitation.not_copied" }}
      />
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
