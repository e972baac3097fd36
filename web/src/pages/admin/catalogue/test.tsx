/** One test of the catalogue, or a new one (`new`): description, price and analytes. */

import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { everyAnalyte, everyTest } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { locale } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { BLANK, bodyOf, checkedTest, TEST_FIELDS, TestFields, typedOf } from "./test-fields";
import { testHref } from "./tests";
import "../../../style/portals/admin.css";

type LabTest = Schemas["LabTest"];

export default function TestPage({ params }: OwnProps) {
  const code = params.code === "new" ? null : (params.code ?? "");
  const catalogue = useLoad(() => everyTest(), []);
  const known = useLoad(() => everyAnalyte(), []);
  const back = { href: "/admin/tests", text: t("catalogue_test.back") };
  return (
    <Ready of={catalogue} whole>
      {(tests) => {
        const test = tests.find((one) => one.code === code);
        if (code !== null && !test) return <NotFound />;
        const put = (now: LabTest): void => catalogue.put(tests.map((one) => (one.code === now.code ? now : one)));
        return (
          <Page
            title={test ? nameOf(test) : t("catalogue_test.new")}
            lead={test ? test.code : t("catalogue_test.new.lead")}
            width="narrow"
            back={back}
          >
            <Edit
              test={test ?? null}
              analytes={byName(known.data ?? tests.flatMap(({ analytes }) => analytes))}
              put={put}
              again={catalogue.again}
            />
          </Page>
        );
      }}
    </Ready>
  );
}

interface Props {
  test: LabTest | null;
  analytes: readonly Schemas["Analyte"][];
  put: (test: LabTest) => void;
  again: () => void;
}

function Edit({ test, analytes, put, again }: Props) {
  const draft = useDraft(`test.${test?.code ?? "new"}`, test ? typedOf(test) : BLANK);
  const currency = test?.currency ?? "EUR";
  const [saved, setSaved] = useState(false);
  const act = async (): Promise<Mistake[]> => {
    setSaved(false);
    const body = bodyOf(draft.value, currency);
    const done = test ? await change(test.code, test, body) : await add({ ...body, code: draft.value.code.trim() });
    if (done.ok) {
      draft.drop();
      if (test) put(done.data);
      else go(testHref(done.data.code), { replace: true, say: "test_added" });
      setSaved(true);
      return [];
    }
    const { problem, retryAfter } = done;
    if (problem.code === "code_taken") return [{ field: "code", message: t("catalogue_test.taken") }];
    if (problem.code === "unknown_test") return [{ field: "analytes", message: t("catalogue_test.unknown") }];
    if (problem.code !== "stale") return mistakes(problem, retryAfter, TEST_FIELDS);
    again();
    return [{ field: null, message: t("catalogue_test.stale") }];
  };
  const { busy, errors, submit } = useForm(() => checkedTest(draft.value, currency, test === null), act);
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} onInput={() => setSaved(false)}>
        <TestFields
          isNew={test === null}
          value={draft.value}
          put={(change) => draft.set({ ...draft.value, ...change })}
          currency={currency}
          analytes={analytes}
          errors={errors}
        />
        <Submit
          busy={busy}
          label={t(test ? "catalogue_test.save" : "catalogue_test.add")}
          busyLabel={t("catalogue_test.saving")}
        />
      </form>
      <div role="status" class="outcome">
        {saved && <p class="done">{t("catalogue_test.saved")}</p>}
      </div>
    </>
  );
}

function add(body: Schemas["AddTest"]) {
  return outcome(api.POST("/api/labs/tests", { body }));
}

function change(code: string, test: LabTest, body: Schemas["DescribeTest"]) {
  return outcome(api.PUT("/api/labs/tests/{code}", { params: { path: { code }, header: unchanged(test) }, body }));
}

/** Each analyte once, by name. */
function byName(analytes: readonly Schemas["Analyte"][]): Schemas["Analyte"][] {
  const known = new Map(analytes.map((one) => [one.code, one]));
  return [...known.values()].sort((one, other) => nameOf(one).localeCompare(nameOf(other), locale()));
}
