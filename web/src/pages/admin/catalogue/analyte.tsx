/** One laboratory value, or a new one (`new`): unit, ranges and critical limits as a new version, and the earlier ones. */

import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { today } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { checkedRanges, rangesOf, type Typed, typedOf } from "./analyte-fields";
import { RangeFields } from "./range-fields";
import { Versions } from "./range-versions";
import "../../../style/portals/admin.css";

type Known = Schemas["KnownAnalyte"];
const FIELDS = ["code", "name", "loinc", "decimals", "unit", "source", "valid_from"];

export default function AnalytePage({ params }: OwnProps) {
  const code = params.code === "new" ? null : (params.code ?? "");
  const found = useLoad(
    () => outcome(api.GET("/api/labs/analytes", { params: { query: { q: code ?? "", limit: 100 } } })),
    [code],
  );
  return (
    <Ready of={found} whole>
      {({ items }) => {
        const analyte = items.find((one) => one.code === code) ?? null;
        if (code !== null && !analyte) return <NotFound />;
        return (
          <Page
            title={analyte ? nameOf(analyte) : t("ranges.new")}
            lead={analyte ? t("ranges.about") : t("ranges.new.about")}
            width="narrow"
            back={{ href: "/admin/analytes", text: t("ranges.title") }}
          >
            {analyte?.kind === "text" ? (
              <p>{t("ranges.text")}</p>
            ) : (
              <Edit key={analyte?.version} analyte={analyte} again={found.again} />
            )}
            {analyte && <Versions key={`v${analyte.version}`} analyte={analyte} />}
          </Page>
        );
      }}
    </Ready>
  );
}

function Edit({ analyte, again }: { analyte: Known | null; again: () => void }) {
  const draft = useDraft<Typed>(`analyte.${analyte?.code ?? "new"}`, typedOf(analyte));
  const [saved, setSaved] = useState(false);
  const typed = draft.value;
  const put = (change: Partial<Typed>): void => {
    draft.set({ ...typed, ...change });
    setSaved(false);
  };
  const act = async (): Promise<Mistake[]> => {
    const done = await (analyte ? replace(analyte, typed) : add(typed));
    if (done.ok) {
      draft.drop();
      setSaved(true);
      if (analyte) again();
      else go(`/admin/analytes/${encodeURIComponent(typed.code)}`, { replace: true });
      return [];
    }
    const { problem } = done;
    if (problem.code === "code_taken") return [{ field: "code", message: t("ranges.taken") }];
    if (problem.code !== "stale") return mistakes(problem, done.retryAfter, FIELDS);
    again();
    return [{ field: null, message: t("ranges.stale") }];
  };
  const { busy, errors, submit } = useForm(() => checkedRanges(typed, analyte === null), act);
  const field = (name: Exclude<keyof Typed, "ranges">) => ({
    id: name,
    value: typed[name],
    onValue: (value: string) => put({ [name]: value }),
    mistakes: errors,
  });
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        {analyte === null && (
          <>
            <Field {...field("code")} label={t("catalogue.code")} hint={t("catalogue_test.code.hint")} />
            <Field {...field("name")} label={t("catalogue.name")} />
            <Field {...field("loinc")} label={t("catalogue_test.loinc")} hint={t("catalogue_test.loinc.hint")} />
            <Field {...field("decimals")} label={t("ranges.decimals")} input={{ inputMode: "numeric" }} />
            <TextArea {...field("plain")} label={t("ranges.plain")} optional rows={2} longest={4000} />
          </>
        )}
        <Field {...field("unit")} label={t("ranges.unit")} hint={t("ranges.unit.hint")} optional />
        <RangeFields typed={typed} put={put} errors={errors} />
        <TextArea
          {...field("source")}
          label={t("ranges.source")}
          hint={t("ranges.source.hint")}
          rows={2}
          longest={500}
        />
        {analyte && (
          <Field
            {...field("valid_from")}
            type="date"
            label={t("ranges.valid_from")}
            hint={t("ranges.valid_from.hint")}
            input={{ min: today(), max: "2099-12-31" }}
          />
        )}
        <Submit busy={busy} label={t(analyte ? "ranges.save" : "ranges.add")} busyLabel={t("catalogue_test.saving")} />
      </form>
      <div role="status" class="outcome">
        {saved && <p class="done">{t("ranges.saved")}</p>}
      </div>
    </>
  );
}

function replace(analyte: Known, typed: Typed) {
  const { source, valid_from } = typed;
  const body = { unit: typed.unit.trim() || null, ranges: rangesOf(typed), source: source.trim(), valid_from };
  const params = { path: { analyte: analyte.code }, header: unchanged(analyte) };
  return outcome(api.PUT("/api/labs/analytes/{analyte}/ranges", { params, body }));
}

function add(typed: Typed) {
  const { code, loinc } = typed;
  const body = {
    ...{ code, loinc, kind: "quantity" as const, name: typed.name.trim(), decimals: Number(typed.decimals) },
    ...{
      plain: typed.plain.trim(),
      unit: typed.unit.trim() || null,
      ranges: rangesOf(typed),
      source: typed.source.trim(),
    },
  };
  return outcome(api.POST("/api/labs/analytes", { body }));
}
