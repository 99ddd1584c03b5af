"""What the macros write: real labels, real errors, nothing unescaped."""

import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from jinja2 import UndefinedError

from shared.ui import Brand, Form, Shell, environment
from shared.ui.mails import seen_in
from shared.ui.meters import bars, segments
from shared.ui.navigation import shell_for
from shared.ui.statuses import look
from shared.ui.templates import TEMPLATES

ENV = environment()


def written(source, **context):
    template = ENV.from_string('{% import "ui/macros.html" as ui %}' + source)
    return BeautifulSoup(template.render(context), "html.parser")


def test_a_field_with_an_error_says_so_to_eyes_and_to_screen_readers():
    form = Form({"amount": "8,000.00"})
    form.refuse("amount", "Enter an amount of $7,385.00 or less")
    page = written(
        '{{ ui.money(form, "amount", "Amount to pay", hint="Oldest first.") }}', form=form
    )
    field = page.find("input")
    assert field["value"] == "8,000.00"
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "amount-hint amount-error"
    assert page.find("label")["for"] == field["id"]
    assert page.find(id="amount-error").get_text() == "Error: Enter an amount of $7,385.00 or less"


def test_the_error_summary_links_each_error_to_its_field():
    form = Form()
    form.refuse("email", "Enter your email")
    page = written('{{ ui.error_summary(form) }}{{ ui.email(form, "email") }}', form=form)
    link = page.find(class_="error-summary").find("a")
    assert page.find(id=link["href"].removeprefix("#")).name == "input"


def test_without_errors_there_is_no_summary():
    assert written("{{ ui.error_summary(form) }}", form=Form()).find() is None


def test_what_people_typed_is_escaped():
    page = written("{{ ui.item(name, name, ic='bell') }}{{ ui.button(name) }}", name="<b>&")
    assert page.find("b") is None
    assert page.find("button").get_text() == "<b>&"


def test_a_missing_name_stops_the_page_instead_of_printing_nothing():
    with pytest.raises(UndefinedError):
        written("{{ ui.amount(invoice.balance_cents) }}")


def test_a_hero_amount_is_read_out_whole():
    page = written("{{ ui.amount(47500) }}")
    assert page.find(class_="vh").get_text() == "$475.00"
    assert page.find(attrs={"aria-hidden": "true"}).get_text() == "$475.00"


def test_a_status_word_always_comes_with_a_drawing():
    page = written(
        "{% for word in words %}{{ ui.status(word) }}{% endfor %}",
        words=["Paid", "7 days overdue", "Anything"],
    )
    badges = page.find_all(class_="badge")
    assert [badge["class"] for badge in badges] == [["badge", "ok"], ["badge", "bad"], ["badge"]]
    assert all(badge.find("svg") for badge in badges)


def test_an_unknown_status_claims_nothing():
    assert look("Something new").kind == ""


def test_a_slot_keeps_a_real_link_for_when_its_owner_is_away():
    page = written(
        '{{ ui.slot("/b/f", "payments", href="/b/x", on="payments:changed inspection:changed") }}'
    )
    slot = page.find(attrs={"data-slot": True})
    triggers = slot["hx-trigger"].split(", ")
    assert triggers[0] == "load"
    assert triggers[-2:] == ["payments:changed from:body", "inspection:changed from:body"]
    assert slot["hx-status:5xx"] == "swap:none"
    assert slot.find("a")["href"] == "/b/x"


def test_a_drawer_posts_with_its_token():
    page = written(
        '{% call ui.drawer("d", "Add", action="/x", csrf_token="t0k") %}'
        '{% call ui.drawer_foot() %}{{ ui.submit("Save", busy="Saving") }}{% endcall %}'
        "{% endcall %}"
    )
    form = page.find("dialog").find("form")
    assert form["method"] == "post"
    assert form.find("input", attrs={"name": "csrf_token"})["value"] == "t0k"
    assert form.find("button", attrs={"type": "submit"})["data-busy"] == "Saving"


