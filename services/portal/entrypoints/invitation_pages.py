"""The client asks somebody of the People box to pay a part, and takes it back."""

from decimal import Decimal, InvalidOperation
from secrets import token_hex
from typing import Annotated, cast

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.inviting import (
    InvitationPreview,
    InvitationRefusedError,
    InvitingNotOfferedError,
    PartKind,
    PartWish,
    invitees,
    may_invite,
)
from services.portal.entrypoints.access import CLIENT_PAGES, Client, Visitor
from services.portal.entrypoints.client_pages import frame
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.invite_payer import invite_payer
from services.portal.usecases.preview_invitation import preview_invitation
from services.portal.usecases.show_inspection import ClientPage, show_inspection
from services.portal.usecases.withdraw_invitation import withdraw_invitation
from shared.idempotency import IdempotencyKey
from shared.problems import UnavailableError
from shared.ui import Form
from shared.webapp import page

router = APIRouter(prefix=CLIENT_PAGES, include_in_schema=False)
KINDS = (
    ("half", "Half"),
    ("equal", "Equal parts"),
    ("percent", "Percent"),
    ("amount", "Amount"),
)
PARTS_MIN, PARTS_MAX = 2, 50
_WHOLE_PERCENT = 100
AWAY = "This is not possible for a moment. Nobody was asked. Wait a minute, then try again"
_FIELDS = {"percent": "percent", "equal": "parts", "amount": "amount"}
_ABOUT_THE_PERSON = {"contact_not_in_people", "no_email_address", "one_person_each"}
_WORDS = {
    "contact_not_in_people": "This person is not part of the inspection any more. Choose another",
    "invitation_not_found": "There is nothing to take back",
    "invitations_off": "Asking somebody to pay a part is not offered at the moment",
    "invoice_paid": "They have paid already, so it cannot be taken back",
    "multi_party_unavailable": "Asking somebody to pay a part is not offered at the moment",
    "notifications_disabled": "Mails about this inspection are switched off at the moment",
    "no_email_address": "We have no email address of this person. Choose another, or ask us",
    "nothing_to_invoice": "Nothing is left to pay",
    "payment_pending": "A payment is on its way. Wait until it has arrived, then try again",
    "trial_account": "Asking somebody to pay a part is not offered at the moment",
}


@router.get("/invite")
async def invite_form(request: Request, visitor: Client) -> Response:
    """The form, while it is offered."""
    return await _form(request, visitor, Form({"kind": "half"}))


@router.post("/invite")
async def look_first(request: Request, visitor: Client) -> Response:
    """What it would do, to be confirmed; or the form again with what is wrong."""
    wiring = wiring_of(request)
    form = Form.posted((await request.form()).multi_items())
    wish = await _read(request, visitor, form)
    if wish is None:
        return await _form(request, visitor, form, status=422)
    try:
        seen = await preview_invitation(visitor.link, wish, wiring.views, wiring.billing)
    except InvitingNotOfferedError:
        return await _form(request, visitor, form)
    except (InvitationRefusedError, UnavailableError) as error:
        return await _not_done(request, visitor, form, error)
    return await _seen(request, visitor, form, wish, seen)


@router.post("/invite/confirm")
async def invite(request: Request, visitor: Client, key: IdempotencyKey) -> Response:
    """Ask the person, for the amount that was shown and for no other."""
    wiring = wiring_of(request)
    form = Form.posted((await request.form()).multi_items())
    wish = await _read(request, visitor, form)
    shown_cents = form.whole("shown_cents", "Look at the amount again", maximum=99_999_999)
    if wish is None or shown_cents is None:
        return await _form(request, visitor, form, status=422)
    try:
        now = await invite_payer(
            visitor.link, wish, shown_cents, wiring.views, wiring.billing, key=key
        )
    except InvitingNotOfferedError:
        return await _form(request, visitor, form)
    except (InvitationRefusedError, UnavailableError) as error:
        return await _not_done(request, visitor, form, error)
    if now is not None:
        return await _seen(request, visitor, form, wish, now, changed=True)
    return RedirectResponse(f"/p/i/{visitor.link.link_id}?saved=invited", 303)


