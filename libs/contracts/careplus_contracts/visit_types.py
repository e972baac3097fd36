"""Visit types: kinds of visit with a doctor, their length, and the roles that may book them."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from careplus_contracts.endpoints import DESK, Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Id, InLanguages, Line, Page, PageFilter, Version, Words

api = Contract(service="appointments", tag="availability")

MOST_TYPES = 100
LONGEST_BUFFER = 240
CODE = "{code}"

Minutes = Annotated[int, Field(ge=5, le=480, description="Length of the visit; independent of the doctor's `slot_minutes`.")]
Buffer = Annotated[
    int,
    Field(ge=0, le=LONGEST_BUFFER, description="Minutes after the visit in which its doctor has no free time. It is no visit."),
]
StaffOnly = Annotated[bool, Field(description="Reception and doctors book it; patients do not.")]


Preparation = Annotated[
    Words, Field(description="Stands in mails and calendar files of the patient too: name no illness and no examination.")
]


def _check_template(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("write an address such as https://meet.example/{code}") from None
    if not host or port == 0 or parts.username is not None or parts.password is not None:
        raise ValueError("write an address such as https://meet.example/{code}, without a user")
    rest = value.replace(CODE, "", 1)
    if CODE not in f"{parts.path}?{parts.query}#{parts.fragment}" or "{" in rest or "}" in rest or "{" in parts.netloc:
        raise ValueError("name {code} once, after the name of the server")
    return value


VideoTemplate = Annotated[
    str,
    StringConstraints(max_length=300, pattern=r"^https://[!#-;=?-\[\]_a-z{}~]+$"),
    AfterValidator(_check_template),
    Field(
        description="The address of a video visit; `{code}` stands for a secret of each visit.",
        examples=["https://meet.jit.si/{code}"],
    ),
]


class BookedVisitType(Answer):
    """The type of a visit, as patient and doctor see it."""

    id: Id
    names: InLanguages
    preparation: InLanguages | None = Field(description="What the patient does before the visit.")
    price: str | None = Field(description="What the visit costs, in the hospital's words.")
    is_video: bool = Field(description="Patient and doctor meet under an address, which each reads shortly before the start.")


class OfferedVisitType(BookedVisitType):
    """A type that a doctor offers."""

    minutes: Minutes
    staff_only: StaffOnly


class VisitType(Answer):
    """A type, as the administrator edits it."""

    id: Id
    name_en: str
    name_de: str
    minutes: Minutes
    buffer_minutes: Buffer
    staff_only: StaffOnly
    preparation_en: str | None
    preparation_de: str | None
    price: str | None
    video_template: str | None
    active: bool = Field(description="False: nobody books it any more. Booked visits keep it.")
    version: Version


class VisitTypes(Page[VisitType]):
    """All types, in the order in which they were added."""


class NewVisitType(Body):
    name_en: Line
    name_de: Line
    minutes: Minutes
    buffer_minutes: Buffer = 0
    staff_only: StaffOnly = False
    preparation_en: Preparation | None = None
    preparation_de: Preparation | None = None
    price: Line | None = None
    video_template: VideoTemplate | None = None

    @model_validator(mode="after")
    def _check_languages(self) -> "NewVisitType":
        if (self.preparation_en is None) != (self.preparation_de is None):
            raise ValueError("give preparation_en and preparation_de, or neither")
        return self


class SetVisitType(NewVisitType):
    active: bool = True


class VisitTypeNotOffered(Refusal):
    """This doctor does not offer this type of visit.

    Choose one of `visit_types` of `GET /api/doctors/{doctor_id}/slots`, or send none.
    """

    status = 409


class StaffBookVisitType(Refusal):
    """The hospital books this type of visit for patients.

    Call the hospital, or choose another type.
    """

    status = 409


class TooManyVisitTypes(Refusal):
    """The hospital has as many types of visits as it can.

    Deactivate one that is not needed.
    """

    status = 409


TYPE_REFUSALS = (VisitTypeNotOffered, StaffBookVisitType)

ChosenType = Annotated[
    Id | None,
    Field(description="A type that the doctor offers. Without it the first one that the caller may book, if there is any."),
]

_EXAMPLE = {
    "name_en": "First visit",
    "name_de": "Erstgespräch",
    "minutes": 45,
    "buffer_minutes": 10,
    "preparation_en": "Bring your list of medicines.",
    "preparation_de": "Bringen Sie Ihre Medikamentenliste mit.",
    "price": "€ 80",
    "video_template": "https://meet.jit.si/{code}",
}


@api.get("/api/admin/visit-types", roles=DESK)
async def list_visit_types(query: PageFilter) -> VisitTypes:
    """List all types of visits, also those that are no longer active."""


@api.post(
    "/api/admin/visit-types",
    location="/api/admin/visit-types/{id}",
    roles={Role.ADMIN},
    refuses=(TooManyVisitTypes,),
    example=_EXAMPLE,
)
async def create_visit_type(body: NewVisitType) -> VisitType:
    """Add a type of visits. It cannot be booked before a doctor offers it."""


@api.put(
    "/api/admin/visit-types/{visit_type_id}",
    roles={Role.ADMIN},
    refuses=(NotFound, TooManyVisitTypes),
    versioned=True,
    example={**_EXAMPLE, "active": True},
)
async def change_visit_type(visit_type_id: Id, body: SetVisitType) -> VisitType:
    """Replace a type. Booked visits keep their time; their type, texts and video address are the new ones.

    A type is never deleted: with `active` false it cannot be booked, and no doctor offers it.
    """
