"""A client asks somebody of the People box to pay a part of his open balance."""

from dataclasses import dataclass
from typing import Literal

from services.portal.domain.views import CompanyView, InspectionView
from shared.contracts.billing import Share
from shared.problems import ConflictError, RefusalError

PartKind = Literal["half", "percent", "amount", "equal"]
_HALF = 5_000


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody the client may ask: name and role, nothing else (C17)."""

    contact_id: str
    name: str
    role_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWish:
    """Whom, and how much of the whole bill; `number` is basis points, cents or a count."""

    contact_id: str
    kind: PartKind
    number: int = 0

    @property
    def share(self) -> dict[str, int]:
        """In billing's words: exactly one way to divide."""
        if self.kind == "half":
            return {"basis_points": _HALF}
        names = {"percent": "basis_points", "amount": "fixed_cents", "equal": "equal_parts"}
        return {names[self.kind]: self.number}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationPreview:
    """What the invitation would do (cents); `refusal` is billing's code, or empty."""

    share_cents: int
    client_after_cents: int
    maximum_cents: int
    refusal: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Somebody the client has asked, and how that stands."""

    invoice_id: str
    name: str
    role_label: str
    cents: int
    status: str
    may_withdraw: bool


class InvitingNotOfferedError(ConflictError):
    """The company does not offer it, nothing is due, or nobody is there to be asked."""

    code = "invitations_off"
    title = "Asking somebody to pay a part is not offered"


class InvitationRefusedError(RefusalError):
    """Billing refused; `reason` is its code. Nobody was asked, nothing changed."""

    code = "invitation_refused"
    status = 409
    title = "Nobody was asked"

    def __init__(self, reason: str, detail: str = "") -> None:
        """`detail` is in words for the person who asked."""
        super().__init__(detail, reason=reason)
        self.reason = reason


def may_invite(view: InspectionView, company: CompanyView) -> bool:
    """Whether the page offers it; billing has the last word."""
    invoice, collecting = view.invoice, company.collecting
    if invoice is None or collecting is None or not collecting.clients_may_invite:
        return False
    return (
        company.takes_online_payments
        and not company.company.policy.allow_deferred_payment
        and not company.company.trial
        and view.inspection.status != "cancelled"
        and not view.inspection.notifications_disabled
        and invoice.status == "open"
        and invoice.balance_cents > 0
        and bool(invitees(view))
    )


def invitees(view: InspectionView) -> tuple[Invitee, ...]:
    """Everybody of the inspection who can be mailed, but the client who pays."""
    own = view.invoice.payer.contact_id if view.invoice else ""
    return tuple(
        Invitee(person.contact_id, person.name, person.role_label)
        for person in view.inspection.people
        if person.contact_id != own and person.email
    )


def invited(view: InspectionView) -> tuple[Invited, ...]:
    """Those the client asked; staff's own invoices are not among them."""
    shares = view.balance.shares if view.balance else ()
    return tuple(_invited(share) for share in shares if share.invited and share.status != "void")


def _invited(share: Share) -> Invited:
    return Invited(
        invoice_id=share.invoice_id,
        name=share.payer_name,
        role_label=share.role_label,
        cents=share.total_cents,
        status=share.status,
        may_withdraw=share.status == "open" and not share.paid_cents,
    )
