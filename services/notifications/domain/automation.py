"""Automations: when something happens to an inspection, these people get this text.

Base automations reach clients and agents. Advanced ones reach the additional people of a persona,
or give somebody who is not the client the client portal link (R46, R49, R50).
"""

from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.mail import MailKind, Words

ADVANCED_PLANS = frozenset({"pro", "pro_plus"})
OPENS_EVERYTHING = (
    "This link opens the report, the invoice and the agreements. Confirm with your client before "
    "sharing"
)
"""Shown to staff wherever somebody else than the client may be given the link (R26, R46)."""


class Trigger(StrEnum):
    """What sets an automation off."""

    SCHEDULED = "inspection_scheduled"
    RESCHEDULED = "inspection_rescheduled"
    SERVICES_CHANGED = "services_changed"
    AGREEMENT_CHANGED = "agreement_changed"
    REPORT_PUBLISHED = "report_published"
    CANCELLED = "inspection_cancelled"
    PAID = "paid"


class Addressee(StrEnum):
    """Whom of the People box it reaches."""

    CLIENT = "client"
    AGENT = "agent"
    ADDITIONAL = "additional"


KIND_OF: dict[Trigger, MailKind] = {
    Trigger.SCHEDULED: MailKind.CONFIRMATION,
    Trigger.RESCHEDULED: MailKind.RESCHEDULED,
    Trigger.SERVICES_CHANGED: MailKind.SERVICES_CHANGED,
    Trigger.AGREEMENT_CHANGED: MailKind.AGREEMENT_CHANGED,
    Trigger.REPORT_PUBLISHED: MailKind.REPORT_PUBLISHED,
    Trigger.CANCELLED: MailKind.CANCELLED,
    Trigger.PAID: MailKind.PAID_IN_FULL,
}
TRIGGER_WORDS: dict[Trigger, str] = {
    Trigger.SCHEDULED: "an inspection is scheduled",
    Trigger.RESCHEDULED: "time, place or inspector change",
    Trigger.SERVICES_CHANGED: "services or fees change",
    Trigger.AGREEMENT_CHANGED: "an agreement is issued again",
    Trigger.REPORT_PUBLISHED: "the report is published",
    Trigger.CANCELLED: "an inspection is cancelled",
    Trigger.PAID: "the inspection is paid in full",
}


@dataclass(frozen=True, kw_only=True)
class Automation:
    """One rule. Without `words` the company's text `text_key` is used, as it is at that moment."""

    automation_id: str
    name: str
    trigger: Trigger
    addressee: Addressee
    on: bool
    role_label: str = ""
    """Of Additional People, as shown: `Insurer`; empty: all of them."""
    portal_link: bool = False
    """Whether it carries the client portal link. A client's own copy always does."""
    words: Words | None = None
    text_key: str = ""
    standard: bool = False
    """Part of the set every company has: may be switched off and reworded, not removed."""

    @property
    def advanced(self) -> bool:
        """Whether it needs a plan with advanced automations (R50)."""
        if self.addressee is Addressee.ADDITIONAL:
            return True
        return self.addressee is Addressee.AGENT and self.portal_link

    @property
    def gives_link(self) -> bool:
        """Whether its mails may carry a link; after a cancellation there is nothing to open."""
        if self.trigger is Trigger.CANCELLED:
            return False
        return self.portal_link or self.addressee is Addressee.CLIENT

    @property
    def persona(self) -> str:
        """Whom it reaches, in words."""
        if self.addressee is Addressee.CLIENT:
            return "Client"
        if self.addressee is Addressee.AGENT:
            return "Agents"
        return self.role_label or "All additional people"


def may_run(automation: Automation, plan: str) -> bool:
    """Whether a company with this plan may have and run it."""
    return not automation.advanced or plan in ADVANCED_PLANS


def _standard(
    automation_id: str, trigger: Trigger, addressee: Addressee, name: str, text_key: str = ""
) -> Automation:
    return Automation(
        automation_id=automation_id,
        name=name,
        trigger=trigger,
        addressee=addressee,
        on=True,
        text_key=text_key or automation_id,
        standard=True,
    )


STANDARD = (
    _standard("confirmation", Trigger.SCHEDULED, Addressee.CLIENT, "Booking confirmation"),
    _standard(
        "confirmation_agent", Trigger.SCHEDULED, Addressee.AGENT, "Booking confirmation, agent"
    ),
    _standard("rescheduled", Trigger.RESCHEDULED, Addressee.CLIENT, "Appointment changed"),
    _standard(
        "rescheduled_agent", Trigger.RESCHEDULED, Addressee.AGENT, "Appointment changed, agent"
    ),
    _standard(
        "services_changed", Trigger.SERVICES_CHANGED, Addressee.CLIENT, "Services or fees changed"
    ),
    _standard(
        "agreement_changed", Trigger.AGREEMENT_CHANGED, Addressee.CLIENT, "Agreement updated"
    ),
    _standard(
        "report_published",
        Trigger.REPORT_PUBLISHED,
        Addressee.CLIENT,
        "Report published",
        "report_ready",
    ),
    _standard("cancelled", Trigger.CANCELLED, Addressee.CLIENT, "Inspection cancelled"),
    _standard(
        "cancelled_agent",
        Trigger.CANCELLED,
        Addressee.AGENT,
        "Inspection cancelled, agent",
        "cancelled",
    ),
)
"""What a company has from its first day: base automations, all on."""
STANDARD_BY_ID = {automation.automation_id: automation for automation in STANDARD}
