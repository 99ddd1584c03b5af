"""The ledger under any sequence of what can happen to money."""

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.billing.domain.attempt import AttemptState
from services.billing.domain.invoice import LEGAL_MOVES
from services.billing.domain.ledger import Entry, Leg, UnbalancedEntryError
from services.billing.domain.payment import DisputeState, Method
from services.billing.domain.refund import RefundState
from services.billing.domain.refusals import RefundBlockedError, RefundTooLargeError
from services.billing.usecases.ports import GatewayUnavailableError
from shared.problems import RefusalError
from tests.support.billing_examples import a_line
from tests.support.examples import examples
from tests.unit.billing.conftest import Office

AMOUNTS = st.integers(100, 60_000)
TROUBLE = st.sampled_from(["", "", "", "before", "after"])


def an_entry(*cents, account="a"):
    legs = tuple(Leg(account=f"{account}{at}", cents=amount) for at, amount in enumerate(cents))
    return Entry(entry_id="e", company_id="c", currency="USD", kind="payment", legs=legs)


@pytest.mark.parametrize("cents", [(1, -2), (5,), (), (0, 0), (1.0, -1.0), (True, -1)])
def test_an_entry_that_makes_or_loses_money_cannot_be_written(cents):
    with pytest.raises(UnbalancedEntryError):
        an_entry(*cents)


def test_a_balanced_entry_can():
    assert an_entry(5, -3, -2).legs[0].cents == 5


