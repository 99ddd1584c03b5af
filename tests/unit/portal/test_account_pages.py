"""The other pages of an account: what they show, and what they refuse when it is switched off."""

import re
from datetime import date

import pytest

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.refusals import PaymentRefusedError, ProfileRefusedError
from services.portal.entrypoints.cursors import read_moment
from tests.support.portal_account_samples import (
    ROOF,
    TIER,
    account_invoices,
    an_account_invoice,
    told,
    told_account,
    told_account_payment,
    told_autopay,
    told_method,
    told_prepayment,
)
from tests.support.portal_samples import COMPANY_ID, settings, told_company
from tests.unit.portal.test_client_page import words

EVERYTHING_ON = {
    "autopay": True,
    "card_changes": True,
    "bank_changes": True,
    "prepayments": True,
    "billing_history": True,
}


@pytest.fixture
async def office(empty_portal):
    """Signed in; everything a company can switch on is on."""
    empty_portal.tell(
        told_company(custom_fields=[ROOF, TIER]),
        settings(**EVERYTHING_ON),
        told_account(),
        told_method(),
        *account_invoices(),
    )
    await empty_portal.customer()
    return empty_portal


async def get(portal, path):
    return await portal.browser.get(f"/account{path}")


async def post(portal, path, **data):
    page = (await portal.browser.get("/account")).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    sent = {"csrf_token": token, "idempotency_key": "key-1", **data}
    return await portal.browser.post(f"/account{path}", data=sent)


async def test_the_overview_leads_everywhere_the_company_offers(office):
    text = words(await get(office, ""))
    for place in ("Make a payment", "Billing history", "Autopay", "Prepayments", "Profile"):
        assert place in text
    office.tell(settings(settings_revision=2))
    text = words(await get(office, ""))
    assert "Billing history" not in text
    assert "Prepayments" not in text


@pytest.mark.parametrize("path", ["/history", "/autopay", "/prepayments"])
async def test_what_is_off_is_refused(office, path):
    assert (await get(office, path)).status_code == 200
    office.tell(settings(settings_revision=2))
    assert (await get(office, path)).status_code == 403


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/autopay", {"enrolled": "yes", "method_id": "pm-card"}),
        ("/methods", {"kind": "card"}),
        ("/methods/pm-card/remove", {}),
        ("/methods/pm-card/default", {}),
        ("/prepayments", {"amount": "10", "method": "saved:pm-card"}),
    ],
)
async def test_a_form_for_what_is_off_reaches_nobody(office, path, data):
    office.tell(settings(settings_revision=2))
    assert (await post(office, path, **data)).status_code == 403
    billing = office.customers.billing
    assert (billing.changed, billing.prepaid) == ([], [])


async def test_billing_history_shows_payments_credits_and_prepayments(office):
    office.tell(
        told_account_payment(),
        told_account_payment(
            account_payment_id="pay-2", allocations=[], prepayment_cents=5000, amount_cents=5000
        ),
        told(
            an_account_invoice(
                "C1",
                lines=[
                    {"name": "Test", "amount_cents": 10500},
                    {"name": "Credit", "amount_cents": -500},
                ],
            )
        ),
    )
    text = words(await get(office, "/history"))
    assert "Payment, Visa ending 4242 2 invoices: A1, A2" in text
    assert "Prepayment, Visa ending 4242 $50.00 prepaid" in text
    assert "Credit Invoice C1, C1 Bond St, Bend" in text


async def test_lists_turn_their_pages(office):
    office.tell(*[told(an_account_invoice(f"L{n:02}", issued=date(2026, 8, 1))) for n in range(40)])
    first = await get(office, "/invoices")
    older = re.search(r'href="/account(/invoices\?before=[^"]+)"', first.text)[1]
    second = await get(office, older)
    shown = set(re.findall(r"L\d\d", first.text)) & set(re.findall(r"L\d\d", second.text))
    assert shown == set()
    assert "L00" in second.text


