"""Settings > Client Portal: what is chosen there is what customers see (R77-R82, R95-R106)."""

import pytest

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.settings_rules import social_links
from tests.support.portal_account_samples import ROOF, TIER, told_account
from tests.support.portal_samples import COMPANY_ID, settings, told_company
from tests.support.portal_ticket_fakes import told_staff
from tests.unit.portal.test_client_page import words

SERVICES = "/staff/portal/settings"
TICKETS = f"{SERVICES}/tickets"
API = "/api/portal/v1/settings"


@pytest.fixture
def office(empty_portal):
    """An owner before the settings; two people are on the team."""
    empty_portal.tell(
        told_company(custom_fields=(ROOF, TIER)), settings(), told_account(), told_staff()
    )
    empty_portal.tell(told_staff("staff-2", "Tom Reyes"))
    empty_portal.sign_in(role="owner")
    return empty_portal


async def save(portal, path=SERVICES, **fields):
    return await portal.browser.post(path, data={"csrf_token": "staff-csrf", **fields})


async def put(portal, **body):
    return await portal.browser.put(API, json=body, headers={"x-csrf-token": "staff-csrf"})


async def kept(portal):
    return await portal.customers.settings.of(COMPANY_ID)


def test_paused_services_tickets_and_prepaid_things_are_off_until_somebody_turns_them_on():
    fresh = PortalSettings(company_id=COMPANY_ID)
    assert (fresh.paused_services, fresh.tickets) == (False, False)
    assert (fresh.service_history, fresh.upcoming_services) == (True, True)


async def test_the_services_tab_saves_names_slugs_fields_and_services(office):
    answer = await save(
        office,
        display_name=" Cascade   Homes ",
        facebook_page="cascade.homes",
        paused_services="on",
        visible_field_ids=["f1"],
    )
    assert answer.headers["location"] == f"{SERVICES}?saved=yes"
    now = await kept(office)
    assert (now.display_name, now.facebook_page) == ("Cascade Homes", "cascade.homes")
    assert (now.visible_field_ids, now.paused_services) == (("f1",), True)
    assert (now.service_history, now.upcoming_services) == (False, False)
    (event,) = office.customers.settings.told
    assert (event.display_name, event.settings_revision) == ("Cascade Homes", 1)
    await office.customer()
    page = (await office.browser.get("/account")).text
    assert "Cascade Homes" in page
    assert 'href="https://www.facebook.com/cascade.homes"' in page
    assert "LinkedIn" not in page
    profile = (await office.browser.get("/account/profile")).text
    assert ("Roof access code" in profile, "Tier" in profile) == (True, False)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("facebook_page", "https://facebook.com/cascade"),
        ("facebook_page", "a/b"),
        ("twitter_handle", "@cascade"),
        ("twitter_handle", "sixteenletters_x"),
        ("linkedin", "<script>"),
        ("display_name", "x" * 101),
        ("visible_field_ids", "f9"),
    ],
)
async def test_what_is_no_slug_name_or_field_is_told_at_the_field(office, field, typed):
    answer = await save(office, **{field: typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "<script>" not in words(answer)
    assert (await kept(office)).revision == 0
    refused = await put(office, **{field: [typed] if field == "visible_field_ids" else typed})
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_nothing_typed_shows_no_widget():
    fresh = PortalSettings(company_id=COMPANY_ID, twitter_handle="cascade")
    assert social_links(fresh) == (("Twitter", "https://x.com/cascade"),)


async def test_select_all_ticks_the_tab_in_view_and_nothing_else_and_saves_nothing(office):
    page = await save(office, display_name="Typed", every="on")
    assert page.status_code == 200
    for field in ("service_history", "upcoming_services", "paused_services"):
        assert f'name="{field}"' in page.text
    assert page.text.count(" checked") == 5
    assert 'value="Typed"' in page.text
    assert "Nothing is saved yet" in words(page)
    assert (await kept(office)).revision == 0
    tickets = await save(office, TICKETS, every="on")
    assert tickets.text.count(" checked") == 3
    assert (await kept(office)) == PortalSettings(company_id=COMPANY_ID)


async def test_saving_one_tab_leaves_the_other_alone(office):
    await save(office, TICKETS, tickets="on")
    await save(office, service_history="on")
    now = await kept(office)
    assert (now.tickets, now.service_history, now.upcoming_services) == (True, True, False)
    await save(office, TICKETS)
    assert (await kept(office)).service_history


async def test_other_ticket_settings_exist_only_while_tickets_are_on(office):
    off = await office.browser.get(TICKETS)
    for label in ("View Open Tickets", "Ticket Assignment", "Reschedule Request Category"):
        assert label not in off.text
    assert (await office.browser.get(API)).json()["ticket_settings"] is None
    refused = await put(office, ticket_settings={"open_tickets": False})
    assert (refused.status_code, refused.json()["field"]) == (422, "ticket_settings")
    await save(office, TICKETS, tickets="on")
    assert (await kept(office)).ticket_assignee_staff_id == "staff-1"
    on = await office.browser.get(TICKETS)
    for label in ("View Open Tickets", "Ticket Assignment", "Reschedule Request Category"):
        assert label in on.text


async def test_tickets_are_assigned_to_exactly_one(office):
    details = {"tickets": "on", "details": "on"}
    for chosen in (["staff-1", "staff-2"], [""], ["staff-9"]):
        answer = await save(office, TICKETS, **details, ticket_assignee_staff_id=chosen)
        assert answer.status_code == 422, chosen
        assert 'href="#ticket_assignee_staff_id"' in answer.text
    two = await put(
        office, tickets=True, ticket_settings={"assignee_staff_ids": ["staff-1", "staff-2"]}
    )
    assert (two.status_code, two.json()["code"]) == (422, "settings_refused")
    assert (await kept(office)).revision == 0
    one = await put(office, tickets=True, ticket_settings={"assignee_staff_ids": ["staff-2"]})
    assert one.json()["ticket_settings"]["assignee_staff_ids"] == ["staff-2"]


async def test_categories_are_one_per_line_each_once(office):
    lines = " Invoices \n\nVisits\nInvoices"
    await save(
        office,
        TICKETS,
        tickets="on",
        details="on",
        ticket_assignee_staff_id="staff-2",
        ticket_categories=lines,
        cancel_categories="Cancellation",
    )
    now = await kept(office)
    assert now.ticket_categories == ("Invoices", "Visits")
    assert (now.cancel_categories, now.reschedule_categories) == (("Cancellation",), ())
    too_long = await put(office, ticket_settings={"cancel_categories": ["x" * 61]})
    assert too_long.status_code == 422


async def test_a_plan_without_the_portal_changes_nothing_and_a_trial_may_look(office):
    office.tell(told_company(plan="basic", trial=False, revision=9))
    page = await office.browser.get(SERVICES)
    assert "part of Pro and Pro Plus" in words(page)
    assert "Save settings" not in page.text
    assert (await save(office, display_name="X")).status_code == 403
    assert (await put(office, display_name="X")).json()["code"] == "plan_without_portal"
    office.tell(told_company(plan="basic", trial=True, revision=10))
    assert (await save(office, display_name="X")).status_code == 303


async def test_the_office_looks_and_only_owners_change(office):
    office.sign_in(role="office")
    page = await office.browser.get(SERVICES)
    assert "Save settings" not in page.text
    assert (await save(office, display_name="X")).status_code == 403
    assert (await put(office, display_name="X")).status_code == 403
    office.sign_in(role="inspector")
    assert (await office.browser.get(SERVICES)).status_code == 403
