"""Every mail of every kind, rendered: complete, in both forms, its one link where it belongs."""

import re
from html.parser import HTMLParser

import pytest

from services.notifications.adapters.jinja_typesetter import JinjaTypesetter
from services.notifications.domain.composing import compose
from services.notifications.domain.letter_facts import address
from services.notifications.domain.mail import MailKind, Words
from services.notifications.domain.merge_tags import TAGS, tags_in
from services.notifications.domain.samples import sample_mail, sample_situation
from services.notifications.domain.standard_texts import ALL, BY_KEY
from shared.contracts.billing import BillingSettingsChangedV1
from shared.contracts.scheduling import InspectionPublishedV1, InspectionServicesChangedV1
from tests.support import notifications_events as told
from tests.support.notifications_fakes import TEMPLATES, Bench

URL = "https://doorstep.example/p/the-token"
TYPESETTER = JinjaTypesetter(TEMPLATES)


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.hrefs += [value or "" for name, value in attrs if name == "href"]


def a_letter(key: str, words: Words | None = None):
    company = told.a_company()
    written = words or BY_KEY[key].words
    return compose(sample_mail(key, written), sample_situation(key, company), written, URL)


@pytest.mark.parametrize("key", [text.key for text in ALL])
def test_every_text_renders_in_html_and_plain_text(key):
    letter = a_letter(key)
    html, text = TYPESETTER.html(letter), TYPESETTER.text(letter)

    for rendered in (letter.subject, html, text):
        assert "{{" not in rendered
        assert "None" not in rendered
    assert "Harbor &amp; Pine Home Inspections" in html
    assert "Harbor & Pine Home Inspections" in text
    assert "\n\n\n\n" not in text
    assert 'content="light dark"' in html
    assert not {"script", "img", "svg", "iframe"} & set(Links(html).tags)


@pytest.mark.parametrize("key", [text.key for text in ALL])
def test_a_mail_has_one_button_and_its_visible_address_or_no_link_at_all(key):
    letter = a_letter(key)
    html, text = TYPESETTER.html(letter), TYPESETTER.text(letter)
    links = [href for href in Links(html).hrefs if not href.startswith("mailto:")]

    if BY_KEY[key].needs_button:
        assert links == [URL, URL]
        assert f">{URL}</a>" in html
        assert text.count(URL) == 1
    else:
        assert links == []
        assert "https://" not in text


def test_every_kind_of_mail_has_a_text():
    keys = {text.key for text in ALL}
    missing = {str(kind) for kind in MailKind} - keys

    several_texts = {"report_published", "reminder"}
    always_with_words_of_its_own = {"paid_in_full", "staff_alert", "staff_digest"}
    assert missing == several_texts | always_with_words_of_its_own
    assert {"report_payment_due", "report_ready"} <= keys


def test_standard_texts_name_only_tags_that_exist():
    for text in ALL:
        assert set(tags_in(text.words.subject) + tags_in(text.words.body)) <= set(TAGS)


def test_the_first_words_name_amount_and_due_date():
    html = TYPESETTER.html(a_letter("confirmation"))
    preheader = re.search(r'<div style="display:none[^>]*>([^<&]*)', html)

    assert preheader
    assert preheader[1].startswith("$475.00. Payment due Dec 1, 2026.")
    assert len(preheader[1]) <= 120


def test_what_people_typed_is_text_and_never_markup_or_a_template():
    words = Words(
        subject="<b>{{ company_name }}</b>", body="<script>x</script>\n\n{{ 7*7 }} {% raw %}"
    )
    letter = a_letter("share_details", words)
    html = TYPESETTER.html(letter)

    assert "<script>" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "49" not in html
    assert letter.subject == "<b>Harbor & Pine Home Inspections</b>"


def test_a_value_that_looks_like_a_tag_is_not_replaced_again():
    company = told.a_company(phone="{{ sign_and_pay }}")
    words = Words(subject="s", body="Call {{ company_phone }}")
    letter = compose(
        sample_mail("share_details", words), sample_situation("share_details", company), words, URL
    )

    assert "{{ sign_and_pay }}" in TYPESETTER.text(letter)
    assert URL not in TYPESETTER.html(letter)


def test_no_tag_yields_a_link():
    body = "\n\n".join(f"{{{{ {tag} }}}}" for tag in TAGS if tag != "sign_and_pay")

    assert URL not in TYPESETTER.html(a_letter("share_details", Words(subject="s", body=body)))


async def sent(*events, **situation):
    bench = Bench()
    await bench.hear(told.company_changed(**situation))
    await bench.hear(*events)
    bench.later(minutes=1)
    await bench.send_due()
    return bench


