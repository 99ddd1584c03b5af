"""`Collect payment after publish`: company-wide, a snapshot at creation, locks and conflicts."""

import json

import httpx
import pytest
from bs4 import BeautifulSoup

from deploy.demo.office import eventually
from tests.support.product import Client, Company
from tests.support.provider import Provider

SENTENCE = "Payment to be collected after inspection is published"
NOT_CHARGED = "You have not been charged. You can pay here once the report is published."


def collect_after_publish(company: Company, *, on: bool = True) -> None:
    company.office.patch("scheduling/v1/company/policy", {"collect_payment_after_publish": on})


def refusal(call) -> dict[str, object]:
    """The problem document of a call that must be refused."""
    with pytest.raises(httpx.HTTPStatusError) as refused:
        call()
    problem = refused.value.response.json()
    assert refused.value.response.headers["content-type"] == "application/problem+json"
    return problem


def press_pay(client: Client, cents: int, key: str) -> httpx.Response:
    """Send what the button of the page would send, with the token of the page's own script."""
    said = client.page.soup.select_one("[hx-vals*=csrf_token]")
    assert said is not None
    token = json.loads(str(said["hx-vals"]))["csrf_token"]
    return client.browser.http.post(
        f"{client.home}/pay",
        data={"csrf_token": token, "amount_cents": str(cents), "idempotency_key": key},
        headers={"Origin": client.browser.gateway, "Sec-Fetch-Site": "same-origin"},
    )


def assert_refused_until_published(client: Client, cents: int, provider: Provider) -> None:
    """409, the sentence with what it means for the payer, and nothing begun anywhere."""
    refused = press_pay(client, cents, "before-publish-0001")
    assert refused.status_code == 409
    alert = BeautifulSoup(refused.text, "html.parser").select_one("[role=alert]")
    assert alert is not None
    said = " ".join(alert.get_text(" ").split())
    assert said == f"{SENTENCE} {NOT_CHARGED}"
    assert provider.attempts(client.booking) == []


@pytest.mark.scenario(19)
@pytest.mark.rule(8, 10, 11, 12, 15)
def test_the_client_sees_the_sentence_and_no_button_until_the_report_is_published(
    company: Company, provider: Provider
) -> None:
    collect_after_publish(company)
    booking = company.book()
    client = booking.client()
    assert SENTENCE in client.page.text
    assert "Payment due" not in client.page.text
    assert not [b for b in client.page.buttons if "Pay" in b or "Learn More" in b]
    eventually(lambda: "/invoice.pdf" in client.reload().html, "the portal has the invoice")
    assert_refused_until_published(client, 47_500, provider)

    booking.publish()
    client.wait("Payment due")
    assert SENTENCE not in client.page.text
    assert "Report locked" in client.page.text
    pay = client.page.soup.select_one("#pay")
    assert pay is not None
    assert "primary" in pay["class"], "the blue one"
    assert "Pay Now" in pay.get_text(" ")
    assert "Learn More" not in client.page.text
    assert press_pay(client, 47_500, "after-publish-00001").status_code == 303
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    client.wait("Report unlocked")


@pytest.mark.scenario(19)
@pytest.mark.rule(10)
def test_the_same_gate_and_sentence_hold_for_a_third_party_and_the_staffs_exception(
    company: Company, provider: Provider
) -> None:
    """C7: refused by the server too, also to a page that was opened while the exception held."""
    collect_after_publish(company)
    agent = {"role": "agent", "role_label": "Agent", "name": "Marcus Lee", "email": "m@example.com"}
    booking = company.book(people=[agent])
    booking.wait_invoice(total_cents=47_500, gate="until_published")
    invoice = booking.invoice_for("Marcus Lee", fixed_cents=10_000)
    payer = booking.payer(invoice["invoice_id"])
    payer.wait(SENTENCE)
    assert_refused_until_published(payer, 10_000, provider)

    path = f"billing/v1/invoices/{invoice['invoice_id']}"
    company.office.patch(path, {"collect_now": True})
    button = payer.wait("Pay $100.00").form("Pay $")
    company.office.patch(path, {"collect_now": False})
    late = payer.browser.submit(button)
    assert (late.status, SENTENCE in late.text) == (409, True)
    assert provider.attempts(booking) == []

    booking.publish()
    payer.wait("Pay $100.00")
    payer.checkout()
    payer.pay_by_card()
    payer.wait("Paid in full")


