"""One bill and its payers under any sequence of scheduling, dividing, paying and giving back.

`PROPERTY_RUNS=3000` in the environment makes the search long.
"""

import asyncio
import os
from collections import Counter
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.billing.domain.attempt import AttemptState
from services.billing.domain.booking import Role
from services.billing.domain.changing import Change
from services.billing.domain.company import PortalRules, Settings
from services.billing.domain.division import Share, share_wanted
from services.billing.domain.invoice import LEGAL_MOVES, Gate
from services.billing.domain.payment import DisputeState, Method
from services.billing.domain.printed_lines import printed_lines
from services.billing.domain.refund import RefundState
from services.billing.domain.split_rules import SplitRule
from services.billing.domain.surplus import surplus_refunds, surplus_to_refund
from services.billing.usecases.add_invoice import AddInvoice, add_invoice
from services.billing.usecases.apply_split_rule import ApplySplitRule, apply_split_rule
from services.billing.usecases.change_invoice import ChangeInvoice, change_invoice
from services.billing.usecases.check_books import check_books
from services.billing.usecases.invite_payer import InvitePayer, invite_payer
from services.billing.usecases.preview_invitation import preview_invitation
from services.billing.usecases.preview_invoice import preview_invoice
from services.billing.usecases.void_invoice import void_invoice
from services.billing.usecases.withdraw_invitation import withdraw_invitation
from shared.problems import RefusalError
from tests.support.billing_examples import COMPANY, INSPECTION, a_booking, a_company, a_line
from tests.support.billing_rules import MemorySplitRules
from tests.unit.billing.conftest import Office

RUNS = int(os.environ.get("PROPERTY_RUNS", "60"))
CENTS = st.integers(100, 60_000)
AT = st.integers(0, 30)
THIRDS = ("marcus", "mutual")
LINES = st.dictionaries(
    st.sampled_from(["home", "radon", "sewer", "fee"]), st.integers(-2_000, 60_000), max_size=4
)
PEOPLE = a_booking().people
SHARES = st.one_of(
    st.builds(
        lambda ids: Share(line_ids=tuple(sorted(ids))),
        st.sets(st.sampled_from(["home", "radon", "sewer", "fee"]), min_size=1, max_size=3),
    ),
    st.builds(lambda cents: Share(fixed_cents=cents), CENTS),
    st.builds(lambda points: Share(basis_points=points), st.integers(1, 10_000)),
    st.builds(lambda parts: Share(equal_parts=parts), st.integers(2, 5)),
)
RULES = (
    SplitRule(
        rule_id="half",
        company_id=COMPANY,
        name="Half",
        role=Role.ADDITIONAL,
        role_label="Insurer",
        basis_points=5_000,
    ),
    SplitRule(
        rule_id="radon", company_id=COMPANY, name="Radon", role=Role.AGENT, service_name="radon"
    ),
    SplitRule(
        rule_id="equal", company_id=COMPANY, name="Equal", role=Role.ADDITIONAL, equal_parts=True
    ),
)


def told(refusal):
    return (refusal.code, refusal.detail, refusal.extra) if refusal else None


