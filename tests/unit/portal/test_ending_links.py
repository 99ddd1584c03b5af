"""Links end before their time: their holder leaves the People box, or staff end them."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from services.portal.domain.links import CLIENT_VIEW, LIFETIME, NEW_LINK
from services.portal.usecases.rebuild_view import rebuild_view
from shared.contracts import scheduling
from shared.contracts.portal import LinkRequestedV1
from tests.support.portal_samples import INSPECTION_ID, an_inspection, told_inspection
from tests.unit.portal.test_client_page import words

ELLEN, MARCUS = "ellen@example.com", "marcus@example.com"
LINKS = f"/staff/portal/inspections/{INSPECTION_ID}/links"
BOX = f"/portal/fragments/inspections/{INSPECTION_ID}/links"
API = f"/api/portal/v1/inspections/{INSPECTION_ID}/links"
UNDER = ("", "/agreement", "/invoice.pdf", "/how-to-pay", "/reports/r1")


def people(revision, *addresses):
    """The People box as it is told at a revision; of the sample's two people."""
    kept = [person for person in an_inspection().people if person.email in addresses]
    told = an_inspection(people=kept, revision=revision)
    return told_inspection(told, scheduling.InspectionPeopleChangedV1)


async def asked(portal, link_id, address):
    """Who is mailed a new link after this address asked for one."""
    await portal.browser.post("/p/new-link", data={"link_id": link_id, "email": address})
    events = [event for event in portal.wiring.links.told if isinstance(event, LinkRequestedV1)]
    portal.wiring.links.told.clear()
    return [event.recipient for event in events]


def said(box):
    """The words of a box, which has no frame."""
    return " ".join(BeautifulSoup(box.text, "html.parser").get_text(" ").split())


async def form_of(portal, path):
    page = await portal.browser.get(path)
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]}


class TestLeaving:
    """The People box decides."""

    @pytest.mark.parametrize("under", UNDER)
    async def test_whoever_is_removed_is_out_at_once_with_every_page_open(self, portal, under):
        home = await portal.enter(recipient=MARCUS)
        portal.tell(people(2, ELLEN))
        answer = await portal.browser.get(home + under)
        assert answer.status_code == 410
        assert "This link has ended" in answer.text
        assert "1482 Alder Creek Rd" not in answer.text

    async def test_a_form_that_was_open_does_nothing(self, portal):
        home = await portal.enter(recipient=MARCUS)
        form = await form_of(portal, home)
        portal.tell(people(2, ELLEN))
        assert (await portal.browser.post(f"{home}/pay", data=form)).status_code == 410
        assert portal.wiring.billing.started == []

    async def test_the_mailed_link_lets_nobody_in_again_and_the_others_stay(self, portal):
        his, hers = await portal.link(recipient=MARCUS), await portal.link()
        shared = await portal.link(recipient="guest@example.com", purpose="share_details")
        portal.tell(people(2, ELLEN))
        answers = [await portal.browser.get(link.path) for link in (his, hers, shared)]
        assert [answer.status_code for answer in answers] == [410, 303, 303]

    async def test_put_back_he_gets_new_links_and_the_old_ones_stay_dead(self, portal):
        old = await portal.link(recipient=MARCUS)
        portal.tell(people(3, ELLEN, MARCUS))
        portal.tell(people(2, ELLEN))
        new = await portal.link(recipient=MARCUS, people_revision=3)
        assert (await portal.browser.get(old.path)).status_code == 410
        assert (await portal.browser.get(new.path)).status_code == 303

    async def test_a_mail_that_was_behind_the_removal_carries_a_dead_link(self, portal):
        portal.tell(people(2, ELLEN))
        late = await portal.link(recipient=MARCUS, people_revision=1)
        assert (await portal.browser.get(late.path)).status_code == 410

    async def test_a_mail_ahead_of_the_events_carries_a_link_that_works(self, portal):
        portal.tell(people(2, ELLEN))
        early = await portal.link(recipient=MARCUS, people_revision=3)
        portal.tell(people(3, ELLEN, MARCUS))
        assert (await portal.browser.get(early.path)).status_code == 303

    async def test_details_shared_with_a_former_person_are_a_link_of_their_own(self, portal):
        portal.tell(people(2, ELLEN))
        link = await portal.link(recipient=MARCUS, purpose="share_details", people_revision=2)
        assert (await portal.browser.get(link.path)).status_code == 303

    async def test_a_corrected_address_takes_the_links_of_the_wrong_one_along(self, portal):
        link = await portal.link()
        corrected = [
            person.model_copy(update={"email": "e.park@example.com"})
            if person.email == ELLEN
            else person
            for person in an_inspection().people
        ]
        told = an_inspection(people=corrected, revision=2)
        portal.tell(told_inspection(told, scheduling.InspectionPeopleChangedV1))
        assert (await portal.browser.get(link.path)).status_code == 410
        assert await asked(portal, link.link_id, ELLEN) == []
        assert await asked(portal, link.link_id, "e.park@example.com") == ["e.park@example.com"]

    async def test_the_removed_person_is_not_mailed_a_new_one_but_a_client_is(self, portal):
        link = await portal.link(recipient=MARCUS)
        portal.tell(people(2, ELLEN))
        assert await asked(portal, link.link_id, MARCUS) == []
        assert await asked(portal, link.link_id, ELLEN) == [ELLEN]

    async def test_asked_for_before_and_mailed_after_the_removal_it_does_not_work(self, portal):
        portal.tell(people(2, ELLEN))
        link = await portal.link(recipient=MARCUS, purpose=NEW_LINK, people_revision=2)
        assert (await portal.browser.get(link.path)).status_code == 410

    async def test_a_payers_link_stays_with_his_invoice(self, portal):
        page = await portal.enter("invoice", recipient=MARCUS)
        portal.tell(people(2, ELLEN))
        assert (await portal.browser.get(page)).status_code == 200

    async def test_a_rebuild_revives_no_link(self, portal):
        link = await portal.link(recipient=MARCUS)
        portal.tell(people(2, ELLEN), people(3, ELLEN, MARCUS))
        await rebuild_view("rebuild-1", portal.wiring.views)
        portal.tell(people(3, ELLEN, MARCUS))
        assert (await portal.browser.get(link.path)).status_code == 410


