"""Where `receipt_url` of a charge leads."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from deploy.sandbox.control.finding import TheWorld
from deploy.sandbox.hosted.look import page

router = APIRouter(prefix="/sandbox/stripe/receipts", include_in_schema=False)


@router.get("/{charge_id}")
async def show(world: TheWorld, charge_id: str) -> Response:
    """Show what was taken and what went back."""
    account = world.store.owner(charge_id)
    charge = None if account is None else world.store.read(account, charge_id)
    if charge is None or charge["object"] != "charge":
        return page("gone.html", status=HTTPStatus.NOT_FOUND, session=None)
    return page("receipt.html", charge=charge)
