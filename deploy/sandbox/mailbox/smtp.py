"""The SMTP server: takes every mail, unless it was told to be difficult."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.sandbox.mailbox import mails
from deploy.sandbox.state.faults import Fault, take_fault
from deploy.sandbox.state.store import Store
from deploy.sandbox.state.world import World

BYTES_MAX = 32 * 1024 * 1024
TAKEN = "250 2.0.0 OK: in the sandbox's inbox"
_REFUSALS = {
    "421": "421 4.3.2 Service not available, closing transmission channel",
    "451": "451 4.3.0 Try again later",
    "550": "550 5.1.1 No such mailbox here",
}


class Inbox:
    """What aiosmtpd asks when a mail has arrived."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail and say so; or play the fault whose turn it is."""
        recipients = [str(recipient) for recipient in envelope.rcpt_tos]
        fault = take_fault(self._store, "smtp", ",".join(recipients))
        if fault is not None and fault.kind in _REFUSALS:
            return _refused(server, fault)
        if fault is not None and fault.kind == "stall":
            await asyncio.sleep(fault.details["seconds"])
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        mails.keep(self._store, str(envelope.mail_from), recipients, raw)
        if fault is not None and fault.kind == "drop_after_data":
            _hang_up(server)
        return TAKEN


def _refused(server: SMTP, fault: Fault) -> str:
    if fault.kind == "421":
        asyncio.get_running_loop().call_soon(_hang_up, server)
    return _REFUSALS[fault.kind]


def _hang_up(server: SMTP) -> None:
    """Cut the line: the mail was taken but its sender never hears so."""
    transport: Any = server.transport  # uvloop's is no asyncio.Transport
    if transport is not None:
        transport.abort()


async def serve(world: World) -> asyncio.Server:
    """Listen for mail on the event loop of the process; the caller closes the server."""
    inbox = Inbox(world.store)

    def protocol() -> Any:
        return SMTP(
            inbox,
            hostname="sandbox.doorstep.example",
            data_size_limit=BYTES_MAX,
            enable_SMTPUTF8=True,
        )

    settings = world.settings
    return await asyncio.get_running_loop().create_server(
        protocol, settings.smtp_host, settings.smtp_port
    )
