"""Settings > Payments: whether and through which account the company takes money online."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.company import Provider
from services.billing.entrypoints.frame import Owner, brand_of
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.split_rule_pages import words_of
from services.billing.usecases.change_settings import change_settings
from services.billing.usecases.ports import GatewayError, RejectedError
from shared.identity import Staff
from shared.ui import Form
from shared.webapp import page

router = APIRouter(include_in_schema=False)
PAGE = "/staff/billing/settings"


@router.get(PAGE)
async def settings_page(request: Request, staff: Owner, parts: UsedParts) -> HTMLResponse:
    """How the company takes money now."""
    return await _page(request, parts, staff)


@router.post(PAGE)
async def save(request: Request, staff: Owner, parts: UsedParts) -> Response:
    """Keep the choice; the account is looked up at the processor first."""
    form = Form.posted((await request.form()).multi_items())
    account = form.text("stripe_account_id", length_max=60) or None
    if account and not account.startswith("acct_"):
        form.refuse("stripe_account_id", "A Stripe account id begins with acct_")
    if form.ok:
        try:
            await change_settings(
                company_id=staff.company_id,
                online_wanted=form.has("online_payments"),
                stripe_account_id=account if parts.own_accounts else None,
                books=parts.books,
                gateway=parts.gateway,
                own_accounts=parts.own_accounts,
            )
            return RedirectResponse(f"{PAGE}?done=saved", 303)
        except RejectedError:
            form.refuse("stripe_account_id", "Stripe does not know this account")
        except GatewayError:
            form.refuse("online_payments", "Stripe does not answer now. Try again in a moment")
    return await _page(request, parts, staff, form, 422)


async def _page(
    request: Request, parts: Parts, staff: Staff, form: Form | None = None, status: int = 200
) -> HTMLResponse:
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    rules = await parts.split_rules.of_company(staff.company_id)
    currency = company.currency if company else "USD"
    shown: dict[str, Any] = {
        "split_rules": [(rule, words_of(rule, currency)) for rule in rules],
        "brand": brand_of(company),
        "settings": settings,
        "form": form,
        "own_accounts": parts.own_accounts,
        "integrated": company is not None and company.provider is Provider.INTEGRATED,
        "takes_money": settings.takes_money(company, own_accounts=parts.own_accounts),
        "saved": request.query_params.get("done") == "saved",
    }
    return page(request, "settings.html", status, **shown)
