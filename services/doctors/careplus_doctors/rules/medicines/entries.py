"""The entries of the medicine files, as pydantic checks them."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from careplus_contracts.medicines import AlertSeverity
from careplus_contracts.values import InLanguages
from careplus_doctors.rules.medicines.limits import ROUTES, Limit, Strengths, Usual, parse_limit, parse_strengths, parse_usual


def _listed(value: object) -> object:
    return tuple(part for one in value.split(",") if (part := one.strip())) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Names between commas."""
Text = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """Base of entries: an unknown member is a spelling mistake and is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Entry):
    """An entry with names in English and German; `also` has salts, spellings and short forms."""

    en: Text
    de: Text
    also: Names = ()

    @property
    def name(self) -> InLanguages:
        return InLanguages(en=self.en, de=self.de)


class Product(Named):
    """An entry that can be prescribed."""

    us: Text | None = Field(default=None, description="The name in the United States, where it is another one.")
    brands: Names = ()
    usual: Annotated[Usual, BeforeValidator(parse_usual)] | None = None

    @property
    def generic_names(self) -> tuple[str, ...]:
        return (self.en, self.de, *((self.us,) if self.us else ()), *self.also)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.generic_names, *self.brands)))


class Substance(Product):
    """One active substance. `doses` are limits by route, for adults; `strict` stops every dose above them."""

    classes: Names = ()
    doses: Annotated[dict[str, Limit], Field(min_length=1)]
    days: Annotated[int, Field(ge=1)] | None = Field(default=None, description="The most days that are usual.")
    strict: bool = Field(default=False, description="Little more than the usual dose is dangerous.")
    drop: Annotated[Strengths, BeforeValidator(parse_strengths)] | None = Field(
        default=None, description="The amount in one drop."
    )

    @model_validator(mode="before")
    @classmethod
    def _gather_doses(cls, value: dict[str, Any]) -> dict[str, Any]:
        doses = {route: parse_limit(limit) for route, limit in value.items() if route in ROUTES}
        return {**{name: one for name, one in value.items() if name not in ROUTES}, "doses": doses}


class Combination(Product):
    """A product of several substances, with its usual strengths in their order."""

    of: Annotated[Names, Field(min_length=2)]
    strengths: Annotated[Strengths, BeforeValidator(parse_strengths)] = ()

    @model_validator(mode="after")
    def _check_strengths(self) -> "Combination":
        if any(len(one) != len(self.of) for one in self.strengths):
            raise ValueError("each strength has one amount for each substance")
        return self


class MedicineClass(Named):
    """Medicines with the same effect or danger. A class that is only a `mechanism` is no name of an allergy."""

    within: Names = ()
    members: Names = Field(default=(), description="Substances and classes beside those that name this class themselves.")
    mechanism: bool = False
    duplicate: AlertSeverity | None = Field(default=None, description="How much two of them hurt.")
    source: Text | None = None

    @model_validator(mode="after")
    def _check_source(self) -> "MedicineClass":
        if self.duplicate and not self.source:
            raise ValueError("a class whose duplication hurts names its source")
        return self


class Rule(Entry):
    """A danger in our own words, with the published source."""

    severity: AlertSeverity
    en: Text
    de: Text
    source: Text

    @property
    def why(self) -> InLanguages:
        return InLanguages(en=self.en, de=self.de)


class Interaction(Rule):
    """Two substances or classes that hurt together; `unless` names members that do not."""

    a: Text
    b: Text
    unless: Names = ()


class CrossReaction(Rule):
    """An allergy to `a` that may include `b`, and the other way round. `severe` counts after a severe reaction."""

    a: Text
    b: Text
    severe: AlertSeverity | None = None
    unless: Names = ()


class AgeRule(Rule):
    """A substance or class that is dangerous below or from an age in years."""

    medicine: Text
    below: Annotated[int, Field(ge=1)] | None = None
    from_age: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _check_age(self) -> "AgeRule":
        if (self.below is None) == (self.from_age is None):
            raise ValueError("a rule has either below or from_age")
        return self
