"""Account customers without a database and without a card processor, behind the same ports."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from services.billing.adapters.mongo_account_books import RECORDS
from services.billing.adapters.mongo_shapes import invoice_document, value
from services.billing.domain.account import Account, AccountOf, Person
from services.billing.domain.account_told import autopay_changed, method_changed, payment_news
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.charge_run import ChargeRun, RunItem, RunStatus, run_changed
from services.billing.domain.charge_tries import WITHOUT_PAYER
from services.billing.domain.limits import SMALLEST_CHARGE_CENTS
from services.billing.domain.methods import Autopay, SavedMethod, Setup
from services.billing.domain.payment import Method
from services.billing.domain.provider import OpenPage, SeenAttempt, SeenMethod, SeenSetup
from services.billing.domain.refund import Refund
from services.billing.usecases.ports import ActionRequiredError, DeclinedError
from services.billing.usecases.ports_accounts import Chargeable, ChargeableSum, ToCharge
from shared.contracts.event import Event

ACCOUNT = "alder-holdings"
BOOKED_AT = datetime(2026, 11, 17, 18, 0, tzinfo=UTC)


def an_account(account_id: str = ACCOUNT, company_id: str = "harbor-pine") -> Account:
    """A property manager with one person."""
    return Account(
        account_id=account_id,
        company_id=company_id,
        name="Alder Holdings",
        address="12 Mill St, Bend, OR 97702",
        people=(Person(contact_id="ann", name="Ann Alder", email="ann@example.com"),),
        revision=1,
    )


def of_account(account_id: str = ACCOUNT, **changes: Any) -> AccountOf:
    """What an inspection says of its account."""
    given: dict[str, Any] = {
        "account_id": account_id,
        "name": "Alder Holdings",
        "terms_days": 30,
        "site_id": "site-1",
        "site_line": "1482 Alder Creek Rd, Bend",
        "job_created_at": BOOKED_AT,
    }
    return AccountOf(**{**given, **changes})


class MemoryOpenAccountBooks:
    """The books of account customers in memory."""

    _state: Any

    async def find(self, kind: type[Any], company_id: str, key: str) -> Any:
        found = self._state.records.get((kind, key))
        return found if found and found.company_id == company_id else None

    async def keep(self, record: Any) -> None:
        self._state.records[type(record), getattr(record, RECORDS[type(record)][1])] = record

    async def keep_all(self, records: Sequence[Any]) -> None:
        for record in records:
            await self.keep(record)

    async def known_attempt(self, company_id: str, attempt_id: str) -> Attempt | None:
        found: Attempt | None = self._state.attempts.get(attempt_id)
        return found if found and found.company_id == company_id else None

    async def bills_of(self, company_id: str, invoice_ids: Sequence[str]) -> list[Bill]:
        wanted = set(invoice_ids)
        return [
            bill
            for bill in self._state.bills.values()
            if bill.company_id == company_id and wanted & {i.invoice_id for i in bill.invoices}
        ]

    async def keep_bills(self, changes: Sequence[tuple[Bill | None, Bill]]) -> None:
        for before, after in changes:
            await self.keep_bill(before, after)  # type: ignore[attr-defined]

    async def payable_invoices(self, company_id: str, account_id: str, limit: int) -> list[str]:
        rows = [row for row in self._rows(company_id) if row.get("account_id") == account_id]
        return [row["_id"] for row in rows if row["payable"]][:limit]

    async def methods_of(self, company_id: str, account_id: str) -> list[SavedMethod]:
        found = [r for (kind, _), r in self._state.records.items() if kind is SavedMethod]
        own = [m for m in found if (m.company_id, m.account_id) == (company_id, account_id)]
        return sorted((m for m in own if not m.removed), key=lambda method: method.created_at)

    async def chargeable(
        self, company_id: str, asked: ToCharge, *, limit: int, skip: int = 0
    ) -> list[Chargeable]:
        rows = self._waiting(company_id, asked)
        return [value(Chargeable, row, key="invoice_id") for row in rows[skip : skip + limit]]

    async def chargeable_sums(self, company_id: str, asked: ToCharge) -> list[ChargeableSum]:
        sums: dict[tuple[str, str, str], list[int]] = {}
        for row in self._waiting(company_id, asked):
            key = (row["account_name"], row["account_id"], row["currency"])
            sums.setdefault(key, []).append(row["balance_cents"])
        return [
            ChargeableSum(
                account_id=account_id,
                account_name=name,
                currency=currency,
                invoice_count=len(cents),
                balance_cents=sum(cents),
            )
            for (name, account_id, currency), cents in sorted(sums.items())
        ]

    def _waiting(self, company_id: str, asked: ToCharge) -> list[dict[str, Any]]:
        found = [r for (kind, _), r in self._state.records.items() if kind is Autopay]
        since = {a.account_id: a.enrolled_at for a in found if a.enrolled}
        return [
            row
            for row in self._rows(company_id)
            if row.get("account_id") in since
            and row["payable"]
            and not row["held"]
            and row["balance_cents"] >= SMALLEST_CHARGE_CENTS
            and row["job_created_at"] > since[row["account_id"]]
            and (asked.invoice_ids is None or row["_id"] in asked.invoice_ids)
            and (asked.account_ids is None or row["account_id"] in asked.account_ids)
            and (asked.due_by is None or row["due_on"] <= asked.due_by.isoformat())
            and asked.currency in {"", row["currency"]}
        ]

    async def tries_without_payer(
        self, company_id: str, inspection_ids: Sequence[str]
    ) -> list[Attempt]:
        wanted = set(inspection_ids)
        return [
            attempt
            for attempt in self._state.attempts.values()
            if attempt.company_id == company_id
            and attempt.origin in WITHOUT_PAYER
            and wanted & {part.inspection_id for part in attempt.allocations}
        ]

    async def items_of(self, run_id: str, states: Sequence[str], limit: int) -> list[RunItem]:
        found = [r for (kind, _), r in self._state.records.items() if kind is RunItem]
        own = [item for item in found if item.run_id == run_id and item.state.value in states]
        return sorted(own, key=lambda item: item.position)[:limit]

    async def refunds_seen_as(self, company_id: str, provider_refund_id: str) -> list[Refund]:
        found = self._state.refunds.values()
        return [refund for refund in found if refund.provider_refund_id == provider_refund_id]

    def _rows(self, company_id: str) -> list[dict[str, Any]]:
        rows = [
            invoice_document(bill, bill.client_invoice)
            for bill in self._state.bills.values()
            if bill.company_id == company_id
        ]
        return sorted(rows, key=lambda row: (row["issued_on"], row["number"]))


class MemoryAccountLookups:
    """What is looked up outside a write, in memory."""

    state: Any

    def _all(self, kind: type[Any]) -> list[Any]:
        return [record for (known, _), record in self.state.records.items() if known is kind]

    async def running_runs(self) -> list[ChargeRun]:
        return [run for run in self._all(ChargeRun) if run.status is RunStatus.RUNNING]

    async def setup_behind(self, setup_id: str) -> Setup | None:
        return self.state.records.get((Setup, setup_id))

    async def method_behind(self, method_id: str) -> SavedMethod | None:
        return self.state.records.get((SavedMethod, method_id))

    async def methods_to_detach(self, limit: int) -> list[SavedMethod]:
        return [m for m in self._all(SavedMethod) if m.removed and not m.detached][:limit]

    async def account_news(self, company_id: str) -> AsyncIterator[Sequence[Event]]:
        for attempt in list(self.state.attempts.values()):
            if attempt.company_id == company_id and attempt.account_id:
                yield payment_news(attempt)
        for method in self._all(SavedMethod):
            yield [method_changed(method, by="staff", name="")]
        for autopay in self._all(Autopay):
            yield [autopay_changed(autopay, account_name="", by="staff", name="")]
        for run in self._all(ChargeRun):
            yield [run_changed(run)]

    async def automatic_companies(self) -> list[Any]:
        return [s for s in self.state.settings.values() if s.portal.autopay_on_due_date]


class FakeMethods:
    """Methods on file at the pretended processor; `outcomes` says what charging one does."""

    methods: dict[str, SeenMethod]
    setups: dict[str, SeenSetup]
    customers: list[str]
    detached: list[str]
    charges: list[str]
    asked: list[str]
    """Every charge that was begun, whatever came of it."""
    outcomes: dict[str, str]
    pages: dict[str, Any]

    async def ensure_customer(self, *, company_id: str, payer_id: str, **_: Any) -> str:
        customer_id = f"cus_{company_id}_{payer_id}"
        self.customers.append(customer_id)
        return customer_id

    async def start_setup(self, setup: Setup, *, success_url: str, cancel_url: str) -> OpenPage:
        self.setups.setdefault(setup.setup_id, SeenSetup(over=False))
        session_id = f"cs_{setup.setup_id}"
        url = f"https://pay.example/{session_id}"
        return OpenPage(session_id=session_id, url=url, expires_at=setup.created_at)

    async def setup_state(self, setup: Setup) -> SeenSetup:
        return self.setups[setup.setup_id]

    async def method_state(self, method_id: str, account: str | None) -> SeenMethod | None:
        return self.methods.get(method_id)

    async def detach_method(self, method_id: str, account: str | None) -> None:
        self.methods.pop(method_id, None)
        self.detached.append(method_id)

    async def charge_saved(self, attempt: Attempt) -> SeenAttempt:
        await asyncio.sleep(0)
        trouble = self._refuse_before()  # type: ignore[attr-defined]
        page = self.pages.get(attempt.key)
        if page is None:
            self.asked.append(attempt.attempt_id)
            outcome = self.outcomes.get(attempt.method_id or "", "")
            if outcome == "decline":
                raise DeclinedError("card_declined", "insufficient_funds", "Insufficient funds.")
            if outcome == "ask":
                raise ActionRequiredError(None)
            page = self._charged(attempt)  # type: ignore[attr-defined]
            self.charges.append(attempt.attempt_id)
        self._fail_after(trouble)  # type: ignore[attr-defined]
        seen: SeenAttempt = self._seen(page)  # type: ignore[attr-defined]
        return seen

    def put_on_file(self, setup_id: str, method_id: str, kind: Method = Method.CARD) -> None:
        """The customer saves a method on the page."""
        label = "Visa ending 4242" if kind is Method.CARD else "Bank account ending 6789"
        seen = SeenMethod(
            method_id=method_id, customer_id="cus", kind=kind, label=label, expires="04/2029"
        )
        self.methods[method_id] = seen
        self.setups[setup_id] = SeenSetup(over=True, method=seen)
