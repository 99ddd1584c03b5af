"""What an account customer sees of past and paused services, his fields and what is overdue."""

from datetime import timedelta
from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.accounts import today
from tests.support.portal_rules import show_customers
from tests.support.product import Company
from tests.support.visitor import Page

SERVICES = "/account/services"
RECURRING = "scheduling/v1/recurring-services"
SCRIPT = "<script>alert('roof')</script>"


def signed_in(company: Company) -> Customer:
    customer = open_account(company, sites=2)
    customer.sign_in()
    return customer


def page_with(customer: Customer, path: str, words: str) -> Page:
    """The page once it says this; the portal hears by events."""

    def found() -> Page | None:
        page = customer.browser.open(path)
        return page if words in page.text else None

    return eventually(found, f"{path} says {words!r}")


def part(page: Page, heading: str) -> str:
    """The words of one part of the page; nothing when it is not there."""
    title = page.soup.find("h2", string=heading)
    section = title.find_parent("section") if title else None
    return " ".join(section.get_text(" ").split()) if section else ""


@pytest.mark.rule(97, 98)
@pytest.mark.timeout(120)
def test_paused_services_and_their_reason_are_shown_once_the_company_says_so(
    company: Company,
) -> None:
    """R97, R98: off by default; the reason is text, and staff are told who may read it."""
    customer = signed_in(company)
    wish = {
        "account_id": customer.account_id,
        "site_id": customer.site_ids[1],
        "service_id": company.services["Radon test"]["service_id"],
        "cadence": "monthly",
        "first_on": (today() + timedelta(days=40)).isoformat(),
        "visit_at": "09:00",
        "inspector_id": company.inspector_id,
    }
    resting, going_on = (company.office.post(RECURRING, wish) for _ in range(2))
    path = f"{RECURRING}/{resting['recurring_id']}"
    staff = company.staff_browser()
    account = f"/staff/scheduling/accounts/{customer.account_id}"
    asked = staff.open(f"{account}/recurring/{resting['recurring_id']}")
    assert "The customer can read this" in asked.text
    company.office.post(f"{path}/pause", {"reason": f"The roof is being redone {SCRIPT}"})
    customer.book(sites=1)
    shown = page_with(customer, SERVICES, "Radon test")
    assert part(shown, "Paused services") == ""
    assert "being redone" not in shown.html

    show_customers(company, {"paused_services": True})
    shown = page_with(customer, SERVICES, "being redone")
    paused = part(shown, "Paused services")
    assert paused.count("Radon test") == 1, "the other one goes on"
    assert "2 Birch St" in paused
    assert f"The roof is being redone {SCRIPT}" in paused
    assert SCRIPT not in shown.html
    assert going_on["status"] == "active"
    company.office.post(f"{path}/resume", {})
    page_with(customer, SERVICES, "Nothing is paused")


@pytest.mark.rule(95, 96)
@pytest.mark.timeout(120)
def test_past_visits_are_the_service_history_and_no_coming_ones(company: Company) -> None:
    """R95, R96: each switch shows or hides its own list."""
    customer = signed_in(company)
    customer.book(sites=1, days=-7)
    company.office.post("scheduling/v1/inspections", customer._visit(customer.site_ids[1], 7))
    shown = page_with(customer, SERVICES, "2 Birch St")
    past, coming = part(shown, "Service history"), part(shown, "Upcoming services")
    assert ("1 Birch St" in past, "2 Birch St" in past) == (True, False)
    assert ("1 Birch St" in coming, "2 Birch St" in coming) == (False, True)
    show_customers(company, {"service_history": False})
    hidden = customer.browser.open(SERVICES)
    assert (part(hidden, "Service history"), "1 Birch St" in hidden.text) == ("", False)
    show_customers(company, {"service_history": True, "upcoming_services": False})
    hidden = customer.browser.open(SERVICES)
    assert (part(hidden, "Upcoming services"), "2 Birch St" in hidden.text) == ("", False)
    assert "1 Birch St" in part(hidden, "Service history")


@pytest.mark.rule(81)
@pytest.mark.timeout(120)
def test_a_shown_field_is_changed_by_the_customer_and_no_other_one(company: Company) -> None:
    """R81."""
    office = company.office
    ids = {}
    for label, more in (("Gate code", {}), ("Units", {"kind": "number"}), ("Rating", {})):
        listed = office.post("scheduling/v1/custom-fields", {"label": label, **more})["items"]
        ids[label] = listed[-1]["field_id"]
    customer = signed_in(company)
    path = f"scheduling/v1/accounts/{customer.account_id}"
    office.patch(f"{path}/custom-fields", {"values": {ids["Rating"]: "Slow payer"}})
    show_customers(company, {"visible_field_ids": [ids["Gate code"], ids["Units"]]})
    form = page_with(customer, "/account/profile", "Gate code").form("Save")
    assert "Slow payer" not in form.page.html

    def held() -> dict[str, Any]:
        return {field["label"]: field["value"] for field in office.get(path)["custom_fields"]}

    wrong = customer.send(form, **{f"field-{ids['Units']}": "many"})
    assert wrong.status == 422
    assert held() == {"Gate code": "", "Units": "", "Rating": "Slow payer"}
    typed = {
        f"field-{ids['Gate code']}": SCRIPT,
        f"field-{ids['Units']}": "12",
        f"field-{ids['Rating']}": "Prompt payer",
    }
    assert "Saved" in customer.send(form, **typed).text
    assert held() == {"Gate code": SCRIPT, "Units": "12", "Rating": "Slow payer"}
    eventually(
        lambda: SCRIPT in str(customer.browser.open("/account/profile").form("Save").values),
        "the page shows what was saved",
    )
    assert SCRIPT not in customer.browser.open("/account/profile").html


@pytest.mark.rule(61, 62)
@pytest.mark.timeout(120)
def test_what_is_overdue_is_summed_apart_and_is_part_of_the_balance(open_one) -> None:
    """R61, R62. Its office moves over the date line, and with it what is due today."""
    company = open_one("", "--time-zone", "Pacific/Pago_Pago")
    customer = open_account(company, sites=2)
    account = f"scheduling/v1/accounts/{customer.account_id}"
    company.office.patch(account, {"terms_days": 0})
    (late,) = customer.book(sites=1)
    assert late["due_on"] == late["issued_on"]
    company.office.patch(account, {"terms_days": 30})
    customer.book(sites=1)
    customer.sign_in()
    page = page_with(customer, "/account/pay", "2 open invoices")
    assert "Overdue Balance $0.00 Nothing overdue" in page.text
    company.office.patch("scheduling/v1/company", {"time_zone": "Pacific/Kiritimati"})
    page = page_with(customer, "/account/pay", "1 invoice, oldest")
    assert "Overdue Balance $150.00 1 invoice, oldest" in page.text
    assert "Balance $300.00 2 open invoices" in page.text
