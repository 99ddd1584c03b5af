"""A client asks somebody of the People box to pay a part, without script, and takes it back."""

import pytest
from bs4 import BeautifulSoup

from services.portal.domain.inviting import PartWish
from shared.contracts import billing
from tests.support.portal_samples import (
    a_balance,
    an_inspection,
    an_invoice,
    paid,
    settings,
    told_company,
    told_inspection,
    told_invoice,
)
from tests.unit.portal.test_client_page import words

ALLOWED = {"clients_may_invite": True, "settings_revision": 2}
MARCUS = {"contact": "c2"}


@pytest.fixture
async def page(portal):
    portal.tell(settings(**ALLOWED))
    return await portal.enter()


async def sent(portal, page, path, **fields):
    """The form of a page with these fields filled in, as a browser would send it."""
    shown = await portal.browser.get(f"{page}{path}")
    return await again(portal, shown, **fields)


async def again(portal, shown, **fields):
    form = BeautifulSoup(shown.text, "html.parser").select_one("main form")
    given = {tag["name"]: tag.get("value", "") for tag in form.select("input[type=hidden]")}
    return await portal.browser.post(
        form["action"],
        data=given | fields,
        headers={"origin": "http://portal.example", "sec-fetch-site": "same-origin"},
    )


def test_money_that_billing_divides_is_named_in_its_words():
    def share(kind, number=0):
        return PartWish(contact_id="c2", kind=kind, number=number).share

    assert share("half") == {"basis_points": 5_000}
    assert share("percent", 3_333) == {"basis_points": 3_333}
    assert share("amount", 100) == {"fixed_cents": 100}
    assert share("equal", 3) == {"equal_parts": 3}


async def test_the_client_page_offers_it_only_when_the_company_does(portal, page):
    assert "Ask somebody to pay a part" in words(await portal.browser.get(page))
    portal.tell(settings(clients_may_invite=False, settings_revision=3))
    assert "Ask somebody to pay a part" not in words(await portal.browser.get(page))
    answer = await portal.browser.get(f"{page}/invite")
    assert answer.headers["location"] == f"{page}?saved=not_offered"


def unreachable():
    """Everybody but the client without an address: nobody could be mailed."""
    client, *others = an_inspection().people
    return (client, *(person.model_copy(update={"email": ""}) for person in others))


@pytest.mark.parametrize(
    "news",
    [
        told_invoice(paid(an_invoice())),
        told_invoice(an_invoice(status="processing", processing_cents=47_500, revision=2)),
        told_inspection(an_inspection(status="cancelled", revision=2)),
        told_inspection(an_inspection(notifications_disabled=True, revision=2)),
        told_inspection(an_inspection(people=an_inspection().people[:1], revision=2)),
        told_company(policy={"allow_deferred_payment": True}, revision=2),
        told_company(trial=True, revision=2),
        told_inspection(an_inspection(people=unreachable(), revision=2)),
        settings(clients_may_invite=True, online_payments=False, settings_revision=3),
    ],
)
async def test_it_is_not_offered_when_nothing_could_come_of_it(portal, page, news):
    portal.tell(news)
    assert "Ask somebody to pay a part" not in words(await portal.browser.get(page))


async def test_the_form_names_people_by_name_and_role_and_the_most_there_is(portal, page):
    answer = await portal.browser.get(f"{page}/invite")
    text = words(answer)
    assert "Marcus Lee Buyer's agent" in text
    assert "At most $475.00 is left to share of $800.00" in text
    assert "marcus@example.com" not in answer.text
    assert "Ellen Park" not in text


async def test_what_remains_is_shown_before_anybody_is_asked(portal, page):
    shown = await sent(portal, page, "/invite", **MARCUS, kind="half")
    text = words(shown)
    assert shown.status_code == 200
    assert "Ask Marcus Lee to pay $237.50?" in text
    assert "You pay $237.50" in text
    assert portal.wiring.billing.invited == {}
    done = await again(portal, shown)
    assert (done.status_code, done.headers["location"]) == (303, f"{page}?saved=invited")
    assert len(portal.wiring.billing.invited) == 1
    (wish,) = portal.wiring.billing.invited.values()
    assert wish["wish"].share == {"basis_points": 5_000}
    assert wish["invited_by"] == "Ellen Park"
    await again(portal, shown)
    assert len(portal.wiring.billing.invited) == 1, "the same form asks nobody twice"
    assert "We sent the invoice by email" in words(
        await portal.browser.get(f"{page}?saved=invited")
    )