async def test_prepayments_turn_their_pages(office):
    office.tell(*[told_prepayment(prepayment_id=f"p-{n}", amount_cents=100 + n) for n in range(60)])
    first = await get(office, "/prepayments")
    older = re.search(r'href="/account(/prepayments\?before=[^"]+)"', first.text)[1]
    second = await get(office, older.replace("&amp;", "&"))
    assert len(re.findall(r"Received ", first.text)) == 50
    assert len(re.findall(r"Received ", second.text)) == 10
    assert 'href="/account/prepayments"' in second.text


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("/invoices/inv-A1.pdf", "invoice inv-A1"),
        ("/orders/order-B1.pdf", "order order-B1"),
        ("/receipts/pay-1.pdf", "account receipt pay-1"),
        ("/statement.pdf?from=2026-01-01&to=2026-02-01", "statement pdf 2026-01-01 2026-02-01"),
        ("/statement.csv", "statement csv None None"),
        ("/statement.pdf?from=&to=", "statement pdf None None"),
    ],
)
async def test_papers_are_passed_on(office, path, opened):
    office.tell(told_account_payment())
    answer = await get(office, path)
    assert (answer.status_code, answer.text) == (200, opened)


@pytest.mark.parametrize("days", ["from=2026-02-02&to=2026-02-01", "from=2222-01-01", "to=soon"])
async def test_days_that_are_no_period_are_asked_for_again(office, days):
    answer = await get(office, f"/statement.pdf?{days}")
    assert answer.status_code == 422
    assert "Download PDF" in words(answer)
    assert office.customers.files.opened == []


async def test_the_statement_promises_payments_only_where_customers_may_see_them(office):
    shown = words(await get(office, "/statement"))
    assert "Opening balance, invoices, payments" in shown
    office.tell(settings(settings_revision=2))
    hidden = words(await get(office, "/statement"))
    assert "payments" not in hidden.partition("Balance today")[0]
    assert "What was open at the end of the day you choose" in hidden


@pytest.mark.parametrize(
    "path", ["/invoices/x.pdf", "/orders/x.pdf", "/receipts/x.pdf", "/attempts/x", "/orders/.pdf"]
)
async def test_papers_of_nobody_are_unknown(office, path):
    assert (await get(office, path)).status_code == 404
    assert office.customers.files.opened == []


async def test_a_method_is_made_the_default_and_removed(office):
    office.tell(told_method(method_id="pm-2", is_default=False, label="Visa ending 1111"))
    assert "Make default" in words(await get(office, "/methods"))
    await post(office, "/methods/pm-2/default")
    asked = words(await get(office, "/methods/pm-2/remove"))
    assert "Remove Visa ending 1111?" in asked
    await post(office, "/methods/pm-2/remove")
    assert office.customers.billing.changed == [("default", "pm-2"), ("remove", "pm-2")]


async def test_removing_what_pays_automatically_says_what_follows(office):
    office.tell(told_autopay())
    assert "Autopay ends for this account" in words(await get(office, "/methods/pm-card/remove"))


async def test_somebody_elses_method_is_unknown(office):
    office.tell(told_method(method_id="pm-x", account_id="account-2"))
    assert (await post(office, "/methods/pm-x/remove")).status_code == 404
    assert office.customers.billing.changed == []


async def test_a_new_method_is_entered_at_the_provider(office):
    answer = await post(office, "/methods", kind="us_bank_account")
    assert answer.headers["location"] == "https://checkout.example/setup"
    back = await get(office, "/attempts/key-1")
    assert back.headers["location"] == "/account/methods?saved=method"


async def test_autopay_says_what_it_means_and_is_entered_and_left(office):
    text = words(await get(office, "/autopay"))
    assert "It applies to invoices of work booked after you enroll" in text
    assert "Open invoices stay yours to pay" in text
    await post(office, "/autopay", enrolled="yes", method_id="pm-card")
    office.tell(told_autopay())
    assert "Autopay is on" in words(await get(office, "/autopay"))
    await post(office, "/autopay", enrolled="no")
    changed = office.customers.billing.changed
    assert changed == [("autopay", True, "pm-card"), ("autopay", False, None)]


async def test_who_is_enrolled_can_leave_after_autopay_was_switched_off(office):
    office.tell(told_autopay(), settings(settings_revision=2))
    assert (await get(office, "/autopay")).status_code == 200
    assert (await post(office, "/autopay", enrolled="no")).status_code == 303


