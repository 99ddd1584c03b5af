"""Who gets which mail.

Fixed recipients, as base automations have them (R50): the clients, and for appointments the agents
too. Additional people are never mailed by an automation; a payer only about his own invoice (R52).
"""

from collections.abc import Mapping
from types import MappingProxyType

from services.notifications.domain.mail import Audience, MailKind, Recipient
from shared.contracts.billing import Payer
from shared.contracts.scheduling import Inspection

CLIENT_ONLY = frozenset({Audience.CLIENT})
CLIENT_AND_AGENT = frozenset({Audience.CLIENT, Audience.AGENT})

TOLD: Mapping[MailKind, frozenset[Audience]] = MappingProxyType(
    {
        MailKind.CONFIRMATION: CLIENT_AND_AGENT,
        MailKind.RESCHEDULED: CLIENT_AND_AGENT,
        MailKind.CANCELLED: CLIENT_AND_AGENT,
        MailKind.SERVICES_CHANGED: CLIENT_ONLY,
        MailKind.AGREEMENT_CHANGED: CLIENT_ONLY,
        MailKind.REPORT_PUBLISHED: CLIENT_ONLY,
        MailKind.PAYMENT_LINK: CLIENT_ONLY,
    }
)
"""The kinds that go to people by their role; all others name their one recipient."""

AUDIENCE_OF_ROLE = {"client": Audience.CLIENT, "agent": Audience.AGENT}


def recipients(kind: MailKind, inspection: Inspection) -> list[Recipient]:
    """Everybody of the People box this kind goes to, one entry per address."""
    chosen: dict[str, Recipient] = {}
    for person in inspection.people:
        audience = AUDIENCE_OF_ROLE.get(person.role)
        if audience in TOLD[kind]:
            key = person.email.strip().casefold() or person.contact_id
            chosen.setdefault(key, _recipient(person.name, person.email, audience))
    return list(chosen.values())


def payer(to: Payer) -> Recipient:
    """The person an invoice is addressed to; what his link opens is decided by that invoice."""
    return _recipient(to.name, to.email, Audience.PAYER)


def is_client(address: str, inspection: Inspection) -> bool:
    """Whether an address is one of the inspection's clients'; else staff are warned (R26)."""
    wanted = address.strip().casefold()
    return any(
        person.role == "client" and person.email.strip().casefold() == wanted
        for person in inspection.people
    )


def _recipient(name: str, address: str, audience: Audience) -> Recipient:
    return Recipient(name=name, address=address.strip(), audience=audience)
