/** A doctor's profile as fields of a form. */
import type { Schemas } from "../../../api/client";
import { type Mistake, missing } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { Field } from "../../../ui/forms/Field";
import { Radios } from "../../../ui/forms/Select";
import { TextArea } from "../../../ui/forms/TextArea";
import { Languages } from "../../../ui/Languages";

export interface Typed {
  full_name: string;
  specialty: string;
  bio: string;
  languages: string[];
  phone: string;
  room: string;
  booking: Schemas["BookingMode"];
}
export type Profile = Pick<Schemas["UpdateProfile"], "booking"> & Required<Schemas["UpdateProfile"]>;

export const PROFILE_FIELDS = ["full_name", "specialty", "languages", "room", "phone", "booking", "bio"] as const;
export const BLANK: Typed = {
  full_name: "",
  specialty: "",
  bio: "",
  languages: [],
  phone: "",
  room: "",
  booking: "online",
};

interface Props {
  value: Typed;
  put: (change: Partial<Typed>) => void;
  errors: readonly Mistake[];
}

export function DoctorFields({ value, put, errors }: Props) {
  const field = (id: Exclude<keyof Typed, "booking" | "bio" | "languages">) => ({
    id,
    value: value[id],
    onValue: (text: string) => put({ [id]: text }),
    mistakes: errors,
  });
  return (
    <>
      <Field {...field("full_name")} label={t("profile_field.full_name")} hint={t("doctor_form.name.hint")} />
      <Field {...field("specialty")} label={t("profile_field.specialty")} />
      <Languages
        label={t("profile_field.languages")}
        codes={value.languages}
        put={(languages) => put({ languages })}
        errors={errors}
      />
      <div class="pair">
        <Field {...field("room")} label={t("profile_field.room")} optional />
        <Field {...field("phone")} label={t("profile_field.phone")} type="tel" optional />
      </div>
      <Radios
        id="booking"
        label={t("profile_field.booking")}
        choices={[
          { value: "online", text: t("staff.booking.online"), hint: t("doctor_form.online.hint") },
          { value: "phone", text: t("staff.booking.phone"), hint: t("doctor_form.phone.hint") },
        ]}
        value={value.booking}
        onValue={(booking) => put({ booking: booking as Typed["booking"] })}
        mistakes={errors}
      />
      <TextArea
        id="bio"
        label={t("profile_field.bio")}
        hint={t("doctor_form.bio.hint")}
        optional
        value={value.bio}
        onValue={(bio) => put({ bio })}
        mistakes={errors}
      />
    </>
  );
}

export function typedOf(doctor: Schemas["Doctor"]): Typed {
  const { full_name, specialty, bio, languages, phone, room, booking } = doctor;
  return {
    full_name,
    bio,
    languages,
    booking,
    specialty: specialty ?? "",
    phone: phone ?? "",
    room: room ?? "",
  };
}

export function profileOf({ full_name, specialty, bio, languages, phone, room, booking }: Typed): Profile {
  return {
    full_name: full_name.trim(),
    specialty: specialty.trim(),
    bio: bio.trim(),
    languages,
    phone: phone.trim() || null,
    room: room.trim() || null,
    booking,
  };
}

export function checked({ full_name, specialty }: Typed): Mistake[] {
  return missing({
    full_name: { value: full_name, say: "missing.doctor_name" },
    specialty: { value: specialty, say: "missing.specialty" },
  });
}