class TestStaff:
    """`End link`, and what is shown of links before and after."""

    async def test_a_link_is_ended_after_a_page_that_says_what_ends(self, portal):
        link = await portal.link()
        home = (await portal.browser.get(link.path)).headers["location"]
        portal.sign_in()
        assert f"{LINKS}/{link.link_id}/end" in (await portal.browser.get(LINKS)).text
        question = await portal.browser.get(f"{LINKS}/{link.link_id}/end")
        assert "the agreement, the invoice and the report are closed" in words(question)
        form = await form_of(portal, f"{LINKS}/{link.link_id}/end")
        done = await portal.browser.post(f"{LINKS}/{link.link_id}/end", data=form)
        assert (done.status_code, done.headers["location"]) == (303, f"{LINKS}?done=ended")
        shown = words(await portal.browser.get(done.headers["location"]))
        assert "The link has ended" in shown
        assert "by Priya Raman" in shown
        for path in (link.path, home):
            assert (await portal.browser.get(path)).status_code == 410

    async def test_the_list_says_whose_when_and_until_and_never_what_opens_it(self, portal):
        link = await portal.link()
        await portal.link(recipient="guest@example.com", purpose="share_details")
        await portal.link(recipient="staff:gone", purpose=CLIENT_VIEW)
        await portal.link("invoice", recipient="claims@example.com", purpose="invoice")
        portal.sign_in(role="read_only")
        for path in (LINKS, BOX):
            page = await portal.browser.get(path)
            text = said(page)
            assert "Ellen Park Client, ellen@example.com. Confirmation. Client portal" in text
            assert "Sent Nov 21, 10:42 AM. Not opened yet. Works until Nov 21, 2027" in text
            assert "guest@example.com Share details. Client portal" in text
            assert "Client view of a former colleague" in text
            assert "Northwest Mutual claims@example.com. Invoice. This invoice only" in text
            kept = portal.wiring.links
            for secret in (link.token, *kept.digests, kept.links[link.link_id].browser_digest):
                assert secret not in page.text
            assert "End link" not in text

    async def test_what_ended_by_itself_says_so(self, portal):
        await portal.link(recipient=MARCUS)
        await portal.link()
        portal.tell(people(2, ELLEN))
        portal.clock.now += LIFETIME["inspection"]
        portal.sign_in()
        text = words(await portal.browser.get(LINKS))
        assert "Ended, no longer in the People box" in text
        assert "Expired Nov 21, 2027" in text
        assert "No link works now" in text

    async def test_the_box_shows_a_few_and_leads_to_all(self, portal):
        portal.sign_in()
        assert "No links yet" in (await portal.browser.get(BOX)).text
        for _ in range(6):
            await portal.link()
        box = await portal.browser.get(BOX)
        assert box.text.count('/end"') == 4
        assert "Show all 6 links" in said(box)

    async def test_a_box_ahead_of_the_events_is_empty(self, empty_portal):
        empty_portal.sign_in()
        answer = await empty_portal.browser.get(BOX)
        assert (answer.status_code, "No links yet" in answer.text) == (200, True)

    @pytest.mark.parametrize(
        ("address", "again"), [(ELLEN, True), (MARCUS, False), ("guest@example.com", False)]
    )
    async def test_only_a_client_can_have_another_after_staff_ended_his(
        self, portal, address, again
    ):
        link = await portal.link(recipient=address)
        portal.sign_in()
        question = words(await portal.browser.get(f"{LINKS}/{link.link_id}/end"))
        assert ("may have a new link sent" in question) is again
        assert ("cannot be used to ask for a new one" in question) is not again
        await portal.end(link.link_id)
        assert await asked(portal, link.link_id, address) == ([address] if again else [])

    async def test_an_expired_link_can_still_be_renewed_by_whom_it_was_sent_to(self, portal):
        link = await portal.link(recipient="guest@example.com", purpose="share_details")
        portal.clock.now += LIFETIME["inspection"]
        assert await asked(portal, link.link_id, "guest@example.com") == ["guest@example.com"]
        await portal.end(link.link_id)
        portal.clock.now += timedelta(hours=1)
        assert await asked(portal, link.link_id, "guest@example.com") == []

    async def test_a_payers_link_ends_too(self, portal):
        page = await portal.enter("invoice", recipient="claims@example.com")
        await portal.end(page.rsplit("/")[-1])
        answer = await portal.browser.get(page)
        assert answer.status_code == 410
        assert "INV" not in answer.text

    @pytest.mark.parametrize(
        ("role", "may"),
        [("owner", True), ("office", True), ("inspector", True), ("read_only", False)],
    )
    async def test_whoever_may_send_links_may_end_them(self, portal, role, may):
        link = await portal.link()
        portal.sign_in(role=role)
        csrf = {"x-csrf-token": "staff-csrf"}
        shown = await portal.browser.get(f"{LINKS}/{link.link_id}/end")
        ended = await portal.browser.post(f"{LINKS}/{link.link_id}/end", headers=csrf)
        assert (shown.status_code, ended.status_code) == ((200, 303) if may else (403, 403))
        assert (await portal.browser.get(link.path)).status_code == (410 if may else 303)

    async def test_another_site_cannot_end_a_link(self, portal):
        link = await portal.link()
        portal.sign_in()
        for headers in ({}, {"x-csrf-token": "guessed"}):
            answer = await portal.browser.post(f"{LINKS}/{link.link_id}/end", headers=headers)
            assert answer.status_code == 403
        assert (await portal.browser.get(link.path)).status_code == 303

    async def test_another_companys_links_do_not_exist(self, portal):
        link = await portal.link()
        portal.sign_in(company_id="another")
        csrf = {"x-csrf-token": "staff-csrf"}
        for method, path in (
            ("GET", LINKS),
            ("GET", f"{LINKS}/{link.link_id}/end"),
            ("POST", f"{LINKS}/{link.link_id}/end"),
            ("GET", API),
            ("POST", f"{API}/{link.link_id}/end"),
        ):
            answer = await portal.browser.request(method, path, headers=csrf)
            assert answer.status_code == 404, path
            assert "Ellen" not in answer.text
        assert "Ellen" not in (await portal.browser.get(BOX)).text
        assert (await portal.browser.get(link.path)).status_code == 303

    async def test_a_link_is_ended_under_its_own_inspection_only(self, portal):
        link = await portal.link(inspection_id="inspection-2")
        portal.sign_in()
        csrf = {"x-csrf-token": "staff-csrf"}
        answer = await portal.browser.post(f"{API}/{link.link_id}/end", headers=csrf)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_link")
        assert answer.headers["content-type"] == "application/problem+json"
        assert portal.wiring.links.links[link.link_id].revoked_at is None


