"""The services a company offers, with their prices."""

from dataclasses import dataclass, replace

from services.scheduling.domain.inspection import refuse_duration
from services.scheduling.domain.lines import AMOUNT_CENTS_MAX, ServiceLine
from services.scheduling.domain.refusals import BadFieldError


@dataclass(frozen=True, kw_only=True)
class Service:
    """One entry of the catalogue. Inactive ones are not offered; booked ones stay as they are."""

    service_id: str
    company_id: str
    name: str
    note: str = ""
    price_cents: int
    duration_minutes: int = 60
    active: bool = True
    revision: int = 1

    def changed(self, **facts: object) -> "Service":
        """Return the service with other facts; None leaves a fact as it is."""
        given = {name: value for name, value in facts.items() if value is not None}
        after = replace(self, **given)  # type: ignore[arg-type]  # names are the callers' fields
        after.check()
        return self if after == self else replace(after, revision=self.revision + 1)

    def check(self) -> None:
        """Refuse what cannot be offered."""
        if not self.name.strip():
            raise BadFieldError("Enter the service's name", field="name")
        if not 0 <= self.price_cents <= AMOUNT_CENTS_MAX:
            raise BadFieldError("Enter a price of $0.00 or more", field="price_cents")
        refuse_duration(self.duration_minutes)

    def line(self, line_id: str, *, amount_cents: int | None = None, note: str = "") -> ServiceLine:
        """Return the charge for it, at its price unless another one was agreed."""
        return ServiceLine(
            line_id=line_id,
            service_id=self.service_id,
            kind="service",
            name=self.name,
            note=note or self.note,
            amount_cents=self.price_cents if amount_cents is None else amount_cents,
        )
