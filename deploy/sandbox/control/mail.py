"""Control: read the inbox as JSON."""

from typing import Any

from fastapi import APIRouter

from deploy.sandbox.api.errors import no_such
from deploy.sandbox.control.finding import TheWorld
from deploy.sandbox.mailbox import mails

router = APIRouter(prefix="/_sandbox/mails", tags=["mail"])


@router.get("")
async def index(world: TheWorld, to: str = "") -> list[dict[str, Any]]:
    """List mails newest first, those to addresses containing `to`."""
    return [mails.as_json(mail) for mail in mails.newest(world.store, to)]


@router.get("/{mail_id}")
async def show(world: TheWorld, mail_id: int) -> dict[str, Any]:
    """Give one mail."""
    mail = mails.one(world.store, mail_id)
    if mail is None:
        raise no_such("mail", str(mail_id))
    return mails.as_json(mail)


@router.delete("")
async def empty(world: TheWorld) -> None:
    """Throw all mails away."""
    world.store.db.execute("DELETE FROM mails")
