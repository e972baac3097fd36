/** One button that verifies the normal results of the bookings on this page; the others need a look each. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { mistakes, useForm } from "../../lib/forms/form";
import { plural, t } from "../../lib/i18n/i18n";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import type { Booking } from "./record";

const LEFT = ["second_person", "changed"] as const;
/** The API's maximum. */
const AT_ONCE = 100;

export function VerifyNormal({ bookings, again }: { bookings: readonly Booking[]; again: () => void }) {
  const [said, setSaid] = useState("");
  const normal = bookings.flatMap(({ tests }) => tests.flatMap(waitingNormal)).slice(0, AT_ONCE);
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      setSaid("");
      const done = await outcome(api.POST("/api/labs/results/verify-normal", { body: { results: normal } }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      setSaid(sentence(done.data));
      again();
      return [];
    },
  );
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <div role="status" class="said">
        {said && <p class="done">{said}</p>}
      </div>
      {normal.length > 0 && (
        <form class="row between verify-normal" noValidate onSubmit={submit}>
          <p class="muted">{plural("worklist.verify.about", normal.length)}</p>
          <button type="submit" class="button quiet" aria-disabled={busy}>
            {busy ? t("worklist.verifying") : plural("worklist.verify", normal.length)}
          </button>
        </form>
      )}
    </>
  );
}

function waitingNormal({ result_id, to_verify }: Booking["tests"][number]) {
  return result_id !== null && to_verify?.normal ? [{ result_id, version: to_verify.version }] : [];
}

/** "22 results are verified. 1 was left: it has changed meanwhile." */
function sentence({ verified, left }: Schemas["VerifiedNormal"]): string {
  const own = left.filter(({ reason }) => reason === "second_person").length;
  const counts = { second_person: own, changed: left.length - own };
  return [
    plural("worklist.verified", verified.length),
    ...LEFT.filter((why) => counts[why] > 0).map((why) => plural(`worklist.left.${why}`, counts[why])),
  ].join(" ");
}
