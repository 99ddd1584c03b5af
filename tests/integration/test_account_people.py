"""Several people of one account, and one address in several accounts of a company."""

from uuid import uuid4

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.visitor import Page


def page_with(customer: Customer, path: str, words: str) -> Page:
    """The page once it says this; the portal hears by events."""

    def found() -> Page | None:
        page = customer.browser.open(path)
        return page if words in page.text else None

    return eventually(found, f"{path} says {words!r}")


@pytest.mark.timeout(200)
def test_a_second_person_signs_in_by_his_own_mail_and_pays_for_the_same_account(
    company: Company,
) -> None:
    first = open_account(company, sites=1)
    (invoice,) = first.book()
    path = f"scheduling/v1/accounts/{first.account_id}"
    email = f"lee-{uuid4().hex[:10]}@example.com"
    company.office.post(f"{path}/people", {"name": "Lee Ortiz", "email": email})
    first.sign_in()
    page_with(first, "/account/profile", "Lee Ortiz")
    second = Customer(company, first.account_id, email, first.site_ids, company.visitor())
    second.sign_in()
    assert "Lee Ortiz" in second.browser.open("/account/profile").text
    hosted = second.pay(second.review(invoice["invoice_id"]))
    second.by_card(hosted)
    first.wait_invoice(invoice["invoice_id"], status="paid")
    second.wait_mail("Receipt")
    assert first.mails("Receipt") == [], "it goes to who has paid"
    page_with(first, "/account/pay", "Nothing overdue")
    company.office.delete(f"{path}/people/{_contact(company, path, 'Lee Ortiz')}")
    eventually(lambda: "sign-in" in second.browser.open("/account").url, "who was taken out is out")
    assert "sign-in" not in first.browser.open("/account").url


def _contact(company: Company, path: str, name: str) -> str:
    people = company.office.get(path)["people"]
    return str(next(one["contact_id"] for one in people if one["name"] == name))


@pytest.mark.timeout(300)
def test_one_address_in_two_accounts_chooses_and_sees_one_at_a_time(company: Company) -> None:
    first = open_account(company, sites=1)
    second = open_account(company, sites=1, email=first.email)
    company.office.patch(
        f"scheduling/v1/accounts/{second.account_id}", {"name": "Ridge Property Group"}
    )
    (mine,), (other,) = first.book(), second.book()

    def asked() -> Page | None:
        page = first.sign_in()
        return page if "Ridge Property Group" in page.text else None

    choosing = eventually(asked, "the portal knows both accounts", within=180)
    assert choosing.url.endswith("/account/choose")
    assert "Your address belongs to 2 accounts." in choosing.text
    assert first.browser.open("/account/pay").url.endswith("/account/choose")
    stranger = open_account(company, sites=1)
    form = choosing.form("Ridge Property Group")
    form.tag["action"] = f"/account/choose/{stranger.account_id}"
    assert first.browser.submit(form).status == 404

    entered = first.browser.submit(choosing.form("Cascade Property Group"))
    assert "Cascade Property Group" in entered.text
    page = page_with(first, "/account/pay?choice=single", mine["number"])
    assert other["number"] not in page.text
    assert first.browser.open(f"/account/invoices/{other['invoice_id']}.pdf").status == 404
    again = first.browser.open("/account/choose")
    first.browser.submit(again.form("Ridge Property Group"))
    page = page_with(first, "/account/pay?choice=single", other["number"])
    assert mine["number"] not in page.text
