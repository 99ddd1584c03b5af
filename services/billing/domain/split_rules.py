"""A company's saved ways to divide a bill: `Radon to the agent`, `Half to the insurer`."""

from dataclasses import dataclass

from services.billing.domain.bill import Bill
from services.billing.domain.booking import Person, Role
from services.billing.domain.division import Share, ShareKind
from services.billing.domain.refusals import ChooseServiceOrAmountError
from services.billing.domain.split_refusals import (
    RuleAlreadyAppliedError,
    RuleFitsNobodyError,
    RuleOffError,
    ServiceNotOnBillError,
)
from services.billing.domain.splitting import WHOLE_BASIS_POINTS

RULES_MAX = 50
_CALLED = {
    Role.CLIENT: "second client",
    Role.AGENT: "agent",
    Role.ADDITIONAL: "additional person",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRule:
    """Whom it is for, and what he pays: a service, a fixed amount, a percentage, or equal parts.

    Equal parts go to everybody who fits; everything else to the first of them, because a second
    invoice for the same thing would charge it twice.
    """

    rule_id: str
    company_id: str
    name: str
    role: Role
    role_label: str = ""
    """Narrows the role: `Insurer`. Empty: anybody of the role."""
    service_id: str = ""
    """Of the catalogue; the name decides where the line has no such id."""
    service_name: str = ""
    fixed_cents: int | None = None
    basis_points: int | None = None
    equal_parts: bool = False
    active: bool = True
    order: int = 0

    @property
    def kind(self) -> ShareKind:
        """Which of the four. Raises ChooseServiceOrAmountError."""
        chosen = [
            kind
            for kind, given in (
                (ShareKind.SERVICES, bool(self.service_id or self.service_name)),
                (ShareKind.FIXED, self.fixed_cents is not None),
                (ShareKind.PERCENT, self.basis_points is not None),
                (ShareKind.EQUAL, self.equal_parts),
            )
            if given
        ]
        percent = 0 if self.basis_points is None else self.basis_points
        if len(chosen) != 1 or not 0 <= percent <= WHOLE_BASIS_POINTS:
            raise ChooseServiceOrAmountError
        return chosen[0]

    @property
    def called(self) -> str:
        """The role in words: `Insurer`, `agent`."""
        return self.role_label or _CALLED[self.role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is to be invoiced by a rule, and for what."""

    contact_ids: tuple[str, ...]
    share: Share


def planned(bill: Bill, rule: SplitRule) -> Plan:
    """What the rule means for this bill.

    Raises RuleOffError, RuleAlreadyAppliedError, RuleFitsNobodyError, ServiceNotOnBillError.
    """
    if not rule.active:
        raise RuleOffError
    made = [i for i in bill.third_parties if i.rule_id == rule.rule_id and not i.voided]
    if made:
        raise RuleAlreadyAppliedError(invoice_id=made[0].invoice_id)
    fitting = [
        person.payer.contact_id for person in bill.booking.people if _fits(bill, rule, person)
    ]
    if not fitting:
        raise RuleFitsNobodyError(rule.called)
    if rule.kind is ShareKind.EQUAL:
        contact_ids = tuple(dict.fromkeys(fitting))
        return Plan(contact_ids=contact_ids, share=Share(equal_parts=len(contact_ids) + 1))
    share = Share(
        line_ids=_lines(bill, rule), fixed_cents=rule.fixed_cents, basis_points=rule.basis_points
    )
    return Plan(contact_ids=(fitting[0],), share=share)


def _fits(bill: Bill, rule: SplitRule, person: Person) -> bool:
    """The client of the bill pays the rest already."""
    if person.payer.contact_id == bill.client_invoice.payer.contact_id:
        return False
    label = rule.role_label.strip().casefold()
    return person.role is rule.role and label in {"", person.payer.role_label.strip().casefold()}


def _lines(bill: Bill, rule: SplitRule) -> tuple[str, ...]:
    if rule.kind is not ShareKind.SERVICES:
        return ()
    lines, name = bill.booking.lines, rule.service_name.strip().casefold()
    found = [li.line_id for li in lines if rule.service_id and li.service_id == rule.service_id]
    found = found or [li.line_id for li in lines if name and li.name.strip().casefold() == name]
    if not found:
        raise ServiceNotOnBillError(rule.service_name or "The service")
    return tuple(found)