@pytest.mark.parametrize(
    ("fields", "share"),
    [
        ({"kind": "percent", "percent": "33.33 %"}, {"basis_points": 3_333}),
        ({"kind": "amount", "amount": "$1,00.50"}, {"fixed_cents": 10_050}),
        ({"kind": "equal", "parts": "3"}, {"equal_parts": 3}),
    ],
)
async def test_every_way_to_divide_reaches_billing(portal, page, fields, share):
    shown = await sent(portal, page, "/invite", **MARCUS, **fields)
    assert shown.status_code == 200, words(shown)
    await again(portal, shown)
    (wish,) = portal.wiring.billing.invited.values()
    assert wish["wish"].share == share


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "half"}, "Choose who you want to ask"),
        ({"contact": "c1", "kind": "half"}, "Choose who you want to ask"),
        ({"contact": "somebody else", "kind": "half"}, "Choose who you want to ask"),
        ({**MARCUS, "kind": "all"}, "Choose how much they pay"),
        ({**MARCUS, "kind": "percent", "percent": "101"}, "Enter a percentage from 0.01 to 100"),
        ({**MARCUS, "kind": "percent", "percent": "1e1"}, "Enter a percentage from 0.01 to 100"),
        ({**MARCUS, "kind": "percent", "percent": "0.001"}, "Enter a percentage from 0.01 to 100"),
        ({**MARCUS, "kind": "percent", "percent": "NaN"}, "Enter a percentage from 0.01 to 100"),
        ({**MARCUS, "kind": "percent"}, "Enter the percentage they pay"),
        ({**MARCUS, "kind": "amount", "amount": "-5"}, "Enter an amount like $1,234.50"),
        ({**MARCUS, "kind": "equal", "parts": "1"}, "Enter a whole number from 2 to 50"),
        ({**MARCUS, "kind": "amount", "amount": "475.01"}, "Fixed amount cannot exceed $475.00"),
    ],
)
async def test_what_is_wrong_is_said_on_the_field_and_nobody_is_asked(portal, page, fields, error):
    shown = await sent(portal, page, "/invite", **fields)
    assert shown.status_code == 422
    assert error in words(shown)
    assert BeautifulSoup(shown.text, "html.parser").title.string.startswith("Error: ")
    assert portal.wiring.billing.invited == {}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("contact_not_in_people", "This person is not part of the inspection any more"),
        ("payment_pending", "A payment is on its way"),
        ("invitations_off", "not offered at the moment"),
        ("no_email_address", "We have no email address of this person"),
        ("trial_account", "not offered at the moment"),
        ("something_new", "The words of billing"),
    ],
)
async def test_a_refusal_of_billing_is_on_the_page(portal, page, code, said):
    portal.wiring.billing.not_invited = (code, "The words of billing")
    shown = await sent(portal, page, "/invite", **MARCUS, kind="half")
    assert shown.status_code == 422
    assert said in words(shown)


async def test_an_amount_that_moved_since_is_confirmed_anew(portal, page):
    shown = await sent(portal, page, "/invite", **MARCUS, kind="half")
    portal.wiring.billing.due["invoice-1"] = 40_000
    moved = await again(portal, shown)
    assert moved.status_code == 409
    assert "The bill has changed" in words(moved)
    assert "Ask Marcus Lee to pay $200.00?" in words(moved)
    assert portal.wiring.billing.invited == {}
    await again(portal, moved)
    assert len(portal.wiring.billing.invited) == 1


async def test_while_billing_is_away_the_form_says_so_and_keeps_what_was_typed(portal, page):
    portal.wiring.billing.away = True
    shown = await sent(portal, page, "/invite", **MARCUS, kind="amount", amount="12.34")
    assert shown.status_code == 503
    assert "Nobody was asked" in words(shown)
    assert "12.34" in shown.text


def asked_marcus(**changes):
    share = billing.Share(
        **{
            "invoice_id": "invoice-3",
            "payer_name": "Marcus Lee",
            "role_label": "Buyer's agent",
            "kind": "third_party",
            "status": "open",
            "total_cents": 20_000,
            "paid_cents": 0,
            "paid_on": None,
            "invited": True,
        }
        | changes
    )
    return a_balance(shares=[share], balance_revision=2)


async def test_the_client_sees_whom_he_asked_and_takes_it_back_while_it_is_unpaid(portal, page):
    portal.tell(asked_marcus())
    shown = await portal.browser.get(page)
    assert "You asked" in words(shown)
    assert "Buyer's agent, $200.00 . Not paid yet" in words(shown)
    form = BeautifulSoup(shown.text, "html.parser").select_one("form[action$=withdraw]")
    token = form.select_one("input[name=csrf_token]")["value"]
    done = await portal.browser.post(form["action"], data={"csrf_token": token})
    assert done.headers["location"] == f"{page}?saved=withdrawn"
    assert portal.wiring.billing.withdrawn == ["invoice-3"]
    portal.wiring.billing.not_withdrawn = "payment_pending"
    late = await portal.browser.post(form["action"], data={"csrf_token": token})
    assert "It cannot be taken back now" in words(
        await portal.browser.get(late.headers["location"])
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"status": "processing"}, "Bank payment on its way"),
        ({"status": "paid", "paid_cents": 20_000}, "Paid"),
    ],
)
async def test_what_is_paid_or_on_its_way_is_not_taken_back(portal, page, state, said):
    portal.tell(asked_marcus(**state))
    shown = await portal.browser.get(page)
    assert f"Buyer's agent, $200.00 . {said}" in words(shown)
    assert "Take back" not in words(shown)


async def test_an_invoice_that_staff_made_is_not_the_clients_to_take_back(portal, page):
    portal.tell(asked_marcus(invited=False))
    shown = words(await portal.browser.get(page))
    assert "You asked" not in shown
    assert "Marcus Lee, buyer's agent" in shown


async def test_staff_who_preview_and_strangers_ask_nobody(portal):
    portal.tell(settings(**ALLOWED))
    path = await portal.preview()
    shown = await portal.browser.get(path)
    assert "Ask somebody to pay a part" in words(shown)
    base = BeautifulSoup(shown.text, "html.parser").select_one("a[href$=invite]")["href"]
    form = await portal.browser.get(base)
    assert BeautifulSoup(form.text, "html.parser").select_one("main form button[disabled]")
    refused = await again(portal, form, **MARCUS, kind="half")
    assert refused.status_code == 403
    portal.browser.cookies.clear()
    assert (await portal.browser.get(base)).status_code == 404
    assert portal.wiring.billing.invited == {}


async def test_a_payers_link_opens_nothing_of_it(portal, page):
    payer = await portal.enter("invoice")
    for path in (f"{payer}/invite", page.replace("/p/", "/pay/") + "/invite"):
        assert (await portal.browser.get(path)).status_code == 404
