"""An account customer's jobs: one site is an inspection, several are an order, all or none."""

from uuid import uuid4

import pytest

from deploy.demo.office import eventually
from tests.support.accounts import Account, open_account
from tests.support.product import Company
from tests.support.refusals import refusal


@pytest.fixture
def account(company: Company) -> Account:
    return open_account(company, sites=4, terms_days=15)


def invoices(company: Company, inspection_id: str) -> list[dict]:
    return company.office.get("billing/v1/invoices", inspection_id=inspection_id)["items"]


def test_an_order_over_sites_and_single_visits_are_booked_and_billed(account: Account) -> None:
    office = account.company.office
    key = uuid4().hex
    starts_at = "2027-06-01T09:00:00-07:00"
    order = account.order(0, 1, 2, key=key, starts_at=starts_at)
    assert account.order(0, 1, 2, key=key, starts_at=starts_at) == order, "asked twice, booked once"
    single = account.book(3)
    assert order["order_number"].endswith("-O-1")
    assert account.order(0)["order_number"].endswith("-O-2"), "order numbers have no gaps"
    booked = account.inspections()
    assert len(booked) == 5
    numbers = sorted(int(row["number"].rpartition("-")[2]) for row in booked)
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    of_order = [row for row in booked if (row["order"] or {}).get("order_id") == order["order_id"]]
    assert {row["site"]["site_id"] for row in of_order} == set(account.site_ids[:3])
    assert {row["order"]["site_count"] for row in of_order} == {3}
    assert {row["account"]["terms_days"] for row in booked} == {15}
    assert {row["people"][0]["email"] for row in booked} == {account.email}
    assert office.get(f"scheduling/v1/orders/{order['order_id']}") == order
    for inspection in (*of_order, single):
        found = eventually(
            lambda inspection=inspection: invoices(account.company, inspection["inspection_id"]),
            "every inspection has its bill",
        )
        assert len(found) == 1


def test_what_cannot_be_ordered_is_refused_whole(account: Account, open_one) -> None:
    office = account.company.office
    other = open_account(account.company, sites=1, name="Other")
    stranger = open_one("Stranger & Sons")
    theirs = open_account(stranger, sites=1)
    sites = account.site_ids
    for change, status, code in (
        ({"site_ids": [sites[0], "unknown"]}, 404, "not_found"),
        ({"site_ids": [sites[0], *other.site_ids]}, 404, "not_found"),
        ({"site_ids": [sites[0], sites[0]]}, 422, "site_twice"),
        ({"site_ids": []}, 422, "bad_field"),
        ({"site_ids": [f"s{number}" for number in range(201)]}, 422, "too_many_sites"),
        ({"account_id": theirs.account_id, "site_ids": theirs.site_ids}, 404, "not_found"),
        ({"inspector_id": stranger.inspector_id}, 404, "not_found"),
    ):
        refused = refusal(lambda change=change: account.order(**change))
        assert (refused["status"], refused["code"]) == (status, code), change
    office.patch(account.path, {"active": False})
    for booking in (account.order, account.book):
        assert refusal(booking)["code"] == "account_inactive"
    office.patch(account.path, {"active": True})
    assert account.inspections() == []
    assert account.order()["order_number"].endswith("-O-1"), "what was refused took no number"
    twice = {"name": "Nora Again", "email": account.email.upper()}
    refused = refusal(lambda: office.post(f"{account.path}/people", twice))
    assert refused["code"] == "email_twice"


@pytest.mark.timeout(400)
def test_two_hundred_sites_are_one_order(company: Company) -> None:
    account = open_account(company, sites=200)
    order = account.order(notifications_disabled=True)
    assert len(order["inspections"]) == 200
    assert len({row["number"] for row in order["inspections"]}) == 200
    assert order["total_cents"] == 200 * 47_500
    last = order["inspections"][-1]["inspection_id"]
    eventually(lambda: invoices(company, last), "the last is billed", within=180)
    eventually(lambda: company.alerts(last), "notifications has heard of the last", within=180)


def test_custom_fields_are_checked_by_kind_and_shown_as_text(account: Account) -> None:
    office = account.company.office
    fields = {}
    for label, more in (
        ("Gate code", {}),
        ("Units", {"kind": "number"}),
        ("Region", {"kind": "choice", "choices": ["North", "South"]}),
    ):
        listed = office.post("scheduling/v1/custom-fields", {"label": label, **more})["items"]
        fields[label] = listed[-1]["field_id"]
    path = f"{account.path}/custom-fields"
    script = "<script>alert(1)</script>"
    for label, value in (("Units", "many"), ("Region", "West"), ("Gate code", "a\nb")):
        wrong = {"values": {fields["Gate code"]: script, fields[label]: value}}
        assert refusal(lambda wrong=wrong: office.patch(path, wrong))["status"] == 422
    office.patch(path, {"values": {fields["Gate code"]: script, fields["Region"]: "South"}})
    page = account.company.staff_browser().open(f"/staff/scheduling/accounts/{account.account_id}")
    assert script in page.text
    assert script not in str(page.soup)
    office.delete(f"scheduling/v1/custom-fields/{fields['Units']}")
    told = {field["label"]: field["value"] for field in account.show()["custom_fields"]}
    assert told == {"Gate code": script, "Region": "South"}


@pytest.mark.rule(77)
def test_staff_on_a_plan_without_a_portal_are_told_so(company: Company) -> None:
    account = open_account(company)
    path = f"/staff/scheduling/accounts/{account.account_id}"
    staff = company.staff_browser()
    assert "no customer portal" not in staff.open(path).text
    company_id = company.office.get("scheduling/v1/company")["company_id"]
    change = ("change-plan", "--company", company_id, "--plan", "basic")
    company.stack.run("scheduling", "services.scheduling.main", *change)
    assert "Your plan has no customer portal" in staff.open(path).text
    refused = refusal(lambda: company.office.patch("scheduling/v1/company", {"plan": "pro"}))
    assert refused["status"] == 422, "a plan is bought, not set"
