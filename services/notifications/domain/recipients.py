"""Who gets which mail.

Automations reach people by what they are to the inspection (R50); a payer is told only about his
own invoice, whatever the automations are (R51, R52).
"""

from services.notifications.domain.automation import Addressee, Automation
from services.notifications.domain.mail import Audience, Mail, Recipient
from services.notifications.domain.situation import Situation
from shared.contracts.billing import Payer
from shared.contracts.scheduling import Inspection, Person

AUDIENCE_OF = {
    Addressee.CLIENT: Audience.CLIENT,
    Addressee.AGENT: Audience.AGENT,
    Addressee.ADDITIONAL: Audience.PERSONA,
}


def recipients(automation: Automation, inspection: Inspection) -> list[Recipient]:
    """Everybody of the People box an automation reaches, one entry per address."""
    chosen: dict[str, Recipient] = {}
    for person in inspection.people:
        if _is_meant(automation, person):
            key = person.email.strip().casefold() or person.contact_id
            audience = AUDIENCE_OF[automation.addressee]
            chosen.setdefault(key, _recipient(person.name, person.email, audience))
    return list(chosen.values())


def clients(inspection: Inspection) -> list[Recipient]:
    """The clients, one entry per address."""
    found = [
        _recipient(person.name, person.email, Audience.CLIENT)
        for person in inspection.people
        if person.role == "client"
    ]
    return list({person.address.casefold(): person for person in reversed(found)}.values())[::-1]


def _is_meant(automation: Automation, person: Person) -> bool:
    if person.role != str(automation.addressee):
        return False
    label = automation.role_label.strip().casefold()
    return not label or person.role_label.strip().casefold() == label


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


def has_left(mail: Mail, situation: Situation) -> bool:
    """Whether the mail is about an inspection whose People box lacks the recipient's address."""
    if situation.inspection is None:
        return False
    wanted = mail.recipient.address.strip().casefold()
    people = situation.inspection.people
    return all(person.email.strip().casefold() != wanted for person in people)


def _recipient(name: str, address: str, audience: Audience) -> Recipient:
    return Recipient(name=name, address=address.strip(), audience=audience)
