/** The button that leaves for the hospital's sign-on, and the end of a sign-on that came back to the sign-in page. */
import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../../api/client";
import { type Mistake, mistakes, useForm } from "../../lib/forms/form";
import { t, tCode } from "../../lib/i18n/i18n";
import { go } from "../../lib/routing/router";
import { complete, keptNext, leave, returned } from "../../lib/session/sign-on";

/** Complete the sign-on in the page's address, if it has one. */
export function useReturn(query: URLSearchParams): { busy: boolean; failed: readonly Mistake[] } {
  const [answer] = useState(() => returned(query));
  const [busy, setBusy] = useState(answer !== null && answer !== "denied");
  const [failed, setFailed] = useState<readonly Mistake[]>([]);
  useEffect(() => {
    if (!answer) return;
    // the code leaves the address bar and the history
    go(`/sign-in?next=${encodeURIComponent(keptNext())}`, { replace: true });
    if (answer === "denied") return setFailed([{ field: null, message: t("sign_in.sign_on.denied") }]);
    void complete(answer).then((opened) => {
      setBusy(false);
      // the signed-in account redirects
      if (!opened.ok) setFailed(said(opened));
    });
  }, [answer]);
  return { busy, failed };
}

/** The reason of a refusal; its words are of this page alone. */
function said({ problem }: Failure): Mistake[] {
  if (problem.code !== "sign_on_refused") return mistakes(problem, null, []);
  return [{ field: null, message: tCode("sign_on", problem.cause, problem.detail) }];
}

interface Props {
  label: string;
  next: string;
  onFailed: (failed: readonly Mistake[]) => void;
}

export function SignOnButton({ label, next, onFailed }: Props) {
  const { busy, submit } = useForm(
    () => [],
    async () => {
      onFailed([]);
      const started = await leave(next);
      if (!started.ok) onFailed(said(started));
      return [];
    },
  );
  return (
    <form noValidate onSubmit={submit}>
      <p>{t("sign_in.sign_on.or")}</p>
      <button type="submit" class="button quiet" aria-disabled={busy}>
        {busy ? t("sign_in.busy") : t("sign_in.sign_on", { label })}
      </button>
    </form>
  );
}
