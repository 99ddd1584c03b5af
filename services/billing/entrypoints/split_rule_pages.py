"""Pages: saved ways to divide a bill, in the settings and pressed on an inspection."""

from dataclasses import replace
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.bill import Bill
from services.billing.domain.booking import Role
from services.billing.domain.split_rules import SplitRule
from services.billing.entrypoints.frame import Biller, Owner, brand_of, by_htmx, today_of
from services.billing.entrypoints.invoice_form import (
    KINDS,
    basis_points_typed,
    percent_words,
    said,
)
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.split_shown import effect_of
from services.billing.usecases.apply_split_rule import ApplySplitRule, apply_split_rule
from services.billing.usecases.keep_split_rule import keep_split_rule
from services.billing.usecases.preview_split_rule import preview_split_rule
from shared.identity import Staff
from shared.money import money
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.events import PAYMENTS_CHANGED, trigger
from shared.ui.formats import money_input
from shared.webapp import page

router = APIRouter(include_in_schema=False)
SETTINGS = "/staff/billing/settings"
RULES = f"{SETTINGS}/split-rules"
APPLY = "/staff/billing/inspections/{inspection_id}/split-rules/{rule_id}"
ROLES = [
    (Role.AGENT.value, "Agent"),
    (Role.ADDITIONAL.value, "Additional person"),
    (Role.CLIENT.value, "Second client"),
]
NAME_LENGTH_MAX = 60


@router.get(f"{RULES}/new")
async def new(request: Request, staff: Owner, parts: UsedParts) -> HTMLResponse:
    """An empty rule."""
    return await _form(request, parts, staff, Form({"kind": "services", "role": "agent"}))


@router.post(f"{RULES}/new")
async def add(request: Request, staff: Owner, parts: UsedParts) -> Response:
    """Save a new rule, after the others."""
    form = Form.posted((await request.form()).multi_items())
    known = await parts.split_rules.of_company(staff.company_id)
    last = max((rule.order for rule in known), default=0)
    rule_id = id_from("rule", staff.company_id, form.value("idempotency_key"))
    first = SplitRule(
        rule_id=rule_id, company_id=staff.company_id, name="", role=Role.AGENT, order=last + 1
    )
    return await _keep(request, parts, staff, form, first)


@router.get(f"{RULES}/{{rule_id}}")
async def show(request: Request, rule_id: str, staff: Owner, parts: UsedParts) -> HTMLResponse:
    """A rule, to be changed or removed."""
    rule = await parts.split_rules.rule(staff.company_id, rule_id)
    return await _form(request, parts, staff, await _form_of(parts, rule), rule)


@router.post(f"{RULES}/{{rule_id}}")
async def change(request: Request, rule_id: str, staff: Owner, parts: UsedParts) -> Response:
    """Save, switch on or off, move up or down, remove; invoices it has made stay."""
    form = Form.posted((await request.form()).multi_items())
    rule = await parts.split_rules.rule(staff.company_id, rule_id)
    match form.value("then"):
        case "remove":
            await parts.split_rules.remove(staff.company_id, rule_id)
        case "switch":
            await parts.split_rules.keep(replace(rule, active=not rule.active))
        case "up" | "down":
            await _move(parts, rule, -1 if form.value("then") == "up" else 1)
        case _:
            return await _keep(request, parts, staff, form, rule)
    return RedirectResponse(f"{SETTINGS}#split-rules", 303)


