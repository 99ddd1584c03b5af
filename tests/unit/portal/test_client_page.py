from bs4 import BeautifulSoup


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


async def test_a_link_leads_to_the_page_without_the_token(portal):
    link = await portal.link()
    answer = await portal.browser.get(link.path)
    assert answer.status_code == 303
    page = await portal.browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert link.token not in page.text
    assert link.token not in answer.headers["location"]


async def test_the_page_shows_property_time_inspector_and_the_amount_due(portal):
    page = soup(await portal.browser.get(await portal.enter()))
    text = page.get_text(" ", strip=True)
    assert "Harbor & Pine" in text
    assert "1482 Alder Creek Rd" in text
    assert "Tue, Dec 1, 2026, 9:00–11:30 AM PST" in text
    assert "Dana Whitfield" in text
    assert "Payment due" in text
    button = page.find(id="pay")
    assert button.get_text(" ", strip=True) == "Pay $475.00 Pay Now"
