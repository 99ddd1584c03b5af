"""One bill, several payers: the four ways to divide it, changes, saved rules, collecting early."""

import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company
from tests.support.refusals import refusal

PEOPLE = (
    {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"},
    {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"},
)


def book(company: Company, *services: str) -> Booking:
    """The inspection of $800.00 with an agent and an insurer, when billing knows it."""
    tag = company.owner_email.split("@")[0]
    people = [{**person, "email": f"{at}-{tag}@example.com"} for at, person in enumerate(PEOPLE)]
    booked = company.book(
        *(services or ("Full home inspection", "Sewer scope", "Radon test")), people=people
    )
    cents = sum(company.services[name]["price_cents"] for name in services) or 80_000
    booked.wait_invoice(total_cents=cents)
    return booked


class Desk:
    """The office dividing one bill over the API."""

    def __init__(self, booking: Booking) -> None:
        self.booking = booking
        self.office = booking.company.office
        self.bill = f"billing/v1/inspections/{booking.inspection_id}"
        people = booking.show()["people"]
        self.contact = {person["name"]: person["contact_id"] for person in people}

    def line(self, name: str) -> str:
        return next(li["line_id"] for li in self.booking.show()["lines"] if li["name"] == name)

    def add(self, name: str, **what) -> dict:
        return self.office.post(f"{self.bill}/invoices", {"contact_id": self.contact[name], **what})

    def change(self, invoice: dict, **what) -> dict:
        return self.office.patch(f"billing/v1/invoices/{invoice['invoice_id']}", what)

    def parts(self) -> list[int]:
        """What each live invoice asks for; the sum is the bill, always."""
        balance = self.office.get(f"{self.bill}/balance")
        parts = [i["total_cents"] for i in balance["invoices"]]
        assert sum(parts) == balance["total_cents"]
        return [
            cents
            for cents, i in zip(parts, balance["invoices"], strict=True)
            if i["status"] != "void" or i["kind"] == "client"
        ]

    def payer(self, invoice: dict) -> Client:
        """The payer, with his own link open."""
        return self.booking.payer(invoice["invoice_id"])


@pytest.mark.scenario(2)
@pytest.mark.scenario(4)
@pytest.mark.scenario(28)
@pytest.mark.timeout(180)
def test_a_bill_is_divided_in_every_way_follows_its_services_and_is_paid_to_the_cent(
    company: Company,
) -> None:
    desk = Desk(book(company))
    sewer = desk.add("Marcus Lee", line_ids=[desk.line("Sewer scope")])
    percent = desk.add("Northwest Mutual", basis_points=1_250, reference="Claim 88-1")
    equal = desk.add("Marcus Lee", equal_parts=8)
    fixed = desk.add("Northwest Mutual", fixed_cents=5_001)
    assert desk.parts() == [37_499, 17_500, 10_000, 10_000, 5_001]

    seen = desk.office.post(
        f"{desk.bill}/invoices/preview",
        {"contact_ids": [desk.contact["Marcus Lee"]], "fixed_cents": 37_500},
    )
    assert seen["refusal"]["detail"] == "Fixed amount cannot exceed $374.99"
    assert (seen["maximum_cents"], seen["assigned_cents"]) == (37_499, 42_501)
    too_much = refusal(lambda: desk.add("Marcus Lee", fixed_cents=37_500))
    assert too_much["detail"] == seen["refusal"]["detail"]
    assert {k: too_much[k] for k in seen["refusal"]["extra"]} == seen["refusal"]["extra"]

    fee = {"kind": "fee", "name": "Mold sample", "amount_cents": 8_000}
    desk.office.post(f"{desk.booking.path}/lines", fee)
    eventually(
        lambda: desk.parts() == [43_499, 17_500, 11_000, 11_000, 5_001],
        "percent and equal parts follow the new fee",
    )
    for invoice in (sewer, percent, equal, fixed):
        payer = desk.payer(invoice)
        payer.checkout()
        payer.pay_by_card()
        payer.wait("Paid in full")
    desk.booking.wait_invoice(total_cents=43_499, balance_cents=43_499)
    client = desk.booking.client()
    client.wait("Pay $434.99")
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    balance = desk.office.get(f"{desk.bill}/balance")
    assert (balance["paid_cents"], balance["balance_cents"]) == (88_000, 0)

    three = Desk(book(company, "Radon test"))
    wish = {"contact_ids": [three.contact[person["name"]] for person in PEOPLE]}
    made = three.office.post(f"{three.bill}/equal-parts", wish)["invoices"]
    assert three.parts() == [5_000, 5_000, 5_000]
    three.office.post(
        f"{three.booking.path}/lines", {"kind": "credit", "name": "Friend", "amount_cents": 5_000}
    )
    eventually(lambda: three.parts() == [3_334, 3_333, 3_333], "100.00 in three")
    assert [i["number"] for i in made] == [f"{three.booking.number}-{at}" for at in (1, 2)]


@pytest.mark.scenario(32)
@pytest.mark.timeout(120)
def test_a_changed_invoice_closes_the_page_that_is_open_and_what_is_paid_stays(
    company: Company,
) -> None:
    desk = Desk(book(company))
    invoice = desk.add("Marcus Lee", fixed_cents=10_000)
    payer = desk.payer(invoice)
    old_page = payer.checkout()
    assert "$100.00" in old_page.text
    assert desk.change(invoice, fixed_cents=12_000)["balance_cents"] == 12_000
    desk.booking.wait_invoice(total_cents=68_000)
    payer.wait("Pay $120.00")
    payer.checkout()
    payer.pay_by_card()
    payer.wait("Paid in full")
    assert refusal(lambda: desk.change(invoice, fixed_cents=11_999))["code"] == "amount_below_paid"
    other = desk.contact["Northwest Mutual"]
    assert refusal(lambda: desk.change(invoice, contact_id=other))["code"] == "invoice_paid"
    assert desk.change(invoice, fixed_cents=13_000)["balance_cents"] == 1_000

    second = desk.add("Marcus Lee", basis_points=1_000)
    moved = desk.change(second, contact_id=other, reference="Claim 88-1")
    assert (moved["payer"]["name"], moved["total_cents"]) == ("Northwest Mutual", 8_000)
    assert refusal(lambda: desk.change(second, fixed_cents=1))["code"] == "invoice_void"
    assert desk.parts() == [59_000, 13_000, 8_000]

    bank = desk.payer(moved)
    bank.checkout()
    bank.pay_by_bank()
    bank.wait("Your bank payment is on its way")
    pending = refusal(lambda: desk.change(moved, fixed_cents=1))
    assert (pending["code"], pending["processing_cents"]) == ("payment_pending", 8_000)
    void = f"billing/v1/invoices/{moved['invoice_id']}/void"
    assert refusal(lambda: desk.office.post(void, {}))["code"] == "payment_pending"


@pytest.mark.scenario(19)
@pytest.mark.timeout(120)
def test_before_publish_only_a_payer_whom_staff_let_may_pay(company: Company) -> None:
    company.office.patch("scheduling/v1/company/policy", {"collect_payment_after_publish": True})
    desk = Desk(book(company))
    waiting = desk.add("Marcus Lee", basis_points=5_000)
    early = desk.add("Northwest Mutual", fixed_cents=10_000, collect_now=True)
    assert (waiting["gate"], early["gate"]) == ("until_published", "open")
    payer = desk.payer(early)
    payer.checkout()
    payer.pay_by_card()
    payer.wait("Paid in full")
    agent = desk.payer(waiting)
    assert not any("Pay $" in button for button in agent.page.buttons)
    assert "Payment to be collected after inspection is published" in agent.page.text
    assert desk.change(waiting, collect_now=True)["gate"] == "open"
    agent.wait("Pay $400.00")


@pytest.mark.timeout(120)
def test_a_saved_rule_divides_a_bill_in_one_press(company: Company) -> None:
    office = company.office
    radon = {"name": "Radon to the agent", "role": "agent", "service_name": "Radon test"}
    half = {
        "name": "Half to the insurer",
        "role": "additional",
        "role_label": "Insurer",
        "basis_points": 5_000,
    }
    rules = [office.post("billing/v1/split-rules", wish) for wish in (radon, half)]
    assert [r["kind"] for r in rules] == ["services", "percent"]
    desk = Desk(book(company))
    for rule, cents in zip(rules, (15_000, 40_000), strict=True):
        act = f"{desk.bill}/split-rules/{rule['rule_id']}"
        assert office.post(f"{act}/preview", {})["share_cents"] == cents
        (made,) = office.post(f"{act}/apply", {})["invoices"]
        assert made["total_cents"] == cents
        again = refusal(lambda act=act: office.post(f"{act}/apply", {}))
        assert (again["status"], again["code"]) == (409, "rule_already_applied")
    assert desk.parts() == [25_000, 15_000, 40_000]

    bare = company.book("Sewer scope")
    bare.wait_invoice(total_cents=17_500)
    act = f"billing/v1/inspections/{bare.inspection_id}/split-rules"
    nobody = refusal(lambda: office.post(f"{act}/{rules[1]['rule_id']}/apply", {}))
    assert (nobody["code"], nobody["role"]) == ("rule_fits_nobody", "Insurer")
    other = Desk(book(company, "Sewer scope"))
    missing = refusal(
        lambda: office.post(f"{other.bill}/split-rules/{rules[0]['rule_id']}/apply", {})
    )
    assert (missing["code"], missing["service"]) == ("service_not_on_bill", "Radon test")
