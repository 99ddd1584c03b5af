"""Payment links: one per mail, shared with care, useless when expired, revoked or guessed."""

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Company, link_in


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


def test_sharing_warns_needs_the_button_and_gives_the_portal(company: Company) -> None:
    booking = company.book()
    booking.link()
    staff = company.staff_browser()
    page = staff.open(f"/staff/notifications/inspections/{booking.inspection_id}/share")
    assert "Confirm with your client before sharing" in page.text
    form = page.form("Send Email")
    body = next(value for name, value in form.values.items() if name == "body")
    refused = staff.submit(form, recipient="agent@example.com", body="No button here")
    assert "Sign & Pay" in refused.text
    assert company.sandbox.mails("agent@example.com") == []
    staff.submit(form, recipient="agent@example.com", subject="For you", body=body)
    mail = booking.mail("For you", to="agent@example.com")
    assert "1482 Alder Creek Rd" in company.visitor().open(link_in(mail)).text


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
    client = company.visitor().open(preview.url)
    assert "You are previewing" not in client.text
    assert any("Pay $475.00" in button for button in client.buttons)


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
    share = {
        "recipient": booking.client_email,
        "subject": "Quiet",
        "body": "{{sign_and_pay}}",
        "force": True,
    }
    with pytest.raises(httpx.HTTPStatusError) as refused:
        company.office.post(f"notifications/v1/inspections/{booking.inspection_id}/share", share)
    assert refused.value.response.json()["code"] == "notifications_disabled"
    assert not [m for m in company.sandbox.mails(booking.client_email) if "Quiet" in m["subject"]]
