"""Types of the settings of backups; `.env.example` documents each setting."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

LEAST_PASSPHRASE = 16


def _check_at(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("write the time of the day as 02:30")
    return value


def _check_recipients(value: str) -> str:
    if any(not re.fullmatch(r"age1[02-9ac-hj-np-z]{20,}", one.strip()) for one in value.split(",")):
        raise ValueError("write public keys as `careplus keys backup FILE` prints them (age1...), separated by commas")
    return value


BackupAt = Annotated[str, AfterValidator(_check_at)]
BackupEncryption = Literal["age", "passphrase", "none"]
BackupRecipients = Annotated[str, AfterValidator(_check_recipients)]
BackupPassphrase = Annotated[str, Field(min_length=LEAST_PASSPHRASE)]
KeepDays = Annotated[int, Field(ge=1, le=3660)]
KeepWeeks = Annotated[int, Field(ge=0, le=520)]
