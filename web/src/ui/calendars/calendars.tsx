/** The calendar feeds of a patient or doctor: added, listed and revoked. */
import { useRef, useState } from "preact/hooks";
import { api, type Failure, outcome, type Schemas } from "../../api/client";
import { type Mistake, missing, mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import type { OwnProps } from "../../lib/routing/page";
import { when } from "../../lib/time/time";
import "../../style/portals/account.css";
import { AskDialog } from "../AskDialog";
import { ErrorSummary } from "../forms/ErrorSummary";
import { Field } from "../forms/Field";
import { Radios } from "../forms/Select";
import { Submit } from "../forms/Submit";
import { Page } from "../frame/Page";
import { Ready } from "../Ready";

type Feed = Schemas["CalendarFeed"];
type Detail = Feed["detail"];

const DETAILS: readonly Detail[] = ["busy", "names"];

export default function Calendars({ account }: OwnProps) {
  const feeds = useLoad(() => outcome(api.GET("/api/me/calendar-feeds")), [account.id]);
  const [added, setAdded] = useState<Schemas["NewCalendarFeed"] | null>(null);
  const [leaving, setLeaving] = useState<Feed | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const isDoctor = account.role === "doctor";
  const revoke = async (feed: Feed): Promise<Mistake[]> => {
    const path = { feed_id: feed.id };
    const revoked = await outcome(api.DELETE("/api/me/calendar-feeds/{feed_id}", { params: { path } }));
    // it was revoked elsewhere meanwhile
    if (!revoked.ok && revoked.problem.code !== "not_found") return failed(revoked);
    if (added?.id === feed.id) setAdded(null);
    setLeaving(null);
    feeds.again();
    requestAnimationFrame(() => heading.current?.focus());
    return [];
  };
  return (
    <Page title={t("calendars.title")} lead={t(isDoctor ? "calendars.lead.doctor" : "calendars.lead")} width="narrow">
      <div role="status">{added && <Address feed={added} />}</div>
      <section class="section account-section" aria-labelledby="feeds-heading">
        <h2 id="feeds-heading" tabIndex={-1} ref={heading}>
          {t("calendars.list")}
        </h2>
        <Ready of={feeds} empty={<p class="muted">{t("calendars.none")}</p>}>
          {({ items }) => (
            <ul class="lines devices">
              {items.map((feed) => (
                <li key={feed.id}>
                  <div>
                    <b>{feed.name}</b>
                    {isDoctor && <p class="small">{t(`calendars.detail.${feed.detail}`)}</p>}
                    <p class="small muted">{t("calendars.added", { when: when(feed.created_at) })}</p>
                  </div>
                  <button type="button" class="button quiet small" onClick={() => setLeaving(feed)}>
                    {t("calendars.revoke")}
                    <span class="unseen"> {feed.name}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Ready>
      </section>
      <Add
        isDoctor={isDoctor}
        onAdded={(feed) => {
          setAdded(feed);
          feeds.again();
        }}
      />
      {leaving && (
        <AskDialog
          title={t("calendars.ask", { name: leaving.name })}
          keep={t("calendars.keep")}
          act={t("calendars.revoke")}
          busy={t("calendars.revoking")}
          danger
          onClose={() => setLeaving(null)}
          send={() => revoke(leaving)}
        >
          <p>{t("calendars.ask.about")}</p>
        </AskDialog>
      )}
    </Page>
  );
}

function Add({ isDoctor, onAdded }: { isDoctor: boolean; onAdded: (feed: Schemas["NewCalendarFeed"]) => void }) {
  const [name, setName] = useState("");
  const [detail, setDetail] = useState<Detail>("busy");
  const { busy, errors, submit } = useForm(
    () => missing({ name: { value: name, say: "calendars.name.missing" } }),
    async () => {
      const added = await outcome(api.POST("/api/me/calendar-feeds", { body: { name: name.trim(), detail } }));
      if (!added.ok) return failed(added);
      setName("");
      onAdded(added.data);
      return [];
    },
  );
  return (
    <section class="section account-section" aria-labelledby="add-heading">
      <h2 id="add-heading">{t("calendars.add")}</h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Field
          id="name"
          label={t("calendars.name")}
          hint={t("calendars.name.hint")}
          value={name}
          onValue={setName}
          mistakes={errors}
          input={{ maxLength: 60 }}
        />
        {isDoctor && (
          <Radios
            id="detail"
            label={t("calendars.detail")}
            choices={DETAILS.map((value) => ({
              value,
              text: t(`calendars.detail.${value}`),
              hint: t(`calendars.detail.${value}.hint`),
            }))}
            value={detail}
            onValue={(value) => setDetail(value as Detail)}
          />
        )}
        <Submit busy={busy} label={t("calendars.add.button")} busyLabel={t("calendars.adding")} />
      </form>
    </section>
  );
}

/** The address of a new feed, which is shown only now. */
function Address({ feed: { name, address } }: { feed: Schemas["NewCalendarFeed"] }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => void navigator.clipboard.writeText(address).then(() => setCopied(true));
  return (
    <section class="section account-section info" aria-labelledby="address-heading">
      <h2 id="address-heading">{t("calendars.ready", { name })}</h2>
      <p>{t("calendars.once")}</p>
      <p class="feed-address">{address}</p>
      <p class="row">
        <a class="button" href={address.replace(/^https?:/, "webcal:")}>
          {t("calendars.subscribe")}
        </a>
        {/* browsers give the clipboard to secure pages only */}
        {"clipboard" in navigator && (
          <button type="button" class="button quiet" onClick={copy}>
            {t(copied ? "calendars.copied" : "calendars.copy")}
          </button>
        )}
      </p>
      <p class="small">{t("calendars.google")}</p>
    </section>
  );
}

function failed({ problem, retryAfter }: Failure): Mistake[] {
  return mistakes(problem, retryAfter, ["name"]);
}
