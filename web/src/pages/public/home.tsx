/** Who am I: the account that is signed in, and what it can do next. */
import type { Account, Config, OperationId, Role } from "../../api/client";
import { t } from "../../lib/i18n";
import { Chip, type Tone } from "../../ui/Chip";
import { Page } from "../../ui/Page";

/** What each role can do first, by tag and operation of the API reference; every name is held to the API's types. */
const NEXT = {
  patient: [
    { tag: "finding", operation: "find_doctors" },
    { tag: "appointments", operation: "book" },
    { tag: "appointments", operation: "list_appointments" },
    { tag: "labs", operation: "book_tests" },
    { tag: "results", operation: "list_results" },
  ],
  doctor: [
    { tag: "appointments", operation: "list_visits" },
    { tag: "availability", operation: "set_availability" },
    { tag: "prescriptions", operation: "prescribe" },
    { tag: "referrals", operation: "refer" },
    { tag: "results", operation: "list_results_to_review" },
  ],
  lab: [
    { tag: "labs", operation: "list_worklist" },
    { tag: "labs", operation: "set_booking_status" },
    { tag: "results", operation: "enter_result" },
    { tag: "results", operation: "verify_result" },
  ],
  admin: [
    { tag: "stats", operation: "show_stats" },
    { tag: "doctors", operation: "list_doctors" },
    { tag: "doctors", operation: "add_doctor" },
    { tag: "invitations", operation: "invite" },
  ],
} as const satisfies Record<Role, readonly { tag: string; operation: OperationId }[]>;

const TONES: Record<Role, Tone> = { patient: "booked", doctor: "confirmed", lab: "arrived", admin: "completed" };

export function Home({ account, config }: { account: Account; config: Config }) {
  return (
    <div class="columns">
      <div>
        <Page title={t("home.title", { name: account.full_name })} lead={t("home.lead", { hospital: config.hospital })}>
          <h2>{t("home.next")}</h2>
          <p class="muted">{t("home.next.about")}</p>
          <ul class="tasks">
            {NEXT[account.role].map(({ tag, operation }) => (
              <li key={operation}>
                <a href={`/docs#/${tag}/${operation}`}>{t(`next.${operation}`)}</a>
              </li>
            ))}
          </ul>
          <p>
            <a href="/docs">{t("home.docs")}</a>
          </p>
        </Page>
      </div>
      <section class="card" aria-labelledby="who-title">
        <h2 id="who-title">{t("home.who")}</h2>
        <dl>
          <dt>{t("home.name")}</dt>
          <dd>{account.full_name}</dd>
          <dt>{t("home.role")}</dt>
          <dd>
            <Chip tone={TONES[account.role]}>{t(`role.${account.role}`)}</Chip>
          </dd>
          <dt>{t("home.email")}</dt>
          <dd>{account.email}</dd>
          {account.phone && (
            <>
              <dt>{t("home.phone")}</dt>
              <dd>{account.phone}</dd>
            </>
          )}
        </dl>
      </section>
    </div>
  );
}