async def test_autopay_needs_a_method_of_theirs(office):
    answer = await post(office, "/autopay", enrolled="yes", method_id="")
    assert answer.status_code == 422
    assert "Choose which card or bank account pays" in words(answer)
    assert (await post(office, "/autopay", enrolled="yes", method_id="pm-x")).status_code == 404
    assert office.customers.billing.changed == []


@pytest.mark.parametrize("text", ["x|y", "2026-10-01|HP-1", "2026-10-01T16:00:00|p-1", "|", "x"])
def test_a_place_in_a_list_that_is_none_is_its_beginning(text):
    assert read_moment(text) is None
    assert read_moment("2026-10-01T16:00:00+00:00|p-1") == ("2026-10-01T16:00:00+00:00", "p-1")


@pytest.mark.parametrize("path", ["/autopay", "/methods/pm-card/default"])
async def test_billing_away_changes_nothing_and_says_so(office, path):
    office.customers.billing.away = True
    answer = await post(office, path, enrolled="yes", method_id="pm-card")
    assert answer.status_code == 503
    assert "Nothing was changed" in words(answer)


async def test_paying_in_advance(office):
    office.tell(told_prepayment())
    assert "$50.00 left" in words(await get(office, "/prepayments"))
    answer = await post(office, "/prepayments", amount="250", method="saved:pm-card")
    assert answer.headers["location"] == "/account/attempts/key-1"
    ((_, _, order),) = office.customers.billing.prepaid
    assert (order.amount_cents, order.method_id) == (25000, "pm-card")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"amount": "", "method": "card"}, "Enter an amount"),
        ({"amount": "10", "method": ""}, "Choose how you will be paying"),
        ({"amount": "2000", "method": "card"}, "Card payments are limited to $1,000.00"),
    ],
)
async def test_a_prepayment_that_cannot_be_is_said_at_its_field(office, data, said):
    office.tell(settings(settings_revision=2, card_max_cents=100_000, **EVERYTHING_ON))
    answer = await post(office, "/prepayments", **data)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert office.customers.billing.prepaid == []


async def test_a_declined_prepayment_keeps_what_was_typed(office):
    office.customers.billing.refusal = PaymentRefusedError("declined", "Your card was declined.")
    answer = await post(office, "/prepayments", amount="250", method="saved:pm-card")
    assert answer.status_code == 402
    assert "Your card was declined. You have not been charged." in words(answer)
    assert 'value="250"' in answer.text


def let_see(office, *field_ids):
    kept = PortalSettings(company_id=COMPANY_ID, visible_field_ids=field_ids)
    office.customers.settings.kept[COMPANY_ID] = kept


async def test_only_visible_fields_are_on_the_page_and_can_be_changed(office):
    assert "Roof access code" not in words(await get(office, "/profile"))
    let_see(office, "f1")
    page = await get(office, "/profile")
    assert 'value="4711"' in page.text
    assert "Tier" not in words(page)
    await post(office, "/profile", **{"field-f1": " 4712 ", "field-f2": "B"})
    assert office.customers.profiles.saved == [("account-1", "p1", {"f1": "4712"})]


async def test_a_choice_that_was_never_offered_is_refused(office):
    let_see(office, "f2")
    answer = await post(office, "/profile", **{"field-f2": "Z"})
    assert answer.status_code == 422
    assert office.customers.profiles.saved == []


async def test_schedulings_refusal_is_said_at_the_field(office):
    let_see(office, "f1")
    office.customers.profiles.refusal = ProfileRefusedError("Use 200 characters or fewer", "f1")
    answer = await post(office, "/profile", **{"field-f1": "x"})
    assert answer.status_code == 422
    assert 'href="#field-f1"' in answer.text


async def test_script_in_a_field_is_shown_as_text(office):
    let_see(office, "f1")
    field = {"field_id": "f1", "label": "Roof", "value": '"><script>alert(1)</script>'}
    office.tell(told_account(revision=2, name="<b>Cascade</b>", custom_fields=[field]))
    page = (await get(office, "/profile")).text
    assert "<script>alert" not in page
    assert "<b>Cascade" not in page


async def test_the_company_appears_under_the_name_it_chose(office):
    kept = PortalSettings(company_id=COMPANY_ID, display_name="Pine Care")
    office.customers.settings.kept[COMPANY_ID] = kept
    assert "Pine Care" in (await get(office, "")).text
