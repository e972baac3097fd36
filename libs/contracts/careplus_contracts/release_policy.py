"""The policy that says when a patient may read the results of a test."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field


class ReleasePolicy(StrEnum):
    """When a patient may read a verified result of the test; a responsible doctor can release it earlier.

    `at_once`: when it is verified. `after_doctor`: when the responsible doctor releases it; at once where no doctor ordered the
    test, because no doctor would. `after_days`: `release_after_days` days after it was verified, also where no doctor ordered it.
    A critical result follows none of them, so that a person tells it before the page does: its doctor releases it after the
    acknowledgement; where no doctor ordered the test, the acknowledgement of a doctor or a call with read-back releases it.
    """

    AT_ONCE = "at_once"
    AFTER_DOCTOR = "after_doctor"
    AFTER_DAYS = "after_days"


ReleaseDays = Annotated[int, Field(ge=1, le=90, description="Days of 24 hours from verification to release.")]
