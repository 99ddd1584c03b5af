"""A company: who it is to its clients, how it collects, what its clients sign."""

from dataclasses import dataclass, replace
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from services.scheduling.domain.agreement import DEFAULT_TEXT, DEFAULT_TITLE, refuse_unknown
from services.scheduling.domain.custom_fields import Definitions
from services.scheduling.domain.custom_fields import checked as checked_fields
from services.scheduling.domain.payment_policy import PaymentPolicy
from services.scheduling.domain.refusals import BadFieldError
from shared.contracts.scheduling import PORTAL_PLANS, Plan

HUE_MAX = 359
PREFIX_LETTERS = 3
NOTHING_CHOSEN = PaymentPolicy()
FIRST_NUMBER = 3101
"""Inspections are numbered `HP-3101`, `HP-3102` ... without gaps."""


@dataclass(frozen=True, kw_only=True)
class Company:
    """One inspection company. `revision` counts its changes, policy included."""

    company_id: str
    name: str
    tagline: str = ""
    time_zone: str
    currency: str = "USD"
    email: str
    phone: str = ""
    address: str = ""
    hue: int = 240
    plan: Plan = "pro"
    trial: bool = False
    policy: PaymentPolicy = NOTHING_CHOSEN
    number_prefix: str
    agreement_title: str = DEFAULT_TITLE
    agreement_text: str = DEFAULT_TEXT
    custom_fields: Definitions = ()
    """What it keeps for account customers."""
    revision: int = 1

    @property
    def has_customer_portal(self) -> bool:
        """Whether its plan has customer accounts (R60, R77); a trial may look."""
        return self.plan in PORTAL_PLANS or self.trial

    def with_custom_fields(self, definitions: Definitions) -> "Company":
        """Return the company with other fields for account customers; the same change nothing."""
        if definitions == self.custom_fields:
            return self
        return replace(self, custom_fields=checked_fields(definitions), revision=self.revision + 1)

    def with_policy(self, policy: PaymentPolicy) -> "Company":
        """Return the company with another policy; the same one changes nothing."""
        if policy == self.policy:
            return self
        return replace(self, policy=policy, revision=self.revision + 1)

    def described(self, **facts: object) -> "Company":
        """Return the company with other facts about itself (never its policy).

        Raises BadFieldError for a zone, hue or name that cannot be, UnknownPlaceholderError for
        an agreement text that could not be filled in.
        """
        given = {name: value for name, value in facts.items() if value is not None}
        after = replace(self, **given)  # type: ignore[arg-type]  # names are the callers' fields
        after.check()
        return self if after == self else replace(after, revision=self.revision + 1)

    def check(self) -> None:
        """Refuse what cannot be a company."""
        if not self.name.strip():
            raise BadFieldError("Enter the company's name", field="name")
        if not 0 <= self.hue <= HUE_MAX:
            raise BadFieldError("Choose a hue from 0 to 359", field="hue")
        refuse_unknown_zone(self.time_zone)
        refuse_unknown(self.agreement_text)


def refuse_unknown_zone(time_zone: str) -> ZoneInfo:
    """Return the zone, or refuse a name that is not in the time zone database."""
    if time_zone not in _known_zones():
        raise BadFieldError("Choose a time zone like America/Los_Angeles", field="time_zone")
    return ZoneInfo(time_zone)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads some 600 files; once is enough


def number_prefix_of(name: str) -> str:
    """Return the letters that begin every inspection number: `Harbor & Pine` gives `HP`."""
    words = [word for word in name.upper().split() if word[0].isascii() and word[0].isalpha()]
    letters = "".join(word[0] for word in words[:PREFIX_LETTERS])
    if len(letters) > 1:
        return letters
    plain = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalpha())
    return (plain[:2] or "IN").ljust(2, "X")
