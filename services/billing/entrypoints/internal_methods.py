"""What portal may ask about methods on file and autopay, for who is signed in."""

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.billing.domain.account_refusals import SetupNotFoundError
from services.billing.domain.methods import Setup
from services.billing.domain.payment import Method
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.entrypoints.internal import Id, Url, Wish
from services.billing.entrypoints.internal_accounts import Kind, Name, StatusOut
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.change_autopay import ChangeAutopay, change_autopay
from services.billing.usecases.change_method import ChangeMethod, change_method, remove_method
from services.billing.usecases.ports import GatewayError
from services.billing.usecases.refresh_setup import refresh_setup
from services.billing.usecases.start_setup import StartSetup, start_setup
from shared.idempotency import IdempotencyKey
from shared.identity import service_call
from shared.problem_answers import responses

router = APIRouter(
    prefix="/internal/v1",
    tags=["internal"],
    dependencies=[Depends(service_call("portal", "notifications", "scheduling"))],
)


class SetupIn(Wish):
    """A page to put a method on file."""

    contact_id: Id
    actor_name: Name = ""
    kind: Kind
    success_url: Url
    cancel_url: Url


class SetupOut(BaseModel):
    """Where to send the customer."""

    setup_id: str
    url: str


class ActorIn(Wish):
    """Who is signed in."""

    contact_id: Id
    actor_name: Name = ""


class AutopayIn(ActorIn):
    """In or out; without a method the account's default is charged."""

    enrolled: bool
    method_id: Id | None = None


@router.post(
    "/accounts/{account_id}/setups",
    status_code=201,
    responses=responses(403, 404, 409, 422, 503),
)
async def begin_setup(
    account_id: str, wish: SetupIn, key: IdempotencyKey, parts: UsedParts
) -> SetupOut:
    """Open a page on which a method is saved without charging."""
    setup = await start_setup(
        StartSetup(
            company_id=wish.company_id,
            account_id=account_id,
            setup_id=id_from("setup", wish.company_id, key),
            kind=Method(wish.kind),
            actor_name=wish.actor_name,
            success_url=wish.success_url,
            cancel_url=wish.cancel_url,
        ),
        books=parts.books,
        gateway=parts.gateway,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )
    return SetupOut(setup_id=setup.setup_id, url=setup.url or "")


@router.post("/setups/{setup_id}/refresh", responses=responses(404, 422, 503))
async def finish_setup(setup_id: str, wish: Wish, parts: UsedParts) -> StatusOut:
    """`saved`, `awaiting_payer` or `expired`."""
    setup = await parts.books.setup_behind(setup_id)
    if setup is None or setup.company_id != wish.company_id:
        raise SetupNotFoundError
    try:
        setup = await refresh_setup(
            setup, books=parts.books, gateway=parts.gateway, clock=parts.clock
        )
    except GatewayError as error:
        raise PaymentsUnavailableError from error
    return StatusOut(status=_setup_status(setup))


@router.post("/accounts/{account_id}/methods/{method_id}/default", responses=responses(403, 404))
async def make_default(
    account_id: str, method_id: str, wish: ActorIn, parts: UsedParts
) -> dict[str, Any]:
    """Charge this one unless another is named."""
    command = _method_command(account_id, method_id, wish)
    method = await change_method(command, books=parts.books)
    return {"method_id": method.method_id, "is_default": method.is_default}


@router.post("/accounts/{account_id}/methods/{method_id}/remove", responses=responses(403, 404))
async def remove(
    account_id: str, method_id: str, wish: ActorIn, parts: UsedParts
) -> dict[str, Any]:
    """Take it off file, here and at the processor."""
    command = _method_command(account_id, method_id, wish)
    method = await remove_method(command, books=parts.books)
    return {"method_id": method.method_id, "removed": method.removed}


@router.post("/accounts/{account_id}/autopay", responses=responses(403, 404, 422))
async def autopay(account_id: str, wish: AutopayIn, parts: UsedParts) -> dict[str, Any]:
    """In or out; nothing is charged by it."""
    command = ChangeAutopay(
        company_id=wish.company_id,
        account_id=account_id,
        enrolled=wish.enrolled,
        method_id=wish.method_id,
        by="customer",
        actor_name=wish.actor_name,
    )
    now = await change_autopay(command, books=parts.books, clock=parts.clock)
    return {"enrolled": now.enrolled, "enrolled_at": now.enrolled_at, "method_id": now.method_id}


def _setup_status(setup: Setup) -> str:
    if setup.method_id:
        return "saved"
    return "expired" if setup.over else "awaiting_payer"


def _method_command(account_id: str, method_id: str, wish: ActorIn) -> ChangeMethod:
    return ChangeMethod(
        company_id=wish.company_id,
        account_id=account_id,
        method_id=method_id,
        by="customer",
        actor_name=wish.actor_name,
    )
