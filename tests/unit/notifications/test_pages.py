"""The pages and the API as a browser and a program meet them."""

import re

import httpx
import pytest

from services.notifications.entrypoints.office import Office, furnish
from services.notifications.entrypoints.routers import ROUTERS
from services.notifications.usecases.ports import Takings
from tests.support import notifications_events as told
from tests.support import shared_app
from tests.support.notifications_fakes import TEMPLATES, Bench, FakeWaker

SHARE = f"/staff/notifications/inspections/{told.INSPECTION}/share"
RESEND = f"/staff/notifications/inspections/{told.INSPECTION}/resend"
EMAILS = f"/notifications/fragments/inspections/{told.INSPECTION}/emails"
ALERTS = "/staff/notifications/alerts"
PAGES = [
    ALERTS,
    f"{ALERTS}?show=action",
    f"/staff/notifications/inspections/{told.INSPECTION}/emails",
    SHARE,
    "/staff/notifications/mail",
    "/staff/notifications/settings",
    "/staff/notifications/settings/confirmation",
    "/staff/notifications/settings/automations",
    "/staff/notifications/settings/automations/new",
    "/staff/notifications/settings/alerts",
    "/staff/notifications/preferences",
    "/staff/notifications/calendar",
    "/staff/notifications/settings/reminders",
    "/staff/notifications/settings/reminder_after",
    "/staff/notifications/settings/ticket_reply",
    f"/staff/notifications/invoices/{told.CLIENT_INVOICE}/reminders",
    f"{ALERTS}?show=mine",
    f"{ALERTS}?show=unassigned",
    f"{ALERTS}?show=done",
]
FRAGMENTS = [
    EMAILS,
    "/notifications/fragments/alerts/feed",
    "/notifications/fragments/alerts/filters",
    "/notifications/fragments/alerts/figures",
    "/notifications/fragments/alerts/delivery",
    "/notifications/fragments/alerts/count",
]


class Figures:
    async def takings(self, _company, _now):
        return Takings(
            collected_today_cents=17500,
            payments_today=1,
            outstanding_cents=62500,
            invoices_outstanding=1,
            overdue_cents=0,
            invoices_overdue=0,
            collected_by_day_cents=(0,) * 13 + (17500,),
        )


@pytest.fixture
async def bench():
    bench = Bench()
    await bench.hear(
        told.company_changed(),
        told.invoice_changed(),
        told.balance_changed(),
        told.scheduled(),
        told.recorded(payer=told.MARCUS, amount_cents=17500),
        told.returned(payment_id="payment-2"),
    )
    await bench.send_due()
    return bench


def browser(bench: Bench, role: str = "owner", company_id: str = told.COMPANY) -> httpx.AsyncClient:
    app = shared_app.app(*ROUTERS, service="notifications", pages=TEMPLATES)
    furnish(app, Office(post=bench.office, figures=Figures(), waker=FakeWaker()))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://doorstep.test",
        cookies=shared_app.staff_cookie(role, company_id=company_id),
        headers={"Accept": "text/html"},
    )


def form(**fields: str) -> dict[str, str]:
    return {"csrf_token": "form-token", "idempotency_key": "click-00001", **fields}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole(bench, path):
    async with browser(bench) as client:
        answer = await client.get(path)

    assert answer.status_code == 200
    assert answer.text.count("<html") == 1
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert not re.search(r'\sstyle="', answer.text)


@pytest.mark.parametrize("path", FRAGMENTS)
async def test_a_fragment_is_no_page_and_is_not_kept(bench, path):
    async with browser(bench) as client:
        answer = await client.get(path)

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_the_feed_shows_what_happened_and_what_waits(bench):
    async with browser(bench) as client:
        text = (await client.get(ALERTS)).text

    assert "1482 Alder Creek Rd booked for Ellen Park" in text
    assert "Marcus Lee paid $175.00" in text
    assert "Send new link" in text
    assert 'Needs action<span class="count">1</span>' in text
    assert "Saturday, November 21. All times Pacific" in text


async def test_a_company_without_alerts_sees_an_empty_feed(bench):
    async with browser(bench, company_id="company-new") as client:
        text = (await client.get(ALERTS)).text

    assert "No alerts yet" in text
    assert "Ellen" not in text


