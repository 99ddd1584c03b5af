"""Settings > Client Portal > Billing: what customers see and may do with money (R83-R94)."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.company import PortalRules
from services.billing.entrypoints.frame import Owner, brand_of
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.usecases.change_portal_rules import change_portal_rules
from shared.identity import Staff
from shared.money import NotAnAmountError, cents_typed_as, money
from shared.ui import Form
from shared.ui.formats import money_input
from shared.webapp import page

router = APIRouter(include_in_schema=False)
PAGE = "/staff/billing/settings/portal"
SELECT_ALL = "Select all items on current tab"  # R82, byte for byte
SWITCHES = (
    "autopay",
    "card_changes",
    "bank_changes",
    "prepayments",
    "billing_history",
    "clients_may_invite",
)
"""What `Select all items on current tab` ticks; charging by itself is never ticked by the way."""
MAXIMA = ("card_max_cents", "bank_max_cents")


@router.get(PAGE)
async def rules_page(request: Request, staff: Owner, parts: UsedParts) -> HTMLResponse:
    """The tab as it is kept."""
    known = await parts.lists.settings(staff.company_id)
    company = await parts.lists.company(staff.company_id)
    currency = company.currency if company else "USD"
    every = (*SWITCHES, "autopay_on_due_date")
    ticked = {name: "on" for name in every if getattr(known.portal, name)}
    typed = {name: money_input(getattr(known.portal, name), currency) for name in MAXIMA}
    form = Form({**ticked, **typed})
    return await _page(request, parts, staff, form)


@router.post(PAGE)
async def save(request: Request, staff: Owner, parts: UsedParts) -> Response:
    """Keep the whole tab; what the tab does not show to this company stays as it is."""
    form = Form.posted((await request.form()).multi_items())
    company = await parts.lists.company(staff.company_id)
    known = await parts.lists.settings(staff.company_id)
    currency = company.currency if company else "USD"
    every = form.has("all")
    ticked = {name: every or form.has(name) for name in SWITCHES}
    maxima = {name: _maximum(form, name, currency) for name in MAXIMA}
    if company and not company.client_portal:
        return await _save_invitations(form, staff, parts, known.portal)
    if not known.bank_payments:
        ticked["bank_changes"] = known.portal.bank_changes
        maxima["bank_max_cents"] = known.portal.bank_max_cents
    if not form.ok:
        shown = Form({**form.typed, **{name: "on" for name in SWITCHES if ticked[name]}})
        for name, message in form.errors.items():
            shown.refuse(name, message)
        return await _page(request, parts, staff, shown, 422)
    rules = PortalRules(
        **ticked,
        card_max_cents=maxima["card_max_cents"],
        bank_max_cents=maxima["bank_max_cents"],
        autopay_on_due_date=form.has("autopay_on_due_date") and ticked["autopay"],
    )
    await change_portal_rules(
        company_id=staff.company_id,
        rules=rules,
        books=parts.books,
        own_accounts=parts.own_accounts,
    )
    return RedirectResponse(f"{PAGE}?done=saved", 303)


async def _save_invitations(
    form: Form, staff: Staff, parts: Parts, held: PortalRules
) -> RedirectResponse:
    """All that a plan without customer accounts can change here; the rest is refused (R77)."""
    given = {name: True for name in (*SWITCHES, "autopay_on_due_date") if form.has(name)}
    rules = replace(held, **{**given, "clients_may_invite": form.has("clients_may_invite")})
    await change_portal_rules(
        company_id=staff.company_id, rules=rules, books=parts.books, own_accounts=parts.own_accounts
    )
    return RedirectResponse(f"{PAGE}?done=saved", 303)


def _maximum(form: Form, name: str, currency: str) -> int:
    """Cents; nothing typed and 0.00 both mean no limit (C1)."""
    typed = form.text(name, length_max=20)
    if not typed:
        return 0
    try:
        return cents_typed_as(typed, currency)
    except NotAnAmountError:
        example, none = money(250000, currency), money(0, currency)
        form.refuse(name, f"Enter an amount like {example}, or {none} for no limit")
        return 0


async def _page(
    request: Request, parts: Parts, staff: Staff, form: Form, status: int = 200
) -> HTMLResponse:
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    return page(
        request,
        "portal_rules.html",
        status,
        brand=brand_of(company),
        form=form,
        select_all=SELECT_ALL,
        offered=company is None or company.client_portal,
        bank_payments=settings.bank_payments,
        currency=company.currency if company else "USD",
        saved=request.query_params.get("done") == "saved",
    )