async def test_the_confirmation_carries_the_clients_own_link_and_the_button():
    bench = await sent(told.invoice_changed(), told.scheduled())
    [mail] = bench.post.to("ellen@example.com")

    assert "Sign &amp; Pay" in mail.html
    assert "Sign & Pay:\nhttps://doorstep.example/p/token-1" in mail.text
    assert "$625.00 is due on Dec 1, 2026." in mail.text
    assert bench.links.minted[0]["scope"] == "inspection"
    assert bench.links.minted[0]["about"]["people_revision"] == 1
    assert bench.links.minted[0]["recipient"] == "ellen@example.com"
    assert mail.calendar is not None
    assert b"BEGIN:VEVENT" in mail.calendar.content


async def test_the_agents_copy_has_neither_link_nor_prices():
    bench = await sent(told.invoice_changed(), told.scheduled())
    [mail] = bench.post.to("marcus@example.com")

    assert "$" not in mail.text
    assert "doorstep.example" not in mail.html
    assert len(bench.links.minted) == 1


async def test_before_publishing_nothing_is_asked_for_when_payment_is_collected_later():
    policy = told.a_release(collect_payment_after_publish=True, require_payment_locked=True)
    bench = await sent(
        told.invoice_changed(told.an_invoice(gate="until_published")), told.scheduled(policy=policy)
    )
    [mail] = bench.post.to("ellen@example.com")

    assert "Payment to be collected after inspection is published" in mail.text
    assert "is due" not in mail.text
    assert "Payment due" not in mail.html


@pytest.mark.parametrize(("online", "label"), [(True, "Pay Now"), (False, "Learn More")])
async def test_the_report_mail_names_the_button_by_how_the_company_collects(online, label):
    settings = BillingSettingsChangedV1(
        company_id=told.COMPANY,
        online_payments=online,
        accepts_bank_payments=online,
        settings_revision=1,
    )
    published = told.an_inspection(status="published", revision=2)
    bench = await sent(
        settings,
        told.invoice_changed(),
        told.balance_changed(published=True),
        InspectionPublishedV1(company_id=told.COMPANY, inspection=published),
    )

    assert f"{label}:\nhttps://" in bench.post.sent[0].text


async def test_a_third_partys_invoice_shows_his_part_and_nothing_else():
    bench = await sent(told.scheduled(people=()), told.invoice_changed(), told.send_requested())
    [mail] = bench.post.sent

    assert mail.to_address == "marcus@example.com"
    assert mail.subject == "Invoice HP-3107-1"
    assert "Please pay $175.00." in mail.text
    assert "View and pay:\nhttps://doorstep.example/pay/token-1" in mail.text
    assert "This link shows this invoice only." in mail.text
    for secret in ("Ellen", "$625.00", "$475.00", "Radon", "Dana"):
        assert secret not in mail.html + mail.text
    assert bench.links.minted[0]["about"]["invoice_id"] == told.AGENT_INVOICE


async def test_a_receipt_names_payer_and_what_was_paid():
    bench = await sent(
        told.scheduled(people=()),
        told.invoice_changed(told.paid(told.an_invoice())),
        told.recorded(),
    )
    [mail] = bench.post.sent

    assert mail.subject == "Receipt R-88214 for $625.00"
    for words in (
        "Paid by: Ellen Park",
        "Visa ending 4242",
        "Invoice: HP-3107",
        "1482 Alder Creek Rd",
    ):
        assert words in mail.text


async def test_why_staff_gave_money_back_is_not_for_the_payer():
    """Not even in a company's own text that asks for a reason."""
    bench = Bench()
    own = Words(subject="Refund", body="Hello. {{ reason }} We refunded {{ payment_amount }}.")
    bench.desk.texts.texts[told.COMPANY, "refund"] = own
    await bench.hear(
        told.company_changed(), told.scheduled(people=()), told.invoice_changed(), told.refunded()
    )
    await bench.send_due()
    [mail] = bench.post.sent

    assert "We refunded $625.00" in mail.text
    assert "swab" not in mail.html + mail.text


async def test_a_changed_order_names_the_new_total():
    inspection = told.an_inspection(revision=2)
    bench = await sent(
        told.invoice_changed(),
        InspectionServicesChangedV1(company_id=told.COMPANY, inspection=inspection),
    )

    assert "Full home inspection and Radon test. The total is $625.00." in bench.post.sent[0].text


async def test_the_kept_letter_hides_the_link():
    bench = await sent(told.invoice_changed(), told.scheduled())
    [mail] = [mail for mail in bench.mails if mail.recipient.address == "ellen@example.com"]
    kept = bench.desk.mails.letters[mail.mail_id]

    assert "token-1" not in kept.html + kept.text
    assert "https://doorstep.example/p/••••••••" in kept.text
    assert mail.link_ids == ("link-1",)


@pytest.mark.parametrize(
    ("region", "postal_code", "end"),
    [("OR", "97702", "Bend, OR 97702"), ("OR", "", "Bend, OR"), ("", "", "Bend")],
)
def test_an_address_ends_with_what_is_known_of_it(region, postal_code, end):
    known = {"region": region, "postal_code": postal_code}
    site = told.an_inspection().site.model_copy(update=known)
    assert address(site) == f"1482 Alder Creek Rd, {end}"
