"""The staff pages, as a browser sees them, with and without script."""

import pytest

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._booking import NewLine
from services.scheduling.usecases.change_services import ChangeServices, change_services
from tests.unit.scheduling.pages import BASE, HTMX, collecting_later, new_inspection, soup


async def test_the_schedule_shows_the_week_in_words_and_figures(owner, inspection):
    page = soup(await owner.http.get(f"{BASE}/schedule?day=2026-12-03"))
    text = page.get_text(" ", strip=True)
    for part in (
        "1482 Alder Creek Rd",
        "9:00–11:30 AM",
        "Tue, Dec 1, 2026",
        "$475.00",
        "Due Dec 1",
    ):
        assert part in text
    assert page.select_one(f"a[href='{BASE}/inspections/{inspection.inspection_id}']")
    other_week = await owner.http.get(f"{BASE}/schedule?day=2026-12-10")
    assert "Nothing scheduled this week" in other_week.text


async def test_a_days_schedule_follows_the_companys_calendar(owner, world):
    late = world.now.replace(month=12, day=2, hour=7, minute=30)  # 11:30 PM on Dec 1 in Bend
    await world.booked(starts_at=late)
    first = await owner.http.get(f"{BASE}/schedule?view=day&day=2026-12-01")
    second = await owner.http.get(f"{BASE}/schedule?view=day&day=2026-12-02")
    assert "1482 Alder Creek Rd" in first.text
    assert "1482 Alder Creek Rd" not in second.text


@pytest.mark.parametrize("wanted", ["hp-3101", "alder bend", "ELLEN"])
async def test_the_list_finds_by_number_address_and_name(owner, inspection, wanted):
    found = await owner.http.get(f"{BASE}/inspections", params={"q": wanted})
    missed = await owner.http.get(f"{BASE}/inspections", params={"q": "nobody"})
    assert inspection.number in found.text
    assert "Nothing found" in missed.text


async def test_an_inspection_is_booked_from_the_form(owner, world):
    answer = await owner.post(
        f"{BASE}/inspections/new",
        new_inspection(world, agent_name="Marcus Lee", other_name="Northwest Mutual", quiet="on"),
    )
    assert answer.status_code == 303
    (booked,) = world.memory.records[Inspection].values()
    assert answer.headers["location"] == f"{BASE}/inspections/{booked.inspection_id}"
    assert [person.role for person in booked.people] == ["client", "agent", "additional"]
    assert booked.starts_at.isoformat() == "2026-12-01T21:00:00+00:00"
    assert booked.notifications_disabled


async def test_pressing_twice_books_once(owner, world):
    first = await owner.post(f"{BASE}/inspections/new", new_inspection(world))
    second = await owner.post(f"{BASE}/inspections/new", new_inspection(world))
    assert first.headers["location"] == second.headers["location"]
    assert len(world.memory.records[Inspection]) == 1


async def test_a_wrong_form_lists_what_is_wrong_and_keeps_what_is_right(owner, world):
    answer = await owner.post(
        f"{BASE}/inspections/new",
        new_inspection(world, city="", client_email="jordan", quiet="on"),
    )
    page = soup(answer)
    assert answer.status_code == 422
    assert page.title.text.startswith("Error: New inspection")
    links = {link["href"] for link in page.select(".error-summary a")}
    assert links == {"#city", "#client_email"}
    assert page.select_one("#street")["value"] == "77 Juniper Ct"
    assert page.select_one("#quiet").has_attr("checked")
    assert page.select_one(f"#service-{world.home_id}").has_attr("checked")
    assert not world.memory.records[Inspection]


@pytest.mark.parametrize(
    "field", [{"date": "2027-03-14", "starts": "02:30"}, {"street": "1 A St\nBcc: x"}]
)
async def test_times_the_clock_skips_and_hidden_line_breaks_are_refused(owner, world, field):
    answer = await owner.post(f"{BASE}/inspections/new", new_inspection(world, **field))
    assert answer.status_code == 422
    assert not world.memory.records[Inspection]


async def test_require_payment_is_shown_locked_with_the_reason(owner, world):
    await collecting_later(world)
    page = soup(await owner.http.get(f"{BASE}/inspections/new"))
    switch = page.select_one("#require_payment")
    assert switch.has_attr("checked")
    assert switch.has_attr("disabled")
    reason = page.select_one("#require_payment-sub").text
    assert reason == "Locked on: your company collects payment after publish"
    await owner.post(f"{BASE}/inspections/new", new_inspection(world, require_payment=""))
    (booked,) = world.memory.records[Inspection].values()
    assert booked.policy.require_payment_locked


async def test_the_inspection_page_shows_its_boxes_and_leaves_room_for_the_others(
    owner, inspection, path
):
    page = soup(await owner.http.get(path))
    text = page.get_text(" ", strip=True)
    for part in (
        "1482 Alder Creek Rd",
        "Tue, Dec 1, 2026, 9:00–11:30 AM PST",
        "Agreement not signed",
        "Report locked until paid",
        "Full home inspection",
        "ellen@example.com",
        "Disable all notifications",
    ):
        assert part in text
    identity = inspection.inspection_id
    sources = {slot["hx-get"] for slot in page.select("[data-slot]")}
    assert sources == {
        f"/billing/fragments/inspections/{identity}/payments",
        f"/notifications/fragments/inspections/{identity}/emails",
        f"/portal/fragments/inspections/{identity}/links",
    }
    forms = {form["action"] for form in page.select("form")}
    assert f"/staff/portal/inspections/{identity}/client-view" in forms
    assert page.select_one(f"a[href='/staff/notifications/inspections/{identity}/share']")
    assert page.select_one("[hx-sse\\:connect]")


