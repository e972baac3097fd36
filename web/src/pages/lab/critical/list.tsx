/** The laboratory's open critical results, the one that waits longest first. */
import { api, outcome } from "../../../api/client";
import { type Critical, criticalValues } from "../../../lib/clinical/critical";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, minutesBetween, nowInstant } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { type Column, Table } from "../../../ui/Table";
import { Tabs } from "../../../ui/Tabs";
import { Tel } from "../../../ui/Tel";
import { useViews } from "../worklist";

const POLL_MS = 30_000;

export default function CriticalList({ account }: OwnProps) {
  const { views } = useViews(account.id, "critical", {});
  const found = usePages(
    (cursor) => outcome(api.GET("/api/labs/critical", { params: { query: cursor ? { cursor } : {} } })),
    [account.id],
    { every: POLL_MS },
  );
  return (
    <Page title={t("worklist.title")} lead={t("critical_list.lead")}>
      <Tabs
        label={t("worklist.tabs")}
        tabs={views.map((view) =>
          view.current ? view : { ...view, href: view.href.replace("/lab/critical", "/lab") },
        )}
      />
      <Ready of={found} empty={<Empty>{t("critical_list.none")}</Empty>}>
        {({ items, next_cursor }) => (
          <>
            <p class="muted count-line" role="status">
              {plural(next_cursor ? "critical_list.first" : "critical_list.count", items.length)}
            </p>
            <Table caption={t("critical_list.title")} columns={COLUMNS()} rows={items} rowKey={({ id }) => id} />
          </>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

const COLUMNS = (): Column<Critical>[] => [
  {
    head: t("critical_list.waits"),
    cell: ({ since, escalation }) => (
      <span>
        <b>{plural("critical_list.minutes", Math.max(0, minutesBetween(since, nowInstant())))}</b>{" "}
        {escalation !== "responsible" && <Chip tone="critical">{t(`critical_list.${escalation}`)}</Chip>}
      </span>
    ),
  },
  {
    head: t("worklist.patient"),
    cell: ({ result: { patient }, patient_phone }) => (
      <span>
        <b>{patient.full_name}</b>{" "}
        {patient.date_of_birth && (
          <span class="small muted born">{t("worklist.born", { date: dateOnly(patient.date_of_birth) })}</span>
        )}{" "}
        {patient_phone && <Tel number={patient_phone} />}
      </span>
    ),
  },
  { head: t("critical_list.value"), cell: (one) => <b>{criticalValues(one)}</b> },
  {
    head: t("critical_list.doctor"),
    cell: ({ doctors }) =>
      doctors.length === 0
        ? t("critical_list.no_doctor")
        : doctors.map(({ id, full_name, phone }) => (
            <span key={id} class="born">
              {full_name} {phone && <Tel number={phone} />}
            </span>
          )),
  },
  {
    head: t("critical_list.calls"),
    cell: ({ id, result, communications }) => (
      <span>
        {communications.length > 0 && <span class="born">{plural("critical_list.noted", communications.length)}</span>}
        <a class="button quiet small" href={`/lab/critical/${id}`}>
          {t("critical_list.call")} <span class="unseen">{result.reference}</span>
        </a>
      </span>
    ),
  },
];
