"""Rules of the sign-on: which identities of the provider are signed in to which accounts. Pure functions."""

from collections.abc import Collection, Mapping

from careplus_contracts.endpoints import Role
from careplus_contracts.sign_on import SignOnCause, SignOnRefused

MFA = "mfa"
"""The value of `amr` for more than one factor (RFC 8176)."""
DETAILS = {
    SignOnCause.NO_ACCOUNT: "There is no staff account and no open invitation with this e-mail address.",
    SignOnCause.EMAIL_UNVERIFIED: "The provider has not verified the e-mail address, so it proves no account.",
    SignOnCause.OTHER_IDENTITY: "The account with this e-mail address belongs to another identity at the provider.",
    SignOnCause.ROLE: "The provider names no group for the role of this account.",
    SignOnCause.SECOND_FACTOR: "This account needs a second factor, and the provider checked none.",
}


def refused(cause: SignOnCause) -> SignOnRefused:
    return SignOnRefused(f"{DETAILS[cause]} Ask an administrator, or sign in with e-mail and password.", cause=cause)


def granted_roles(values: Collection[str], roles: Mapping[str, Role]) -> frozenset[Role]:
    """Return the roles of staff that the values of the provider's claim stand for."""
    return frozenset(roles[value] for value in values if value in roles)


def check_role(role: Role, granted: frozenset[Role]) -> None:
    """Raise SignOnRefused unless it is a role of staff that the provider grants."""
    if role is Role.PATIENT or role not in granted:
        raise refused(SignOnCause.ROLE)


def has_factor(amr: Collection[str], acr: str | None, accepted_acr: Collection[str]) -> bool:
    """Return whether the provider says that it checked a second factor."""
    return MFA in amr or acr in accepted_acr


def check_factor(*, needed: bool, given: bool) -> None:
    """Raise SignOnRefused where a second factor is needed and the provider checked none."""
    if needed and not given:
        raise refused(SignOnCause.SECOND_FACTOR)


def is_same_address(claimed: str, known: str) -> bool:
    """Return whether two addresses differ in the case of ASCII letters only.

    Unicode has letters that become an ASCII letter in another case: such an address is another mailbox at the provider.
    """
    return _lowered(claimed) == _lowered(known)


def _lowered(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
