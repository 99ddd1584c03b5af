"""What an operator sees and does: configuration, queues, dead letters, rebuilding, quiet logs."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from pymongo import MongoClient

from deploy.demo.office import eventually
from deploy.product import OPERATOR, SERVICES
from shared.messaging.topology import dead_queue, events_queue, redelivery_exchange
from tests.support.product import Booking, Client, Company, link_in
from tests.support.stack import Stack

MANY_COMMANDS_SECONDS = 150
"""Each command is a process of its own, with all its imports."""
REBUILT_SECONDS = 200
"""Everything is told again, of all companies that tests before this one have left."""
ROOT = Path(__file__).parents[2]
NEEDED = {"MONGO_URL", "RABBIT_URL", "PUBLIC_URL", "SIGNING_KEY", "TRUSTED_KEYS", "ENVIRONMENT"}
OWN = {
    "scheduling": set(),
    "billing": {"STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"},
    "portal": {"BILLING_URL", "SCHEDULING_URL", "NOTIFICATIONS_URL"},
    "notifications": {"PORTAL_URL", "SMTP_HOST", "SMTP_PORT", "MAIL_FROM"},
}


def operate(stack: Stack, service: str, *arguments: str) -> list[dict[str, Any]]:
    """An operator's command, answered for programs."""
    printed = stack.run(service, f"services.{service}.main", *arguments, "--json")
    rows: list[dict[str, Any]] = json.loads(printed)
    return rows