@pytest.mark.parametrize("box", ["header", "services", "people", "release", "report"])
async def test_every_box_comes_alone_as_one_element(owner, inspection, box):
    answer = await owner.http.get(
        f"/scheduling/fragments/inspections/{inspection.inspection_id}/{box}"
    )
    roots = [child for child in soup(answer).children if getattr(child, "name", None)]
    assert [root["id"] for root in roots] == [f"{box}-box"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    ["actions", "add-service", "add-person", "publish", "reschedule", "duplicate", "cancel"],
)
async def test_every_task_is_a_drawer_with_script_and_a_page_without(owner, path, name):
    drawer = soup(await owner.http.get(f"{path}/{name}", headers=HTMX))
    whole = soup(await owner.http.get(f"{path}/{name}"))
    assert drawer.select_one("dialog[data-open-now]")
    assert drawer.html is None
    assert whole.select_one("main h1")
    assert drawer.select_one("h2").text.strip() == whole.select_one("main h1").text.strip()


async def test_an_added_fee_asks_about_the_agreement(owner, world, path):
    answer = await owner.post(
        f"{path}/add-service",
        {"kind": "manual", "manual_kind": "fee", "name": "Travel", "amount": "$25.00"},
        headers=HTMX,
    )
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["hx-trigger"] == "inspection:changed"
    page = soup(await owner.http.get(path))
    prompt = page.select_one("#services-box .notice")
    assert "still says $475.00" in prompt.text
    assert [button.text for button in prompt.select("button")] == ["update agreements", "Dismiss"]
    await owner.post(f"{path}/agreement", {"then": "update"})
    assert not soup(await owner.http.get(path)).select_one("#services-box .notice")


async def test_dismissing_ends_the_question(owner, world, inspection, path):
    fee = NewLine(kind="fee", name="Travel", amount_cents=2_500)
    command = ChangeServices(
        company_id=world.company_id, inspection_id=inspection.inspection_id, add=(fee,)
    )
    await change_services(command, office=world.office, secrets=world.secrets)
    answer = await owner.post(f"{path}/agreement", {"then": "dismiss"}, headers=HTMX)
    assert "update agreements" not in answer.text


@pytest.mark.parametrize("typed", ["", "12.345", "-5", "1e3", "abc", "٣"])
async def test_what_is_no_amount_is_refused_in_place(owner, path, typed):
    answer = await owner.post(
        f"{path}/add-service",
        {"kind": "manual", "manual_kind": "fee", "name": "Travel", "amount": typed},
        headers=HTMX,
    )
    assert answer.status_code == 422
    assert soup(answer).select_one(".error-summary a[href='#amount']")


async def test_a_task_without_script_leads_back_to_the_inspection(owner, path):
    answer = await owner.post(f"{path}/add-person", {"role": "agent", "name": "Marcus Lee"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Marcus Lee" in (await owner.http.get(path)).text


async def test_the_last_client_cannot_be_removed_and_the_drawer_says_why(owner, inspection, path):
    contact = inspection.people[0].contact_id
    answer = await owner.post(f"{path}/people/{contact}", {"then": "remove"}, headers=HTMX)
    assert answer.status_code == 422
    assert "An inspection needs a client" in answer.text


async def test_publishing_from_the_form_shows_the_report(owner, world, path):
    answer = await owner.post(
        f"{path}/publish", files={"report": ("Report.pdf", b"%PDF-1.7 x", "application/pdf")}
    )
    assert answer.status_code == 303
    page = soup(await owner.http.get(path))
    assert "Report.pdf" in page.select_one("#report-box").text
    link = page.select_one("#report-box a[aria-label^='Download']")["href"]
    download = await owner.http.get(link)
    assert download.content == b"%PDF-1.7 x"
    assert "attachment" in download.headers["content-disposition"]


async def test_a_file_that_is_no_pdf_is_refused_in_place(owner, path):
    answer = await owner.post(
        f"{path}/publish", files={"report": ("Report.pdf", b"MZ", "application/pdf")}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "The report must be a PDF file" in answer.text


async def test_locked_release_is_shown_and_kept(owner, world):
    await collecting_later(world)
    locked = await world.booked()
    path = f"{BASE}/inspections/{locked.inspection_id}"
    box = soup(await owner.http.get(path)).select_one("#release-box")
    assert box.select_one("#require_payment").has_attr("disabled")
    assert "Locked on: your company collects payment after publish" in box.text
    answer = await owner.post(f"{path}/release", {})
    assert answer.status_code == 409


async def test_switches_answer_with_their_box_and_announce_the_change(owner, path):
    answer = await owner.post(f"{path}/notifications", {"quiet": "on"}, headers=HTMX)
    assert soup(answer).select_one("#quiet").has_attr("checked")
    assert answer.headers["hx-trigger"] == "inspection:changed"


async def test_a_cancelled_inspection_offers_no_changes(owner, path):
    await owner.post(f"{path}/cancel")
    page = soup(await owner.http.get(path))
    assert "Cancelled" in page.text
    assert not page.select("a[href$='/add-service'], a[href$='/publish']")


async def test_a_form_without_its_token_changes_nothing(owner, path, world):
    answer = await owner.post(f"{path}/cancel", {"csrf_token": "guess"})
    assert answer.status_code == 403
    (present,) = world.memory.records[Inspection].values()
    assert present.status == "scheduled"


async def test_another_companys_staff_find_nothing(browser, path):
    browser.signed_in(company_id="another company")
    for part in ("/actions", "/add-service"):
        assert (await browser.http.get(path + part)).status_code == 404