def test_a_meter_is_filled_exactly():
    laid = segments([("ok", 1), ("wait", 0), ("due", 99_999_998)])
    assert [part.kind for part in laid] == ["ok", "due"]
    assert sum(float(part.width.rstrip("%")) for part in laid) == pytest.approx(100)
    assert float(laid[0].width.rstrip("%")) >= 1


def test_an_empty_meter_has_no_parts():
    assert segments([("ok", 0)]) == []


def test_bars_are_scaled_to_the_tallest():
    assert [bar.height for bar in bars([0, 1, 300])] == [0, 1, 30]


def test_a_day_on_which_more_was_given_back_is_flat():
    assert [bar.height for bar in bars([-515, 515])] == [0, 30]


def test_the_sidebar_shows_each_role_its_own_places():
    def places(role):
        return [place.key for place in Shell(Brand("A"), "P", role, "t", "schedule").places]

    assert places("inspector") == ["schedule", "inspections", "accounts", "tickets", "alerts"]
    assert places("office") == [
        "schedule",
        "inspections",
        "accounts",
        "tickets",
        "invoices",
        "reports",
        "alerts",
    ]


def test_a_staff_page_lights_up_its_place_and_can_sign_out():
    page = '{% extends "staff.html" %}{% block title %}Alerts{% endblock %}'
    staff = SimpleNamespace(name="Priya Raman", role="office", csrf_token="t0k")
    html = ENV.from_string(page).render(staff=staff, brand=Brand("Harbor & Pine"), current="alerts")
    soup = BeautifulSoup(html, "html.parser")
    lit = soup.find("aside").find(attrs={"aria-current": "page"})
    assert lit["href"] == "/staff/notifications/alerts"
    assert soup.find("form", action="/staff/scheduling/sign-out").find("input")["value"] == "t0k"
    assert shell_for(staff, Brand("X"), "alerts").role_name == "Office manager"


def test_a_page_whose_form_was_refused_says_so_in_its_title():
    form = Form()
    form.refuse("a", "b")
    page = '{% extends "gate.html" %}{% block title %}Sign in{% endblock %}'
    assert "<title>Error: Sign in</title>" in ENV.from_string(page).render(form=form)


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
def test_a_problem_page_says_what_happened_and_what_to_do(status):
    problem = {"status": status, "title": "T", "happened": "It broke.", "next_step": "Try again."}
    html = ENV.get_template("problem.html").render(problem=problem)
    assert "It broke." in html
    assert "Try again." in html


def test_a_mail_has_its_amount_first_its_address_visible_and_a_text_twin():
    context = {
        "brand": Brand("Harbor & Pine", email="office@example.com"),
        "subject": "Invoice",
        "preheader": "$150.00 due Dec 4, 2026",
        "button": ("View and pay", "https://pay.example.com/p/x"),
        "reason": "Sent to you.",
    }
    body = "{% block content %}A{% endblock %}"
    html = ENV.from_string('{% extends "mail.html" %}' + body).render(context)
    text = ENV.from_string('{% extends "mail.txt" %}' + body).render(context)
    soup = BeautifulSoup(html, "html.parser")
    assert soup.body.get_text().strip().startswith("$150.00 due Dec 4, 2026")
    assert "https://pay.example.com/p/x" in soup.body.get_text()
    assert soup.find("img") is None
    assert "View and pay:\nhttps://pay.example.com/p/x" in text
    assert "Harbor & Pine" in text


def test_a_mail_can_be_shown_in_either_mode():
    html = "<style>@media (prefers-color-scheme: dark) { a { color: red } }</style>"
    assert "@media all {" in seen_in("dark", html)
    assert "@media not all {" in seen_in("light", html)


def test_the_readme_lists_every_macro_with_its_parameters():
    source = (TEMPLATES / "ui" / "macros.html").read_text()
    signatures = re.findall(r"{% macro (\w+\([^)]*\))", source)
    inner = ("tick(", "error_message(")
    readme = (TEMPLATES.parent / "README.md").read_text()
    missing = [one for one in signatures if not one.startswith(inner) and one not in readme]
    assert missing == []
