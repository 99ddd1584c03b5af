"""Where a job is done, for which customer and order, and what a company notes about customers."""

from typing import Literal

from shared.contracts.event import Value

CustomFieldKind = Literal["text", "number", "date", "choice"]


class CustomFieldDefinition(Value):
    """A field of its own that a company keeps for every account customer (R81)."""

    field_id: str
    label: str
    kind: CustomFieldKind = "text"
    choices: tuple[str, ...] = ()
    """Of the kind `choice`; empty for the others."""


class Site(Value):
    """Where the inspection takes place."""

    site_id: str
    street: str
    city: str
    region: str
    postal_code: str
    note: str = ""
    """For example `2,140 sq ft, built 1998`."""


class AccountRef(Value):
    """The account customer an inspection is done for."""

    account_id: str
    name: str
    terms_days: int


class OrderRef(Value):
    """The order over several sites an inspection belongs to; one inspection per site."""

    order_id: str
    number: str
    """Of the parent invoice: `HP-O-12`; unique in the company."""
    site_count: int
