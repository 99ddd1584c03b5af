"""Share Details, Resend and the editable texts: what is refused, and that a click counts once."""

import pytest

from services.notifications.domain.mail import Words
from services.notifications.domain.merge_tags import (
    ButtonHere,
    MissingSignAndPayError,
    Paragraph,
    UnknownMergeTagError,
    blocks,
    subject_line,
)
from services.notifications.domain.refusals import (
    BadRecipientError,
    InspectionNotFoundError,
    TextNotFoundError,
)
from services.notifications.domain.standard_texts import BY_KEY
from services.notifications.usecases.edit_text import edit_text
from services.notifications.usecases.preview_letter import preview_letter
from services.notifications.usecases.resend_payment_link import resend_payment_link
from services.notifications.usecases.share_details import (
    ShareDetails,
    share_details,
    shared_mail,
)
from shared.problems import InvalidError
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench


async def a_bench() -> Bench:
    bench = Bench()
    await bench.hear(
        told.company_changed(), told.scheduled(), told.invoice_changed(), replayed=True
    )
    return bench


def command(body="Hello\n\n{{ sign_and_pay }}", **changes) -> ShareDetails:
    fields = {
        "company_id": told.COMPANY,
        "inspection_id": told.INSPECTION,
        "recipient": "marcus@example.com",
        "words": Words(subject="Details for {{ property_street }}", body=body),
        "key": "click-1",
        "by": "Priya Raman",
    }
    return ShareDetails(**(fields | changes))


async def share(bench, **changes):
    return await share_details(command(**changes), desks=bench.desks, now=bench.now)


async def test_a_shared_mail_goes_to_the_typed_address_with_its_own_link():
    bench = await a_bench()

    await share(bench)
    await bench.send_due()

    [mail] = bench.post.sent
    assert (mail.to_address, mail.subject) == (
        "marcus@example.com",
        "Details for 1482 Alder Creek Rd",
    )
    assert "Sign & Pay:\nhttps://doorstep.example/p/token-1" in mail.text
    assert bench.links.minted[0]["scope"] == "inspection"


async def test_a_second_click_sends_no_second_mail_but_a_new_form_does():
    bench = await a_bench()

    await share(bench)
    await share(bench)
    assert len(bench.mails) == 1
    await share(bench, key="click-2")
    assert len(bench.mails) == 2


async def test_a_body_without_the_button_is_refused_unless_forced():
    bench = await a_bench()

    with pytest.raises(MissingSignAndPayError) as refusal:
        await share(bench, body="Hello")
    assert (refusal.value.code, refusal.value.status) == ("missing_sign_and_pay", 422)
    assert bench.mails == []

    await share(bench, body="Hello", force=True)
    await bench.send_due()
    assert bench.links.minted == []
    assert "https://" not in bench.post.sent[0].text


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"body": "{{ link }} {{ sign_and_pay }}"}, UnknownMergeTagError),
        ({"body": "  "}, InvalidError),
        ({"body": "x" * 20_001}, InvalidError),
        ({"words": Words(subject=" ", body="{{ sign_and_pay }}")}, InvalidError),
        ({"recipient": "a@b.example, c@d.example"}, BadRecipientError),
        ({"recipient": "a@b.example\nBcc: c@d.example"}, BadRecipientError),
        ({"recipient": "nobody"}, BadRecipientError),
        ({"inspection_id": "another"}, InspectionNotFoundError),
        ({"company_id": "another"}, InspectionNotFoundError),
    ],
)
async def test_what_cannot_be_right_is_refused_and_nothing_queued(changes, refusal):
    bench = await a_bench()

    with pytest.raises(refusal):
        await share(bench, **changes)

    assert bench.mails == []


async def test_the_preview_is_what_will_be_sent_but_for_the_link():
    bench = await a_bench()
    mail = shared_mail(command(), bench.now)
    shown = await preview_letter(
        mail, desk=bench.desk, typesetter=bench.office.typesetter, public_url="https://d.example"
    )
    assert bench.links.minted == []

    await share(bench)
    await bench.send_due()

    [sent] = bench.post.sent
    assert shown.subject == sent.subject
    hidden, real = "https://d.example/p/••••••••", "https://doorstep.example/p/token-1"
    assert shown.html.replace(hidden, real) == sent.html
    assert shown.text.replace(hidden, real) == sent.text


async def test_resending_gives_every_client_a_fresh_link_once_per_click():
    bench = await a_bench()

    for _ in range(2):
        await resend_payment_link(
            told.COMPANY, told.INSPECTION, key="k", by="P", desks=bench.desks, now=bench.now
        )
    await bench.send_due()

    [mail] = bench.post.sent
    assert mail.to_address == "ellen@example.com"
    assert "$625.00 is due on Dec 1, 2026." in mail.text
    assert bench.links.minted[0]["purpose"] == "payment_link"


async def edit(bench, key, words):
    await edit_text(told.COMPANY, key, words, by="olga", desk=bench.desk, now=bench.now)


async def test_an_own_text_is_used_from_then_on_and_can_be_taken_back():
    bench = await a_bench()
    await edit(bench, "payment_link", Words(subject="Own", body="Own words {{ sign_and_pay }}"))
    await resend_payment_link(
        told.COMPANY, told.INSPECTION, key="1", by="P", desks=bench.desks, now=bench.now
    )
    await edit(bench, "receipt", BY_KEY["receipt"].words)
    await bench.send_due()

    assert bench.post.sent[0].subject == "Own"
    assert set(await bench.desk.texts.changed(told.COMPANY)) == {"payment_link"}

    await edit(bench, "payment_link", None)
    assert await bench.desk.texts.changed(told.COMPANY) == {}


async def test_a_text_may_not_lose_its_button_but_one_without_needs_none():
    bench = await a_bench()

    with pytest.raises(MissingSignAndPayError):
        await edit(bench, "confirmation", Words(subject="s", body="no button"))
    with pytest.raises(UnknownMergeTagError):
        await edit(bench, "cancelled", Words(subject="s", body="{{ token }}"))
    with pytest.raises(TextNotFoundError):
        await edit(bench, "nothing", Words(subject="s", body="b"))
    await edit(bench, "cancelled", Words(subject="s", body="It is off."))


async def test_an_invoice_never_loses_its_button():
    bench = await a_bench()
    await bench.hear(told.send_requested(body="No button here"))
    await bench.send_due()

    assert "View and pay:\nhttps://doorstep.example/pay/token-1" in bench.post.sent[0].text


def test_a_body_is_cut_into_paragraphs_around_one_button():
    body = "One\r\nline\r\n\r\nTwo {{ sign_and_pay }} three\n\n{{sign_and_pay}}\n\nfour"

    assert blocks(body, {}) == (
        Paragraph("One\nline"),
        Paragraph("Two"),
        ButtonHere(),
        Paragraph("three"),
        Paragraph("four"),
    )


def test_a_subject_stays_on_one_line():
    assert subject_line("A\r\nBcc: {{ total }}", {"total": "x\ny"}) == "A Bcc: x y"
