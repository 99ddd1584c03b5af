"""Tickets: what customers ask, what staff answer, and what the settings allow (R99-R106)."""

import re
from datetime import timedelta

import pytest

from services.portal.domain.portal_settings import PortalSettings
from tests.support.portal_account_samples import ACCOUNT_ID, told_account, told_recurring
from tests.support.portal_samples import (
    COMPANY_ID,
    NOW,
    an_inspection,
    settings,
    told_company,
    told_inspection,
)
from tests.support.portal_ticket_fakes import told_staff
from tests.unit.portal.test_account_sign_in import csrf
from tests.unit.portal.test_client_page import words

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def office(empty_portal):
    """A company that takes tickets; Dana is signed in."""
    empty_portal.tell(told_company(), settings(), told_account(), told_staff())
    empty_portal.tell(told_staff("staff-2", "Tom Reyes"))
    allow(empty_portal, tickets=True, ticket_assignee_staff_id="staff-2")
    await empty_portal.customer()
    return empty_portal


def allow(portal, **rules):
    kept = portal.customers.settings.kept
    now = kept.get(COMPANY_ID, PortalSettings(company_id=COMPANY_ID))
    kept[COMPANY_ID] = now.model_copy(update=rules)


async def send(portal, path="/account/tickets/new", **fields):
    data = {
        "csrf_token": await csrf(portal),
        "idempotency_key": "key-1",
        "kind": "question",
        "subject": "Gate code",
        "text": "Which code opens the gate?",
        **fields,
    }
    return await portal.browser.post(path, data=data)


async def opened(portal, **fields):
    answer = await send(portal, **fields)
    assert answer.status_code == 303, answer.text
    return next(reversed(portal.customers.tickets.kept.values()))


async def as_staff(portal, path, **fields):
    portal.sign_in()
    data = {"csrf_token": "staff-csrf", "idempotency_key": "reply-1", **fields}
    return await portal.browser.post(f"/staff/portal/tickets/{path}", data=data)


async def test_a_ticket_is_open_numbered_and_assigned_to_the_one_of_the_settings(office):
    ticket = await opened(office)
    assert (ticket.number, ticket.status, ticket.kind) == ("T-101", "open", "question")
    assert (ticket.assignee_staff_id, ticket.asker.contact_id) == ("staff-2", "p1")
    (event,) = office.customers.tickets.told
    assert (event.ticket.account_id, event.ticket.last_message_from) == (ACCOUNT_ID, "customer")
    assert (await opened(office, idempotency_key="key-2")).number == "T-102"


async def test_the_same_form_sent_twice_opens_one_ticket(office):
    first, again = await send(office), await send(office)
    assert first.headers["location"] == again.headers["location"]
    assert len(office.customers.tickets.kept) == 1


async def test_somebody_who_left_the_team_gets_no_tickets(office):
    office.tell(told_staff("staff-2", "Tom Reyes", active=False, revision=2))
    assert (await opened(office)).assignee_staff_id is None


@pytest.mark.parametrize("missing", ["subject", "text"])
async def test_an_empty_field_is_told_at_the_field(office, missing):
    answer = await send(office, **{missing: "  "})
    assert answer.status_code == 422
    assert f'href="#{missing}"' in answer.text
    assert office.customers.tickets.kept == {}


async def test_a_script_is_shown_as_text_to_both_sides(office):
    ticket = await opened(office, subject=SCRIPT, text=SCRIPT)
    office.sign_in()
    for path in ("/account/tickets/", "/staff/portal/tickets/"):
        page = (await office.browser.get(f"{path}{ticket.ticket_id}")).text
        assert SCRIPT not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("status", ["open", "pending", "on_hold"])
async def test_what_is_not_closed_is_open_to_the_customer(office, status):
    ticket = await opened(office)
    await as_staff(office, f"{ticket.ticket_id}/arrange", status=status)
    page = words(await office.browser.get(f"/account/tickets/{ticket.ticket_id}"))
    assert "Open" in page
    assert not re.search("Pending|On hold", page)
    assert "Gate code" in words(await office.browser.get("/account/tickets"))
    assert "Gate code" not in words(await office.browser.get("/account/tickets?show=closed"))