@router.get(APPLY)
async def look(
    request: Request, inspection_id: str, rule_id: str, staff: Biller, parts: UsedParts
) -> HTMLResponse:
    """What the rule would do here, or why it cannot."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    return await _apply_form(request, parts, bill, rule_id, Form())


@router.post(APPLY)
async def apply(
    request: Request, inspection_id: str, rule_id: str, staff: Biller, parts: UsedParts
) -> Response:
    """Make its invoices; nothing is mailed."""
    form = Form.posted((await request.form()).multi_items())
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    command = _command(bill, rule_id, form.value("idempotency_key"))
    try:
        await apply_split_rule(
            command,
            books=parts.books,
            rules=parts.split_rules,
            clock=parts.clock,
            own_accounts=parts.own_accounts,
        )
    except RefusalError as refusal:
        form.refuse("apply", said(refusal))
        return await _apply_form(request, parts, bill, rule_id, form)
    if not by_htmx(request):
        return RedirectResponse(f"/staff/billing/invoices/{command.invoice_id}?done=saved", 303)
    answer = page(request, "said.html", words="Divided; nothing is mailed yet")
    answer.headers.update(trigger(PAYMENTS_CHANGED))
    return answer


def words_of(rule: SplitRule, currency: str) -> str:
    """`Radon test, to the agent`; `50% of the bill, to Insurer`."""
    if rule.fixed_cents is not None:
        what = money(rule.fixed_cents, currency)
    elif rule.basis_points is not None:
        what = f"{percent_words(rule.basis_points)}% of the bill"
    elif rule.equal_parts:
        return f"Equal parts, with every {rule.called}"
    else:
        what = rule.service_name
    return f"{what}, to {rule.called}"


def _command(bill: Bill, rule_id: str, key: str) -> ApplySplitRule:
    return ApplySplitRule(
        company_id=bill.company_id,
        inspection_id=bill.inspection_id,
        rule_id=rule_id,
        invoice_id=id_from("invoice", bill.company_id, f"{rule_id}:{key}"),
    )


async def _move(parts: Parts, rule: SplitRule, by: int) -> None:
    """One place up or down; all get whole numbers again."""
    rules = await parts.split_rules.of_company(rule.company_id)
    at = next(place for place, each in enumerate(rules) if each.rule_id == rule.rule_id)
    to = min(max(at + by, 0), len(rules) - 1)
    rules.insert(to, rules.pop(at))
    for order, each in enumerate(rules, start=1):
        if each.order != order:
            await parts.split_rules.keep(replace(each, order=order))


async def _keep(
    request: Request, parts: Parts, staff: Staff, form: Form, before: SplitRule
) -> Response:
    company = await parts.lists.company(staff.company_id)
    kind = form.choice("kind", [key for key, _ in KINDS], "Choose what they pay")
    currency = company.currency if company else "USD"
    fixed = form.cents("amount", "Enter the amount", currency=currency) if kind == "fixed" else None
    role = form.choice("role", [key for key, _ in ROLES], "Choose whom it is for")
    rule = replace(
        before,
        name=form.text("name", "Give the rule a name", length_max=NAME_LENGTH_MAX),
        role=Role(role or Role.AGENT),
        role_label=form.text("role_label", length_max=NAME_LENGTH_MAX),
        service_id=before.service_id if form.value("service") == before.service_name else "",
        service_name=form.text("service", "Enter the service") if kind == "services" else "",
        fixed_cents=fixed,
        basis_points=basis_points_typed(form, "percent") if kind == "percent" else None,
        equal_parts=kind == "equal",
    )
    if form.ok:
        try:
            await keep_split_rule(rule, rules=parts.split_rules)
            return RedirectResponse(f"{SETTINGS}#split-rules", 303)
        except RefusalError as refusal:
            form.refuse("name", refusal.detail)
    return await _form(request, parts, staff, form, before if before.name else None)


async def _form_of(parts: Parts, rule: SplitRule) -> Form:
    company = await parts.lists.company(rule.company_id)
    currency = company.currency if company else "USD"
    return Form(
        {
            "name": rule.name,
            "role": rule.role.value,
            "role_label": rule.role_label,
            "kind": rule.kind.value,
            "service": rule.service_name,
            "amount": money_input(rule.fixed_cents, currency) if rule.fixed_cents else "",
            "percent": percent_words(rule.basis_points) if rule.basis_points else "",
        }
    )


async def _form(
    request: Request, parts: Parts, staff: Staff, form: Form, rule: SplitRule | None = None
) -> HTMLResponse:
    company = await parts.lists.company(staff.company_id)
    return page(
        request,
        "split_rule.html",
        422 if form.errors else 200,
        brand=brand_of(company),
        form=form,
        rule=rule,
        roles=ROLES,
        kinds=KINDS,
        currency=company.currency if company else "USD",
        action=f"{RULES}/{rule.rule_id}" if rule else f"{RULES}/new",
        key=form.value("idempotency_key") or uuid4().hex,
    )


async def _apply_form(
    request: Request, parts: Parts, bill: Bill, rule_id: str, form: Form
) -> HTMLResponse:
    company = await parts.lists.company(bill.company_id)
    rule = await parts.split_rules.rule(bill.company_id, rule_id)
    preview = await preview_split_rule(
        _command(bill, rule_id, "preview"),
        books=parts.books,
        rules=parts.split_rules,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )
    return page(
        request,
        "apply_rule.html",
        422 if form.errors else 200,
        frame="invoice_drawer.html" if by_htmx(request) else "invoice_task.html",
        brand=brand_of(company),
        bill=bill,
        rule=rule,
        words=words_of(rule, bill.booking.currency),
        form=form,
        currency=bill.booking.currency,
        effect=effect_of(preview, today_of(company, parts.clock(), bill.booking.time_zone)),
        said=said,
        action=APPLY.format(inspection_id=bill.inspection_id, rule_id=rule_id),
        back=f"/staff/scheduling/inspections/{bill.inspection_id}",
        key=form.value("idempotency_key") or uuid4().hex,
    )