@router.post("/invitations/{invoice_id}/withdraw")
async def withdraw(
    request: Request, visitor: Client, invoice_id: Annotated[str, Path(max_length=80)]
) -> Response:
    """Take it back; the page says why when that is not possible."""
    wiring = wiring_of(request)
    base = f"/p/i/{visitor.link.link_id}"
    try:
        await withdraw_invitation(visitor.link, invoice_id, wiring.views, wiring.billing)
    except InvitationRefusedError as error:
        pending = error.reason in {"payment_pending", "invoice_paid"}
        return RedirectResponse(f"{base}?saved={'not_withdrawn' if pending else 'nothing'}", 303)
    except UnavailableError:
        return RedirectResponse(f"{base}?saved=away", 303)
    return RedirectResponse(f"{base}?saved=withdrawn", 303)


async def _read(request: Request, visitor: Visitor, form: Form) -> PartWish | None:
    shown = await _shown(request, visitor)
    offered = [person.contact_id for person in invitees(shown.view)]
    contact_id = form.choice("contact", offered, "Choose who you want to ask")
    kind = form.choice("kind", [key for key, _ in KINDS], "Choose how much they pay")
    number = _number(form, kind, shown.company.company.currency)
    if not form.ok or number is None:
        return None
    chosen = cast(PartKind, kind)  # one of KINDS
    return PartWish(contact_id=contact_id, kind=chosen, number=number)


def _number(form: Form, kind: str, currency: str) -> int | None:
    """Basis points, cents or a count, by kind; None and an error on the field otherwise."""
    if kind == "percent":
        return _basis_points(form)
    if kind == "amount":
        return form.cents("amount", "Enter the amount they pay", currency=currency)
    if kind == "equal":
        missing = "Enter how many people pay"
        return form.whole("parts", missing, minimum=PARTS_MIN, maximum=PARTS_MAX)
    return 0


def _basis_points(form: Form) -> int | None:
    typed = form.text("percent", "Enter the percentage they pay").removesuffix("%").strip()
    if not typed:
        return None
    try:
        hundredths = Decimal(typed) * _WHOLE_PERCENT
    except InvalidOperation:
        hundredths = Decimal("NaN")
    plain = typed.isascii() and typed.replace(".", "", 1).isdigit()
    if not plain or hundredths != int(hundredths) or not 0 < hundredths <= _WHOLE_PERCENT**2:
        form.refuse("percent", "Enter a percentage from 0.01 to 100")
        return None
    return int(hundredths)


async def _seen(
    request: Request,
    visitor: Visitor,
    form: Form,
    wish: PartWish,
    seen: InvitationPreview,
    *,
    changed: bool = False,
) -> Response:
    """The confirmation, or the form with billing's refusal on the field it is about."""
    if seen.refusal:
        field = _FIELDS.get(wish.kind, "kind")
        named = "contact" if seen.refusal in _ABOUT_THE_PERSON else field
        form.refuse(named, _words(seen.refusal, seen.detail))
        return await _form(request, visitor, form, status=422)
    shown = await _shown(request, visitor)
    person = next(one for one in invitees(shown.view) if one.contact_id == wish.contact_id)
    return page(
        request,
        "invite_confirm.html",
        409 if changed else 200,
        **frame(request, visitor, shown),
        person=person,
        seen=seen,
        form=form,
        changed=changed,
        key=token_hex(16),
    )


def _words(code: str, detail: str) -> str:
    return _WORDS.get(code, detail or "This is not possible. Nobody was asked")


async def _not_done(
    request: Request,
    visitor: Visitor,
    form: Form,
    error: InvitationRefusedError | UnavailableError,
) -> Response:
    if isinstance(error, UnavailableError):
        form.refuse("contact", AWAY)
        return await _form(request, visitor, form, status=503)
    form.refuse("contact", _words(error.reason, error.detail))
    return await _form(request, visitor, form, status=409)


async def _shown(request: Request, visitor: Visitor) -> ClientPage:
    wiring = wiring_of(request)
    return await show_inspection(visitor.link, "", wiring.views, wiring.checkouts, wiring.clock())


async def _form(
    request: Request, visitor: Visitor, form: Form, *, status: int = 200
) -> HTMLResponse | RedirectResponse:
    shown = await _shown(request, visitor)
    if not may_invite(shown.view, shown.company):
        return RedirectResponse(f"/p/i/{visitor.link.link_id}?saved=not_offered", 303)
    invoice = shown.view.invoice
    return page(
        request,
        "invite.html",
        status,
        **frame(request, visitor, shown),
        people=invitees(shown.view),
        kinds=KINDS,
        maximum_cents=invoice.balance_cents if invoice else 0,
        total_cents=shown.view.balance.total_cents if shown.view.balance else 0,
        form=form,
    )
