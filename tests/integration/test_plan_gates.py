"""The client portal is part of Pro and Pro Plus (R60, R77): every way in holds to it."""

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.refusals import refusal

TABS = (
    "/staff/billing/settings/portal",
    "/staff/portal/settings",
    "/staff/portal/settings/tickets",
    "/staff/notifications/settings/alerts",
)
NOT_INCLUDED = "The client portal is part of Pro and Pro Plus"


def change_plan(company: Company, *options: str) -> None:
    company_id = company.office.get("scheduling/v1/company")["company_id"]
    change = ("change-plan", "--company", company_id, *options)
    company.stack.run("scheduling", "services.scheduling.main", *change)


@pytest.fixture
def customer(company: Company) -> Customer:
    customer = open_account(company, sites=1)
    customer.book()
    customer.sign_in()
    return customer


@pytest.mark.rule(60, 77)
@pytest.mark.timeout(240)
def test_without_the_plan_no_customer_gets_in_and_nothing_can_be_switched_on(
    customer: Customer,
) -> None:
    company, office = customer.company, customer.company.office
    person = office.get(f"scheduling/v1/accounts/{customer.account_id}")["people"][0]
    for tab in TABS:
        assert NOT_INCLUDED not in company.staff_browser().open(tab).text, tab
    change_plan(company, "--plan", "basic")
    out = eventually(
        lambda: next((p for p in [customer.browser.open("/account/pay")] if p.status == 404), None),
        "whoever was in is out",
    )
    assert "$150.00" not in out.text
    staff = company.staff_browser()
    for tab in TABS:
        eventually(lambda tab=tab: NOT_INCLUDED in staff.open(tab).text, f"{tab} says so")

    ticket = {"account_id": customer.account_id, "contact_id": person["contact_id"]}
    ticket |= {"subject": "Gate", "text": "Which code?"}
    owner = company.inspector_id
    for call in (
        lambda: office.put("billing/v1/settings/portal", {"autopay": True}),
        lambda: office.put("portal/v1/settings", {"service_history": True}),
        lambda: office.put(
            "notifications/v1/alert-resources", {"resources": {"autopay_changed": [owner]}}
        ),
        lambda: office.post("portal/v1/tickets", ticket),
    ):
        refused = refusal(call)
        assert (refused["status"], refused["code"]) == (403, "plan_without_portal")

    before = len(company.sandbox.mails(customer.email))
    stranger = company.visitor()
    asked = stranger.open("/account/sign-in").form("Email me a link")
    stranger.submit(asked, email=customer.email)
    change_plan(company, "--plan", "pro_plus")
    eventually(lambda: back_in(customer), "with the plan everything is there again")
    assert len(company.sandbox.mails(customer.email)) == before, "no link was mailed meanwhile"
    eventually(lambda: takes_autopay(company), "billing, too, has heard of the plan")


def takes_autopay(company: Company) -> bool:
    try:
        kept = company.office.put("billing/v1/settings/portal", {"autopay": True})
    except httpx.HTTPStatusError:
        return False
    return kept["autopay"] is True


def back_in(customer: Customer) -> bool:
    page = customer.browser.open("/account/pay")
    return page.status == httpx.codes.OK and "Make a payment" in page.text
