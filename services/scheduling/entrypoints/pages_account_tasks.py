"""Tasks on an account customer: the account itself, its people and custom fields."""

from collections.abc import Sequence
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.entrypoints.account_forms import person_in, terms_in, values_in
from services.scheduling.entrypoints.booking_form import one_line
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_accounts import ACCOUNTS_PATH
from services.scheduling.entrypoints.pages_frame import by_htmx, framed, gone_to, noted, posted
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases.add_account_person import AddAccountPerson, add_account_person
from services.scheduling.usecases.change_account import ChangeAccount, change_account
from services.scheduling.usecases.change_account_person import (
    ChangeAccountPerson,
    change_account_person,
)
from services.scheduling.usecases.fill_in_custom_fields import (
    FillInCustomFields,
    fill_in_custom_fields,
)
from services.scheduling.usecases.remove_account_person import (
    RemoveAccountPerson,
    remove_account_person,
)
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form

router = APIRouter(prefix="/staff/scheduling/accounts/{account_id}", include_in_schema=False)
Biller = Annotated[Staff, Depends(staff_page(Permission.BILL))]


@router.get("/edit")
async def get_edit(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Ask what changes about the account."""
    account = await parts.lookups.account(staff.company_id, account_id)
    values = {
        "name": account.name,
        "address": account.address,
        "terms_days": str(account.terms_days),
    }
    return await account_task(request, staff, parts, account, "task_account.html", Form(values))


@router.post("/edit")
async def post_edit(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Change it, close it, or open it again."""
    form = await posted(request)
    then = form.value("then")
    if then in {"close", "open"}:
        command = ChangeAccount(
            company_id=staff.company_id, account_id=account_id, active=then == "open"
        )
    else:
        command = ChangeAccount(
            company_id=staff.company_id,
            account_id=account_id,
            name=one_line(form, "name", "Enter the customer's name"),
            address=one_line(form, "address"),
            terms_days=terms_in(form),
        )
    account = await parts.lookups.account(staff.company_id, account_id)
    if form.ok:
        try:
            await change_account(command, office=parts.office)
        except RefusalError as refusal:
            noted(form, refusal, otherwise="name")
        else:
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
    return await account_task(request, staff, parts, account, "task_account.html", form)


@router.get("/people/new")
async def get_new_person(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Ask who else may sign in."""
    account = await parts.lookups.account(staff.company_id, account_id)
    return await account_task(
        request, staff, parts, account, "task_account_person.html", Form(), person=None
    )


@router.post("/people/new")
async def post_new_person(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts, key: IdempotencyKey
) -> Response:
    """Add the person."""
    form = await posted(request)
    command = AddAccountPerson(
        company_id=staff.company_id, account_id=account_id, person=person_in(form)
    )
    account = await parts.lookups.account(staff.company_id, account_id)
    if form.ok:
        try:
            await once(
                parts,
                Wish(
                    company_id=staff.company_id,
                    key=key,
                    meaning=["account person", account_id, vars(command.person)],
                ),
                lambda office: add_account_person(command, office=office, secrets=parts.secrets),
                lambda after: Answer(201, {"account_id": after.account_id}),
            )
        except RefusalError as refusal:
            noted(form, refusal, otherwise="email")
        else:
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
    return await account_task(
        request, staff, parts, account, "task_account_person.html", form, person=None
    )


@router.get("/people/{contact_id}")
async def get_person(
    request: Request, account_id: str, contact_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Ask what to correct, or whether to remove the person."""
    account = await parts.lookups.account(staff.company_id, account_id)
    person = account.person(contact_id)
    values = {"person_name": person.name, "email": person.email, "phone": person.phone}
    return await account_task(
        request, staff, parts, account, "task_account_person.html", Form(values), person=person
    )


@router.post("/people/{contact_id}")
async def post_person(
    request: Request, account_id: str, contact_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Correct the person, put him first, or take his access away."""
    form = await posted(request)
    account = await parts.lookups.account(staff.company_id, account_id)
    known = account.person(contact_id)
    try:
        if await _person_changed(form, staff.company_id, account_id, contact_id, parts):
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
    except RefusalError as refusal:
        noted(form, refusal, otherwise="email")
    return await account_task(
        request, staff, parts, account, "task_account_person.html", form, person=known
    )


@router.get("/custom-fields")
async def get_fields(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Ask for the values of the company's fields."""
    account = await parts.lookups.account(staff.company_id, account_id)
    return await _fields(request, staff, parts, account, Form(dict(account.values)))


@router.post("/custom-fields")
async def post_fields(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Keep the values, or say which of them cannot be."""
    form = await posted(request)
    account = await parts.lookups.account(staff.company_id, account_id)
    company = await parts.lookups.company(staff.company_id)
    command = FillInCustomFields(
        company_id=staff.company_id,
        account_id=account_id,
        values=values_in(form, company.custom_fields),
    )
    try:
        await fill_in_custom_fields(command, office=parts.office)
    except RefusalError as refusal:
        noted(form, refusal, otherwise="custom_fields")
        return await _fields(request, staff, parts, account, form)
    return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")


async def _fields(
    request: Request, staff: Staff, parts: Parts, account: CustomerAccount, form: Form
) -> Response:
    company = await parts.lookups.company(staff.company_id)
    return await account_task(
        request,
        staff,
        parts,
        account,
        "task_custom_fields.html",
        form,
        definitions=company.custom_fields,
        options={
            field.field_id: _options(field.choices, form.value(field.field_id))
            for field in company.custom_fields
        },
    )


def _options(choices: Sequence[str], present: str) -> list[tuple[str, str]]:
    """Return what can be chosen; a value that is no choice any more can stay chosen."""
    return [(choice, choice) for choice in dict.fromkeys((*choices, present)) if choice]


async def _person_changed(
    form: Form, company_id: str, account_id: str, contact_id: str, parts: Parts
) -> bool:
    if form.value("then") == "remove":
        removal = RemoveAccountPerson(
            company_id=company_id, account_id=account_id, contact_id=contact_id
        )
        await remove_account_person(removal, office=parts.office)
        return True
    person = person_in(form)
    if not form.ok:
        return False
    change = ChangeAccountPerson(
        company_id=company_id,
        account_id=account_id,
        contact_id=contact_id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        primary=form.has("primary"),
    )
    await change_account_person(change, office=parts.office)
    return True


async def account_task(  # noqa: PLR0917 - what a page is shown with
    request: Request,
    staff: Staff,
    parts: Parts,
    account: CustomerAccount,
    template: str,
    form: Form,
    /,
    **context: object,
) -> Response:
    """Render one task: as a drawer for the page that asked, or as a page of its own."""
    return await framed(
        request,
        staff,
        parts,
        template,
        200 if form.ok else 422,
        current="accounts",
        frame="account_drawer.html" if by_htmx(request) else "account_task.html",
        account=account,
        form=form,
        here=request.url.path,
        fresh_key=uuid4().hex,
        **context,
    )
