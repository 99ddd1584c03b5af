"""Client, agent and insurer share one bill: each walks all he can reach, and reaches no more."""

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.product import Booking, Client, Company, link_in
from tests.support.walker import Actor, said

SAMPLES = 30


@dataclass
class Shared:
    """One bill of $800.00: the agent has paid $175.00, the insurer owes $301.23."""

    booking: Booking
    client: Actor
    agent: Actor
    insurer: Actor
    mails: dict[str, str]
    invoices: dict[str, str]
    payment_id: str


def invoiced(booking: Booking, name: str, email: str, **share: object) -> tuple[str, Client]:
    """Add the person's invoice, send it, and open the mailed link."""
    office = booking.company.office
    contact = next(p for p in booking.show()["people"] if p["name"] == name)["contact_id"]
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    invoice = office.post(path, {"contact_id": contact, **share})["invoice_id"]
    letter = {"subject": "Your part", "body": "Hello,\n\n{{ sign_and_pay }}"}
    office.post(f"billing/v1/invoices/{invoice}/send", letter)
    browser = booking.company.visitor()
    link = link_in(booking.mail("Your part", to=email))
    return invoice, Client(booking, browser, browser.open(link))


@pytest.fixture
def shared(company: Company) -> Shared:
    tag = company.owner_email.split("@")[0]
    mails = {"agent": f"marcus-{tag}@example.com", "insurer": f"claims-{tag}@example.com"}
    people = [
        {"role": "agent", "name": "Marcus Lee", "email": mails["agent"]},
        {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"}
        | {"email": mails["insurer"]},
    ]
    booking = company.book("Full home inspection", "Sewer scope", "Radon test", people=people)
    mails["client"] = booking.client_email
    booking.wait_invoice(total_cents=80_000)
    sewer = next(line for line in booking.show()["lines"] if line["name"] == "Sewer scope")
    agents, agent = invoiced(booking, "Marcus Lee", mails["agent"], line_ids=[sewer["line_id"]])
    insurers, insurer = invoiced(booking, "Northwest Mutual", mails["insurer"], fixed_cents=30_123)
    agent.checkout()
    agent.pay_by_card()
    agent.wait("Paid in full")
    client = booking.client()
    client.wait("Pay $323.77")
    client.wait("Marcus Lee")
    booking.publish()
    paid = company.office.get(f"billing/v1/invoices/{agents}")["payments"][0]["payment_id"]
    return Shared(
        booking=booking,
        client=Actor("client", client.browser, client.home).walk(),
        agent=Actor("agent", agent.browser, agent.home).walk(),
        insurer=Actor("insurer", insurer.browser, insurer.home).walk(),
        mails=mails,
        invoices={
            "client": booking.invoice()["invoice_id"],
            "agent": agents,
            "insurer": insurers,
        },
        payment_id=paid,
    )


@pytest.mark.scenario(2)
@pytest.mark.rule(43, 44)
def test_everybody_sees_his_own_share_and_nothing_of_the_others(shared: Shared) -> None:
    agent, insurer, client = shared.agent, shared.insurer, shared.client
    assert "$175.00" in agent.everything()
    assert "$301.23" in insurer.everything()
    assert "$323.77" in client.everything()
    for payer, others in ((agent, "insurer"), (insurer, "agent")):
        told = payer.everything() + _mailed(shared, payer.name)
        assert "Your part" in told
        assert any(url.endswith(".pdf") for url in payer.seen), list(payer.seen)
        hidden = {
            "the other payer": {"agent": "Marcus Lee", "insurer": "Northwest Mutual"}[others],
            "his amount": {"agent": "$175.00", "insurer": "$301.23"}[others],
            "his mail": shared.mails[others],
            "the client's mail": shared.mails["client"],
            "the client's share": "323.77",
            "the whole bill": "800.00",
            "other services": "Radon test",
            "the report": "Report.pdf",
            "the agreement": "/agreement",
            **{f"invoice of {who}": key for who, key in shared.invoices.items() if who == others},
        }
        for what, words in hidden.items():
            assert words not in told, (payer.name, what)


def _mailed(shared: Shared, name: str) -> str:
    """Every word of every mail to that person."""
    mails = shared.booking.company.sandbox.mails(shared.mails[name])
    return "\n".join(f"{mail['subject']}\n{mail['text']}\n{mail['html']}" for mail in mails)


@pytest.mark.scenario(3)
@pytest.mark.rule(45)
def test_the_client_sees_who_paid_how_much_and_no_mail_card_or_link(shared: Shared) -> None:
    told = shared.client.everything()
    for words in ("Marcus Lee", "$175.00", "Northwest Mutual", "$301.23"):
        assert words in told
    receipts = [url for url in shared.agent.seen if "/receipts/" in url]
    links = {urlsplit(url).path.split("/")[3] for url in (shared.agent.home, shared.insurer.home)}
    hidden = [shared.mails["agent"], shared.mails["insurer"], "4242", *links]
    assert receipts
    for words in hidden:
        assert words not in told, words


def test_an_address_made_for_one_does_not_exist_for_the_others(shared: Shared) -> None:
    """Every page, image, file and form of each actor, asked for by each other and by a stranger."""
    actors = (shared.client, shared.agent, shared.insurer)
    stranger = Actor("stranger", shared.booking.company.visitor(), "")
    before = [shared.booking.company.office.get(f"billing/v1/invoices/{i}") for i in _ids(shared)]
    asked = 0
    for owner in actors:
        secrets = _secrets(shared, owner)
        for other in (*actors, stranger):
            for url in sorted(owner.own) if other is not owner else ():
                answer = _asked(other, url, post=url in owner.posts)
                assert answer.status_code == 404, (other.name, url, answer.status_code)
                for secret in secrets:
                    assert secret not in said(answer), (other.name, url, secret)
                asked += 1
    assert asked > 20
    after = [shared.booking.company.office.get(f"billing/v1/invoices/{i}") for i in _ids(shared)]
    assert after == before


@pytest.mark.scenario(63)
def test_an_own_link_with_somebody_elses_id_behind_it_finds_nothing(shared: Shared) -> None:
    """Scenario 63: a payer's token with another's invoice, payment, report, session or PDF."""
    report = shared.booking.show()["reports"][0]["report_id"]
    invoice = shared.invoices["agent"]
    ends = [f"/receipts/{shared.payment_id}.pdf", f"/receipts/{invoice}.pdf"]
    ends += [f"/reports/{report}", f"/invoices/{invoice}.pdf", "/agreement", f"/{invoice}"]
    for end in ends:
        answer = shared.insurer.browser.http.get(shared.insurer.home + end)
        assert answer.status_code == 404, end
        assert "Marcus Lee" not in said(answer), end
    for end in ends[:1]:
        assert shared.client.browser.http.get(shared.client.home + end).status_code == 404
    same_name = shared.insurer.home.replace("/pay/i/", "/p/i/")
    assert shared.insurer.browser.http.get(same_name).status_code == 404


def test_a_foreign_address_takes_as_long_as_one_that_never_was(shared: Shared) -> None:
    """Interleaved, so that a busy machine slows both alike; the middle of each is compared."""
    foreign = shared.agent.home + f"/receipts/{shared.payment_id}.pdf"
    unknown = foreign.replace(shared.payment_id, "0" * len(shared.payment_id))
    unknown = unknown.replace(urlsplit(foreign).path.split("/")[3], "0" * 26)
    times: dict[str, list[float]] = {foreign: [], unknown: []}
    answers = set()
    for _ in range(SAMPLES):
        for url, took in times.items():
            begun = perf_counter()
            answer = shared.insurer.browser.http.get(url)
            took.append(perf_counter() - begun)
            answers.add((answer.status_code, answer.text))
    assert len(answers) == 1
    quick, slow = sorted(median(took) for took in times.values())
    assert slow < 2 * quick + 0.005


def _ids(shared: Shared) -> list[str]:
    return list(shared.invoices.values())


def _secrets(shared: Shared, owner: Actor) -> list[str]:
    words = {"client": "$323.77", "agent": "Marcus Lee", "insurer": "Northwest Mutual"}
    return [words[owner.name], shared.mails[owner.name]]


def _asked(actor: Actor, url: str, *, post: bool) -> httpx.Response:
    if not post:
        return actor.browser.http.get(url, follow_redirects=False)
    own = {"Origin": actor.browser.gateway, "Sec-Fetch-Site": "same-origin"}
    form = {"csrf_token": "not-his", "idempotency_key": "of-a-stranger", "amount_cents": "17500"}
    return actor.browser.http.post(url, data=form, headers=own, follow_redirects=False)
