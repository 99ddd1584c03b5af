"""Inspections in each state that somebody may look at, for the tests that look at every page."""

from datetime import UTC, datetime, timedelta

from deploy.demo.office import eventually
from tests.support.product import STUCK_ACCOUNT, Client, Company

POLICY = "scheduling/v1/company/policy"

OFFICE = {
    "schedule": "/staff/scheduling/schedule",
    "inspections": "/staff/scheduling/inspections",
    "no inspection found": "/staff/scheduling/inspections?q=nowhere",
    "new inspection": "/staff/scheduling/inspections/new",
    "inspection due": "/staff/scheduling/inspections/{due}",
    "inspection paid": "/staff/scheduling/inspections/{paid}",
    "inspection processing": "/staff/scheduling/inspections/{processing}",
    "inspection after publish": "/staff/scheduling/inspections/{after publish}",
    "inspection deferred": "/staff/scheduling/inspections/{deferred}",
    "inspection actions": "/staff/scheduling/inspections/{due}/actions",
    "add service": "/staff/scheduling/inspections/{due}/add-service",
    "change a line": "/staff/scheduling/inspections/{due}/lines/{line}",
    "add a person": "/staff/scheduling/inspections/{due}/add-person",
    "one person": "/staff/scheduling/inspections/{due}/people/{person}",
    "publish": "/staff/scheduling/inspections/{due}/publish",
    "replace a report": "/staff/scheduling/inspections/{paid}/reports/{report}/replace",
    "reschedule": "/staff/scheduling/inspections/{due}/reschedule",
    "duplicate": "/staff/scheduling/inspections/{due}/duplicate",
    "cancel": "/staff/scheduling/inspections/{due}/cancel",
    "client portal settings": "/staff/scheduling/settings/client-portal",
    "company settings": "/staff/scheduling/settings/company",
    "service settings": "/staff/scheduling/settings/services",
    "team settings": "/staff/scheduling/settings/staff",
    "invoices": "/staff/billing/invoices",
    "no invoice found": "/staff/billing/invoices?q=nowhere",
    "fees and payments": "/staff/billing/inspections/{due}/payments",
    "fees and payments, paid": "/staff/billing/inspections/{paid}/payments",
    "billing settings": "/staff/billing/settings",
    "alerts": "/staff/notifications/alerts",
    "nothing to act on": "/staff/notifications/alerts?show=action",
    "mail log": "/staff/notifications/mail",
    "one mail": "/staff/notifications/mail/{mail}",
    "emails of an inspection": "/staff/notifications/inspections/{paid}/emails",
    "portal links": "/staff/portal/inspections/{paid}/links",
    "portal links, one ended": "/staff/portal/inspections/{due}/links",
    "end a link": "/staff/portal/inspections/{due}/links/{link}/end",
    "share details": "/staff/notifications/inspections/{due}/share",
    "notification settings": "/staff/notifications/settings",
    "one mail's text": "/staff/notifications/settings/confirmation",
    "automations": "/staff/notifications/settings/automations",
    "one automation": "/staff/notifications/settings/automations/{automation}",
    "new automation": "/staff/notifications/settings/automations/new",
    "reminders": "/staff/notifications/settings/reminders",
    "alert resources": "/staff/notifications/settings/alerts",
    "own alert emails": "/staff/notifications/preferences",
    "calendar": "/staff/notifications/calendar",
}
"""Pages of the office; braces hold the name of an inspection of `prepared`."""

CLIENT = {
    "due": ("due", ""),
    "agreement to sign": ("due", "/agreement"),
    "how to pay": ("due", "/how-to-pay"),
    "paid": ("paid", ""),
    "agreement signed": ("paid", "/agreement"),
    "processing": ("processing", ""),
    "may pay at closing": ("deferrable", ""),
    "paying at closing": ("deferrable", "/closing"),
    "deferred": ("deferred", ""),
    "after publish": ("after publish", ""),
}
"""Pages of a client of `prepared`, under the address of their inspection."""


def prepared(company: Company) -> dict[str, Client]:
    """Book, sign, pay and publish over HTTP until each scene stands; who looks at it, by name."""
    company.office.patch(POLICY, {"collect_payment_after_publish": True})
    scenes = {"after publish": company.book().client()}
    scenes["after publish"].wait("Payment to be collected after inspection is published")
    company.office.patch(POLICY, {"collect_payment_after_publish": False})
    scenes |= {"due": company.book().client(), "paid": _paid(company)}
    _end_another_link(scenes["due"])
    scenes["processing"] = _processing(company)
    company.office.patch(POLICY, {"allow_deferred_payment": True})
    scenes["deferrable"] = _offered_closing(company)
    scenes["deferred"] = _deferred(company)
    return scenes


def office_path(name: str, scenes: dict[str, Client]) -> str:
    """Where this page of the office is."""
    places = {key: client.booking.inspection_id for key, client in scenes.items()}
    due, office = scenes["due"].booking, scenes["due"].booking.company.office
    shown, published = due.show(), scenes["paid"].booking.show()
    automations = office.get("notifications/v1/automations")["items"]
    return OFFICE[name].format(
        **places,
        mail=office.get("notifications/v1/mails")["items"][0]["mail_id"],
        link=due.portal_links()[0]["link_id"],
        line=shown["lines"][0]["line_id"],
        person=shown["people"][0]["contact_id"],
        report=published["reports"][0]["report_id"],
        automation=automations[0]["automation_id"],
    )


def _end_another_link(client: Client) -> None:
    """The client has two links, and the second has been ended."""
    booking, office = client.booking, client.booking.company.office
    known = {link["link_id"] for link in booking.portal_links()}
    office.post(f"notifications/v1/inspections/{booking.inspection_id}/resend", {})
    second = eventually(
        lambda: next((a for a in booking.portal_links() if a["link_id"] not in known), None),
        "a second link",
    )
    path = f"portal/v1/inspections/{booking.inspection_id}/links/{second['link_id']}/end"
    office.post(path, {})


def _paid(company: Company) -> Client:
    booking = company.book("Full home inspection", "Sewer scope")
    client = booking.client()
    form = client.browser.open(f"{client.home}/agreement").form("Sign agreement")
    client.browser.submit(form, signed_by="Ellen Park", accepted="on")
    booking.publish()
    client.checkout()
    client.pay_by_card()
    client.wait("Report unlocked")
    booking.mail("receipt")
    return client


def _processing(company: Company) -> Client:
    client = company.book().client()
    client.checkout()
    client.pay_by_bank(STUCK_ACCOUNT)
    client.wait("Your bank payment is on its way")
    return client


def _offered_closing(company: Company) -> Client:
    client = company.book().client()
    eventually(
        lambda: "Pay at closing instead" in client.reload().buttons, "an offer to pay at closing"
    )
    return client


def _deferred(company: Company) -> Client:
    client = _offered_closing(company)
    client.browser.submit(
        client.browser.open(f"{client.home}/closing").form("Pay at closing"),
        closing_on=(datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%d"),
        contact_name="Dana Ruiz",
        contact_email="dana@example.com",
        accepted_by="Ellen Park",
        accepted="on",
    )
    client.wait("You chose to pay at closing")
    return client
