"""Acts of accounts, passwords, second factors with passkeys, sessions and invitations, and reads of the audit trail."""

from pyotp import TOTP

from tests.acts.act import Act, Mark, Race
from tests.acts.approvals import waiting_role
from tests.acts.context import ActContext
from tests.authenticator import new_passkey, options_of, register
from tests.hospital import ADMIN, PASSWORD
from tests.mailbox import confirm_email, confirmation_code, reset_code
from tests.notices import opt_out_token, untold
from tests.world import made


def confirm_newcomer(context: ActContext) -> None:
    """Confirm the address of the newcomer: auth deletes queued mails to unconfirmed addresses, also during a later act."""
    confirm_email(context.hospital, context.people["newcomer"], context.email_of("newcomer"))


def totp_secret(context: ActContext) -> str:
    secret: str = made(context.http("newcomer").post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    return secret


def session_of_new_account(context: ActContext) -> dict[str, object]:
    person = context.register()
    [session] = made(person.http.get("/auth/sessions"), 200)["items"]
    return {"account_id": person.id, "session_id": session["id"]}


def sign_in_with_second_factor(context: ActContext) -> None:
    """Switch the second factor of the newcomer on and sign in with a recovery code: only such a session may switch it off."""
    confirm_newcomer(context)
    code = {"otp": TOTP(totp_secret(context)).now()}
    codes = made(context.http("newcomer").post("/auth/mfa/confirm", json=code), 200)["codes"]
    context.people["newcomer"] = context.sign_in_again("newcomer", otp=codes[0])


def sign_in_with_passkey(context: ActContext) -> None:
    """Register a passkey of the newcomer and sign in with a recovery code: only such a session may remove it."""
    confirm_newcomer(context)
    _, registered = register(context.hospital, context.people["newcomer"])
    context.people["newcomer"] = context.sign_in_again("newcomer", otp=registered["codes"][0])


def passkey_of_newcomer(context: ActContext) -> dict[str, object]:
    [passkey] = made(context.http("newcomer").get("/auth/mfa"), 200)["passkeys"]
    return {"passkey_id": passkey["id"]}


def request_reset_code(context: ActContext) -> str:
    """Return the reset code from the mail to a new account."""
    email = context.email()
    context.hospital.register(email, "Flora Forgetful").http.close()
    assert context.http("stranger").post("/auth/password/forgot", json={"email": email}).status_code == 204
    return reset_code(context.hospital, email)


def request_confirmation_code(context: ActContext) -> str:
    """Return the code from the mail that a new account gets."""
    email = context.email()
    context.hospital.register(email, "Connie Confirm").http.close()
    return confirmation_code(context.hospital, email)


def approval(context: ActContext) -> dict[str, object]:
    return {"approval_id": waiting_role(context.hospital, context.register().id, context.people["lab"].id)}


def start_provider(context: ActContext) -> None:
    """Start the identity provider of the hospital's settings."""
    context.identity_provider()


def come_back(context: ActContext) -> dict[str, str]:
    """Return the parameters with which a provider sends the browser of a doctor back."""
    http = context.clients["browser"]
    address = made(http.post("/auth/oidc/start"), 200)["url"]
    return context.identity_provider().answer(address, email=context.email_of("other_doctor"))


def linked_account(context: ActContext) -> dict[str, object]:
    """Return the account of a doctor that has signed on."""
    context.clients["browser"] = context.signed_in_browser()
    opened = made(context.clients["browser"].post("/auth/oidc/callback", json=come_back(context)), 200)
    return {"account_id": opened["account"]["id"]}


def unlinked(context: ActContext) -> None:
    """Remove the link of reception, which earlier acts have made."""
    assert context.http("reception").delete("/auth/me/record").status_code in {204, 404}


def new_record(context: ActContext) -> dict[str, object]:
    """Return the sign-in of a new patient."""
    email = context.email()
    context.hospital.register(email, "Nora Newcomer").http.close()
    return {"email": email, "password": PASSWORD}


def linked(context: ActContext) -> None:
    unlinked(context)
    made(context.http("reception").post("/auth/me/record", json=new_record(context)))


def other_session(context: ActContext) -> str:
    context.sign_in_again("newcomer")
    sessions = made(context.http("newcomer").get("/auth/sessions"), 200)["items"]
    other: str = next(session["id"] for session in sessions if not session["current"])
    return other


def desk_patient(context: ActContext) -> dict[str, object]:
    """Return the id of a new patient without an e-mail address."""
    body = context.example("register_patient", full_name=f"Nina {context.word()}")
    return {"patient_id": int(made(context.http("reception").post("/api/reception/patients", json=body))["id"])}


def untold_notice(context: ActContext) -> dict[str, object]:
    """Return the notice of a cancelled visit whose patient, registered at the desk, has no address."""
    patient = desk_patient(context)["patient_id"]
    desk = context.http("reception")
    body = {"patient_id": patient, "doctor_id": context.people["doctor"].id, "starts_at": context.free_time()}
    visit = made(desk.post("/api/admin/appointments", json=body))["id"]
    made(desk.put(f"/api/admin/appointments/{visit}", json={"status": "cancelled"}), 200)
    return {"notice_id": untold(desk, visit)}


def invited_patient(context: ActContext) -> dict[str, object]:
    """Return the id of a new patient with an open invitation."""
    ids = desk_patient(context)
    path = f"/api/reception/patients/{ids['patient_id']}/invitation"
    made(context.http("reception").post(path, json={"email": context.email()}))
    return ids


def open_invitation(context: ActContext) -> dict[str, object]:
    body = context.example("invite", email=context.email())
    return {"invitation_id": made(context.http("admin").post("/api/admin/invitations", json=body))["id"]}


def two_records(context: ActContext) -> list[int]:
    """Return two new records of one patient."""
    body = context.example("register_patient", full_name=f"Dora {context.word()}", another_person=True)
    return [int(made(context.http("reception").post("/api/reception/patients", json=body))["id"]) for _ in range(2)]


def record_to_merge(context: ActContext) -> dict[str, object]:
    context.world.ids["into_id"], merged = two_records(context)
    context.world.ids["merged_id"] = merged
    return {"patient_id": merged}


def merged_record(context: ActContext) -> dict[str, object]:
    kept, merged = two_records(context)
    body = {"into_id": kept, "version": 1, "into_version": 1, "reason": "Registered twice"}
    made(context.http("admin").post(f"/api/admin/patients/{merged}/merge", json=body))
    return {"merged_id": merged}


ACTS = (
    # public, but the handler reads the token of an administrator
    Act(
        "register",
        "admin",
        body=lambda c: {"email": c.email(), "password": PASSWORD},
        read_back={"admin": "/api/admin/accounts/{id}"},
    ),
    Act("login", body=lambda _: {"email": ADMIN, "password": PASSWORD}),
    Act("start_sign_on", "browser", before=start_provider),
    Act("sign_on", "browser", before=start_provider, body=come_back),
    Act("remove_identity", before=start_provider, path=linked_account),
    Act("refresh", "browser"),
    Act("logout", "browser"),
    Act("switch_side", "browser"),
    Act("show_link", no_patient="one's own accounts"),
    Act("link_record", "reception", before=unlinked, body=new_record, counts_attempts=True),
    Act("unlink_record", "reception", before=linked),
    Act(
        "update_me",
        read_back={"patient": "/auth/me", "admin": "/api/admin/accounts/{id}"},
        race=Race(person="lab", read="/auth/me", body=lambda _, number: {"phone": f"+49 30 5550 {1000 + number}"}),
    ),
    Act(
        "choose_language",
        body=lambda _: {"language": "de"},
        # the same language again has no effect
        race=Race(person="lab", read="/auth/me", body=lambda _, number: {"language": "de"}),
    ),
    Act("end_session", "newcomer", path=lambda c: {"session_id": other_session(c)}),
    Act(
        "change_password",
        "newcomer",
        before=confirm_newcomer,
        body=lambda _: {"current_password": PASSWORD},
        counts_attempts=True,
    ),
    Act("forgot_password", body=lambda c: {"email": c.email_of("other_patient")}, counts_attempts=True),
    Act("reset_password", body=lambda c: {"code": request_reset_code(c)}, counts_attempts=True),
    Act("confirm_email", body=lambda c: {"code": request_confirmation_code(c)}, counts_attempts=True),
    Act("send_confirmation", "newcomer", counts_attempts=True),
    Act("give_consent"),
    Act(
        "correct_legal_details",
        "admin",
        path=lambda c: {"account_id": c.register().id},
        read_back={"admin": "/api/admin/accounts/{id}/legal-details/changes"},
        # the answer is the account, and the reason belongs to the correction
        only_read_back=("reason",),
        race=Race(
            read="/api/admin/accounts/{account_id}",
            body=lambda _, number: {"full_name": f"Nora Named {number}", "reason": f"Paper {number} was shown"},
        ),
    ),
    Act("prepare_second_factor", "newcomer", body=lambda _: {"password": PASSWORD}, counts_attempts=True),
    Act(
        "confirm_second_factor",
        "newcomer",
        before=confirm_newcomer,
        body=lambda c: {"otp": TOTP(totp_secret(c)).now()},
        counts_attempts=True,
    ),
    Act("remove_second_factor", "newcomer", before=sign_in_with_second_factor),
    Act("show_second_factor", no_patient="one's own account"),
    Act("prepare_passkey", "newcomer", body=lambda _: {"password": PASSWORD}, counts_attempts=True),
    Act(
        "register_passkey",
        "newcomer",
        before=confirm_newcomer,
        body=lambda c: new_passkey(c.hospital).create(options_of(c.people["newcomer"])),
        read_back={"newcomer": "/auth/mfa"},
        counts_attempts=True,
    ),
    Act("remove_passkey", "newcomer", before=sign_in_with_passkey, path=passkey_of_newcomer),
    Act(
        "invite",
        body=lambda c: {"email": c.email()},
        read_back={"admin": "/api/admin/invitations"},
        mark=Mark(
            "email",
            "SELECT replace(email, '@example.org', '') FROM accounts JOIN invitations ON accounts.id = account_id",
            events=("invite",),
            value="{mark}@example.org",
        ),
    ),
    Act(
        "update_account",
        path=lambda c: {"account_id": c.register().id},
        body=lambda _: {"active": False},
        # later equal changes have no effect, but are refused as stale
        race=Race(read="/api/admin/accounts/{account_id}", body=lambda _, number: {"role": "patient", "active": False}),
    ),
    Act(
        "register_patient",
        body=lambda c: {"full_name": f"Nina {c.word()}", "another_person": True},
        read_back={"reception": "/api/reception/patients/{id}"},
        mark=Mark(
            "full_name",
            "SELECT full_name FROM accounts WHERE email IS NULL",
            events=("register_patient",),
        ),
    ),
    Act(
        "update_patient",
        path=desk_patient,
        read_back={"reception": "/api/reception/patients/{id}"},
        race=Race(read="/api/reception/patients/{patient_id}", body=lambda _, number: {"phone": f"+49 30 5550 {1000 + number}"}),
    ),
    Act("invite_patient", path=desk_patient, body=lambda c: {"email": c.email()}),
    Act("withdraw_patient_invitation", path=invited_patient),
    Act("withdraw_invitation", path=open_invitation),
    Act("find_patients", query="?q=Novak", finds="?q=Novak"),
    Act("set_notice_choices"),
    Act(
        "switch_reminders_off",
        path=lambda c: {"opt_out_token": opt_out_token(c.hospital, c.register().id)},
    ),
    Act("list_notices", finds="?patient_id={patient_id}"),
    Act("mark_called", path=untold_notice),
    Act("resend_notice", path=untold_notice),
    Act(
        "merge_record",
        path=record_to_merge,
        body=lambda c: {"into_id": c.world.ids["into_id"]},
        read_back={"admin": "/api/admin/merges/{merged_id}"},
    ),
    Act("undo_merge", path=merged_record),
    Act("preview_merge", query="?into_id={into_id}", finds="?into_id={into_id}"),
    Act("approve_account", path=approval),
    Act("decline_approval", path=approval, read_back={"admin": "/api/admin/approvals"}),
    Act("end_account_session", path=session_of_new_account),
    Act("end_account_sessions", path=lambda c: {"account_id": c.register().id}),
    Act("me", no_patient="one's own account"),
    Act("list_sessions", no_patient="one's own devices"),
    Act("list_account_sessions", path=lambda c: {"account_id": c.register().id}),
    Act("show_confirmation", no_patient="one's own account"),
    Act("list_own_legal_changes", no_patient="one's own account"),
    Act("list_invitations", no_patient="staff"),
    Act("list_approvals", no_patient="staff"),
    Act("show_open_work", no_patient="counts without names"),
    Act("list_handovers", no_patient="counts without names"),
    Act("list_taken_over", no_patient="counts without names"),
    Act("list_accounts", finds="?q=pia@example.org"),
)