class BillMachine(RuleBasedStateMachine):
    """Staff, payers, banks and scheduling; what must hold is asked after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.rules = MemorySplitRules()
        self.runs = asyncio.new_event_loop()
        self.numbers = count(1)
        self.statuses = {}
        self.from_dashboard = set()
        self.does(self.office.open(published=True))
        self.does(self.office.books.write(self._may_split))
        for each in RULES:
            self.does(self.rules.keep(each))

    async def _may_split(self, books):
        await books.keep_company(a_company(allow_deferred=False))
        portal = PortalRules(clients_may_invite=True)
        await books.keep_settings(Settings(company_id=COMPANY, portal=portal))

    def does(self, work):
        return self.runs.run_until_complete(work)

    def refusal_of(self, work):
        """None when it was done; a refusal must have changed nothing."""
        before = self.bill
        try:
            self.does(work)
        except RefusalError as refusal:
            assert self.bill == before
            return refusal
        return None

    @property
    def bill(self):
        return self.office.bill

    def an_invoice(self, at):
        return self.bill.invoices[at % len(self.bill.invoices)]

    def attempts(self, *states):
        known = self.office.books.state.attempts.values()
        return [a for a in known if a.state in states]

    # ------------------------------------------------------------------------- scheduling
    @rule(lines=LINES, cancelled=st.sampled_from([False, False, False, True]))
    def services_change(self, lines, cancelled):
        caps = {i.invoice_id: i.capped_cents for i in self.bill.third_parties}
        kept = tuple(a_line(name, cents) for name, cents in lines.items() if cents)
        self.follow(lines=kept, cancelled=cancelled)
        for invoice in self.bill.third_parties:
            cap = caps[invoice.invoice_id]
            assert cap is None or invoice.total_cents <= cap, "a paid invoice rose by itself"

    @rule(gone=st.sampled_from([None, *THIRDS]))
    def people_change(self, gone):
        self.follow(people=tuple(p for p in PEOPLE if p.payer.contact_id != gone))

    @rule(published=st.booleans(), waits=st.booleans())
    def publishing_changes(self, published, waits):
        release = replace(self.bill.booking.release, collect_after_publish=waits)
        self.follow(published=published, release=release)

    def follow(self, **changes):
        booking = self.bill.booking
        news = replace(booking, revision=booking.revision + 1, **changes)
        self.does(self.office.change(lambda bill: bill.following(news)))

    # --------------------------------------------------------------------------- dividing
    @rule(share=SHARES, who=st.sampled_from(THIRDS), collect_now=st.booleans())
    def add(self, share, who, collect_now):
        self.previewed(
            AddInvoice(
                company_id=COMPANY,
                inspection_id=INSPECTION,
                invoice_id=f"third-{next(self.numbers)}",
                contact_ids=(who,),
                share=share,
                collect_now=collect_now,
            ),
            add_invoice,
            own_accounts=False,
        )

    @rule()
    def divide_equally(self):
        self.previewed(
            AddInvoice(
                company_id=COMPANY,
                inspection_id=INSPECTION,
                invoice_id=f"third-{next(self.numbers)}",
                contact_ids=THIRDS,
                share=Share(equal_parts=3),
            ),
            add_invoice,
            own_accounts=False,
        )

    @rule(
        share=SHARES | st.none(),
        at=AT,
        who=st.sampled_from([None, *THIRDS]),
        collect_now=st.sampled_from([None, True, False]),
    )
    def change(self, share, at, who, collect_now):
        invoice_id = self.an_invoice(at).invoice_id
        change = Change(share=share, contact_id=who, collect_now=collect_now)
        new_id = f"{invoice_id}:{who}"
        command = ChangeInvoice(
            company_id=COMPANY, invoice_id=invoice_id, change=change, replacement_id=new_id
        )
        if all(i.invoice_id != new_id for i in self.bill.invoices):
            self.previewed(command, change_invoice, about=invoice_id)

    @rule(share=SHARES, who=st.sampled_from(["ellen", *THIRDS]))
    def the_client_invites(self, share, who):
        invitation = InvitePayer(
            company_id=COMPANY,
            client_invoice_id="invoice-client",
            invoice_id=f"third-{next(self.numbers)}",
            send_id="send",
            contact_id=who,
            share=share,
            invited_by="Ellen Park",
        )
        before = self.bill.client_invoice.balance_cents
        self.previewed(invitation, invite_payer, look=preview_invitation, own_accounts=False)
        for invoice in self.bill.third_parties:
            if invoice.invoice_id == invitation.invoice_id:
                assert invoice.total_cents <= before, "at most the client's own open balance"

    @rule(at=AT)
    def the_client_withdraws(self, at):
        before = self.an_invoice(at)
        refusal = self.refusal_of(
            withdraw_invitation(
                company_id=COMPANY,
                client_invoice_id="invoice-client",
                invoice_id=before.invoice_id,
                books=self.office.books,
                clock=self.office.clock,
            )
        )
        his = before.invited_by and not (before.paid_cents or before.processing_cents)
        assert (refusal is None) == bool(his or (before.invited_by and before.voided))
        assert refusal or self.bill.invoice(before.invoice_id).voided

    def previewed(self, command, act, about="", look=preview_invoice, **more):
        """What was shown is what happens, and no other third party notices."""
        work = {"books": self.office.books, "clock": self.office.clock}
        others = {i.invoice_id: i for i in self.bill.third_parties if i.invoice_id != about}
        crowded = self.crowded
        preview = self.does(look(command, own_accounts=False, **work))
        refusal = self.refusal_of(act(command, **work, **more))
        assert told(preview.refusal) == told(refusal)
        if refusal:
            return
        shown = [(i.invoice_id, i.total_cents) for i in preview.bill.invoices]
        assert shown == [(i.invoice_id, i.total_cents) for i in self.bill.invoices]
        assert preview.client_after_cents == self.bill.client_invoice.balance_cents
        for invoice_id, before in others.items():
            assert crowded or self.bill.invoice(invoice_id).total_cents == before.total_cents

    @property
    def crowded(self):
        """The bill has become too small for what its third parties were to pay."""
        booking = self.bill.booking
        wanted = sum(share_wanted(i, booking) for i in self.bill.third_parties)
        return wanted > max(0, booking.charge_cents)

    @rule(which=st.sampled_from(["half", "radon", "equal"]))
    def press_a_rule(self, which):
        command = ApplySplitRule(
            company_id=COMPANY,
            inspection_id=INSPECTION,
            rule_id=which,
            invoice_id=f"third-{next(self.numbers)}",
        )
        self.refusal_of(
            apply_split_rule(
                command,
                books=self.office.books,
                rules=self.rules,
                clock=self.office.clock,
                own_accounts=False,
            )
        )
        made = [i for i in self.bill.third_parties if i.rule_id == which and not i.voided]
        assert len({i.payer.contact_id for i in made}) == len(made)

    @rule(at=AT)
    def void(self, at):
        invoice = self.an_invoice(at)
        self.refusal_of(
            void_invoice(
                company_id=COMPANY,
                invoice_id=invoice.invoice_id,
                books=self.office.books,
                clock=self.office.clock,
            )
        )
        after = self.bill.invoice(invoice.invoice_id)
        assert not after.voided or after.paid_cents == 0 or invoice.voided

    # ----------------------------------------------------------------------------- paying
    @rule(at=AT)
    def press_pay(self, at):
        key, invoice = f"k{next(self.numbers)}", self.an_invoice(at)
        refusal = self.refusal_of(self.office.checkout(invoice.invoice_id, key=key))
        assert refusal or invoice.gate is Gate.OPEN, "nobody pays before publish (C7)"

    def open_pages(self):
        pages = self.office.gateway.pages
        return [
            a for a in self.attempts(AttemptState.AWAITING_PAYER) if pages[a.key].status == "open"
        ]

    @precondition(lambda self: self.open_pages())
    @rule(how=st.sampled_from(["card", "card", "bank", "decline", "leave"]), at=AT)
    def act_on_a_page(self, how, at):
        open_pages = self.open_pages()
        attempt = open_pages[at % len(open_pages)]
        gateway = self.office.gateway
        {
            "card": gateway.pay_by_card,
            "bank": gateway.pay_by_bank,
            "decline": gateway.decline,
            "leave": gateway.time_out,
        }[how](attempt)
        self.does(self.office.refresh(attempt))

    @precondition(lambda self: self.attempts(AttemptState.PROCESSING))
    @rule(arrives=st.booleans())
    def the_bank_answers(self, arrives):
        attempt = self.attempts(AttemptState.PROCESSING)[0]
        end = self.office.gateway.settle if arrives else self.office.gateway.bounce
        end(attempt)
        self.does(self.office.refresh(attempt))

    @rule(cents=CENTS, at=AT)
    def cash(self, cents, at):
        invoice_id = self.an_invoice(at).invoice_id
        paying = f"cash-{next(self.numbers)}"
        self.refusal_of(self.office.receive_cash(cents, invoice_id=invoice_id, payment_id=paying))

    # ------------------------------------------------------------------------ giving back
    @precondition(lambda self: any(i.payments for i in self.bill.invoices))
    @rule(
        cents=CENTS,
        with_credit=st.booleans(),
        at=AT,
        trouble=st.sampled_from(["", "", "before", "after", "reject"]),
    )
    def give_back(self, cents, with_credit, at, trouble):
        payments = [p for i in self.bill.invoices for p in i.payments]
        payment = payments[at % len(payments)]
        key = f"r{next(self.numbers)}"
        self.office.gateway.trouble = [trouble] if trouble and payment.online else []
        self.refusal_of(
            self.office.refund(payment.payment_id, cents, with_credit=with_credit, key=key)
        )
        self.office.gateway.trouble = []

    @precondition(lambda self: any(map(surplus_to_refund, self.bill.invoices)))
    @rule(at=AT)
    def press_refund_the_surplus(self, at):
        """One press: the payer gets exactly what was too much, and the bill stays as it is."""
        owing = [i for i in self.bill.invoices if surplus_to_refund(i)]
        before = owing[at % len(owing)]
        planned = surplus_refunds(before)
        for payment_id, cents in planned:
            key = f"s{next(self.numbers)}"
            refund = self.office.refund(
                payment_id, cents, with_credit=True, key=key, surplus_only=True
            )
            assert self.refusal_of(refund) is None
        after = self.bill.invoice(before.invoice_id)
        assert after.total_cents == before.total_cents
        given = sum(cents for _, cents in planned)
        assert surplus_to_refund(after) == surplus_to_refund(before) - given

    def page_of(self, attempt):
        return self.office.gateway.pages[attempt.key]

    def paid_pages(self):
        states = (AttemptState.SUCCEEDED, AttemptState.PARTIALLY_REFUNDED)
        return [a for a in self.attempts(*states) if not self.page_of(a).disputes]

    @precondition(lambda self: self.paid_pages())
    @rule(cents=CENTS, at=AT)
    def somebody_refunds_in_the_dashboard(self, cents, at):
        paid = self.paid_pages()
        attempt = paid[at % len(paid)]
        page = self.page_of(attempt)
        given = sum(r.amount_cents for r in page.refunds if r.state is not RefundState.FAILED)
        if cents <= page.amount_cents - given:
            self.office.gateway.refund_in_dashboard(attempt, cents)
            self.from_dashboard.add(attempt.attempt_id)
        self.does(self.office.refresh(attempt))

    def with_refunds(self):
        known = self.office.books.state.attempts.values()
        return [a for a in known if a.session_id and self.page_of(a).refunds]

    @precondition(lambda self: self.with_refunds())
    @rule(arrives=st.booleans(), at=AT)
    def refunds_arrive_or_bounce(self, arrives, at):
        attempts = self.with_refunds()
        attempt = attempts[at % len(attempts)]
        state = RefundState.SUCCEEDED if arrives else RefundState.FAILED
        self.office.gateway.finish_refund(attempt, state)
        self.does(self.office.refresh(attempt))

    @precondition(lambda self: self.attempts(AttemptState.SUCCEEDED))
    @rule(how=st.sampled_from(list(DisputeState)), at=AT)
    def a_payer_disputes(self, how, at):
        paid = self.attempts(AttemptState.SUCCEEDED)
        attempt = paid[at % len(paid)]
        if attempt.method is Method.BANK:
            how = DisputeState.LOST  # what banks take back is never given again
        self.office.gateway.dispute(attempt, how)
        self.does(self.office.refresh(attempt))

    @precondition(lambda self: self.attempts(AttemptState.DISPUTED))
    @rule(won=st.booleans())
    def a_dispute_ends(self, won):
        attempt = self.attempts(AttemptState.DISPUTED)[0]
        self.office.gateway.dispute(attempt, DisputeState.WON if won else DisputeState.LOST)
        self.does(self.office.refresh(attempt))

    @rule()
    def time_passes(self):
        self.office.clock.forward(hours=2)
        self.does(self.office.reconcile())

    # ----------------------------------------------------------------- what always holds
    @invariant()
    def the_invoices_are_the_bill(self):
        bill = self.bill
        self.office.balanced()
        assert self.does(check_books(books=self.office.books)) == []
        for invoice in bill.invoices:
            printed = sum(line.amount_cents for line in printed_lines(bill, invoice))
            assert bill.booking.cancelled or printed == invoice.total_cents

    @invariant()
    def no_payer_gets_back_more_than_he_paid(self):
        for invoice in self.bill.invoices:
            for payment in invoice.payments:
                assert min(payment.refunded_cents, payment.refunding_cents) >= 0
                assert payment.refunded_cents <= payment.amount_cents
                if payment.payment_id not in self.from_dashboard:
                    given = payment.refunded_cents + payment.refunding_cents
                    assert given <= payment.amount_cents

    @invariant()
    def a_bill_shrinks_by_the_credits_that_staff_gave_and_by_nothing_else(self):
        credited = Counter()
        for refund in self.office.books.state.refunds.values():
            meant = refund.with_credit and not refund.of_surplus
            assert 0 <= refund.credited_cents <= (refund.amount_cents if meant else 0)
            credited[refund.invoice_id] += refund.credited_cents
        for invoice in self.bill.invoices:
            assert invoice.credit_cents == credited[invoice.invoice_id]

    @invariant()
    def statuses_follow_the_table(self):
        for invoice in self.bill.invoices:
            before = self.statuses.get(invoice.invoice_id, invoice.status)
            assert invoice.status is before or invoice.status in LEGAL_MOVES[before]
            self.statuses[invoice.invoice_id] = invoice.status

    @invariant()
    def nobody_pays_before_publish_but_by_the_staffs_exception(self):
        booking = self.bill.booking
        waits = booking.release.collect_after_publish and not booking.published
        for invoice in self.bill.invoices:
            gated = waits and not invoice.collect_now
            assert (invoice.gate is Gate.UNTIL_PUBLISHED) == gated
            if gated and invoice.reservation:
                attempt = self.office.books.state.attempts[invoice.reservation.attempt_id]
                assert attempt.expire_wanted, "a page that was open is being closed"

    @invariant()
    def each_invoice_is_held_by_its_own_attempt(self):
        held = [i.reservation.attempt_id for i in self.bill.invoices if i.reservation]
        assert len(held) == len(set(held))
        waiting = {
            a.attempt_id
            for a in self.office.books.state.attempts.values()
            if a.live and a.state is not AttemptState.PROCESSING
        }
        assert waiting == set(held)

    def teardown(self) -> None:
        """When all news has come, the processor's sum is the ledger's, to the cent."""
        self.time_passes()
        for attempt in list(self.office.books.state.attempts.values()):
            if attempt.session_id:
                self.does(self.office.refresh(attempt))
        self.the_invoices_are_the_bill()
        ledger = self.office.books.accounts_of_ledger
        assert ledger.get("stripe", 0) == self.office.gateway.charged_cents
        self.runs.close()


TestBillMachine = pytest.mark.timeout(60 + RUNS)(BillMachine.TestCase)
TestBillMachine.settings = settings(
    max_examples=RUNS, stateful_step_count=30, deadline=None, report_multiple_bugs=False
)
