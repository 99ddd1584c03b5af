"""Settings > Client Portal by browser: what an owner chooses is what customers see (R77-R98)."""

from deploy.demo.office import eventually
from tests.support.account_customer import open_account
from tests.support.product import Company
from tests.support.visitor import Page, Visitor

SERVICES = "/staff/portal/settings"


def save(staff: Visitor, path: str, **fields: str) -> Page:
    return staff.submit(staff.open(path).form("Save settings"), **fields)


def _field(page: Page, label: str) -> str:
    """The value of the box with this label."""
    boxes = page.soup.select("input[name=visible_field_ids]")
    return next(str(box["value"]) for box in boxes if label in box.find_parent("label").text)


def test_the_tabs_decide_what_the_customer_sees(company: Company) -> None:
    company.office.post("scheduling/v1/custom-fields", {"label": "Roof access code"})
    company.office.post("scheduling/v1/custom-fields", {"label": "Internal rating"})
    customer = open_account(company, sites=2)
    customer.book(sites=1)
    staff = company.staff_browser()
    eventually(
        lambda: "Internal rating" in staff.open(SERVICES).text, "the portal knows the fields"
    )
    bad = save(staff, SERVICES, facebook_page="https://facebook.com/x")
    assert (bad.status, "last part of the address" in bad.text) == (422, True)
    saved = save(
        staff,
        SERVICES,
        display_name="Harbor Portal",
        linkedin="harbor-pine",
        visible_field_ids=_field(staff.open(SERVICES), "Roof access code"),
    )
    assert "saved=yes" in saved.url
    customer.sign_in()
    page = customer.browser.open("/account")
    assert "Harbor Portal" in page.text
    assert "https://www.linkedin.com/company/harbor-pine" in page.html
    assert "facebook.com" not in page.html
    profile = customer.browser.open("/account/profile")
    assert "Roof access code" in profile.text
    assert "Internal rating" not in profile.text
    services = eventually(
        lambda: next(
            (p for p in [customer.browser.open("/account/services")] if "Radon test" in p.text),
            None,
        ),
        "the visit is on the services page",
    )
    assert "Paused services" not in services.text
    assert "Ask to reschedule" not in services.text, "tickets are off"
    tickets = f"{SERVICES}/tickets"
    assert "Ticket Assignment" not in staff.open(tickets).text
    assert "Ticket Assignment" in save(staff, tickets, tickets="on").text
    asked = customer.browser.open("/account/services").link("Ask to reschedule")
    form = customer.browser.open(asked).form("Send")
    sent = customer.browser.submit(form, text="Friday would be better.")
    assert "Friday would be better." in sent.text
    listed = company.office.get("portal/v1/tickets", kind="reschedule")["items"]
    assert [one["subject"].startswith("Reschedule: Radon test") for one in listed] == [True]
    company.office.put("portal/v1/settings", {"service_history": False, "upcoming_services": False})
    assert customer.browser.open("/account/services").status == 403
