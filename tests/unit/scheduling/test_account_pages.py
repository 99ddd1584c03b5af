"""The staff pages of account customers, with and without script."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.usecases._accounts import NewAccountPerson, NewSite
from services.scheduling.usecases.change_company import ChangeCompany, change_company
from services.scheduling.usecases.open_account import OpenAccount, open_account
from services.scheduling.usecases.schedule_due_visits import schedule_due_visits

BASE = "/staff/scheduling"
HTMX = {"hx-request": "true"}


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def words(answer):
    return " ".join(soup(answer).get_text(" ").split())


@pytest.fixture
def owner(browser):
    return browser.signed_in()


@pytest.fixture
async def account(world):
    command = OpenAccount(
        company_id=world.company_id,
        name="Cascade Property Group",
        people=(NewAccountPerson(name="Nora Bell", email="nora@example.com"),),
        sites=tuple(NewSite(street=f"{n} Birch St", city="Bend") for n in (410, 412, 414)),
    )
    return await open_account(command, office=world.office, secrets=world.secrets, now=world.now)


@pytest.fixture
def path(account):
    return f"{BASE}/accounts/{account.account_id}"


def kept(world, account):
    return world.memory.records[CustomerAccount][account.account_id]


async def test_an_account_is_opened_with_its_first_person_and_site(owner, world):
    form = await owner.http.get(f"{BASE}/accounts/new")
    assert soup(form).select_one("#terms_days")["value"] == "30"
    filled = {
        "name": "Cascade Property Group",
        "terms_days": "15",
        "person_name": "Nora Bell",
        "email": "nora@example.com",
        "street": "410 Birch St",
        "city": "Bend",
    }
    answer = await owner.post(f"{BASE}/accounts/new", filled)
    assert answer.status_code == 303
    shown = await owner.http.get(answer.headers["location"])
    assert "Invoices due in 15 days. 1 site" in words(shown)
    assert "Nora Bell nora@example.com, gets the invoices" in words(shown)
    again = await owner.post(f"{BASE}/accounts/new", filled)
    assert again.headers["location"] == answer.headers["location"]
    assert len(world.memory.records[CustomerAccount]) == 1


async def test_what_is_missing_is_told_beside_the_field_and_what_was_typed_is_kept(owner, world):
    wrong = {"name": "Cascade", "terms_days": "soon", "person_name": "Nora", "email": "nora"}
    answer = await owner.post(f"{BASE}/accounts/new", wrong)
    assert answer.status_code == 422
    linked = {link["href"] for link in soup(answer).select(".error-summary a, [role=alert] a")}
    assert {"#terms_days", "#email"} <= linked
    assert soup(answer).select_one("#name")["value"] == "Cascade"
    assert world.memory.records[CustomerAccount] == {}


async def test_accounts_are_listed_and_found(owner, account, world):
    shown = words(await owner.http.get(f"{BASE}/accounts"))
    assert "Cascade Property Group Nora Bell, nora@example.com Due in 30 days 3 sites" in shown
    found = await owner.http.get(f"{BASE}/accounts", params={"q": "NORA cascade"})
    assert "Cascade Property Group" in found.text
    assert "Nothing found" in (await owner.http.get(f"{BASE}/accounts?q=birch")).text


async def test_a_plan_without_a_portal_is_told_where_accounts_are(owner, account, path, world):
    assert "no customer portal" not in (await owner.http.get(path)).text
    change = ChangeCompany(company_id=world.company_id, plan="basic")
    await change_company(change, office=world.office)
    for page in (path, f"{BASE}/accounts"):
        assert "Your plan has no customer portal" in (await owner.http.get(page)).text
    trial = ChangeCompany(company_id=world.company_id, plan="pro", trial=True)
    await change_company(trial, office=world.office)
    assert "receive no email until you upgrade" in (await owner.http.get(path)).text


async def test_the_page_shows_whats_done_and_leads_to_the_money(owner, account, path, world):
    await world.booked(
        street="",
        city="",
        account_id=account.account_id,
        site_id=account.sites[1].site_id,
        people=(),
    )
    shown = await owner.http.get(path)
    assert "412 Birch St HP-3101. Full home inspection" in words(shown)
    links = {link["href"] for link in soup(shown).select("a[href]")}
    assert f"/staff/billing/accounts/{account.account_id}" in links
    assert f"{BASE}/inspections/new?account={account.account_id}" in links
    listed = await owner.http.get(f"{BASE}/inspections?account={account.account_id}")
    assert "Of Cascade Property Group" in words(listed)
    one = next(iter(world.memory.records[Inspection]))
    header = await owner.http.get(f"{BASE}/inspections/{one}")
    assert soup(header).select_one(f'#header-box a[href="{path}"]')


async def test_people_join_are_corrected_and_leave(owner, account, path, world):
    drawer = await owner.http.get(f"{path}/people/new", headers=HTMX)
    assert soup(drawer).select_one("dialog#task-drawer")
    omar = {"person_name": "Omar Diaz", "email": "omar@example.com"}
    assert (await owner.post(f"{path}/people/new", omar)).headers["location"] == path
    twice = {**omar, "idempotency_key": "key-2"}
    refused = await owner.post(f"{path}/people/new", twice, headers=HTMX)
    assert refused.status_code == 422
    assert "already has this email" in refused.text
    first, second = kept(world, account).people
    form = {"person_name": "Omar Diaz", "email": "o@example.com", "primary": "on"}
    answer = await owner.post(f"{path}/people/{second.contact_id}", form, headers=HTMX)
    assert answer.headers["hx-redirect"] == path
    assert kept(world, account).primary.email == "o@example.com"
    await owner.post(f"{path}/people/{first.contact_id}", {"then": "remove"})
    assert [person.name for person in kept(world, account).people] == ["Omar Diaz"]
    last = await owner.post(f"{path}/people/{second.contact_id}", {"then": "remove"})
    assert "An account needs at least one person" in last.text


async def test_sites_and_facts_of_an_account_change(owner, account, path, world):
    await owner.post(f"{path}/sites/new", {"street": "9 Elm St", "city": "Sisters"})
    first = kept(world, account).sites[0].site_id
    await owner.post(f"{path}/sites/{first}", {"street": "410 Birch Street", "city": "Bend"})
    assert [site.street for site in kept(world, account).sites] == [
        "410 Birch Street",
        "412 Birch St",
        "414 Birch St",
        "9 Elm St",
    ]
    await owner.post(f"{path}/sites/{first}", {"then": "remove"})
    assert len(kept(world, account).sites) == 3
    assert (await owner.http.get(f"{path}/sites/{first}")).status_code == 404
    await owner.post(f"{path}/edit", {"name": "Cascade", "terms_days": "0"})
    await owner.post(f"{path}/edit", {"then": "close"})
    shown = await owner.http.get(path)
    assert "Invoices due at once" in words(shown)
    assert "New inspection" not in soup(shown).select_one("main").get_text()
    await owner.post(f"{path}/edit", {"then": "open"})
    assert kept(world, account).active


async def test_custom_fields_are_kept_by_the_company_and_filled_in_here(
    owner, account, path, world
):
    settings = f"{BASE}/settings/custom-fields"
    await owner.post(settings, {"label": "Gate code", "kind": "text"})
    zone = {"label": "Zone", "kind": "choice", "choices": "North\r\nSouth\r\n"}
    await owner.post(settings, {**zone, "idempotency_key": "key-2"})
    assert "Choice: North, South" in words(await owner.http.get(settings))
    gate, area = (field.field_id for field in world.company().custom_fields)
    form = soup(await owner.http.get(f"{path}/custom-fields", headers=HTMX))
    assert [option["value"] for option in form.select(f"[id='{area}'] option")] == [
        "",
        "North",
        "South",
    ]
    script = "<script>alert(1)</script>"
    wrong = await owner.post(f"{path}/custom-fields", {gate: script, area: "West"})
    assert wrong.status_code == 422
    assert "Zone: choose one of the offered values" in wrong.text
    await owner.post(f"{path}/custom-fields", {gate: script, area: "North"})
    shown = await owner.http.get(path)
    assert script not in shown.text
    assert script in words(shown)
    edited = await owner.http.get(f"{settings}?edit={area}")
    assert soup(edited).select_one("#choices").get_text(strip=True) == "North\nSouth"
    await owner.post(settings, {"edit": area, "label": "Zone", "choices": "East"})
    await owner.post(f"{path}/custom-fields", {gate: "4411", area: "North"})
    assert kept(world, account).values == {gate: "4411", area: "North"}, "what is there may stay"
    await owner.post(f"{settings}/{gate}/remove")
    assert "Gate code" not in (await owner.http.get(path)).text


async def test_several_sites_become_an_order_and_one_an_inspection(owner, account, path, world):
    page = await owner.http.get(f"{BASE}/inspections/new?account={account.account_id}")
    assert len(soup(page).select("input[name=site]")) == 3
    form = {
        "account": account.account_id,
        "date": "2026-12-01",
        "starts": "09:00",
        "duration_minutes": "60",
        "time_zone": "America/Los_Angeles",
        "inspector": world.owner_id,
        "service": [world.home_id, world.radon_id],
    }
    sites = [site.site_id for site in account.sites]
    nothing = await owner.post(f"{BASE}/inspections/new", {**form, "service": []})
    assert nothing.status_code == 422
    assert {"#site", "#service"} <= {a["href"] for a in soup(nothing).select("a[href^='#']")}
    ordered = await owner.post(f"{BASE}/inspections/new", {**form, "site": sites})
    shown = words(await owner.http.get(ordered.headers["location"]))
    assert "Order HP-O-1 is booked" in shown
    assert "HP-3102. Order HP-O-1" in shown
    single = {**form, "site": sites[:1], "idempotency_key": "key-2"}
    answer = await owner.post(f"{BASE}/inspections/new", single)
    booked = world.memory.records[Inspection][answer.headers["location"].rpartition("/")[2]]
    assert (booked.order, booked.account.name) == (None, account.name)
    offered = await owner.http.get(f"{BASE}/inspections/new")
    assert account.name in words(offered)


async def test_a_recurring_service_is_set_up_paused_and_resumed(owner, account, path, world):
    form = {
        "site": account.sites[0].site_id,
        "service": world.radon_id,
        "cadence": "monthly",
        "first_on": "2026-11-30",
        "visit_at": "09:00",
        "inspector": world.owner_id,
        "price": "99.00",
    }
    missing = await owner.post(f"{path}/recurring/new", {**form, "site": "", "first_on": ""})
    assert missing.status_code == 422
    assert (await owner.post(f"{path}/recurring/new", form)).headers["location"] == path
    service = next(iter(world.memory.records[RecurringService].values()))
    assert (service.next_on, service.amount_cents) == (date(2026, 11, 30), 9_900)
    here = f"{path}/recurring/{service.recurring_id}"
    drawer = await owner.http.get(here, headers=HTMX)
    assert "The customer can read this" in drawer.text, "R98: staff are told where they type it"
    script = "<script>alert('roof')</script>"
    empty = await owner.post(here, {"then": "pause", "reason": " "})
    assert (empty.status_code, "Enter why" in empty.text) == (422, True)
    await owner.post(here, {"then": "pause", "reason": script})
    shown = await owner.http.get(path)
    assert script not in shown.text
    assert script in words(shown)
    assert "Paused" in words(shown)
    await owner.post(here, {"then": "resume"})
    change = {"then": "save", "visit_at": "13:30", "price": "120", "inspector": world.owner_id}
    await owner.post(here, change)
    await schedule_due_visits(office=world.office, secrets=world.secrets, now=world.now)
    shown = words(await owner.http.get(path))
    assert "Every month at 1:30 PM, $120.00. Next on Dec 30, 2026" in shown
    assert "HP-3101. Recurring. Radon test" in shown
    await owner.post(here, {"then": "end"})
    assert "Ended" in words(await owner.http.get(path))
    other = f"{BASE}/accounts/another/recurring/{service.recurring_id}"
    assert (await owner.http.get(other)).status_code == 404


async def test_who_may_only_look_changes_nothing(browser, account, path, world):
    browser.signed_in("read_only")
    shown = soup(await browser.http.get(path)).select_one("main")
    assert not shown.select("form, a[aria-haspopup=dialog]")
    for page in ("people/new", "sites/new", "edit", "custom-fields", "recurring/new"):
        assert (await browser.http.get(f"{path}/{page}")).status_code == 403, page
        assert (await browser.post(f"{path}/{page}")).status_code == 403, page
    assert kept(world, account) == account


async def test_another_companys_account_is_not_there(browser, account, path):
    browser.signed_in(company_id="another")
    for page in ("", "/people/new", "/sites/new", "/edit", "/recurring/new"):
        assert (await browser.http.get(f"{path}{page}")).status_code == 404, page