async def test_a_closed_ticket_moves_to_the_closed_ones_and_opens_again_when_answered(office):
    ticket = await opened(office)
    await as_staff(office, f"{ticket.ticket_id}/arrange", status="closed")
    assert "Gate code" not in words(await office.browser.get("/account/tickets"))
    assert "Gate code" in words(await office.browser.get("/account/tickets?show=closed"))
    office.clock.now += timedelta(hours=1)
    await send(office, f"/account/tickets/{ticket.ticket_id}", text="Still closed!")
    assert office.customers.tickets.kept[ticket.ticket_id].status == "open"


async def test_without_tickets_there_is_no_icon_and_every_page_is_refused(office):
    ticket = await opened(office)
    assert "Submit a ticket" in (await office.browser.get("/account")).text
    allow(office, tickets=False)
    assert "ticket" not in words(await office.browser.get("/account")).casefold()
    for path in ("/account/tickets", "/account/tickets/new"):
        assert (await office.browser.get(path)).status_code == 403
    path = f"/account/tickets/{ticket.ticket_id}"
    assert (await office.browser.get(path)).status_code == 403
    assert (await send(office, idempotency_key="key-9")).status_code == 403
    assert (await send(office, path, text="More")).status_code == 403


@pytest.mark.parametrize(
    ("hidden", "status"), [("open_tickets", "open"), ("closed_tickets", "closed")]
)
async def test_a_list_that_is_not_shown_hides_its_tickets_too(office, hidden, status):
    ticket = await opened(office)
    await as_staff(office, f"{ticket.ticket_id}/arrange", status=status)
    allow(office, **{hidden: False})
    shown = await office.browser.get(f"/account/tickets?show={status}")
    assert shown.status_code == 403
    assert (await office.browser.get(f"/account/tickets/{ticket.ticket_id}")).status_code == 404
    answer = await send(office, f"/account/tickets/{ticket.ticket_id}", text="More")
    assert answer.status_code == 404


async def test_a_ticket_can_be_sent_although_no_list_is_shown(office):
    allow(office, open_tickets=False, closed_tickets=False)
    sent = await send(office)
    assert sent.headers["location"] == "/account/tickets/thanks"
    assert "Ticket sent" in words(await office.browser.get("/account/tickets/thanks"))


async def test_another_accounts_ticket_is_not_there(office):
    ticket = await opened(office)
    office.tell(
        told_account(
            account_id="account-2",
            people=[{"contact_id": "p9", "name": "Eve", "email": "eve@example.com", "phone": ""}],
        )
    )
    await office.customer(account_id="account-2", contact_id="p9", recipient="eve@example.com")
    path = f"/account/tickets/{ticket.ticket_id}"
    assert (await office.browser.get(path)).status_code == 404
    assert (await send(office, path, text="Mine?")).status_code == 404


async def test_each_kind_has_its_own_categories_and_a_single_one_is_chosen_already(office):
    allow(office, ticket_categories=("Invoices", "Visits"), cancel_categories=("Cancellation",))
    page = (await office.browser.get("/account/tickets/new")).text
    assert 'value="Invoices"' in page
    assert "Cancellation" not in page
    assert (
        '<option value="Cancellation" selected>'
        in (await office.browser.get("/account/tickets/new?kind=cancel")).text
    )
    assert (await send(office)).status_code == 422
    assert (await send(office, category="Cancellation")).status_code == 422
    assert (await opened(office, category="Visits")).category == "Visits"
    cancelled = await opened(office, kind="cancel", idempotency_key="key-2")
    assert (cancelled.kind, cancelled.category) == ("cancel", "Cancellation")


def a_visit(**changes):
    account = {"account_id": ACCOUNT_ID, "name": "Cascade", "terms_days": 30}
    return told_inspection(an_inspection(account=account, **changes))


