"""The office's pages to charge: what waits, the dry run, progress, and who may do what."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from services.billing.domain.methods import Autopay, SavedMethod
from tests.support.billing_account_fakes import ACCOUNT, BOOKED_AT
from tests.support.billing_examples import COMPANY, a_company
from tests.unit.billing.account_office import AccountOffice
from tests.unit.billing.desk import Desk, at_the_desk

PAGE = "/staff/billing/charge"
RUNS = f"{PAGE}/runs"


@pytest.fixture
async def office() -> AccountOffice:
    it = AccountOffice()
    await it.open_account([10_000, 20_000, 5_000], autopay=True)
    before = BOOKED_AT - timedelta(days=1)
    enrolled = Autopay(
        account_id=ACCOUNT, company_id=COMPANY, enrolled=True, enrolled_at=before, method_id=None
    )
    await it.books.write(lambda books: books.keep(enrolled))
    await it.on_file()
    return it


@pytest.fixture
async def desk(office) -> AsyncIterator[Desk]:
    async with at_the_desk(office) as it:
        yield it


def confirmed(page: BeautifulSoup) -> dict:
    """What the confirmation would send."""
    given: dict = {}
    for tag in page.select("#start-run input[name]"):
        given.setdefault(tag["name"], []).append(tag["value"])
    return given


async def start(desk: Desk, query: str = "scope=all") -> str:
    answer = await desk.post(RUNS, confirmed(await desk.get(f"{PAGE}/review?{query}")))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_the_list_says_what_would_be_charged_on_what(desk):
    page = await desk.get(PAGE)
    words = page.get_text(" ", strip=True)
    assert "Invoices to Charge" in words
    assert "$350.00" in words
    assert words.count("Visa ending 4242") >= 3
    assert len(page.select("input[name=invoice][checked]")) == 3
    assert desk.office.gateway.charges == []


async def test_the_filters_leave_what_they_say(desk):
    page = await desk.get(f"{PAGE}?account={ACCOUNT}&method=card")
    assert len(page.select("input[name=invoice]")) == 3
    for query in ("account=nobody", "method=bank", "due_by=2026-11-02"):
        page = await desk.get(f"{PAGE}?{query}")
        assert page.select("input[name=invoice]") == [], query
        assert "Nothing waits with these filters" in page.text
    assert "Enter a date" in (await desk.get(f"{PAGE}?due_by=soon", status=422)).text


async def test_an_account_without_a_method_is_left_out_with_its_reason(desk, office):
    other = "birch-homes"
    await office.open_invoice(9, 7_000, account_id=other)
    enrolled = Autopay(
        account_id=other,
        company_id=COMPANY,
        enrolled=True,
        enrolled_at=BOOKED_AT - timedelta(days=1),
    )
    await office.books.write(lambda books: books.keep(enrolled))
    page = await desk.get(f"{PAGE}/review?scope=all")
    assert "Charge $350.00 for 3 invoices?" in page.h1.text
    left = page.find(id="left-h").find_parent("section").get_text(" ", strip=True)
    assert "No card or bank account on file that can be charged" in left
    assert "$70.00" in left
    assert len((await desk.get(f"{PAGE}?method=none")).select("input[name=invoice]")) == 1


async def in_autopay(office, account_id, name):
    """Another customer in autopay, with a card."""
    enrolled = Autopay(
        account_id=account_id,
        company_id=COMPANY,
        enrolled=True,
        enrolled_at=BOOKED_AT - timedelta(days=1),
    )
    method = replace(
        await office.kept(SavedMethod, "pm-1"), method_id=f"pm-{account_id}", account_id=account_id
    )
    await office.books.write(lambda books: books.keep(enrolled))
    await office.books.write(lambda books: books.keep(method))
    await office.open_invoice(900 + len(name), 7_000, account_id=account_id, account={"name": name})


async def test_a_customer_beyond_the_most_of_one_run_is_found_and_every_sum_is_of_everything(
    desk, office, monkeypatch
):
    for module in ("api_charge_runs", "charge_shown", "charge_pages"):
        monkeypatch.setattr(f"services.billing.entrypoints.{module}.MOST_IN_A_RUN", 2)
    await in_autopay(office, "zelkova", "Zelkova Homes")
    page = await desk.get(PAGE)
    assert "$420.00" in page.find(attrs={"aria-label": "Dry run"}).text
    assert "4 of 4 invoices shown" in page.text
    assert [option.text for option in page.select("#account option")] == [
        "All customers",
        "Alder Holdings",
        "Zelkova Homes",
    ]
    theirs = await desk.get(f"{PAGE}?account=zelkova")
    assert "$70.00" in theirs.find(attrs={"aria-label": "Dry run"}).text
    assert len(theirs.select("input[name=invoice]")) == 1

    api = await desk.visitor.client.get(
        "/api/billing/v1/invoices-to-charge?account_id=zelkova",
        headers=desk.visitor.staff("office"),
    )
    [item] = api.json()["items"]
    assert (item["account_name"], item["charged_to"]) == ("Zelkova Homes", "Visa ending 4242")
    every = await desk.visitor.client.get(
        "/api/billing/v1/invoices-to-charge", headers=desk.visitor.staff("office")
    )
    sums = every.json()
    assert (sums["invoice_count"], sums["charged_count"], sums["total_cents"]) == (4, 4, 42_000)
    assert len(sums["items"]) == 2


async def test_more_than_one_run_charges_is_said_before_and_the_oldest_are_charged(
    desk, office, monkeypatch
):
    for module in ("charge_shown", "charge_pages"):
        monkeypatch.setattr(f"services.billing.entrypoints.{module}.MOST_IN_A_RUN", 2)
    assert "Review the oldest 2 invoices" in (await desk.get(PAGE)).text
    page = await desk.get(f"{PAGE}/review?scope=all")
    assert "Charge $300.00 for 2 invoices?" in page.h1.text
    words = page.get_text(" ", strip=True)
    assert "One run charges 2 invoices at most" in words
    assert "1 more invoice, $50.00, can be charged in the next run." in words
    await start(desk)
    await desk.work()
    assert len(office.gateway.charges) == 2
    assert "$50.00" in (await desk.get(PAGE)).find(attrs={"aria-label": "Dry run"}).text
    assert (await office.invoice(3)).balance_cents == 5_000


async def test_those_without_a_method_take_no_place_in_a_run(desk, office, monkeypatch):
    monkeypatch.setattr("services.billing.entrypoints.charge_shown.MOST_IN_A_RUN", 1)
    await in_autopay(office, "birch", "Birch")
    gone = await office.kept(SavedMethod, "pm-1")
    await office.books.write(lambda books: books.keep(replace(gone, removed=True)))
    page = await desk.get(f"{PAGE}/review?scope=all")
    assert "Charge $70.00 for 1 invoice?" in page.h1.text
    left = page.find(id="left-h").find_parent("section").text
    assert "HP-0001" in left
    assert "and 2 more invoices" in left


async def test_the_pages_of_a_long_list_follow_each_other(desk, monkeypatch):
    monkeypatch.setattr("services.billing.entrypoints.charge_pages.PAGE_SIZE", 2)
    first = await desk.get(PAGE)
    assert "2 of 3 invoices shown" in first.text
    after = first.find("a", string="Older") or first.select_one("nav.pages a")
    second = await desk.get(after["href"])
    shown = [box["value"] for page in (first, second) for box in page.select("[name=invoice]")]
    assert shown == ["inv-1", "inv-2", "inv-3"]


async def test_open_invoices_that_do_not_wait_say_why(desk, office):
    later = BOOKED_AT - timedelta(days=30)
    await office.open_invoice(8, 4_000, account={"job_created_at": later})
    page = await desk.get(f"{PAGE}?account={ACCOUNT}")
    others = page.find(id="others-h").find_parent("section").text
    assert "HP-0008" in others
    assert "The job was created before the customer enrolled" in others


async def test_what_was_ticked_is_charged_once_however_often_it_is_sent(desk, office):
    page = await desk.get(f"{PAGE}/review?scope=ticked&invoice=inv-1&invoice=inv-3")
    assert "Charge $150.00 for 2 invoices" in page.find(id="start-run").text
    sent = confirmed(page)
    first = await desk.post(RUNS, sent)
    await desk.work()
    again = await desk.post(RUNS, sent)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"]
    assert len(office.gateway.charges) == 2
    assert (await office.invoice(2)).balance_cents == 20_000


async def test_another_sum_than_the_shown_one_is_asked_again(desk, office):
    sent = confirmed(await desk.get(f"{PAGE}/review?scope=all"))
    await office.pay(1)
    answer = await desk.post(RUNS, sent)
    assert answer.status_code == 422
    assert "The sum has changed: it is now $250.00 for 2 invoices" in answer.text
    assert (await desk.post(RUNS, {**sent, "idempotency_key": ""})).status_code == 422
    assert office.gateway.charges == []


async def test_a_run_shows_its_progress_and_why_one_failed_and_retries_it(desk, office):
    office.gateway.outcomes["pm-1"] = "decline"
    place = await start(desk)
    page = await desk.get(place)
    assert page.find(id="run")["hx-trigger"].startswith("every 2s")
    assert "0 of 3 invoices tried" in page.text
    await desk.work()
    page = await desk.get(place)
    assert not page.find(id="run").has_attr("hx-trigger")
    assert page.find("progress")["value"] == "3"
    assert page.text.count("Insufficient funds.") == 3
    office.gateway.outcomes["pm-1"] = "pay"
    form = page.find(id="step-retry").find_parent("form")
    sent = {tag["name"]: tag["value"] for tag in form.select("input[name]")}
    for _ in range(2):
        assert (await desk.post(form["action"], sent)).status_code == 303
    await desk.work()
    page = await desk.get(place)
    assert "3 charged, 0 failed" in page.text
    assert page.text.count("Try 2") == 3
    assert len((await desk.get(f"{place}?state=failed")).select("tbody tr")) == 0
    late = await desk.post(f"{place}/pause", {})
    assert late.headers["location"].endswith("done=too-late")


async def test_a_run_is_paused_and_goes_on(desk, office):
    place = await start(desk)
    await desk.post(f"{place}/pause", {})
    await desk.work()
    page = await desk.get(place)
    assert "Paused" in page.text
    assert office.gateway.charges == []
    await desk.post(f"{place}/resume", {})
    await desk.work()
    assert len(office.gateway.charges) == 3
    assert "$350.00 of $350.00 charged" in (await desk.get(place)).text
    assert "Done" in (await desk.get(PAGE)).find(id="runs-h").find_parent("section").text


async def test_who_may_look_and_who_may_charge(desk, office):
    place = await start(desk)
    for path in (PAGE, place):
        await desk.get(path, "inspector", 403)
        await desk.get(path, "read_only")
    assert (await desk.get(PAGE, "read_only")).find("button", attrs={"name": "scope"}) is None
    await desk.get(f"{PAGE}/review?scope=all", "read_only", 403)
    for path in (RUNS, f"{place}/pause"):
        assert (await desk.post(path, {}, "read_only")).status_code == 403
    headers = desk.visitor.staff("owner", company_id="other")
    assert (await desk.visitor.client.get(place, headers=headers)).status_code == 404
    assert (await desk.visitor.client.get(PAGE)).status_code in {303, 401}


# ------------------------------------------------------------------------------- settings
TAB = "/staff/billing/settings/portal"
LABELS = (
    "Enable Client Portal Autopay",
    "Allow Clients to Update or Remove Card on File",
    "Allow Clients to Update or Remove Bank Account on File",
    "Allow Clients to View and Make Prepayments",
    "Card Max Payment Amount",
    "ACH Max Payment Amount",
    "View Billing History",
    "Let clients invite somebody to pay a part",
    "Select all items on current tab",
)


async def rules_of(desk):
    return (await desk.office.books.write(lambda books: books.settings(COMPANY))).portal


async def test_the_tab_has_every_label_and_everything_off_at_first(desk, office):
    await office.open_account([])
    page = await desk.get(TAB, "owner")
    for label in LABELS:
        assert label in page.text
    assert page.select("input[type=checkbox][checked]") == []
    assert page.find(id="card_max_cents")["value"] == "0.00"
    assert "0.00 means no limit" in page.text
    assert "nothing is charged until somebody on your team starts a charge run" in page.text


async def test_the_tab_of_a_plan_without_the_portal_says_so_and_keeps_invitations(desk, office):
    await office.open_account([])
    await office.books.write(
        lambda books: books.keep_company(a_company(client_portal=False, revision=2))
    )
    page = await desk.get(TAB, "owner")
    assert "The client portal is part of Pro and Pro Plus" in page.text
    assert "Enable Client Portal Autopay" not in page.text
    assert (await desk.post(TAB, {"clients_may_invite": "on"}, "owner")).status_code == 303
    for name in ("autopay", "all"):
        await desk.post(TAB, {name: "on", "clients_may_invite": "on"}, "owner")
    rules = await rules_of(desk)
    assert (rules.clients_may_invite, rules.autopay, rules.billing_history) == (True, False, False)
    refused = await desk.post(TAB, {"autopay": "on"}, "owner")
    assert refused.status_code == 403


async def test_the_owner_changes_the_tab_and_select_all_works_without_script(desk):
    sent = {"card_max_cents": "$2,500.00", "prepayments": "on", "autopay": "on"}
    assert (await desk.post(TAB, sent, "owner")).status_code == 303
    rules = await rules_of(desk)
    assert (rules.card_max_cents, rules.prepayments, rules.autopay) == (250_000, True, True)
    assert (rules.card_changes, rules.autopay_on_due_date, rules.bank_max_cents) == (False,) * 2 + (
        0,
    )
    await desk.post(TAB, {"all": "on"}, "owner")
    rules = await rules_of(desk)
    assert all((rules.autopay, rules.card_changes, rules.bank_changes, rules.billing_history))
    assert all((rules.prepayments, rules.clients_may_invite))
    assert rules.autopay_on_due_date is False
    assert rules.card_max_cents == 0


@pytest.mark.parametrize("typed", ["-1", "1.005", "a lot", "1e9"])
async def test_a_maximum_that_is_no_amount_is_refused_and_nothing_kept(desk, typed):
    before = await rules_of(desk)
    answer = await desk.post(TAB, {"card_max_cents": typed, "prepayments": "on"}, "owner")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one('a[href="#card_max_cents"]')
    assert page.find(id="prepayments").has_attr("checked")
    assert await rules_of(desk) == before


async def test_only_the_owner_sees_and_changes_the_tab(desk):
    await desk.get(TAB, "office", 403)
    assert (await desk.post(TAB, {}, "office")).status_code == 403
