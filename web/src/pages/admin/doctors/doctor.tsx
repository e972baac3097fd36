/** One doctor: profile, booking state and booked visits. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { type Key, t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { locale } from "../../../lib/time/time";
import { Details } from "../../../ui/Details";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { BookingState } from "./booking-state";
import { checked, DoctorFields, PROFILE_FIELDS, profileOf, typedOf } from "./doctor-fields";
import { Active } from "./doctors";
import { loadDoctor } from "./load-doctor";
import "../../../style/portals/admin.css";

type Doctor = Schemas["Doctor"];

export default function DoctorPage({ params }: OwnProps) {
  const id = idOf(params.id);
  return id === null ? <NotFound /> : <Known id={id} />;
}

function Known({ id }: { id: number }) {
  const found = useLoad(() => loadDoctor(id), [id]);
  return (
    <Ready of={found} whole>
      {(doctor) => (
        <Page
          title={doctor.full_name}
          lead={<Active doctor={doctor} />}
          back={{ href: "/admin/doctors", text: t("new_doctor.back") }}
        >
          <div class="columns">
            <div>
              <Edit doctor={doctor} put={found.put} />
            </div>
            <aside class="stack aside-cards">
              <div class="card">
                <h2>{t("staff_doctor.account")}</h2>
                <Details
                  of={[
                    [t("field.email"), doctor.email],
                    [
                      t("staff_doctor.sign_in"),
                      t(doctor.account_active ? "staff_doctor.sign_in.yes" : "staff_doctor.sign_in.no"),
                    ],
                  ]}
                />
                <p>
                  <a href={`/admin/people/${id}`}>{t("staff_doctor.person")}</a>
                </p>
              </div>
              <BookingState doctor={doctor} put={found.put} />
            </aside>
          </div>
        </Page>
      )}
    </Ready>
  );
}

interface Props {
  doctor: Doctor;
  put: (doctor: Doctor) => void;
}

function Edit({ doctor, put }: Props) {
  const draft = useDraft(`doctor.${doctor.id}`, typedOf(doctor));
  const [saved, setSaved] = useState(false);
  const act = async (): Promise<Mistake[]> => {
    setSaved(false);
    const params = { path: { doctor_id: doctor.id }, header: unchanged(doctor) };
    const body = { ...profileOf(draft.value), active: doctor.active };
    const done = await outcome(api.PUT("/api/admin/doctors/{doctor_id}", { params, body }));
    if (done.ok) {
      draft.drop();
      put(done.data);
      setSaved(true);
      return [];
    }
    if (done.problem.code !== "stale") return mistakes(done.problem, done.retryAfter, PROFILE_FIELDS);
    const now = await loadDoctor(doctor.id);
    if (now.ok) put(now.data);
    const fields = now.ok ? changed(doctor, now.data) : "";
    return [{ field: null, message: t(fields ? "staff_doctor.stale.fields" : "staff_doctor.stale", { fields }) }];
  };
  const { busy, errors, submit } = useForm(() => checked(draft.value), act);
  return (
    <section aria-labelledby="profile">
      <h2 id="profile" class="form-title">
        {t("staff_doctor.profile")}
      </h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} onInput={() => setSaved(false)}>
        <DoctorFields value={draft.value} put={(change) => draft.set({ ...draft.value, ...change })} errors={errors} />
        <Submit busy={busy} label={t("staff_doctor.save")} busyLabel={t("staff_doctor.saving")} />
      </form>
      <div role="status" class="outcome">
        {saved && <p class="done">{t("staff_doctor.saved")}</p>}
      </div>
    </section>
  );
}

/** The names of fields that changed on the server, "Room and Phone"; empty without a changed field in the form. */
export function changed(before: Doctor, now: Doctor): string {
  const fields = [...PROFILE_FIELDS, "active" as const].filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]),
  );
  const names = fields.map((field) => t(`profile_field.${field}` as Key));
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
}