async def test_services_are_shown_as_the_settings_say(office):
    past = a_visit(inspection_id="old", number="HP-1", starts_at=NOW - timedelta(days=9))
    coming = a_visit(inspection_id="new", number="HP-2", starts_at=NOW + timedelta(days=9))
    office.tell(past, coming, told_recurring(status="paused", pause_reason=f"Roof works {SCRIPT}"))
    page = await office.browser.get("/account/services")
    assert ("HP-1" in page.text, "HP-2" in page.text, "Roof works" in page.text) == (
        True,
        True,
        False,
    )
    allow(office, service_history=False, upcoming_services=False, paused_services=True)
    page = await office.browser.get("/account/services")
    assert ("HP-1" in page.text, "HP-2" in page.text) == (False, False)
    assert "Roof works &lt;script&gt;" in page.text
    allow(office, paused_services=False)
    assert (await office.browser.get("/account/services")).status_code == 403


async def test_a_request_to_move_a_visit_names_it_and_a_foreign_visit_is_not_there(office):
    office.tell(a_visit(inspection_id="new", starts_at=NOW + timedelta(days=9)))
    page = await office.browser.get("/account/services")
    assert "/account/tickets/new?kind=reschedule&amp;visit=new" in page.text
    ticket = await opened(office, kind="reschedule", visit="new")
    assert ticket.kind == "reschedule"
    assert ticket.about
    refused = await office.browser.get("/account/tickets/new?kind=cancel&visit=other")
    assert refused.status_code == 404


async def test_an_answer_is_mailed_once_with_an_address_whose_secret_is_not_kept(office):
    ticket = await opened(office)
    for _ in range(2):
        answer = await as_staff(office, f"{ticket.ticket_id}/reply", text="4711", status="pending")
        assert answer.status_code == 303
    replies = [e for e in office.customers.tickets.told if e.name == "portal.ticket_reply_sent.v1"]
    assert len(replies) == 1
    (reply,) = replies
    assert (reply.recipient, reply.sent_by) == (ticket.asker.email, "Priya Raman")
    secret = re.fullmatch(r"ticket\+([0-9a-f]{40})@in\.example\.com", reply.reply_to)[1]
    kept = office.customers.tickets.kept[ticket.ticket_id]
    assert (kept.status, kept.last_message_from) == ("pending", "staff")
    assert secret not in repr(kept)


async def test_a_ticket_goes_to_exactly_one_of_the_team(office):
    ticket = await opened(office)
    path = f"{ticket.ticket_id}/arrange"
    two = await as_staff(office, path, status="open", assignee_staff_id=["staff-1", "staff-2"])
    stranger = await as_staff(office, path, status="open", assignee_staff_id="staff-9")
    assert (two.status_code, stranger.status_code) == (422, 422)
    assert office.customers.tickets.kept[ticket.ticket_id].assignee_staff_id == "staff-2"
    await as_staff(office, path, status="open", assignee_staff_id="staff-1")
    assert office.customers.tickets.kept[ticket.ticket_id].assignee_staff_id == "staff-1"


async def test_the_inbox_is_filtered_counted_and_of_one_company(office):
    first = await opened(office)
    await opened(office, subject="Invoice 12", kind="cancel", idempotency_key="key-2")
    await as_staff(office, f"{first.ticket_id}/arrange", status="closed")
    office.sign_in(staff_id="staff-2")
    inbox = "/staff/portal/tickets"
    assert "Gate code" not in (await office.browser.get(inbox)).text
    assert "Gate code" in (await office.browser.get(f"{inbox}?status=closed")).text
    assert "Invoice 12" in (await office.browser.get(f"{inbox}?whose=mine&kind=cancel")).text
    assert "Invoice 12" not in (await office.browser.get(f"{inbox}?whose=unassigned")).text
    found = (await office.browser.get(f"{inbox}?status=&q=gate")).text
    assert ("Gate code" in found, "Invoice 12" in found) == (True, False)
    office.sign_in("company-2")
    assert "Invoice 12" not in (await office.browser.get(inbox)).text
    assert (await office.browser.get(f"{inbox}/{first.ticket_id}")).status_code == 404


async def test_who_may_only_read_cannot_answer(office):
    ticket = await opened(office)
    office.sign_in(role="read_only")
    page = await office.browser.get(f"/staff/portal/tickets/{ticket.ticket_id}")
    assert "Send answer" not in page.text
    answer = await office.browser.post(
        f"/staff/portal/tickets/{ticket.ticket_id}/reply",
        data={"csrf_token": "staff-csrf", "text": "x", "status": "open", "idempotency_key": "k"},
    )
    assert answer.status_code == 403