def started(service: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A service started with nothing but this environment."""
    return subprocess.run(
        [sys.executable, "-m", f"services.{service}.main"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


# ---------------------------------------------------------------------------- configuration
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_names_all_missing_settings_at_once_and_does_not_start(service: str) -> None:
    prefix = service.upper()
    secret = "a-secret-that-must-not-be-printed"
    ended = started(service, **{f"{prefix}_HTTP_PORT": secret, f"{prefix}_HTTP_HOST": "127.0.0.1"})
    assert ended.returncode != 0
    named = set(re.findall(rf"^  {prefix}_(\w+): ", ended.stderr, re.MULTILINE))
    assert named >= NEEDED | OWN[service] | {"HTTP_PORT"}
    assert secret not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_secret_file_that_is_not_there_is_named() -> None:
    ended = started("portal", PORTAL_SIGNING_KEY_FILE="/run/secrets/nowhere")
    assert ended.returncode != 0
    assert "PORTAL_SIGNING_KEY_FILE: No such file or directory" in ended.stderr
    assert "Traceback" not in ended.stderr


# ------------------------------------------------------------------------- queues and letters
@pytest.mark.timeout(MANY_COMMANDS_SECONDS)
def test_each_service_shows_its_queues_and_its_outbox(stack: Stack, company: Company) -> None:
    company.book().invoice()
    for service in SERVICES:
        queues = {row["queue"]: row for row in operate(stack, service, "queues")}
        assert queues[events_queue(service)]["consumers"] == 1
        assert {dead_queue(service), f"{service}.parked", f"{service}.events.retry.5s"} <= set(
            queues
        )
        printed = stack.run(service, f"services.{service}.main", "outbox")
        assert printed == "nothing\n" or printed.startswith("state")
    published = operate(stack, "scheduling", "outbox")
    assert any(row["events"] > 0 for row in published)


async def test_a_dead_letter_is_shown_and_replayed(stack: Stack, company: Company) -> None:
    booking = company.book()
    client = booking.client()
    stack.stop("portal")
    fee = {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    company.office.post(f"{booking.path}/lines", fee)
    booking.wait_invoice(total_cents=50_000)
    eventually(lambda: waiting(stack) == 0, "every event has left its outbox")
    buried = await bury(stack, "portal")
    stack.start("portal")
    assert not any("Pay $500.00" in button for button in client.reload().buttons)

    shown = {row["id"]: row for row in operate(stack, "portal", "dead")}
    assert buried
    assert set(buried) <= set(shown)
    for message_id in buried:
        assert shown[message_id]["reason"] == "a test"
        assert shown[message_id]["company_id"]
        assert operate(stack, "portal", "replay", message_id) == [{"moved": 1}]
    client.wait("Pay $500.00")
    assert not set(buried) & {row["id"] for row in operate(stack, "portal", "dead")}


async def bury(stack: Stack, service: str) -> list[str]:
    """Put all that waits for a service on its shelf of dead letters; their ids."""
    connection = await aio_pika.connect(stack.rabbit_url(OPERATOR))
    buried = []
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        shelves = await channel.get_exchange(redelivery_exchange(service), ensure=False)
        queue = await channel.get_queue(events_queue(service), ensure=False)
        while message := await queue.get(fail=False, timeout=10):
            copy = aio_pika.Message(
                message.body,
                message_id=message.message_id,
                type=message.type,
                headers={**message.headers, "x-reason": "a test"},
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await shelves.publish(copy, dead_queue(service), mandatory=True)
            await message.ack()
            buried.append(str(message.message_id))
    return buried


def test_replaying_what_is_not_there_says_so(stack: Stack, company: Company) -> None:
    with pytest.raises(AssertionError, match="no message nowhere-to-be-found on this shelf"):
        operate(stack, "billing", "replay", "nowhere-to-be-found")


# ---------------------------------------------------------------------------- the read model
def whole_story(company: Company, **more: Any) -> tuple[Booking, Client]:
    """Booked, opened, signed, declined, paid, published, added to, refunded."""
    booking = company.book("Full home inspection", "Radon test", **more)
    client = booking.client()
    agreement = client.browser.open(f"{client.home}/agreement")
    client.browser.submit(agreement.form("Sign agreement"), signed_by=SIGNER, accepted="on")
    client.wait("Agreement signed")
    client.checkout()
    client.pay_by_card("4000 0000 0000 0002")
    client.pay_by_card()
    client.wait("Paid in full")
    booking.publish()
    client.wait("Report unlocked")
    booking.mail("is ready")
    fee = {"kind": "fee", "name": "Second visit", "amount_cents": 2_500}
    company.office.post(f"{booking.path}/lines", fee)
    client.wait("Pay $25.00")
    payment = booking.wait_invoice(balance_cents=2_500)["payments"][0]["payment_id"]
    company.office.post(
        f"billing/v1/payments/{payment}/refunds",
        {"amount_cents": 1_000, "reason": "Kindness", "with_credit": True},
    )
    client.wait("Refunded to you")
    for subject in ("is booked", "receipt", "has changed", "refund"):
        booking.mail(subject)
    return booking, client


SIGNER = "Ellen Park"


@pytest.mark.timeout(320)
def test_the_portal_is_rebuilt_from_events_and_nobody_gets_a_mail_for_it(
    stack: Stack, company: Company
) -> None:
    booking, client = whole_story(company)
    before = client.reload().text
    mails = len(company.sandbox.mails(booking.client_email))
    alerts = company.alerts(booking.inspection_id)
    emptied = operate(stack, "portal", "rebuild-view")
    assert emptied[0]["views_emptied"] >= 1
    client.wait("Refunded to you", within=REBUILT_SECONDS)
    eventually(lambda: client.reload().text == before, f"the same page again: {before}")
    assert company.alerts(booking.inspection_id) == alerts
    assert len(company.sandbox.mails(booking.client_email)) == mails


# ----------------------------------------------------------------------------------- the logs
def test_a_whole_story_leaves_no_personal_data_in_the_logs(stack: Stack, open_one) -> None:
    """Words that occur nowhere else are followed through every log."""
    mark = uuid4().hex[:6]
    company = open_one(f"Quillfeather {mark} Inspections")
    street = f"{mark} Nightjar Hollow"
    booking, client = whole_story(
        company,
        site={"street": street, "city": "Bend", "region": "OR"},
        people=[{"role": "agent", "name": f"Agent{mark}", "email": f"agent-{mark}@example.com"}],
    )
    staff = company.staff_browser()
    staff.open(f"/staff/scheduling/inspections?q={mark}")
    wrong = staff.open("/staff/scheduling/sign-in")
    staff.submit(wrong.form("Sign in"), email=company.owner_email, password=f"wrong-{mark}")
    tokens = [
        found.rsplit("/", 1)[-1]
        for mail in company.sandbox.mails(booking.client_email)
        if (found := link_in(mail))
    ]
    assert tokens
    secrets = [
        *tokens,
        *(cookie.value for cookie in client.browser.http.cookies.jar if cookie.value),
        *(cookie.value for cookie in staff.http.cookies.jar if cookie.value),
        company.office._http.headers["Authorization"].removeprefix("Bearer "),
        booking.client_email,
        company.owner_email,
        mark,
    ]
    for part in (*SERVICES, "gateway", "rabbitmq", "mongo"):
        log = stack.log(part)
        assert log, part
        for secret in secrets:
            assert secret not in log, f"{part} wrote down {secret[:6]}..."
        assert "%PDF-" not in log
        assert "4242 4242" not in log


@pytest.mark.timeout(MANY_COMMANDS_SECONDS)
@pytest.mark.scenario(71)
def test_a_whole_story_leaves_nothing_undone_and_the_books_agree(
    stack: Stack, company: Company
) -> None:
    whole_story(company)
    company_id = company.office.get("scheduling/v1/company")["company_id"]
    for service in SERVICES:
        dead = operate(stack, service, "dead")
        assert [row for row in dead if row["company_id"] in {company_id, ""}] == []
    eventually(lambda: waiting(stack) == 0, "every event has left its outbox")
    assert company.sandbox.get("violations")["count"] == 0
    assert "0 differences" in stack.run("billing", "services.billing.main", "check-books")


def waiting(stack: Stack) -> int:
    """Events of all services that have not left."""
    with MongoClient(stack.mongo_url(OPERATOR)) as database:
        return sum(
            database[service]["outbox"].count_documents({"state": "waiting"})
            for service in SERVICES
        )
