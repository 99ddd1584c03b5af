"""Staff charge customers in autopay over the pages: progress, reasons, retry, prepayments."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import GOOD_CARD, Company
from tests.support.visitor import Page, Visitor

RADON = 15_000
DECLINED_LATER = "4000 0000 0000 0341"
"""Can be put on file; every charge of it is declined."""
CHARGE = "/staff/billing/charge"


def on_file(customer: Customer, number: str) -> None:
    """The customer adds a card in the portal."""
    known = {method["method_id"] for method in customer.methods()}
    hosted = eventually(
        lambda: (
            customer.browser.submit(page.form("Add a card"))
            if "Add a card" in (page := customer.browser.open("/account/methods")).text
            else None
        ),
        "the portal lets a card be added",
        within=120,
    )
    customer.browser.submit(hosted.form("Save"), number=number)
    eventually(
        lambda: {method["method_id"] for method in customer.methods()} - known,
        "the card is on file",
        within=120,
    )


def enrolled(company: Company, number: str) -> Customer:
    """A customer in autopay by that card."""
    customer = open_account(company, sites=2)
    customer.sign_in()
    on_file(customer, number)
    page = eventually(
        lambda: (
            now if "Enroll" in (now := customer.browser.open("/account/autopay")).text else None
        ),
        "the portal lets them enrol",
        within=120,
    )
    customer.browser.submit(page.form("Enroll in autopay"))
    return customer


def finished(staff: Visitor, url: str, *words: str) -> Page:
    """The run's page once it is done and says this."""

    def done() -> Page | None:
        page = staff.open(url)
        return page if "Done" in page.text and all(w in page.text for w in words) else None

    return eventually(done, f"the run says {words}", within=120)


@pytest.mark.rule(85)
@pytest.mark.scenario(13, 14)
@pytest.mark.timeout(500)
def test_staff_charge_those_in_autopay_and_retry_the_one_that_was_declined(
    company: Company,
) -> None:
    staff = company.staff_browser()
    settings = staff.open("/staff/billing/settings/portal")
    assert "Enable Client Portal Autopay" in settings.text
    staff.submit(settings.form("Save"), autopay="on", card_changes="on", prepayments="on")
    good = enrolled(company, GOOD_CARD)
    bad = enrolled(company, DECLINED_LATER)
    paying = [row["invoice_id"] for row in good.book(sites=2)]
    [failing] = [row["invoice_id"] for row in bad.book(sites=1)]

    waiting = eventually(
        lambda: page if "$450.00" in (page := staff.open(CHARGE)).text else None,
        "three invoices wait",
    )
    assert "3 invoices" in waiting.text
    asked = staff.open(f"{CHARGE}/review?scope=all")
    assert "Charge $450.00 for 3 invoices?" in asked.text
    assert good.invoice(paying[0])["paid_cents"] == 0
    run = staff.submit(asked.form("Charge $450.00 for 3 invoices"))
    assert "/charge/runs/" in run.url
    done = finished(staff, run.url, "2 charged, 1 failed")
    assert "$300.00 of $450.00 charged" in done.text
    failed = staff.open(f"{run.url}?state=failed")
    assert "declined" in failed.text.lower()
    assert bad.invoice(failing)["balance_cents"] == RADON
    for invoice_id in paying:
        good.wait_invoice(invoice_id, status="paid", paid_cents=RADON)

    on_file(bad, GOOD_CARD)
    new = next(m["method_id"] for m in bad.methods() if m["label"].endswith("4242"))
    account = staff.open(f"/staff/billing/accounts/{bad.account_id}")
    changed = staff.submit(account.form("Use for autopay"), method=new)
    assert "Autopay charges another method now" in changed.text
    assert "Charged to Visa ending 4242" in changed.text
    staff.submit(done.form("Retry failed"))
    retried = finished(staff, run.url, "3 charged, 0 failed")
    assert "Try 2" in retried.text
    bad.wait_invoice(failing, status="paid", paid_cents=RADON)
    assert [p["amount_cents"] for p in payments(good)] == [RADON, RADON]
    assert "Nothing waits to be charged" in staff.open(CHARGE).text

    _prepaid(company, staff, good)


def payments(customer: Customer) -> list[dict[str, Any]]:
    return [row for row in all_payments(customer) if row["status"] == "succeeded"]


def all_payments(customer: Customer) -> list[dict[str, Any]]:
    return list(customer.company.office.get(f"billing/v1/accounts/{customer.account_id}/payments"))


