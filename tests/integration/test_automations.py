"""Automations over HTTP: what a company switches, who is written to, what a plan allows."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from deploy.demo.office import eventually
from tests.support.product import Company, link_in
from tests.support.refusals import refusal

PATH = "notifications/v1/automations"
INSURER = {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"}


def automation(**changes: object) -> dict[str, object]:
    return {
        "name": "Tell the insurer",
        "trigger": "inspection_scheduled",
        "addressee": "additional",
        "role_label": "Insurer",
    } | changes


def states(company: Company, inspection_id: str) -> dict[str, tuple[str, str]]:
    """State and reason of each mail about an inspection, by address."""
    listed = company.office.get("notifications/v1/mails", inspection_id=inspection_id)
    return {mail["recipient"]: (mail["state"], mail["reason"]) for mail in listed["items"]}


@pytest.mark.timeout(200)
@pytest.mark.rule(46, 50)
def test_a_persona_is_written_to_by_an_advanced_automation_until_the_plan_ends(
    open_one: Callable[..., Company],
) -> None:
    """R46, R49, R50: no link without being told so; kept and not run after a downgrade."""
    company = open_one("Harbor & Pine", "--plan", "pro")
    eventually(
        lambda: company.office.get(PATH)["advanced_available"], "notifications knows the plan"
    )
    claims, law = (f"{name}-{uuid4().hex[:8]}@example.com" for name in ("claims", "law"))
    people = [
        {**INSURER, "email": claims},
        {**INSURER, "role_label": "Attorney", "name": "Lea Stone", "email": law},
    ]
    made = company.office.post(PATH, automation(), key="one-click")
    assert company.office.post(PATH, automation(), key="one-click") == made
    opens = company.office.post(
        PATH,
        automation(
            name="Report to the attorney",
            trigger="report_published",
            role_label="Attorney",
            portal_link=True,
        ),
    )
    assert made["advanced"]
    assert "{{ sign_and_pay }}" in opens["body"]

    booking = company.book(people=people)
    told = booking.mail("Inspection booked", to=claims)
    assert link_in(told) is None
    assert "$" not in told["text"]
    assert company.sandbox.mails(law) == []
    booking.publish()
    report = booking.mail("Report finished", to=law)
    assert company.visitor().open(link_in(report) or "").status == 200

    company_id = company.office.get("scheduling/v1/company")["company_id"]
    change = ("change-plan", "--company", company_id, "--plan", "basic")
    company.stack.run("scheduling", "services.scheduling.main", *change)
    eventually(
        lambda: not company.office.get(PATH)["advanced_available"], "notifications heard of it"
    )
    later = company.book(people=people)
    later.mail("is booked")
    eventually(
        lambda: (
            states(company, later.inspection_id).get(claims)
            == ("skipped", "advanced_automations_required")
        ),
        "the log says why",
    )
    assert company.office.get(f"{PATH}/{made['automation_id']}")["runs"] is False
    assert len(company.sandbox.mails(claims)) == 1


@pytest.mark.timeout(200)
@pytest.mark.rule(50)
def test_on_the_base_tier_payers_are_mailed_and_personas_refused(
    open_one: Callable[..., Company],
) -> None:
    """R50, R51, R52: base automations reach client and agents; a payer's mail needs none."""
    company = open_one("Harbor & Pine", "--plan", "basic")
    owner = company.staff_browser()
    eventually(lambda: company.office.get(PATH)["items"], "the standard set")
    refused = refusal(lambda: company.office.post(PATH, automation()))
    assert (refused["status"], refused["code"]) == (403, "advanced_automations_required")
    refused = refusal(
        lambda: company.office.post(PATH, automation(addressee="agent", portal_link=True))
    )
    assert refused["code"] == "advanced_automations_required"
    page = owner.open("/staff/notifications/settings/automations/new")
    box = page.soup.find(id="to-additional")
    assert box.has_attr("disabled")
    assert "Advanced automations need the Pro plan" in page.text
    forged = owner.submit(
        page.form("Save"), name="Forged", addressee="additional", subject="Hello", body="Hello"
    )
    assert forged.status == 403
    assert "Advanced automations need the Pro plan" in forged.text

    for one in company.office.get(PATH)["items"]:
        company.office.put(
            f"{PATH}/{one['automation_id']}",
            {
                "name": one["name"],
                "trigger": one["trigger"],
                "addressee": one["addressee"],
                "on": False,
            },
        )
    booking = company.book()
    eventually(lambda: company.alerts(booking.inspection_id), "notifications knows the booking")
    company.office.post(f"notifications/v1/inspections/{booking.inspection_id}/resend", {})
    client = booking.client()
    client.checkout()
    client.pay_by_card()
    booking.mail("Receipt")
    subjects = {mail["subject"] for mail in company.sandbox.mails(booking.client_email)}
    assert not any("is booked" in subject for subject in subjects)