@pytest.mark.rule(14)
def test_the_final_bill_follows_the_services(company: Company) -> None:
    collect_after_publish(company)
    booking = company.book("Full home inspection", "Radon test")
    line = next(line for line in booking.show()["lines"] if line["name"] == "Radon test")
    company.office.delete(f"{booking.path}/lines/{line['line_id']}")
    company.office.post(
        f"{booking.path}/lines", {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    )
    booking.publish()
    client = booking.client()
    client.wait("Pay $500.00")
    booking.wait_invoice(total_cents=50_000, balance_cents=50_000)


@pytest.mark.rule(5, 6)
def test_payment_is_required_and_the_requirement_is_locked(company: Company) -> None:
    collect_after_publish(company)
    problem = refusal(lambda: company.book(require_payment=False))
    assert problem["code"] == "require_payment_locked"
    form = company.staff_browser().open("/staff/scheduling/inspections/new")
    required = form.soup.select_one("[name=require_payment]")
    assert required is not None
    assert required.has_attr("checked")
    assert required.has_attr("disabled")
    booking = company.book(require_payment=None)
    policy = booking.show()["policy"]
    assert policy["require_payment"] is True
    assert policy["require_payment_locked"] is True
    path = f"scheduling/v1/inspections/{booking.inspection_id}"
    problem = refusal(lambda: company.office.patch(path, {"require_payment": False}))
    assert problem["status"] == 409
    problem = refusal(lambda: company.office.post(f"{path}/unlock", {}))
    assert problem["status"] == 409
    assert booking.show()["policy"] == policy


@pytest.mark.rule(1, 7)
def test_it_is_a_setting_of_the_company_off_until_it_is_switched_on(company: Company) -> None:
    settings = "/staff/scheduling/settings/client-portal"
    staff = company.staff_browser()
    page = staff.open(settings)
    assert "Collect payment after publish" in page.text
    form = page.form("Save settings")
    assert "collect_payment_after_publish" not in form.values, "not ticked"
    assert (
        company.office.get("scheduling/v1/company")["policy"]["collect_payment_after_publish"]
        is False
    )
    assert company.book().show()["policy"]["collect_payment_after_publish"] is False

    staff.submit(form, collect_payment_after_publish="on")
    page = staff.open(settings)
    assert page.form("Save settings").values["collect_payment_after_publish"]
    deferred = page.soup.select_one("[name=allow_deferred_payment]")
    assert deferred is not None
    assert deferred.has_attr("disabled")
    assert company.book().show()["policy"]["collect_payment_after_publish"] is True


@pytest.mark.rule(2)
def test_it_cannot_be_set_for_one_inspection(company: Company) -> None:
    booking = company.book()
    path = f"scheduling/v1/inspections/{booking.inspection_id}"
    problem = refusal(lambda: company.office.patch(path, {"collect_payment_after_publish": True}))
    assert problem["code"] == "company_wide_only"


@pytest.mark.rule(3, 4, 17)
def test_inspections_keep_the_policy_of_the_day_they_were_booked(company: Company) -> None:
    before = company.book()
    collect_after_publish(company)
    during = company.book()
    collect_after_publish(company, on=False)
    after = company.book()
    assert [
        booking.show()["policy"]["collect_payment_after_publish"]
        for booking in (before, during, after)
    ] == [False, True, False]
    assert "Payment due" in before.client().page.text
    assert SENTENCE in during.client().page.text
    moved = {"starts_at": "2027-03-01T10:00:00-08:00"}
    company.office.post(f"{during.path}/reschedule", moved)
    assert during.show()["policy"]["collect_payment_after_publish"] is True
    copy = company.office.post(f"{during.path}/duplicate", moved)
    assert copy["policy"]["collect_payment_after_publish"] is False


@pytest.mark.rule(7)
def test_deferred_payment_and_collecting_after_publish_exclude_each_other(
    company: Company,
) -> None:
    path = "scheduling/v1/company/policy"
    collect_after_publish(company)
    problem = refusal(lambda: company.office.patch(path, {"allow_deferred_payment": True}))
    assert problem["status"] == 409
    collect_after_publish(company, on=False)
    company.office.patch(path, {"allow_deferred_payment": True})
    problem = refusal(lambda: collect_after_publish(company))
    assert problem["status"] == 409
    policy = company.office.get("scheduling/v1/company")["policy"]
    assert policy["allow_deferred_payment"] is True
    assert policy["collect_payment_after_publish"] is False


@pytest.mark.rule(16)
def test_a_third_party_provider_excludes_it(company: Company) -> None:
    path = "scheduling/v1/company/policy"
    company.office.patch(path, {"payments_provider": "third_party"})
    assert refusal(lambda: collect_after_publish(company))["status"] == 409
    company.office.patch(path, {"payments_provider": "integrated"})
    collect_after_publish(company)
    problem = refusal(lambda: company.office.patch(path, {"payments_provider": "third_party"}))
    assert problem["status"] == 409


@pytest.mark.scenario(39)
@pytest.mark.rule(13)
def test_without_online_payments_the_button_says_learn_more(company: Company) -> None:
    company.office.patch("scheduling/v1/company/policy", {"payments_provider": "none"})
    booking = company.book()
    client = booking.client()
    eventually(
        lambda: any("Learn More" in button for button in client.reload().buttons),
        "the Learn More button",
    )
    assert "Payment due" in client.page.text
    assert not any("Pay $" in button for button in client.page.buttons)
    assert "$475.00" in client.browser.open(client.page.link("Learn More")).text


@pytest.mark.rule(9, 10, 11, 13)
def test_without_online_payments_learn_more_comes_with_the_report(company: Company) -> None:
    company.office.patch("scheduling/v1/company/policy", {"payments_provider": "none"})
    collect_after_publish(company)
    booking = company.book()
    client = booking.client()
    client.wait(SENTENCE)
    assert "Learn More" not in client.page.text
    assert "Payment due" not in client.page.text
    assert client.page.soup.select("#pay") == []

    booking.publish()
    page = client.wait("Learn More")
    assert "Payment due" in page.text
    assert SENTENCE not in page.text
    assert not any("Pay $" in button for button in page.buttons)
    assert "$475.00" in client.browser.open(page.link("Learn More")).text


@pytest.mark.scenario(39)
def test_an_account_that_may_not_charge_any_more_takes_the_button_away_and_gives_it_back(
    company: Company, provider: Provider
) -> None:
    """The processor says so by itself; a page that was open is refused in words, with no fault."""
    booking = company.book()
    client = booking.client()
    early = client.wait("Pay $475.00").form("Pay $")
    charges = "accounts/acct_platform/charges"
    provider.control.post(charges, enabled=False)
    try:
        page = client.wait("Learn More")
        assert not any("Pay $" in button for button in page.buttons)
        explained = client.browser.open(page.link("Learn More"))
        assert (explained.status, "$475.00" in explained.text) == (200, True)
        refused = client.browser.submit(early)
        assert refused.status == 409
        assert "Online payment is switched off You have not been charged" in refused.text
        assert provider.attempts(booking) == []
        settings = company.staff_browser().open("/staff/billing/settings")
        assert "Stripe does not let this account charge at the moment" in settings.text
        assert company.office.get("billing/v1/settings")["takes_money"] is False
    finally:
        provider.control.post(charges, enabled=True)
    eventually(
        lambda: any("Pay $475.00" in button for button in client.reload().buttons),
        "the button is there again",
    )
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
