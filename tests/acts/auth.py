"""Acts of accounts, passwords, second factors, sessions and invitations, and reads of the audit trail."""

from pyotp import TOTP

from tests.acts.act import Act, Mark, Race
from tests.acts.context import ActContext
from tests.hospital import ADMIN, PASSWORD
from tests.mailbox import reset_code
from tests.world import made


def totp_secret(context: ActContext) -> str:
    secret: str = made(context.http("newcomer").post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    return secret


def sign_in_with_second_factor(context: ActContext) -> None:
    """Switch the second factor of the newcomer on and sign in with a recovery code: only such a session may switch it off."""
    code = {"otp": TOTP(totp_secret(context)).now()}
    codes = made(context.http("newcomer").post("/auth/mfa/confirm", json=code), 200)["codes"]
    context.people["newcomer"] = context.sign_in_again("newcomer", otp=codes[0])


def request_reset_code(context: ActContext) -> str:
    """Return the reset code from the mail to a new account."""
    email = context.email()
    context.hospital.register(email, "Flora Forgetful").http.close()
    assert context.http("stranger").post("/auth/password/forgot", json={"email": email}).status_code == 204
    return reset_code(context.hospital, email)


def other_session(context: ActContext) -> str:
    context.sign_in_again("newcomer")
    sessions = made(context.http("newcomer").get("/auth/sessions"), 200)["items"]
    other: str = next(session["id"] for session in sessions if not session["current"])
    return other


ACTS = (
    # public, but the handler reads the token of an administrator
    Act(
        "register",
        "admin",
        body=lambda c: {"email": c.email(), "password": PASSWORD},
        read_back={"admin": "/api/admin/accounts/{id}"},
    ),
    Act("login", body=lambda _: {"email": ADMIN, "password": PASSWORD}),
    Act("refresh", "browser"),
    Act("logout", "browser"),
    Act(
        "update_me",
        read_back={"patient": "/auth/me", "admin": "/api/admin/accounts/{id}"},
        race=Race(person="lab", read="/auth/me", body=lambda _, number: {"full_name": f"Lea Labor {number}"}),
    ),
    Act("end_session", "newcomer", path=lambda c: {"session_id": other_session(c)}),
    Act("change_password", "newcomer", body=lambda _: {"current_password": PASSWORD}, counts_attempts=True),
    Act("forgot_password", body=lambda c: {"email": c.email_of("other_patient")}, counts_attempts=True),
    Act("reset_password", body=lambda c: {"code": request_reset_code(c)}, counts_attempts=True),
    Act("prepare_second_factor", "newcomer", body=lambda _: {"password": PASSWORD}, counts_attempts=True),
    Act("confirm_second_factor", "newcomer", body=lambda c: {"otp": TOTP(totp_secret(c)).now()}, counts_attempts=True),
    Act("remove_second_factor", "newcomer", before=sign_in_with_second_factor),
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
    Act("me", no_patient="one's own account"),
    Act("list_sessions", no_patient="one's own devices"),
    Act("list_invitations", no_patient="staff"),
    Act("show_open_work", no_patient="counts without names"),
    Act("list_handovers", no_patient="counts without names"),
    Act("list_taken_over", no_patient="counts without names"),
    Act("list_accounts", finds="?q=pia@example.org"),
)
