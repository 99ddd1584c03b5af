"""JSON: the links of an inspection for programs and staff; a token is in none of the answers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, BaseModel

from services.portal.domain.links import Link, LinkState
from services.portal.entrypoints.staff_frame import ApiReader, ApiWriter, name_of
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.end_link import EndLink, end_link
from services.portal.usecases.list_links import list_links
from shared.identity import ApiClient, Staff
from shared.problem_answers import responses

router = APIRouter(prefix="/api/portal/v1/inspections/{inspection_id}/links", tags=["links"])
Id = Annotated[str, Path(max_length=64)]


class LinkOut(BaseModel):
    """A link as it stands.

    `revoked`: staff ended it; `left`: whom it was sent to is no longer in the People box.
    """

    link_id: str
    scope: Literal["inspection", "invoice"]
    invoice_id: str | None
    recipient: str
    """An email address; `staff:` and an id for one that staff made with `Client View`."""
    purpose: str
    """The kind of mail that carried it, `client_view`, or `copied`."""
    state: LinkState
    created_at: AwareDatetime
    opened_at: AwareDatetime | None
    """When a person first had its page open."""
    expires_at: AwareDatetime
    ended_at: AwareDatetime | None
    ended_by: str


class LinkList(BaseModel):
    """Those that work first, each kind the newest first; 500 at most."""

    items: list[LinkOut]


@router.get("", responses=responses(401, 403, 404))
async def list_of_inspection(request: Request, inspection_id: Id, caller: ApiReader) -> LinkList:
    """Every link that leads to the inspection or to one of its invoices."""
    wiring = wiring_of(request)
    found = await list_links(
        caller.company_id, inspection_id, wiring.links, wiring.views, wiring.clock()
    )
    return LinkList(items=[_out(listed.link, listed.state) for listed in found.listed])


@router.post("/{link_id}/end", responses=responses(401, 403, 404))
async def end(request: Request, inspection_id: Id, link_id: Id, caller: ApiWriter) -> LinkOut:
    """End it: nobody gets in by it any more. Ending it again changes nothing."""
    wiring = wiring_of(request)
    command = EndLink(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        link_id=link_id,
        by=_who(caller),
    )
    return _out(await end_link(command, wiring.links, wiring.clock()), "revoked")


def _who(caller: Staff | ApiClient) -> str:
    """For the office to read, not for customers."""
    return name_of(caller) if isinstance(caller, Staff) else f"API key {caller.key_id}"


def _out(link: Link, state: LinkState) -> LinkOut:
    return LinkOut(
        link_id=link.link_id,
        scope=link.scope,
        invoice_id=link.invoice_id,
        recipient=link.recipient,
        purpose=link.purpose,
        state=state,
        created_at=link.created_at,
        opened_at=link.opened_at,
        expires_at=link.expires_at,
        ended_at=link.revoked_at,
        ended_by=link.revoked_by,
    )