def _prepaid(company: Company, staff: Visitor, customer: Customer) -> None:
    """Paid in advance in the portal, applied and given back at the desk; a check for the rest."""
    method_id = customer.methods()[0]["method_id"]
    advance = eventually(
        lambda: (
            page
            if "Pay in advance" in (page := customer.browser.open("/account/prepayments")).text
            else None
        ),
        "the portal lets them pay in advance",
        within=120,
    )
    customer.send(advance.form("Pay in advance"), amount="100.00", method=f"saved:{method_id}")
    [prepayment] = eventually(
        lambda: company.office.get("billing/v1/prepayments"), "the prepayment", within=120
    )
    [row] = customer.book(sites=1)
    listed = staff.open("/staff/billing/prepayments")
    assert "$100.00 not applied yet" in listed.text
    page = staff.open(f"/staff/billing/prepayments/{prepayment['prepayment_id']}")
    applied = staff.submit(page.form("Apply"), amount="60.00")
    assert "$40.00 left" in applied.text
    assert customer.invoice(row["invoice_id"])["balance_cents"] == RADON - 6_000
    staff.submit(applied.form("Refund"), refund_amount="40.00", reason="Moved away")
    assert company.office.get("billing/v1/prepayments", only_open="true") == []
    base = f"/staff/billing/accounts/{customer.account_id}"
    record = staff.open(f"{base}/record?invoice={row['invoice_id']}")
    staff.submit(record.form("Record payment"), method="check", reference="107")
    customer.wait_invoice(row["invoice_id"], status="paid")
    assert staff.http.get(f"{base}/statement?format=pdf").content.startswith(b"%PDF-")


def due_runs(company: Company, day: date) -> int:
    """How many automatic runs begin as if it were that day."""
    company_id = company.office.get("scheduling/v1/company")["company_id"]
    words = ("charge-due", "--company", company_id, "--on", day.isoformat())
    said = company.stack.run("billing", "services.billing.main", *words)
    found = re.search(r"^(\d+) runs begun$", said, re.MULTILINE)
    assert found, said
    return int(found[1])


def newest_run(company: Company, **expected: Any) -> dict[str, Any]:
    """The newest run, once it is like this."""

    def matching() -> dict[str, Any] | None:
        runs = company.office.get("billing/v1/charge-runs")
        return runs[0] if runs and expected.items() <= runs[0].items() else None

    return eventually(matching, f"a run with {expected}", within=120)


def mails(customer: Customer, words: str) -> list[str]:
    """The subjects of the customer's mails that say this."""
    found = customer.company.sandbox.mails(customer.email)
    return [mail["subject"] for mail in found if words.lower() in mail["subject"].lower()]


@pytest.mark.rule(85)
@pytest.mark.scenario(13, 25)
@pytest.mark.timeout(500)
def test_what_is_due_is_charged_by_itself_once_and_a_declined_card_waits_for_people(
    company: Company,
) -> None:
    staff = company.staff_browser()
    page = staff.open("/staff/billing/settings/portal")
    staff.submit(page.form("Save"), autopay="on", card_changes="on")
    good, bad = enrolled(company, GOOD_CARD), enrolled(company, DECLINED_LATER)
    [first], [failing] = good.book(sites=1), bad.book(sites=1)
    due = date.fromisoformat(first["due_on"])
    assert due_runs(company, due) == 0, "off unless somebody switched it on"

    page = staff.open("/staff/billing/settings/portal")
    staff.submit(page.form("Save"), autopay_on_due_date="on")
    assert due_runs(company, due - timedelta(days=1)) == 0
    assert [due_runs(company, due), due_runs(company, due)] == [1, 0]
    done = newest_run(company, status="finished")
    assert (done["automatic"], done["charged_count"], done["failed_count"]) == (True, 1, 1)
    good.wait_invoice(first["invoice_id"], status="paid", paid_cents=RADON)
    bad.wait_invoice(failing["invoice_id"], status="open", balance_cents=RADON)
    eventually(lambda: mails(bad, "did not go through"), "the customer is told", within=120)
    listed = staff.open(CHARGE)
    assert "Tried" in listed.text
    assert "declined" in listed.text.lower()

    [second] = good.book(sites=1)
    assert due_runs(company, due + timedelta(days=1)) == 1
    next_day = newest_run(company, status="finished", invoice_count=1)
    assert (next_day["charged_count"], next_day["failed_count"]) == (1, 0)
    good.wait_invoice(second["invoice_id"], status="paid")
    assert due_runs(company, due + timedelta(days=2)) == 0
    statuses = [row["status"] for row in all_payments(bad)]
    assert statuses == ["failed"]
    assert len(mails(bad, "did not go through")) == 1

    on_file(bad, GOOD_CARD)
    new = next(m["method_id"] for m in bad.methods() if m["label"].endswith("4242"))
    account = staff.open(f"/staff/billing/accounts/{bad.account_id}")
    staff.submit(account.form("Use for autopay"), method=new)
    assert due_runs(company, due + timedelta(days=3)) == 1
    bad.wait_invoice(failing["invoice_id"], status="paid", paid_cents=RADON)
    assert [p["amount_cents"] for p in payments(good)] == [RADON, RADON]
    eventually(lambda: mails(bad, "receipt"), "the receipt", within=120)
    assert len(mails(bad, "Autopay is on")) == 1, "another card is no second enrolment"
    told = company.office.get("notifications/v1/alerts", limit="100")["items"]
    assert len([alert for alert in told if alert["kind"] == "autopay_changed"]) == 2
