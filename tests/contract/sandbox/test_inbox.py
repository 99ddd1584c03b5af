"""Every mail ends in the inbox: as JSON for tests, as pages for people, with faults on demand."""

import smtplib
from email.message import EmailMessage

import pytest

PICTURE = b"\x89PNG\r\n\x1a\n"


def a_mail(to="ellen@example.com", subject="Your inspection is booked – 1482 Alder Creek Rd"):
    mail = EmailMessage()
    mail["From"] = "Harbor & Pine <office@harbor.example>"
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content("Sign & pay: https://portal.example/p/1\n")
    mail.add_alternative(
        "<!doctype html><html><head><title>x</title></head><body>"
        '<p style="color:#0c5e39">Booked</p><a href="https://portal.example/p/1">Sign &amp; Pay</a>'
        '<img src="cid:logo" alt=""></body></html>',
        subtype="html",
    )
    html = mail.get_payload()[1]
    html.add_related(PICTURE, "image", "png", cid="<logo>")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="invoice.pdf")
    return mail


def send(sandbox, mail=None, timeout=10):
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=timeout) as server:
        server.send_message(mail or a_mail())


def test_a_mail_is_kept_whole(sandbox):
    send(sandbox)
    (mail,) = sandbox.look("mails?to=ELLEN@example.com")
    assert mail["subject"] == "Your inspection is booked – 1482 Alder Creek Rd"
    assert mail["text"].startswith("Sign & pay")
    assert "Sign &amp; Pay" in mail["html"]
    assert [item["filename"] for item in mail["attachments"]] == ["invoice.pdf"]
    assert ["To", "ellen@example.com"] in mail["headers"]
    assert sandbox.look(f"mails/{mail['id']}") == mail
    assert sandbox.look("mails?to=marcus@example.com") == []


def test_newest_first_and_only_those_of_one_recipient(sandbox):
    for to, subject in (
        ("ellen@x.example", "Booked"),
        ("marcus@x.example", "Invoice"),
        ("ellen@x.example", "Receipt"),
    ):
        send(sandbox, a_mail(to, subject))
    assert [mail["subject"] for mail in sandbox.look("mails")] == ["Receipt", "Invoice", "Booked"]
    page = sandbox.http.get("/sandbox/inbox", params={"to": "ellen"}).text
    assert page.index("Receipt") < page.index("Booked")
    assert "Invoice" not in page
    sandbox.control("mails", "DELETE")
    assert "No mail yet" in sandbox.http.get("/sandbox/inbox").text


def test_a_mail_as_its_reader_sees_it_is_shut_in(sandbox):
    send(sandbox)
    number = sandbox.look("mails")[0]["id"]
    page = sandbox.http.get(f"/sandbox/inbox/{number}")
    assert f'src="/sandbox/inbox/{number}/html"' in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    body = sandbox.http.get(f"/sandbox/inbox/{number}/html")
    policy = body.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert '<base target="_blank">' in body.text
    assert 'src="data:image/png;base64,' in body.text


def test_files_are_downloads(sandbox):
    send(sandbox)
    number = sandbox.look("mails")[0]["id"]
    file = sandbox.http.get(f"/sandbox/inbox/{number}/files/0")
    assert (file.content, file.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert file.headers["content-disposition"] == 'attachment; filename="invoice.pdf"'
    assert sandbox.http.get(f"/sandbox/inbox/{number}/files/1").status_code == 404
    assert b"Subject:" in sandbox.http.get(f"/sandbox/inbox/{number}/raw").content
    assert sandbox.http.get("/sandbox/inbox/999999").status_code == 404


def test_a_subject_is_text_and_nothing_else(sandbox):
    send(sandbox, a_mail(subject="<script>alert(1)</script>"))
    number = sandbox.look("mails")[0]["id"]
    for page in ("/sandbox/inbox", f"/sandbox/inbox/{number}", "/sandbox/inbox/list"):
        text = sandbox.http.get(page).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


@pytest.mark.parametrize(("kind", "code"), [("421", 421), ("451", 451), ("550", 550)])
def test_a_refusal_in_the_servers_words(sandbox, kind, code):
    sandbox.control("faults/smtp", kind=kind)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(sandbox)
    assert refused.value.smtp_code == code
    assert sandbox.look("mails") == []
    send(sandbox)
    assert len(sandbox.look("mails")) == 1


def test_a_refusal_meant_for_one_recipient(sandbox):
    sandbox.control("faults/smtp", kind="550", match="marcus")
    send(sandbox)
    with pytest.raises(smtplib.SMTPDataError):
        send(sandbox, a_mail("marcus@example.com"))


def test_a_mail_taken_without_a_word(sandbox):
    sandbox.control("faults/smtp", kind="drop_after_data")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox)
    assert len(sandbox.look("mails")) == 1


def test_a_server_slower_than_its_clients_patience(sandbox):
    sandbox.control("faults/smtp", kind="stall", seconds=2)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox, timeout=0.5)