async def test_the_emails_box_tells_mails_and_payments(bench):
    async with browser(bench) as client:
        text = (await client.get(EMAILS)).text

    assert "Confirmation sent to Ellen Park" in text
    assert "Delivered, with Sign &amp; Pay button" in text
    assert "Marcus Lee paid $175.00" in text
    assert "Share Details" in text


async def test_another_companys_mails_and_inspections_are_not_there(bench):
    mail = bench.mails[0]
    async with browser(bench, company_id="company-other") as client:
        waiting = await client.get(EMAILS)
        assert waiting.status_code == 200
        assert "Nothing is known about this inspection yet" in waiting.text
        assert "Ellen Park" not in waiting.text
        for path in (
            SHARE,
            f"/staff/notifications/mail/{mail.mail_id}",
            f"/staff/notifications/mail/{mail.mail_id}/letter",
            f"/api/notifications/v1/mails/{mail.mail_id}",
        ):
            assert (await client.get(path)).status_code == 404
        assert (await client.post(RESEND, data=form())).status_code == 404
        assert (await client.post(SHARE, data=form(recipient="a@b.example"))).status_code in {
            404,
            422,
        }
    assert {m.kind for m in bench.mails} == {
        m.kind for m in bench.mails if m.company_id == told.COMPANY
    }


async def test_a_kept_letter_shows_no_token_and_runs_nothing(bench):
    [mail] = [m for m in bench.mails if m.recipient.address == "ellen@example.com" and m.link_ids][
        :1
    ]
    async with browser(bench) as client:
        answer = await client.get(f"/staff/notifications/mail/{mail.mail_id}/letter?theme=dark")

    assert "token-" not in answer.text
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "prefers-color-scheme: dark" not in answer.text


async def test_send_email_queues_one_mail_and_returns_to_the_inspection(bench):
    fields = form(recipient="sam@example.com", subject="Hi", body="{{ sign_and_pay }}")
    async with browser(bench) as client:
        answers = [await client.post(SHARE, data=fields) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {303}
    assert answers[0].headers["location"] == f"/staff/scheduling/inspections/{told.INSPECTION}"
    assert [m.recipient.address for m in bench.mails].count("sam@example.com") == 1


async def test_a_body_without_button_comes_back_with_everything_typed(bench):
    fields = form(recipient="sam@example.com", subject="My subject", body="My words")
    async with browser(bench) as client:
        answer = await client.post(SHARE, data=fields)

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    for words in ("There is a problem", "My subject", "My words", "Send without the Sign"):
        assert words in answer.text


@pytest.mark.parametrize(
    "path", [SHARE, RESEND, f"{ALERTS}/seen", "/staff/notifications/settings/receipt"]
)
async def test_a_form_of_another_site_changes_nothing(bench, path):
    before = len(bench.mails)
    async with browser(bench) as client:
        without = await client.post(path, data={"body": "x"})
        foreign = await client.post(path, data=form(), headers={"Origin": "https://evil.example"})

    assert (without.status_code, foreign.status_code) == (403, 403)
    assert len(bench.mails) == before


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("read_only", ALERTS, 200),
        ("read_only", SHARE, 403),
        ("inspector", SHARE, 200),
        ("office", "/staff/notifications/settings", 403),
        ("owner", "/staff/notifications/settings", 200),
    ],
)
async def test_each_role_opens_its_own_pages(bench, role, path, status):
    async with browser(bench, role) as client:
        assert (await client.get(path)).status_code == status


async def test_nobody_sees_a_page_without_signing_in(bench):
    async with browser(bench) as client:
        client.cookies.clear()
        for path in (*PAGES, *FRAGMENTS):
            answer = await client.get(path)
            assert answer.status_code == 303
            assert "/session/renew" in answer.headers["location"]
        answer = await client.get("/api/notifications/v1/mails")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_the_api_refuses_with_stable_codes(bench):
    async with browser(bench) as client:
        client.headers.update({"X-CSRF-Token": "form-token", "Idempotency-Key": "key-12345"})
        base = f"/api/notifications/v1/inspections/{told.INSPECTION}"
        missing = await client.post(
            f"{base}/share", json={"recipient": "a@b.example", "subject": "s", "body": "b"}
        )
        sent = await client.post(
            f"{base}/share",
            json={"recipient": "a@b.example", "subject": "s", "body": "b", "force": True},
        )
        unknown = await client.post(f"{base}/share", json={"recipient": "x", "to": "y"})
        again = await client.post(f"{base}/resend")

    assert (missing.status_code, missing.json()["code"]) == (422, "missing_sign_and_pay")
    assert missing.headers["content-type"] == "application/problem+json"
    assert (sent.status_code, sent.json()["kind"]) == (202, "share_details")
    assert unknown.status_code == 422
    assert [mail["kind"] for mail in again.json()] == ["payment_link"]


