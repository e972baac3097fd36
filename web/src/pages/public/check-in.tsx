/** Check-in at the entrance (`#code=`): the visit of a QR code, and the button that says that its patient is here. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { hashValue, useHash } from "../../lib/routing/hash";
import type { PageProps } from "../../lib/routing/page";
import { longWhen } from "../../lib/time/time";
import { Details } from "../../ui/Details";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Submit } from "../../ui/forms/Submit";
import { Page } from "../../ui/frame/Page";
import { Ready } from "../../ui/Ready";
import "../../style/portals/check-in.css";

type Visit = Schemas["CheckInVisit"];

/** The format of codes: a truncated address has none. */
const CODE = /^[\w-]{22}$/;
/** Time passes, and the desk may change the visit. */
const EVERY_MS = 15_000;

export default function CheckIn(_: PageProps) {
  const [hash] = useHash();
  const code = hashValue(hash, "code") ?? "";
  return CODE.test(code) ? <OfCode key={code} code={code} /> : <Invalid />;
}

function OfCode({ code }: { code: string }) {
  const visit = useLoad(() => outcome(api.POST("/api/check-in/visit", { body: { check_in_code: code } })), [code], {
    every: EVERY_MS,
  });
  if (visit.failure?.problem.code === "invalid_check_in_code") return <Invalid />;
  return (
    <Page title={t("check_in.title")} lead={t("check_in.lead")} width="narrow">
      <Ready of={visit}>
        {(shown) => (
          <div class="stack check-in">
            <Details
              of={[
                [t("check_in.tail"), <b key="tail" class="check-in-tail">{`…${shown.tail}`}</b>],
                [t("check_in.when"), longWhen(shown.starts_at)],
                [t("check_in.doctor"), shown.doctor],
                [t("check_in.room"), shown.room],
              ]}
            />
            <p role="status" class={shown.state === "arrived" ? "done" : undefined}>
              {t(`check_in.${shown.state}`, { when: longWhen(shown.opens_at), tail: `…${shown.tail}` })}
            </p>
            {shown.state === "open" && <Here code={code} onDone={visit.put} onRefused={visit.again} />}
            {(shown.state === "cancelled" || shown.state === "completed") && (
              <p>
                <a class="button" href="/doctors">
                  {t("check_in.book")}
                </a>
              </p>
            )}
          </div>
        )}
      </Ready>
    </Page>
  );
}

interface HereProps {
  code: string;
  onDone: (visit: Visit) => void;
  onRefused: () => void;
}

function Here({ code, onDone, onRefused }: HereProps) {
  const [done, setDone] = useState(false);
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const came = await outcome(api.POST("/api/check-in", { body: { check_in_code: code } }));
      if (!came.ok) {
        // the visit was changed meanwhile, or its time has passed
        if (came.problem.code === "check_in_closed" || came.problem.code === "too_early") onRefused();
        return mistakes(came.problem, came.retryAfter, []);
      }
      setDone(true);
      onDone(came.data);
      return [];
    },
  );
  if (done) return null;
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Submit busy={busy} label={t("check_in.submit")} busyLabel={t("check_in.busy")} />
      </form>
    </>
  );
}

function Invalid() {
  return <Page key="invalid" title={t("check_in.invalid.title")} lead={t("check_in.invalid")} width="narrow" />;
}
