"""`Collect payment after publish`: company-wide, a snapshot at creation, locks and conflicts."""

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Company

SENTENCE = "Payment to be collected after inspection is published"


def collect_after_publish(company: Company, *, on: bool = True) -> None:
    company.office.patch("scheduling/v1/company/policy", {"collect_payment_after_publish": on})


def refusal(call) -> dict[str, object]:
    """The problem document of a call that must be refused."""
    with pytest.raises(httpx.HTTPStatusError) as refused:
        call()
    problem = refused.value.response.json()
    assert refused.value.response.headers["content-type"] == "application/problem+json"
    return problem


@pytest.mark.scenario(19)
def test_the_client_sees_the_sentence_and_no_button_until_the_report_is_published(
    company: Company,
) -> None:
    collect_after_publish(company)
    booking = company.book()
    client = booking.client()
    assert SENTENCE in client.page.text
    assert "Payment due" not in client.page.text
    assert not [b for b in client.page.buttons if "Pay" in b or "Learn More" in b]
    refused = client.browser.http.post(
        f"{client.home}/pay",
        data={"amount_cents": "47500", "idempotency_key": "k" * 20},
        headers={"Origin": company.stack.gateway},
    )
    assert refused.status_code in {403, 409}

    booking.publish()
    client.wait("Payment due")
    assert SENTENCE not in client.page.text
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    client.wait("Report unlocked")


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


def test_payment_is_required_and_the_requirement_is_locked(company: Company) -> None:
    collect_after_publish(company)
    problem = refusal(lambda: company.book(require_payment=False))
    assert problem["code"] == "require_payment_locked"
    booking = company.book()
    policy = booking.show()["policy"]
    assert policy["require_payment"] is True
    assert policy["require_payment_locked"] is True
    path = f"scheduling/v1/inspections/{booking.inspection_id}"
    problem = refusal(lambda: company.office.patch(path, {"require_payment": False}))
    assert problem["status"] == 409
    problem = refusal(lambda: company.office.post(f"{path}/unlock", {}))
    assert problem["status"] == 409
    assert booking.show()["policy"] == policy


def test_it_cannot_be_set_for_one_inspection(company: Company) -> None:
    booking = company.book()
    path = f"scheduling/v1/inspections/{booking.inspection_id}"
    problem = refusal(lambda: company.office.patch(path, {"collect_payment_after_publish": True}))
    assert problem["code"] == "company_wide_only"


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


def test_a_third_party_provider_excludes_it(company: Company) -> None:
    path = "scheduling/v1/company/policy"
    company.office.patch(path, {"payments_provider": "third_party"})
    assert refusal(lambda: collect_after_publish(company))["status"] == 409
    company.office.patch(path, {"payments_provider": "integrated"})
    collect_after_publish(company)
    problem = refusal(lambda: company.office.patch(path, {"payments_provider": "third_party"}))
    assert problem["status"] == 409


@pytest.mark.scenario(39)
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
