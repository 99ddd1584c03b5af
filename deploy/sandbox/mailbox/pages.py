"""The inbox as pages: the list, one mail, its HTML in a frame of its own, its files."""

import base64
import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from deploy.sandbox.control.finding import TheWorld
from deploy.sandbox.hosted.look import page
from deploy.sandbox.mailbox import mails
from deploy.sandbox.mailbox.answering import an_answer, hand_over, reply_address
from deploy.sandbox.mailbox.mails import Mail

router = APIRouter(prefix="/sandbox/inbox", include_in_schema=False)
home = APIRouter(prefix="/sandbox", include_in_schema=False)

# A mail is somebody else's HTML: no scripts, no forms, but its own styles and clickable links.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src * data:; font-src data:;"
    " frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_OPEN_IN_NEW_TAB = '<base target="_blank">'


@router.get("")
async def index(world: TheWorld, to: Annotated[str, Query(max_length=200)] = "") -> Response:
    """List mails newest first, those to addresses containing `to`."""
    return page("inbox.html", mails=mails.newest(world.store, to), to=to)


@home.get("")
async def entrance() -> Response:
    """Lead to what there is to see."""
    return RedirectResponse("/sandbox/inbox", HTTPStatus.SEE_OTHER)


@router.get("/list")
async def fragment(world: TheWorld, to: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Give the list alone, for the page that keeps itself fresh."""
    return page("inbox_list.html", mails=mails.newest(world.store, to), to=to)


@router.get("/{mail_id}")
async def show(
    world: TheWorld, mail_id: int, answered: Annotated[str, Query(max_length=8)] = ""
) -> Response:
    """Show one mail, and a field to answer it with where answers are taken."""
    mail = mails.one(world.store, mail_id)
    if mail is None:
        return _gone()
    return page(
        "letter.html",
        mail=mail,
        html=mail.part("html"),
        text=mail.part("plain"),
        headers=list(mail.message().items()),
        files=mail.attachments(),
        reply_to=reply_address(mail),
        answerable=bool(world.settings.inbound_mail_url),
        answered=answered,
    )


@router.post("/{mail_id}/answer")
async def answer(world: TheWorld, mail_id: int, text: Annotated[str, Form()]) -> Response:
    """Answer as its reader would: the mail goes where the mail provider hands mails over."""
    mail = mails.one(world.store, mail_id)
    if mail is None:
        return _gone()
    done = await hand_over(an_answer(mail, text), world.settings)
    said = "yes" if done else "no"
    return RedirectResponse(f"/sandbox/inbox/{mail_id}?answered={said}", HTTPStatus.SEE_OTHER)


@router.get("/{mail_id}/html")
async def body(world: TheWorld, mail_id: int) -> Response:
    """Give the mail's own HTML, shut in by its content policy."""
    mail = mails.one(world.store, mail_id)
    html = None if mail is None else mail.part("html")
    if mail is None or html is None:
        return _gone()
    return HTMLResponse(
        _with_new_tabs(_with_pictures(mail, html)),
        headers={
            "content-security-policy": MAIL_POLICY,
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        },
    )


@router.get("/{mail_id}/raw")
async def raw(world: TheWorld, mail_id: int) -> Response:
    """Give the mail as it came in."""
    mail = mails.one(world.store, mail_id)
    if mail is None:
        return _gone()
    return Response(
        mail.raw, media_type="text/plain", headers={"x-content-type-options": "nosniff"}
    )


@router.get("/{mail_id}/files/{place}")
async def download(world: TheWorld, mail_id: int, place: int) -> Response:
    """Give one attachment, always as a download."""
    mail = mails.one(world.store, mail_id)
    files = mail.attachments() if mail else []
    if not 0 <= place < len(files):
        return _gone()
    part = files[place]
    payload = part.get_payload(decode=True)
    name = re.sub(r"[^\w.\- ]", "_", part.get_filename() or f"file-{place + 1}")
    return Response(
        payload if isinstance(payload, bytes) else b"",
        media_type=part.get_content_type(),
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "x-content-type-options": "nosniff",
        },
    )


def _gone() -> Response:
    return page("gone.html", status=HTTPStatus.NOT_FOUND, session=None)


def _with_new_tabs(html: str) -> str:
    """Let links open beside the inbox; the page they lead to may refuse to be framed."""
    changed, found = re.subn(
        r"(<head[^>]*>)", rf"\1{_OPEN_IN_NEW_TAB}", html, count=1, flags=re.IGNORECASE
    )
    return changed if found else _OPEN_IN_NEW_TAB + html


def _with_pictures(mail: Mail, html: str) -> str:
    """Put pictures that came with the mail (`cid:`) where the HTML names them."""
    for part in mail.message().walk():
        name = (part["content-id"] or "").strip("<>")
        payload = part.get_payload(decode=True)
        if name and isinstance(payload, bytes):
            data = base64.b64encode(payload).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return html
