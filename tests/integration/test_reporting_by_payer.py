"""Staff see who was invoiced, who has paid, who owes and for how long (R53)."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo.office import Office, eventually
from tests.support.product import PASSWORD, Booking, Company
from tests.support.visitor import Visitor

pytestmark = pytest.mark.timeout(180)
REPORT = "billing/v1/reports/payers"


def agent_of(company: Company) -> dict[str, str]:
    return {
        "role": "agent",
        "role_label": "Buyer's agent",
        "name": "=Marcus Lee",
        "email": f"agent-{company.owner_email}",
    }


def ask_agent(booking: Booking, cents: int) -> str:
    """Invoice the agent for that much; the invoice's id."""
    contact = next(one for one in booking.show()["people"] if one["role"] == "agent")
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    wish = {"contact_id": contact["contact_id"], "fixed_cents": cents}
    return booking.company.office.post(path, wish)["invoice_id"]


def pay(booking: Booking, invoice_id: str, cents: int) -> str:
    """Cash comes; the payment's id."""
    path = f"billing/v1/invoices/{invoice_id}/payments"
    wish = {"amount_cents": cents, "method": "cash"}
    return booking.company.office.post(path, wish)["payment_id"]


def two_inspections(company: Company) -> tuple[Booking, Booking]:
    """One agent of both; cash, a card, a refund that is through, something 40 days overdue."""
    office, people = company.office, [agent_of(company)]
    first = company.book("Full home inspection", "Sewer scope", people=people)
    first.wait_invoice(total_cents=65_000)
    pay(first, ask_agent(first, 15_000), 15_000)
    client = first.client()
    client.wait("Pay $500.00")
    client.checkout()
    client.pay_by_card()
    invoice = first.wait_invoice(status="paid")
    refund = {"amount_cents": 2_001, "reason": "Goodwill", "with_credit": True}
    office.post(f"billing/v1/payments/{invoice['payments'][0]['payment_id']}/refunds", refund)
    late = datetime.now(UTC) - timedelta(days=40)
    second = company.book("Radon test", people=people, starts_at=late)
    second.wait_invoice(total_cents=15_000)
    ask_agent(second, 5_000)
    second.wait_invoice(total_cents=10_000)

    def counted() -> bool:
        return office.get(REPORT, period="all")["totals"]["refunded_cents"] == 2_001

    eventually(counted, "the refund is in the report")
    return first, second


@pytest.mark.rule(53)
def test_the_report_sums_every_payer_over_inspections_and_the_file_says_the_same(company):
    """R53: the same numbers as JSON, on the page, in the file and in the balances."""
    office = company.office
    first, second = two_inspections(company)
    told = office.get(REPORT, period="all", order_by="payer", descending="false")
    totals = told["totals"]
    assert totals["invoices"] == 4
    assert totals["invoiced_cents"] == 80_000 - 2_001
    assert totals["collected_cents"] == 65_000 - 2_001
    assert totals["outstanding_cents"] == 15_000
    assert totals["late_60_cents"] == 15_000
    assert totals["surplus_cents"] == totals["processing_cents"] == totals["disputed_cents"] == 0
    agent = told["items"][0]
    assert (agent["name"], agent["role"]) == ("=Marcus Lee", "agent")
    assert agent["figures"]["invoiced_cents"] == 20_000, "one payer over both inspections"
    assert agent["figures"]["collected_cents"] == 15_000
    assert told["payers"] == 3, "each client has an address of his own"
    paths = (f"billing/v1/inspections/{one.inspection_id}/balance" for one in (first, second))
    balances = [office.get(path) for path in paths]
    assert sum(one["total_cents"] for one in balances) == totals["invoiced_cents"]
    assert sum(one["paid_cents"] for one in balances) == totals["collected_cents"]
    assert sum(one["balance_cents"] for one in balances) == totals["outstanding_cents"]

    agents = office.get(REPORT, period="all", role="agent")
    assert agents["totals"]["invoiced_cents"] == 20_000
    assert office.get(REPORT, period="last_year")["payers"] == 0
    page = office.get(REPORT, period="all", limit="2")
    rest = office.get(REPORT, period="all", limit="2", cursor=page["next_cursor"])
    assert len(page["items"]) + len(rest["items"]) == 3
    assert rest["next_cursor"] is None

    read_on_the_pages(company, first, second)


def read_on_the_pages(company: Company, first: Booking, second: Booking) -> None:
    """The page, its file, the invoices behind a row, another order, and days that make no sense."""
    staff = company.staff_browser()
    shown = staff.open("/staff/billing/reports?period=all")
    assert "=Marcus Lee" in shown.text
    assert "$779.99" in shown.text
    file = staff.open(shown.link("Download CSV"))
    assert file.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(file.html, newline="")))
    assert sum(round(float(row["Outstanding"]) * 100) for row in rows) == 15_000
    assert "'=Marcus Lee" in {row["Payer"] for row in rows}
    behind = staff.open(shown.link("=Marcus Lee"))
    for number in (f"{first.number}-1", f"{second.number}-1"):
        assert number in behind.text
    assert f"{second.number} " not in behind.text
    ordered = staff.open(shown.link("Refunded"))
    assert "Ellen Park" in ordered.soup.select_one("table tbody tr").get_text()
    wrong = staff.open("/staff/billing/reports?period=custom&first=2026-02-02&last=2026-02-01")
    assert wrong.status == 422
    assert "Choose a last day that is not before the first" in wrong.text


def test_an_inspector_sees_no_report_and_another_company_not_a_cent_of_ours(company, open_one):
    company.book().wait_invoice(total_cents=47_500)
    email = f"inspector-{company.owner_email}"
    company.office.post(
        "scheduling/v1/staff",
        {"name": "Dana Whitfield", "email": email, "role": "inspector", "password": PASSWORD},
    )
    inspector = Office(company.stack.gateway, email, PASSWORD).sign_in()
    answer = inspector._http.get(f"/api/{REPORT}")
    assert answer.status_code == 403
    inspector.close()
    visitor = Visitor(company.stack.gateway)
    form = visitor.open("/staff/scheduling/sign-in").form("Sign in")
    home = visitor.submit(form, email=email, password=PASSWORD)
    assert "Reports" not in home.text
    assert visitor.open("/staff/billing/reports").status == 403
    visitor.http.close()
    assert "Reports" in company.staff_browser().open("/staff/scheduling/schedule").text

    ours = company.office.get(REPORT, period="all")["items"][0]["payer_key"]
    other = open_one("Second Look")
    assert other.office.get(REPORT, period="all")["totals"]["invoices"] == 0
    assert other.office.get(REPORT, period="all", payer_key=ours)["payers"] == 0
    foreign = other.staff_browser().open(f"/staff/billing/reports/payers/{ours}?period=all")
    assert "No invoice of this payer" in foreign.text
    empty = other.staff_browser().open("/staff/billing/reports")
    assert "Nothing was invoiced in this period" in empty.text
