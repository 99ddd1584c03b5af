"""A third party's money comes back, is disputed or given back: his invoice, and nobody else's."""

from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.integration.test_refunding_payers import invoiced
from tests.support.product import STUCK_ACCOUNT, Booking, Client, Company
from tests.support.provider import Provider

AGENTS_CENTS, CLIENTS_CENTS = 15_000, 32_500


class Shared:
    """A published inspection of $475.00; the client has paid, the agent is about to pay $150.00."""

    def __init__(self, company: Company, provider: Provider) -> None:
        self.provider = provider
        self.office = company.office
        self.agent_email = f"agent-{company.owner_email}"
        people = [{"role": "agent", "name": "Marcus Lee", "email": self.agent_email}]
        self.booking: Booking = company.book(people=people)
        self.booking.wait_invoice(total_cents=47_500)
        self.invoice_id, self.agent = invoiced(self.booking, "Marcus Lee", fixed_cents=AGENTS_CENTS)
        self.client: Client = self.booking.client()
        self.client.wait("Pay $325.00")
        self.client.checkout()
        self.client.pay_by_card()
        self.client.wait("Paid in full")
        self.booking.publish()
        self.before = self.booking.wait_invoice(status="paid")

    def agents(self, **expected: Any) -> dict[str, Any]:
        """The agent's invoice, once it says this."""
        return eventually(
            lambda: found if expected.items() <= (found := self._show()).items() else None,
            f"the agent's invoice says {expected}",
        )

    def _show(self) -> dict[str, Any]:
        return dict(self.office.get(f"billing/v1/invoices/{self.invoice_id}"))

    def intent(self) -> str:
        """The agent's payment at the processor."""
        [attempt] = [
            one
            for one in self.provider.attempts(self.booking)
            if one["allocations"][0]["invoice_id"] == self.invoice_id
        ]
        return str(attempt["payment_intent_id"])

    def only_the_agents(self) -> None:
        """The client's invoice is what it was, and no mail about it came."""
        assert self.booking.invoice() == self.before
        mails = self.provider.control.mails(self.booking.client_email)
        said = [mail["subject"].lower() for mail in mails]
        assert not [words for words in said if "returned" in words or "refund" in words]
        balance = self.office.get(f"billing/v1/inspections/{self.booking.inspection_id}/balance")
        parts = [invoice["balance_cents"] for invoice in balance["invoices"]]
        assert sum(parts) == balance["balance_cents"]


@pytest.fixture
def shared(company: Company, provider: Provider) -> Shared:
    return Shared(company, provider)


@pytest.mark.scenario(30)
def test_a_returned_bank_payment_makes_the_payers_own_invoice_due_again(shared: Shared) -> None:
    shared.agent.checkout()
    shared.agent.pay_by_bank(STUCK_ACCOUNT)
    shared.agents(status="processing", processing_cents=AGENTS_CENTS)
    control = shared.provider.control
    control.post(f"payments/{shared.intent()}/settle", outcome="succeeded")
    shared.booking.wait_released(released=True)
    control.post(f"payments/{shared.intent()}/return", reason="insufficient_funds")
    shared.agents(status="open", paid_cents=0, balance_cents=AGENTS_CENTS)
    shared.booking.wait_released(released=False)
    shared.agent.wait("Pay $150.00")
    shared.client.wait("Report locked")
    assert "$150.00" in shared.booking.mail("returned", to=shared.agent_email)["text"]
    shared.only_the_agents()


@pytest.mark.scenario(31)
def test_a_dispute_that_a_payer_wins_makes_his_own_invoice_due_again(shared: Shared) -> None:
    shared.agent.checkout()
    shared.agent.pay_by_card()
    shared.booking.wait_released(released=True)
    dispute = shared.provider.control.post(f"payments/{shared.intent()}/dispute")
    told = "Marcus Lee disputes a payment of $150.00"
    eventually(
        lambda: told in shared.booking.company.alerts(shared.booking.inspection_id), "the alert"
    )
    shared.provider.control.post(f"disputes/{dispute['id']}/resolve", won=False)
    shared.agents(status="open", paid_cents=0, balance_cents=AGENTS_CENTS)
    shared.booking.wait_released(released=False)
    shared.client.wait("Report locked")
    shared.only_the_agents()


@pytest.mark.scenario(17)
def test_a_refund_with_a_credit_leaves_the_payer_owing_less_and_the_client_as_much(
    shared: Shared,
) -> None:
    shared.agent.checkout()
    shared.agent.pay_by_card()
    shared.agents(status="paid")
    payment = shared.agents()["payments"][0]["payment_id"]
    wish = {"amount_cents": 4_000, "reason": "Kindness", "with_credit": True}
    shared.office.post(f"billing/v1/payments/{payment}/refunds", wish)
    shared.agents(total_cents=11_000, paid_cents=11_000, balance_cents=0, status="paid")
    assert "$40.00" in shared.booking.mail("refund", to=shared.agent_email)["text"]
    shared.agent.wait("Refunded to you")
    shared.booking.wait_released(released=True)
    shared.only_the_agents()
    given = shared.provider.show("refunds", payment_intent=shared.intent())["data"]
    assert [refund["amount"] for refund in given] == [4_000]