async def test_the_api_lists_mails_and_alerts_in_pages(bench):
    async with browser(bench) as client:
        first = (await client.get("/api/notifications/v1/alerts?limit=1")).json()
        second = (
            await client.get(f"/api/notifications/v1/alerts?limit=9&cursor={first['next_cursor']}")
        ).json()
        mails = (
            await client.get(f"/api/notifications/v1/mails?inspection_id={told.INSPECTION}")
        ).json()

    assert [alert["text"] for alert in first["items"]] == ["ACH payment of $625.00 was returned"]
    assert len(second["items"]) == 2
    assert second["next_cursor"] is None
    assert {mail["kind"] for mail in mails["items"]} >= {"confirmation", "receipt"}


async def test_done_alerts_stop_waiting_and_the_line_says_who(bench):
    [alert] = [alert for alert in bench.alerts if alert.waiting]
    async with browser(bench) as client:
        answer = await client.post(
            f"{ALERTS}/{alert.alert_id}/done", data=form(), headers={"HX-Request": "true"}
        )
        again = await client.post(f"{ALERTS}/{alert.alert_id}/done", data=form())

    assert "Done by Dana Reyes" in answer.text
    assert again.status_code == 404
    assert not any(alert.waiting for alert in bench.alerts)


async def test_what_was_seen_is_no_longer_counted(bench):
    async with browser(bench) as client:
        before = (await client.get("/notifications/fragments/alerts/count")).text
        await client.post(f"{ALERTS}/seen", data=form(seq="9999"))
        after = (await client.get("/notifications/fragments/alerts/count")).text

    assert before.startswith("3")
    assert after == ""


async def test_an_edited_text_is_saved_previewed_and_reset(bench):
    path = "/staff/notifications/settings/receipt"
    words = {"subject": "Own subject", "body": "Own words {{ sign_and_pay }}"}
    async with browser(bench) as client:
        preview = await client.post(f"{path}/preview", data=form(**words))
        saved = await client.post(path, data=form(**words))
        shown = await client.get(path)
        wrong = await client.post(path, data=form(subject="s", body="{{ nothing }}"))
        await client.post(f"{path}/reset", data=form())

    assert "Own words" in preview.text
    assert saved.status_code == 303
    assert "Own subject" in shown.text
    assert wrong.status_code == 422
    assert bench.desk.texts.texts == {}


LETTER = f"inspections/{told.INSPECTION}/invoices/{told.an_agents_invoice().invoice_id}"


async def test_an_invoice_s_mail_begins_with_the_company_s_words_and_shows_what_is_typed(bench):
    await bench.hear(told.invoice_changed(told.an_agents_invoice()))
    typed = {"subject": "Yours", "body": "Own words, {{ invoice_number }}\n\n{{ sign_and_pay }}"}
    path = f"/staff/notifications/{LETTER}/preview"
    async with browser(bench) as client:
        words = await client.get(f"/notifications/fragments/{LETTER}/words")
        standard = await client.get(path)
        own = await client.post(path, data=form(**typed))
        dark = await client.post(path, data=form(**typed, theme="dark"))

    assert told.an_agents_invoice().number in words.text
    assert words.text.count("{{ ") == words.text.count("{{ sign_and_pay }}")
    assert "View and pay" in standard.text
    assert f"Own words, {told.an_agents_invoice().number}" in own.text
    assert "View and pay" in own.text
    assert "/p/" not in own.text
    assert "style-src 'unsafe-inline'" in own.headers["content-security-policy"]
    assert own.text != dark.text


@pytest.mark.parametrize(
    "path", ["/notifications/fragments/{}/words", "/staff/notifications/{}/preview"]
)
async def test_another_s_invoice_has_no_mail_to_look_at(bench, path):
    await bench.hear(told.invoice_changed(told.an_agents_invoice()))
    other = LETTER.replace(told.INSPECTION, "another-inspection")
    async with browser(bench) as client:
        assert (await client.get(path.format(other))).status_code == 404
        assert (await client.get(path.format(f"{LETTER}x"))).status_code == 404
    async with browser(bench, company_id="another-company") as client:
        assert (await client.get(path.format(LETTER))).status_code == 404
