"""Payment links: one per mail, shared with care, useless when expired, revoked or guessed."""

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Company, link_in
from tests.support.refusals import refusal, refusal_code
from tests.support.visitor import Page, Visitor


@pytest.mark.rule(18, 20)
def test_every_mail_has_its_own_link_to_its_own_inspection(company: Company) -> None:
    first, second = company.book(), company.book()
    links = {first.link(), second.link()}
    assert len(links) == 2
    mail = first.mail("inspection")
    assert "Sign & Pay" in mail["html"].replace("&amp;", "&")
    company.office.post(f"notifications/v1/inspections/{first.inspection_id}/resend", {})

    def newer() -> dict | None:
        newest = company.sandbox.mails(first.client_email)[0]
        return newest if newest["id"] != mail["id"] else None

    again = eventually(newer, "the mail sent again")
    assert link_in(again) not in {*links, None}
    assert "1482 Alder Creek Rd" in company.visitor().open(link_in(again)).text


def test_opening_a_link_moves_it_out_of_the_address(company: Company) -> None:
    booking = company.book()
    browser = company.visitor()
    answer = browser.open(booking.link(), follow=False)
    assert answer.status == 303
    target = answer.headers["location"]
    assert booking.link().rsplit("/", 1)[-1] not in target
    page = browser.open(target)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    stranger = company.visitor().open(target)
    assert stranger.status == 404


@pytest.mark.parametrize("token", ["x" * 43, "short", "-"])
@pytest.mark.scenario(67)
def test_a_guessed_link_says_nothing(company: Company, token: str) -> None:
    page = company.visitor().open(f"/p/{token}")
    assert page.status == 404
    assert company.name not in page.text


@pytest.mark.rule(22, 23, 24, 25, 32)
def test_sharing_warns_needs_the_button_and_gives_the_portal(company: Company) -> None:
    booking = company.book()
    booking.link()
    staff = company.staff_browser()
    page = staff.open(f"/staff/notifications/inspections/{booking.inspection_id}/share")
    assert "Confirm with your client before sharing" in page.text
    form = page.form("Send Email")
    body = next(value for name, value in form.values.items() if name == "body")
    assert "{{ sign_and_pay }}" in body
    assert link_in({"text": page.html}) is None, "a placeholder is no link"
    agent = f"agent-{company.owner_email}"
    refused = staff.submit(form, recipient=agent, body="No button here")
    assert "Sign & Pay" in refused.text
    assert company.sandbox.mails(agent) == []
    body = f"Read this first, Marcus.\n\n{body}"
    staff.submit(form, recipient=agent, subject="For you", body=body)
    mail = booking.mail("For you", to=agent)
    assert "Read this first, Marcus." in mail["text"]
    assert "Sign & Pay" in mail["html"].replace("&amp;", "&")
    assert "1482 Alder Creek Rd" in company.visitor().open(link_in(mail)).text

    again = staff.open(page.url).form("Send Email")
    staff.submit(again, recipient=agent, subject="Once more", body=body)
    second = link_in(booking.mail("Once more", to=agent))
    assert second != link_in(mail)
    assert "1482 Alder Creek Rd" in company.visitor().open(second).text


@pytest.mark.rule(23)
def test_the_api_refuses_a_body_without_the_button_unless_forced(company: Company) -> None:
    booking = company.book()
    booking.link()
    path = f"notifications/v1/inspections/{booking.inspection_id}/share"
    share = {"recipient": "agent@example.com", "subject": "Hello", "body": "No button"}
    with pytest.raises(httpx.HTTPStatusError) as refused:
        company.office.post(path, share)
    assert refused.value.response.status_code == 422
    assert refused.value.response.json()["code"] == "missing_sign_and_pay"
    company.office.post(path, {**share, "force": True})
    assert booking.mail("Hello", to="agent@example.com")["text"]


@pytest.mark.rule(33)
def test_client_view_shows_staff_the_page_and_its_address_works_for_the_client(
    company: Company,
) -> None:
    booking = company.book()
    booking.invoice()
    booking.link()
    staff = company.staff_browser()
    frame = staff.open(f"/staff/scheduling/inspections/{booking.inspection_id}")
    preview = staff.submit(frame.form("Client View"))
    assert "/p/" in preview.url
    assert "You are previewing" in preview.text
    pay = preview.soup.select_one("#pay")
    assert pay is not None
    assert pay.has_attr("disabled")
    pressed = staff.submit(preview.form("Pay $475.00"))
    assert pressed.status == 403
    client = company.visitor().open(preview.url)
    assert "You are previewing" not in client.text
    assert any("Pay $475.00" in button for button in client.buttons)


