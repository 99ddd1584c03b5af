"""The settings pages: what is changed there, and who may."""

import re

import pytest

from tests.support.scheduling_samples import an_invoice
from tests.unit.scheduling.pages import BASE, soup


async def test_the_policies_are_explained_and_their_refusals_shown_beside_them(owner, world):
    where = f"{BASE}/settings/client-portal"
    page = soup(await owner.http.get(where))
    assert "Business Tools" in page.text
    assert "Collect payment after publish" in page.text
    assert not page.select_one("#collect_payment_after_publish").has_attr("checked")
    both = {
        "payments_provider": "integrated",
        "collect_payment_after_publish": "on",
        "allow_deferred_payment": "on",
    }
    answer = await owner.post(where, both)
    assert answer.status_code == 422
    assert soup(answer).select_one(".error-summary a[href='#allow_deferred_payment']")
    await owner.post(where, both | {"allow_deferred_payment": ""})
    assert world.company().policy.collect_payment_after_publish
    page = soup(await owner.http.get(where))
    assert page.select_one("#allow_deferred_payment").has_attr("disabled")
    assert "Blocked while Collect payment after publish is on" in page.text


async def test_open_third_party_invoices_are_named_where_they_block(owner, world, inspection):
    await world.office.desk().remember(an_invoice(inspection))
    answer = await owner.post(
        f"{BASE}/settings/client-portal",
        {"payments_provider": "integrated", "allow_deferred_payment": "on"},
    )
    assert answer.status_code == 422
    assert "1 third-party invoice is still open" in answer.text


async def test_the_companys_profile_is_changed(owner, world):
    page = soup(await owner.http.get(f"{BASE}/settings/company"))
    fields = {tag["name"]: tag.get("value", "") for tag in page.select("main input[name]")} | {
        "agreement_text": page.select_one("#agreement_text").text,
        "time_zone": "America/Denver",
        "hue": "165",
        "tagline": "Inspections",
    }
    answer = await owner.post(f"{BASE}/settings/company", fields)
    assert answer.status_code == 303
    assert (world.company().time_zone, world.company().hue) == ("America/Denver", 165)


async def test_a_service_is_added_changed_and_no_longer_offered(owner, world):
    where = f"{BASE}/settings/services"
    fields = {"name": "Sewer scope", "price": "175", "duration_minutes": "60", "edit": ""}
    await owner.post(where, fields)
    services = await world.lookups.services(world.company_id)
    sewer = next(service for service in services if service.name == "Sewer scope")
    assert sewer.price_cents == 17_500
    await owner.post(where, fields | {"price": "180.50", "edit": sewer.service_id})
    await owner.post(f"{where}/{sewer.service_id}/offer", {"active": "no"})
    sewer = await world.lookups.service(world.company_id, sewer.service_id)
    assert (sewer.price_cents, sewer.active) == (18_050, False)
    assert "Sewer scope" not in (await owner.http.get(f"{BASE}/inspections/new")).text


async def test_a_first_password_and_a_key_are_shown_once(owner):
    where = f"{BASE}/settings/staff"
    answer = await owner.post(
        where, {"name": "Sam Ito", "email": "sam@harborpine.example", "role": "office"}
    )
    assert re.search(r"secret-number-\d+", answer.text)
    answer = await owner.post(f"{where}/api-keys", {"key_name": "Site", "scopes": "read"})
    assert "dsk_" in answer.text
    again = await owner.http.get(where)
    assert "dsk_" not in again.text
    assert "Sam Ito" in again.text


@pytest.mark.parametrize(
    ("role", "opens", "forbids"),
    [
        ("read_only", ["/schedule", "/inspections"], ["/inspections/new", "/settings/company"]),
        ("inspector", ["/inspections/new"], ["/settings/company", "/settings/staff"]),
        ("office", ["/inspections/new", "/settings/client-portal"], []),
    ],
)
async def test_roles_open_what_they_may(browser, role, opens, forbids):
    browser.signed_in(role)
    for path in opens:
        assert (await browser.http.get(f"{BASE}{path}")).status_code == 200, path
    for path in forbids:
        assert (await browser.http.get(f"{BASE}{path}")).status_code == 403, path


async def test_an_office_manager_sees_settings_and_changes_none(browser, world):
    browser.signed_in("office")
    page = soup(await browser.http.get(f"{BASE}/settings/client-portal"))
    assert "Only owners change settings" in page.text
    answer = await browser.post(f"{BASE}/settings/client-portal", {"payments_provider": "none"})
    assert answer.status_code == 403
    assert world.company().policy.payments_provider == "integrated"
