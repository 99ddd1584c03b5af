"""Which boxes of an open page an event makes stale, and what a live stream carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.notifications.domain.alert import Alert
from shared.contracts.billing import InspectionBalanceChangedV1, InvoiceChangedV1, PaymentEvent
from shared.contracts.event import Event
from shared.contracts.notifications import MailEvent
from shared.contracts.portal import AgreementSignedV1, LinkOpenedV1
from shared.contracts.scheduling import AgreementIssuedV1, InspectionEvent
from shared.contracts.scheduling_standing import InspectionStandingChangedV1

INSPECTION_CHANGED = "inspection:changed"
PAYMENTS_CHANGED = "payments:changed"
EMAILS_CHANGED = "emails:changed"
ALERTS_CHANGED = "alerts:changed"

STALE: Mapping[type[Event], tuple[str, ...]] = MappingProxyType(
    {
        InspectionEvent: (INSPECTION_CHANGED,),
        AgreementIssuedV1: (INSPECTION_CHANGED,),
        AgreementSignedV1: (INSPECTION_CHANGED,),
        InvoiceChangedV1: (PAYMENTS_CHANGED,),
        InspectionBalanceChangedV1: (PAYMENTS_CHANGED, INSPECTION_CHANGED),
        # Scheduling's boxes show its own copy, which follows billing a moment later.
        InspectionStandingChangedV1: (INSPECTION_CHANGED,),
        PaymentEvent: (PAYMENTS_CHANGED, EMAILS_CHANGED),
        LinkOpenedV1: (EMAILS_CHANGED,),
        MailEvent: (EMAILS_CHANGED,),
    }
)


@dataclass(frozen=True, kw_only=True)
class FeedItem:
    """One step of a company's stream. `seq` has no gaps that matter: higher is later."""

    seq: int
    signals: tuple[str, ...]
    inspection_id: str | None
    alert: Alert | None = None


def signals_for(event: Event) -> tuple[str, ...]:
    """The page events to fire when this has happened."""
    found = [names for base, names in STALE.items() if isinstance(event, base)]
    return tuple(dict.fromkeys(name for names in found for name in names))


def inspection_of(event: Event) -> str | None:
    """The inspection an event is about, wherever it carries its id."""
    if isinstance(event, InspectionEvent):
        return event.inspection.inspection_id
    if isinstance(event, InvoiceChangedV1):
        return event.invoice.inspection_id
    found: str | None = getattr(event, "inspection_id", None)
    return found
