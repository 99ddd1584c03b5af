"""Alert Resources: which staff are told about what (R107-R109, C27)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from services.notifications.domain.alert import Alert
from shared.contracts.scheduling import Company, StaffMember


@dataclass(frozen=True, kw_only=True)
class AlertResource:
    """One kind of event for which a company chooses who is told."""

    key: str
    label: str
    sub: str
    kinds: tuple[str, ...]
    """Of the alerts it governs."""
    for_all: bool = False
    """True: everybody's feed counts it as new anyway; the chosen ones also get mail."""

    @property
    def of_client_portal(self) -> bool:
        """Whether only customers who may sign in can cause it: part of some plans (R77)."""
        return not self.for_all


RESOURCES = (
    AlertResource(
        key="autopay_changed",
        label="Autopay",
        sub="A client opts in or out of Autopay",
        kinds=("autopay_changed",),
    ),
    AlertResource(
        key="prepayment_made",
        label="Prepayments",
        sub="A client makes a prepayment",
        kinds=("prepayment_made",),
    ),
    AlertResource(
        key="payment_method_removed",
        label="Payment methods",
        sub="A credit card or bank account was removed from the account",
        kinds=("payment_method_removed",),
    ),
    AlertResource(
        key="ticket_waiting",
        label="Tickets",
        sub="A client opens a ticket or answers one; whoever it is assigned to is told as well",
        kinds=("ticket_waiting",),
    ),
    AlertResource(
        key="account_payment_failed",
        label="Failed account payments",
        sub="A payment of an account fails, or the bank takes it back",
        kinds=("account_payment_failed", "account_payment_returned"),
    ),
    AlertResource(
        key="charge_run_finished",
        label="Bulk charges",
        sub="A bulk charge has finished",
        kinds=("charge_run_finished",),
    ),
    AlertResource(
        key="payment_failed",
        label="Failed client payments",
        sub="A payment of a single client fails, or the bank takes it back",
        kinds=("payment_failed", "payment_returned"),
        for_all=True,
    ),
    AlertResource(
        key="dispute_changed",
        label="Disputes",
        sub="A cardholder disputes a payment, or a dispute ends",
        kinds=("dispute_changed",),
        for_all=True,
    ),
    AlertResource(
        key="email_bounced",
        label="Bounced email",
        sub="An email could not be delivered",
        kinds=("email_bounced",),
        for_all=True,
    ),
)
RESOURCE_BY_KEY: Mapping[str, AlertResource] = {one.key: one for one in RESOURCES}
RESOURCE_OF_KIND: Mapping[str, AlertResource] = {
    kind: one for one in RESOURCES for kind in one.kinds
}


def offered_to(company: Company | None) -> tuple[AlertResource, ...]:
    """Those the company's plan has; all of them before we were told of the company."""
    portal = company is None or company.offers_client_portal
    return tuple(one for one in RESOURCES if portal or not one.of_client_portal)


def assigned(
    alert: Alert,
    chosen: Mapping[str, Collection[str]],
    staff: Collection[StaffMember],
) -> Alert:
    """The alert with the people it is for; with nobody chosen it stays unassigned (C27).

    Staff who have left are passed over.
    """
    resource = RESOURCE_OF_KIND.get(alert.kind)
    if resource is None:
        return alert
    active = {member.staff_id for member in staff if member.active}
    wanted = {*chosen.get(resource.key, ()), *alert.assigned_to}
    return replace(
        alert,
        resource=resource.key,
        for_all=resource.for_all,
        assigned_to=tuple(sorted(wanted & active)),
    )
