/** The charts that doctors opened in an emergency (`?show=all`), each with a review: justified or not, and a comment. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { when } from "../../../lib/time/time";
import "../../../style/portals/admin.css";
import { Empty } from "../../../ui/Empty";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";

type Access = Schemas["EmergencyAccess"];

export default function EmergencyAccessPage({ query }: OwnProps) {
  const all = query.get("show") === "all";
  const list = usePages(
    (cursor) => {
      const wanted = { ...(!all && { reviewed: false }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/admin/emergency-access", { params: { query: wanted } }));
    },
    [all],
  );
  const none = (
    <Empty>
      <p>{t(all ? "accesses.none.all" : "accesses.none")}</p>
    </Empty>
  );
  return (
    <Page title={t("accesses.title")} lead={t("accesses.lead")} back={{ href: "/admin/audit", text: t("audit.title") }}>
      <p>
        <a href={all ? "/admin/emergency-access" : "/admin/emergency-access?show=all"}>
          {t(all ? "accesses.waiting" : "accesses.all")}
        </a>
      </p>
      <Ready of={list} empty={none} isEmpty={({ items }) => items.length === 0}>
        {({ items }) => (
          <>
            <ul class="plain stack">
              {items.map((access) => (
                <li key={access.id} class="card">
                  <Line access={access} />
                </li>
              ))}
            </ul>
            <More of={list} />
          </>
        )}
      </Ready>
    </Page>
  );
}

function Line({ access }: { access: Access }) {
  const [review, setReview] = useState(access.review);
  const { patient, doctor, opened_at, reason } = access;
  return (
    <div class="stack close">
      <h2>{t("accesses.by", { doctor: doctor.full_name, patient: patient.full_name })}</h2>
      <p class="muted">{when(opened_at)}</p>
      <p>{reason}</p>
      <p role="status">
        {review &&
          t(review.justified ? "accesses.justified" : "accesses.unjustified", { name: review.reviewed_by.full_name })}
        {review?.comment && ` ${review.comment}`}
      </p>
      <p>
        <a href={`/admin/audit?account_id=${doctor.id}&patient_id=${patient.id}`}>{t("accesses.audit")}</a>
      </p>
      {!review && <Review access={access} onReviewed={setReview} />}
    </div>
  );
}

function Review({ access, onReviewed }: { access: Access; onReviewed: (review: Access["review"]) => void }) {
  const [justified, setJustified] = useState("");
  const [comment, setComment] = useState("");
  const field = `justified-${access.id}`;
  const { busy, errors, submit } = useForm(
    () => (justified ? [] : [{ field, message: t("accesses.missing") }]),
    async () => {
      const params = { path: { access_id: access.id }, header: unchanged(access) };
      const body = { justified: justified === "yes", comment: comment.trim() || null };
      const done = await outcome(api.PUT("/api/admin/emergency-access/{access_id}", { params, body }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      onReviewed(done.data.review);
      return [];
    },
  );
  return (
    <form noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <Radios
        id={field}
        label={t("accesses.was", { doctor: access.doctor.full_name, patient: access.patient.full_name })}
        choices={[
          { value: "yes", text: t("accesses.yes") },
          { value: "no", text: t("accesses.no") },
        ]}
        value={justified}
        onValue={setJustified}
        mistakes={errors}
      />
      <TextArea
        id={`comment-${access.id}`}
        label={t("accesses.comment")}
        optional
        rows={2}
        longest={500}
        value={comment}
        onValue={setComment}
        mistakes={errors}
      />
      <Submit id={`review-${access.id}`} busy={busy} label={t("accesses.submit")} busyLabel={t("accesses.busy")} />
    </form>
  );
}
