/** The choice between work account and own record after sign-in. */
import { useState } from "preact/hooks";
import { otherSide, type Side } from "../../api/client";
import { type Mistake, mistakes } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { useObservable } from "../../lib/loading/use-observable";
import type { OwnProps } from "../../lib/routing/page";
import { openSide } from "../../lib/session/side";
import "../../style/portals/account.css";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Page } from "../../ui/frame/Page";

export default function ChooseSide({ account }: OwnProps) {
  const other = useObservable(otherSide);
  const [busy, setBusy] = useState<Side | null>(null);
  const [failed, setFailed] = useState<readonly Mistake[]>([]);
  const open = async (side: Side): Promise<void> => {
    if (busy) return;
    setBusy(side);
    const opened = await openSide(side);
    if (!opened.ok) setFailed(mistakes(opened.problem, opened.retryAfter, []));
    setBusy(null);
  };
  if (!other)
    return (
      <Page title={t("side.title")} lead={t("side.one")} width="narrow">
        <p>
          <a class="button" href="/">
            {t("side.start")}
          </a>
        </p>
      </Page>
    );
  return (
    <Page title={t("side.title")} lead={t("side.lead", { name: account.full_name })} width="narrow">
      <ErrorSummary mistakes={failed} />
      <div class="sides">
        {(["work", "record"] as const).map((side) => (
          <button
            key={side}
            type="button"
            class={side === "work" ? "button" : "button quiet"}
            aria-disabled={busy !== null}
            onClick={() => void open(side)}
          >
            {t(busy === side ? "side.busy" : `side.${side}`)}
          </button>
        ))}
      </div>
      <p class="muted">{t("side.remembered")}</p>
    </Page>
  );
}