@pytest.mark.rule(31)
def test_on_a_trial_clients_get_no_mail_and_staff_see_why(open_one) -> None:
    company = open_one("Trial & Co", "--trial")
    booking = company.book()
    booking.invoice()

    def kept() -> list[str]:
        mails = company.office.get("notifications/v1/mails", inspection_id=booking.inspection_id)[
            "items"
        ]
        return [mail["state"] for mail in mails]

    assert eventually(kept, "the mail log") == ["suppressed"]
    assert company.sandbox.mails(booking.client_email) == []

    company_id = company.office.get("scheduling/v1/company")["company_id"]
    upgrade = ("change-plan", "--company", company_id, "--no-trial")
    company.stack.run("scheduling", "services.scheduling.main", *upgrade)
    assert link_in(company.book().mail("is booked"))
    assert company.sandbox.mails(booking.client_email) == [], "what was kept back stays back"


def test_disabled_notifications_suppress_mails_and_refuse_explicit_ones(
    company: Company,
) -> None:
    booking = company.book()
    booking.link()
    company.office.patch(booking.path, {"notifications_disabled": True})
    company.office.post(
        f"{booking.path}/lines", {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    )
    booking.wait_invoice(total_cents=50_000)
    mailing = f"notifications/v1/inspections/{booking.inspection_id}"
    share = {
        "recipient": booking.client_email,
        "subject": "Quiet",
        "body": "{{sign_and_pay}}",
        "force": True,
    }
    eventually(
        lambda: refusal_code(company.office, f"{mailing}/resend") == "notifications_disabled",
        "notifications hears of it",
    )
    with pytest.raises(httpx.HTTPStatusError) as refused:
        company.office.post(f"{mailing}/share", share)
    assert refused.value.response.json()["code"] == "notifications_disabled"
    assert not [m for m in company.sandbox.mails(booking.client_email) if "Quiet" in m["subject"]]


ENDED = "This link has ended"


def with_agent(company: Company) -> tuple[Booking, str, str]:
    """An inspection with an agent who was shared the details; his address and link."""
    agent = f"agent-{company.owner_email}"
    people = [{"role": "agent", "name": "Marcus Lee", "email": agent}]
    booking = company.book(people=people)
    booking.link()
    return booking, agent, share(booking, agent, "For you")


def share(booking: Booking, recipient: str, subject: str) -> str:
    """`Share Details`; the link in the mail."""
    path = f"notifications/v1/inspections/{booking.inspection_id}/share"
    letter = {"recipient": recipient, "subject": subject, "body": "{{ sign_and_pay }}"}
    booking.company.office.post(path, letter)
    link = link_in(booking.mail(subject, to=recipient))
    assert link is not None
    return link


def ended(browser: Visitor, address: str) -> Page:
    """The page once it says so; the portal hears by events."""

    def page() -> Page | None:
        found = browser.open(address)
        return found if found.status == 410 else None

    return eventually(page, f"{address} has ended")


def says_nothing(page: Page, booking: Booking) -> None:
    """The company's name and a way to a new link: nothing of the inspection or its people."""
    assert ENDED in page.text
    assert booking.company.name in page.text
    assert "Email me a new link" in page.buttons
    hidden = ("Alder Creek", "Ellen Park", "Marcus Lee", "$", booking.number, booking.client_email)
    for secret in (*hidden, booking.inspection_id):
        assert secret not in page.html, secret


@pytest.mark.rule(26, 46)
def test_whoever_is_shared_the_details_reads_report_invoice_and_agreement(
    company: Company,
) -> None:
    """Not before: of the agent's own accord nothing leads to the inspection."""
    agent = f"agent-{company.owner_email}"
    people = [{"role": "agent", "name": "Marcus Lee", "email": agent}]
    booking = company.book(people=people)
    booking.link()
    told = booking.mail("booked", to=agent)
    assert link_in(told) is None

    guest = company.visitor()
    home = guest.open(share(booking, agent, "For you")).url
    assert "Sign agreement" in guest.open(f"{home}/agreement").buttons
    assert guest.http.get(f"{home}/invoice.pdf").content.startswith(b"%PDF-")
    booking.publish()
    invoice = booking.wait_invoice(balance_cents=47_500)
    cash = {"amount_cents": 47_500, "method": "cash"}
    company.office.post(f"billing/v1/invoices/{invoice['invoice_id']}/payments", cash)

    def unlocked() -> Page | None:
        page = guest.open(home)
        return page if "View report" in page.buttons else None

    report = eventually(unlocked, "the report is open").link("View report")
    assert guest.http.get(report).content.startswith(b"%PDF-")


@pytest.mark.scenario(41)
def test_whoever_is_removed_from_the_people_box_is_out_and_put_back_needs_a_new_link(
    company: Company,
) -> None:
    booking, agent, mailed = with_agent(company)
    contact_id = booking.show()["people"][1]["contact_id"]
    marcus, ellen = company.visitor(), booking.client()
    home = marcus.open(mailed).url
    form = marcus.open(home).form("Pay $")

    company.office.delete(f"{booking.path}/people/{contact_id}")
    says_nothing(ended(marcus, home), booking)
    for address in (mailed, f"{home}/agreement", f"{home}/invoice.pdf"):
        says_nothing(marcus.open(address), booking)
    says_nothing(marcus.submit(form), booking)
    assert "Pay $475.00" in ellen.reload().text

    asking = marcus.open(home).form("Email me a new link")
    assert "Check your inbox" in marcus.submit(asking, email=agent).text
    back = {"role": "agent", "contact_id": contact_id}
    company.office.post(f"{booking.path}/people", back)
    again = share(booking, agent, "Welcome back")
    with_link = [mail["subject"] for mail in company.sandbox.mails(agent) if link_in(mail)]
    assert with_link == ["Welcome back", "For you"], "only what staff sent"
    assert "1482 Alder Creek Rd" in company.visitor().open(again).text
    says_nothing(marcus.open(home), booking)
    says_nothing(company.visitor().open(mailed), booking)


def test_staff_see_the_links_of_an_inspection_and_end_one(company: Company) -> None:
    booking, agent, mailed = with_agent(company)
    guest, ellen = company.visitor(), booking.client()
    home = guest.open(mailed).url
    staff = company.staff_browser()
    frame = staff.open(f"/staff/scheduling/inspections/{booking.inspection_id}")
    box = staff.open(str(frame.soup.select_one("#links-slot")["hx-get"]))
    assert f"Marcus Lee Buyer's agent, {agent}. Share details" in box.text
    assert mailed.rsplit("/", 1)[-1] not in box.html

    question = staff.open(box.link("End link of Marcus Lee"))
    assert "the agreement, the invoice and the report are closed" in question.text
    after = staff.submit(question.form("End link"))
    assert "The link has ended" in after.text
    for address in (home, mailed):
        says_nothing(guest.open(address), booking)
    assert "Pay $475.00" in ellen.reload().text
    states = {link["recipient"]: link["state"] for link in booking.portal_links()}
    assert states == {agent: "revoked", booking.client_email: "live"}


def test_a_client_whose_link_was_ended_can_have_another_by_mail(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    first = booking.link()
    (listed,) = booking.portal_links()
    path = f"portal/v1/inspections/{booking.inspection_id}/links/{listed['link_id']}/end"
    assert company.office.post(path, {})["state"] == "revoked"
    page = client.browser.open(client.home)
    says_nothing(page, booking)
    client.browser.submit(page.form("Email me a new link"), email=booking.client_email)
    another = eventually(
        lambda: link if (link := booking.link()) != first else None, "another link"
    )
    assert "1482 Alder Creek Rd" in company.visitor().open(another).text


def test_another_companys_staff_neither_see_nor_end_a_link(company: Company, open_one) -> None:
    booking = company.book()
    client = booking.client()
    (listed,) = booking.portal_links()
    stranger = open_one("Stranger & Sons")
    links = f"portal/v1/inspections/{booking.inspection_id}/links"
    assert refusal(lambda: stranger.office.get(links))["status"] == 404
    ending = f"{links}/{listed['link_id']}/end"
    mine = stranger.book()
    mine.link()
    elsewhere = f"portal/v1/inspections/{mine.inspection_id}/links/{listed['link_id']}/end"
    for path in (ending, elsewhere):
        problem = refusal(lambda path=path: stranger.office.post(path, {}))
        assert (problem["status"], problem["code"]) == (404, "no_such_link")
    staff = stranger.staff_browser()
    pages = f"/staff/portal/inspections/{booking.inspection_id}/links"
    assert staff.open(pages).status == 404
    assert staff.open(f"{pages}/{listed['link_id']}/end").status == 404
    assert "Pay $475.00" in client.reload().text