class TestProgram:
    """The API."""

    async def test_links_are_listed_and_ended_once(self, portal):
        link = await portal.link()
        portal.sign_in()
        csrf = {"x-csrf-token": "staff-csrf"}
        (listed,) = (await portal.browser.get(API)).json()["items"]
        assert (listed["state"], listed["recipient"], listed["ended_at"]) == ("live", ELLEN, None)
        assert set(listed) == {
            "link_id",
            "scope",
            "invoice_id",
            "recipient",
            "purpose",
            "state",
            "created_at",
            "opened_at",
            "expires_at",
            "ended_at",
            "ended_by",
        }
        for _ in range(2):
            answer = await portal.browser.post(f"{API}/{link.link_id}/end", headers=csrf)
            ended = answer.json()
            assert (answer.status_code, ended["state"]) == (200, "revoked")
            assert link.token not in answer.text
            portal.clock.now += timedelta(hours=1)
        (listed,) = (await portal.browser.get(API)).json()["items"]
        assert listed == ended
        assert (listed["state"], listed["ended_by"]) == ("revoked", "Priya Raman")
        assert listed["ended_at"] == "2026-11-21T18:42:00Z", "ending it again changes nothing"

    async def test_the_api_refuses_who_may_only_read_or_is_not_signed_in(self, portal):
        link = await portal.link()
        for method, path in (("GET", API), ("POST", f"{API}/{link.link_id}/end")):
            answer = await portal.browser.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        portal.sign_in(role="read_only")
        csrf = {"x-csrf-token": "staff-csrf"}
        answer = await portal.browser.post(f"{API}/{link.link_id}/end", headers=csrf)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
