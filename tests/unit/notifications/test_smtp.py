"""The mail adapter against a real SMTP server in this process."""

import asyncio
import contextlib
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP

from services.notifications.adapters import smtp_post
from services.notifications.adapters.smtp_post import (
    SmtpPost,
    SmtpServer,
    compose_message,
    deliverable,
)
from services.notifications.domain.circuit import FAILURES_TO_OPEN
from services.notifications.domain.delivery import (
    Accepted,
    Outgoing,
    RefusedForGood,
    TryLater,
)
from tests.support.notifications_events import NOW


class Inbox:
    """Answers as told at RCPT and after DATA; keeps what it accepted."""

    def __init__(self) -> None:
        self.rcpt = "250 OK"
        self.data = "250 OK"
        self.stall = False
        self.mails: list[tuple[list[str], EmailMessage]] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        if self.stall:
            await asyncio.Event().wait()
        if self.data == "drop":
            self.mails.append((envelope.rcpt_tos, None))
            server.transport.abort()
            return None
        if self.data.startswith("2"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((envelope.rcpt_tos, mail))
        return self.data


@pytest.fixture
async def inbox():
    handler = Inbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=False), "127.0.0.1", 0
    )
    handler.port = server.sockets[0].getsockname()[1]
    yield handler
    server.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            await server.wait_closed()


def a_post(port: int) -> SmtpPost:
    server = SmtpServer(host="127.0.0.1", port=port, mail_from="no-reply@doorstep.example")
    return SmtpPost(server, lambda: NOW)


def outgoing(**changes) -> Outgoing:
    fields = {
        "mail_id": "0123abcd",
        "to_name": "Ellen Park",
        "to_address": "ellen@example.com",
        "from_name": "Harbor & Pine",
        "reply_to": "office@harborpine.example",
        "subject": "Receipt for $475.00",
        "html": "<p>Grüße</p>",
        "text": "Grüße",
    }
    return Outgoing(**(fields | changes))


async def test_an_accepted_mail_arrives_whole(inbox):
    assert await a_post(inbox.port).send(outgoing()) == Accepted()

    [(to, mail)] = inbox.mails
    assert to == ["ellen@example.com"]
    assert mail["Message-ID"] == "<0123abcd@doorstep.example>"
    assert mail["From"] == "Harbor & Pine <no-reply@doorstep.example>"
    assert mail["Reply-To"] == "office@harborpine.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_body(("plain",)).get_content().strip() == "Grüße"
    assert mail.get_body(("html",)).get_content().strip() == "<p>Grüße</p>"


async def test_a_second_try_has_the_same_message_id(inbox):
    post = a_post(inbox.port)
    await post.send(outgoing())
    await post.send(outgoing())

    assert len({mail["Message-ID"] for _, mail in inbox.mails}) == 1


@pytest.mark.parametrize(
    ("rcpt", "data", "expected"),
    [
        ("550 no such user", "250 OK", RefusedForGood("550 no such user")),
        ("250 OK", "554 spam", RefusedForGood("554 spam")),
        ("451 greylisted", "250 OK", TryLater("451 greylisted", asked=True)),
        ("250 OK", "452 full", TryLater("452 full", asked=True)),
        ("421 going away", "250 OK", TryLater("421 going away", asked=True)),
    ],
)
async def test_what_the_server_answers_decides(inbox, rcpt, data, expected):
    inbox.rcpt, inbox.data = rcpt, data

    assert await a_post(inbox.port).send(outgoing()) == expected


async def test_a_connection_dropped_after_the_data_is_tried_again(inbox):
    inbox.data = "drop"

    outcome = await a_post(inbox.port).send(outgoing())

    assert isinstance(outcome, TryLater)
    assert outcome.asked


async def test_a_server_that_stalls_is_given_up_in_time(inbox, monkeypatch):
    inbox.stall = True
    monkeypatch.setattr(smtp_post, "TIMEOUT_SECONDS", 0.2)

    outcome = await a_post(inbox.port).send(outgoing())

    assert isinstance(outcome, TryLater)
    assert "unreachable" in outcome.reason


async def test_a_server_that_is_away_is_left_alone_after_a_few_tries():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        post = a_post(reserved.getsockname()[1])
        outcomes = [await post.send(outgoing()) for _ in range(FAILURES_TO_OPEN + 2)]

    assert [outcome.asked for outcome in outcomes] == [True] * FAILURES_TO_OPEN + [False] * 2
    assert outcomes[-1].not_before > NOW


async def test_one_refused_recipient_does_not_close_the_way_for_others(inbox):
    post = a_post(inbox.port)
    inbox.rcpt = "550 no"
    for _ in range(FAILURES_TO_OPEN + 1):
        await post.send(outgoing())
    inbox.rcpt = "250 OK"

    assert await post.send(outgoing()) == Accepted()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b.c, evil@x.y",
        "a@b.example\r\nBcc: evil@x.y",
        "<a@b.example>",
        "grüße@b.example",
    ],
)
async def test_what_is_not_one_address_is_refused_without_asking_anybody(inbox, address):
    assert await a_post(inbox.port).send(outgoing(to_address=address)) == RefusedForGood(
        "not_an_address"
    )
    assert inbox.mails == []


def test_a_domain_with_other_letters_is_written_in_ascii():
    assert deliverable("ellen@grüße.example") == "ellen@xn--gre-6ka8l.example"


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\v", "\u2028", "\u0085", "\0"])
def test_no_name_or_subject_can_add_a_header(breaks):
    server = SmtpServer(host="h", port=25, mail_from="no-reply@doorstep.example")
    evil = f"Hi{breaks}Bcc: evil@example.com"

    mail = compose_message(
        outgoing(subject=evil, to_name=evil, from_name=evil), "a@example.com", server, NOW
    )

    assert "Bcc" not in mail
    assert mail["Subject"] == "Hi Bcc: evil@example.com"
    assert [address.addr_spec for address in mail["To"].addresses] == ["a@example.com"]
