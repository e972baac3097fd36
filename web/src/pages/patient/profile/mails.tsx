/** Which notices the patient gets, how, and when a reminder comes. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Group } from "../../../ui/forms/Control";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { Ready } from "../../../ui/Ready";

type Choices = Schemas["NoticeChoices"];
type Reminder = Choices["reminder"];
type Channel = Choices["channel"];

/** The kinds that a patient can leave out. */
const KINDS = {
  own_bookings: "mails.own",
  results: "mails.results",
  referrals: "mails.referrals",
  refills: "mails.refills",
} as const;
type Kind = keyof typeof KINDS;

const REMINDERS: readonly Reminder[] = ["24h", "48h", "off"];
const CHANNELS: readonly Channel[] = ["email", "text"];

export function Mails({ account }: { account: { id: number; email_confirmed: boolean } }) {
  const found = useLoad(() => outcome(api.GET("/api/me/notices")), [account.id]);
  return (
    <section class="section profile-section" aria-labelledby="mails-heading">
      <h2 id="mails-heading">{t("mails.title")}</h2>
      <p class="muted">{t("mails.always")}</p>
      <Ready of={found}>
        {(choices) => (
          <>
            {!account.email_confirmed && <p>{t(choices.texts ? "mails.unconfirmed.texts" : "mails.unconfirmed")}</p>}
            <Form choices={choices} put={found.put} />
          </>
        )}
      </Ready>
    </section>
  );
}

function Form({ choices, put }: { choices: Choices; put: (choices: Choices) => void }) {
  const { texts, ...stored } = choices;
  const [wanted, setWanted] = useState(stored);
  const [saved, setSaved] = useState(false);
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      setSaved(false);
      const done = await outcome(api.PUT("/api/me/notices", { body: wanted }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      put(done.data);
      setSaved(true);
      return [];
    },
  );
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} onInput={() => setSaved(false)}>
        <Radios
          id="reminder"
          label={t("mails.reminder")}
          choices={REMINDERS.map((value) => ({ value, text: t(`mails.reminder.${value}`) }))}
          value={wanted.reminder}
          onValue={(value) => setWanted({ ...wanted, reminder: value as Reminder })}
        />
        <Group id="kinds" label={t("mails.kinds")}>
          <div class="radios">
            {(Object.keys(KINDS) as Kind[]).map((kind) => (
              <Checkbox
                key={kind}
                id={`tell-${kind}`}
                label={t(KINDS[kind])}
                checked={wanted[kind]}
                onValue={(value) => setWanted({ ...wanted, [kind]: value })}
              />
            ))}
          </div>
        </Group>
        {texts && (
          <Radios
            id="channel"
            label={t("mails.channel")}
            hint={t("mails.channel.hint")}
            choices={CHANNELS.map((value) => ({ value, text: t(`mails.channel.${value}`) }))}
            value={wanted.channel}
            onValue={(value) => setWanted({ ...wanted, channel: value as Channel })}
          />
        )}
        <Submit id="save-mails" busy={busy} label={t("mails.save")} busyLabel={t("profile.busy")} />
      </form>
      <div role="status">{saved && <p class="done profile-done">{t("mails.saved")}</p>}</div>
    </>
  );
}