class MoneyMachine(RuleBasedStateMachine):
    """Payers, banks, staff and faults, in any order; the books must balance after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.runs = asyncio.new_event_loop()
        self.does(self.office.open(published=True))
        self.revision = 1
        self.key = 0
        self.status = self.invoice.status

    def does(self, work):
        return self.runs.run_until_complete(work)

    def tries(self, work):
        """Refusals and silence are answers, too."""
        try:
            return self.does(work)
        except (RefusalError, GatewayUnavailableError):
            return None

    @property
    def invoice(self):
        return self.office.bill.client_invoice

    def attempts(self, *states):
        known = self.office.books.state.attempts.values()
        return [a for a in known if a.state in states]

    def one(self, *states):
        return self.attempts(*states)[0]

    @rule(trouble=TROUBLE)
    def press_pay(self, trouble):
        self.key += 1
        self.office.gateway.trouble = [trouble] if trouble else []
        self.tries(self.office.checkout(key=f"k{self.key}"))
        self.office.gateway.trouble = []

    def _open_pages(self):
        pages = self.office.gateway.pages
        return [
            a for a in self.attempts(AttemptState.AWAITING_PAYER) if pages[a.key].status == "open"
        ]

    @precondition(lambda self: self._open_pages())
    @rule(how=st.sampled_from(["card", "bank", "decline", "leave"]), told=st.booleans())
    def act_on_the_page(self, how, told):
        attempt = self._open_pages()[0]
        gateway = self.office.gateway
        {
            "card": gateway.pay_by_card,
            "bank": gateway.pay_by_bank,
            "decline": gateway.decline,
            "leave": gateway.time_out,
        }[how](attempt)
        if told:
            self.does(self.office.refresh(attempt))
            self.does(self.office.refresh(attempt))

    @precondition(lambda self: self.attempts(AttemptState.PROCESSING))
    @rule(arrives=st.booleans())
    def the_bank_answers(self, arrives):
        attempt = self.one(AttemptState.PROCESSING)
        end = self.office.gateway.settle if arrives else self.office.gateway.bounce
        end(attempt)
        self.does(self.office.refresh(attempt))

    @precondition(lambda self: self.attempts(AttemptState.SUCCEEDED))
    @rule(how=st.sampled_from(list(DisputeState)))
    def the_payer_disputes(self, how):
        attempt = self.one(AttemptState.SUCCEEDED)
        if attempt.method is Method.BANK:
            how = DisputeState.LOST  # what banks take back is never given again
        self.office.gateway.dispute(attempt, how)
        self.does(self.office.refresh(attempt))

    @precondition(lambda self: self.attempts(AttemptState.DISPUTED))
    @rule(won=st.booleans())
    def a_dispute_ends(self, won):
        attempt = self.one(AttemptState.DISPUTED)
        self.office.gateway.dispute(attempt, DisputeState.WON if won else DisputeState.LOST)
        self.does(self.office.refresh(attempt))

    @precondition(lambda self: self.invoice.payments)
    @rule(cents=AMOUNTS, with_credit=st.booleans(), trouble=TROUBLE)
    def give_back(self, cents, with_credit, trouble):
        self.key += 1
        payment = self.invoice.payments[-1]
        self.office.gateway.trouble = [trouble] if trouble else []
        try:
            self.does(
                self.office.refund(
                    payment.payment_id, cents, with_credit=with_credit, key=f"r{self.key}"
                )
            )
        except (RefundBlockedError, RefundTooLargeError):
            pass
        finally:
            self.office.gateway.trouble = []

    @precondition(lambda self: self.attempts(AttemptState.PARTIALLY_REFUNDED))
    @rule(state=st.sampled_from([RefundState.SUCCEEDED, RefundState.FAILED]))
    def refunds_end(self, state):
        attempt = self.one(AttemptState.PARTIALLY_REFUNDED)
        page = self.office.gateway.pages[attempt.key]
        if page.disputes:
            return
        if all(r.state is not RefundState.FAILED for r in page.refunds):
            self.office.gateway.finish_refund(attempt, state)
        self.does(self.office.refresh(attempt))

    @rule(cents=AMOUNTS)
    def cash(self, cents):
        self.key += 1
        self.tries(self.office.receive_cash(cents, payment_id=f"cash-{self.key}"))

    @rule(home=AMOUNTS, fee=AMOUNTS, cancelled=st.booleans())
    def the_inspection_changes(self, home, fee, cancelled):
        lines = (a_line("home", home), a_line("fee", fee))
        self.does(self.office.follow(published=True, lines=lines, cancelled=cancelled))

    @rule()
    def time_passes(self):
        self.office.clock.forward(hours=2)
        self.does(self.office.reconcile())

    @invariant()
    def the_books_balance(self):
        self.office.balanced()

    @invariant()
    def the_invoice_adds_up(self):
        invoice = self.invoice
        covered = invoice.paid_cents + invoice.processing_cents + invoice.balance_cents
        assert covered >= max(0, invoice.total_cents)
        assert invoice.paid_cents >= 0
        if not invoice.processing_cents:
            assert covered - invoice.surplus_cents == max(0, invoice.total_cents)
        for payment in invoice.payments:
            assert 0 <= payment.refunded_cents + payment.refunding_cents <= payment.amount_cents

    @invariant()
    def at_most_one_attempt_holds_the_invoice(self):
        held = self.invoice.reservation
        waiting = {
            a.attempt_id
            for a in self.office.books.state.attempts.values()
            if a.live and a.state is not AttemptState.PROCESSING
        }
        assert waiting == ({held.attempt_id} if held else set())

    @invariant()
    def states_follow_the_table(self):
        after = self.invoice.status
        assert after is self.status or after in LEGAL_MOVES[self.status]
        self.status = after

    @rule()
    def all_news_arrives(self):
        """Then what the processor holds is what the ledger says, to the cent."""
        for attempt in list(self.office.books.state.attempts.values()):
            if attempt.session_id:
                self.does(self.office.refresh(attempt))
                self.states_follow_the_table()
        ledger = self.office.books.accounts_of_ledger
        assert ledger.get("stripe", 0) == self.office.gateway.charged_cents
        cash = sum(
            p.amount_cents - p.refunded_cents
            for p in self.invoice.payments
            if p.method is Method.CASH
        )
        assert ledger.get("cash", 0) == cash

    def teardown(self) -> None:
        self.all_news_arrives()
        self.runs.close()


TestMoneyMachine = pytest.mark.timeout(examples(240))(MoneyMachine.TestCase)
TestMoneyMachine.settings = settings(
    max_examples=examples(100), stateful_step_count=40, deadline=None, report_multiple_bugs=False
)
