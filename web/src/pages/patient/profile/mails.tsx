/** Which mails about visits the patient gets: the time of the reminder, and mails about their own bookings. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { Ready } from "../../../ui/Ready";

type Choices = Schemas["NoticeChoices"];
type Reminder = Choices["reminder"];

const REMINDERS: readonly Reminder[] = ["24h", "48h", "off"];

export function Mails({ account }: { account: { id: number; email_confirmed: boolean } }) {
  const found = useLoad(() => outcome(api.GET("/api/me/notices")), [account.id]);
  return (
    <section class="section profile-section" aria-labelledby="mails-heading">
      <h2 id="mails-heading">{t("mails.title")}</h2>
      {!account.email_confirmed && <p>{t("mails.unconfirmed")}</p>}
      <Ready of={found}>{(choices) => <Form choices={choices} put={found.put} />}</Ready>
      <p class="muted">{t("mails.always")}</p>
    </section>
  );
}

function Form({ choices, put }: { choices: Choices; put: (choices: Choices) => void }) {
  const [reminder, setReminder] = useState(choices.reminder);
  const [own, setOwn] = useState(choices.own_bookings);
  const [saved, setSaved] = useState(false);
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      setSaved(false);
      const done = await outcome(api.PUT("/api/me/notices", { body: { reminder, own_bookings: own } }));
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
          value={reminder}
          onValue={(value) => setReminder(value as Reminder)}
        />
        <Checkbox id="own-bookings" label={t("mails.own")} checked={own} onValue={setOwn} />
        <Submit id="save-mails" busy={busy} label={t("mails.save")} busyLabel={t("profile.busy")} />
      </form>
      <div role="status">{saved && <p class="done profile-done">{t("mails.saved")}</p>}</div>
    </>
  );
}
