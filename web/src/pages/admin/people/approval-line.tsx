/** One staff account or role that waits for an administrator, with the decision. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { WaitsFor } from "./waits-for";

type Approval = Schemas["Approval"];

interface Props {
  of: Approval;
  /** The signed-in administrator, who decides nothing of their own. */
  me: number;
  onInvitation: (made: Schemas["NewInvitation"] | null) => void;
  /** It was decided meanwhile. */
  onStale: () => void;
}

export function ApprovalLine({ of, me, onInvitation, onStale }: Props) {
  const [now, setNow] = useState(of);
  const { account, email, role, kind, asked_by, asked_at, state, decided_by, reason } = now;
  const waitsFor = now.waits_for ?? [];
  const params = { path: { approval_id: of.id } };
  const failed = (problem: Parameters<typeof mistakes>[0], retryAfter: number | null): Mistake[] => {
    if (problem.code === "already_decided") onStale();
    return mistakes(problem, retryAfter, ["reason"]);
  };
  const approve = async (): Promise<Mistake[]> => {
    const done = await outcome(api.POST("/api/admin/approvals/{approval_id}/approve", { params }));
    if (!done.ok) return failed(done.problem, done.retryAfter);
    setNow(done.data);
    onInvitation(done.data.invitation);
    return [];
  };
  const decline = async (text: string): Promise<Mistake[]> => {
    const body = { reason: text };
    const done = await outcome(api.POST("/api/admin/approvals/{approval_id}/decline", { params, body }));
    if (!done.ok) return failed(done.problem, done.retryAfter);
    setNow(done.data);
    return [];
  };
  return (
    <div class="stack close">
      <h2>
        <a href={`/admin/people/${account.id}`}>{account.full_name}</a>
      </h2>
      <p>{t(`approvals.${kind}`, { role: t(`role.${role}`), email: email ?? "" })}</p>
      <p class="muted">{t("approvals.asked", { name: asked_by.full_name, when: when(asked_at) })}</p>
      <p role="status">
        {state === "waiting" && <WaitsFor people={waitsFor} own={asked_by.id === me} />}
        {state !== "waiting" && t(`approvals.${state}`, { name: decided_by?.full_name ?? "–" })}
        {reason && ` ${reason}`}
      </p>
      {state === "waiting" && waitsFor.some(({ id }) => id === me) && (
        <Decision of={now} approve={approve} decline={decline} />
      )}
    </div>
  );
}

interface DecisionProps {
  of: Approval;
  approve: () => Promise<Mistake[]>;
  decline: (reason: string) => Promise<Mistake[]>;
}

function Decision({ of: { id, account }, approve, decline }: DecisionProps) {
  const [asking, setAsking] = useState(false);
  const { busy, errors, submit } = useForm(() => [], approve);
  const name = account.full_name;
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate class="row" onSubmit={submit}>
        <Submit
          id={`approve-${id}`}
          busy={busy}
          label={t("approvals.approve", { name })}
          busyLabel={t("person.busy")}
        />
        <button type="button" class="button quiet" onClick={() => setAsking(true)}>
          {t("approvals.decline", { name })}
        </button>
      </form>
      {asking && (
        <AskDialog
          title={t("approvals.decline", { name })}
          keep={t("approvals.keep")}
          act={t("approvals.decline.submit")}
          busy={t("person.busy")}
          danger
          reason={{ draft: `decline-${id}`, label: t("approvals.reason"), needed: "approvals.reason.missing" }}
          onClose={() => setAsking(false)}
          send={(reason) => decline(reason ?? "")}
        >
          <p>{t("approvals.decline.about")}</p>
        </AskDialog>
      )}
    </>
  );
}
