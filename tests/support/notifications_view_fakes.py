"""What notifications was told by the other services, in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from services.notifications.adapters.mongo_views import HELD
from services.notifications.domain.reminders import invoices_charged_in_vain
from services.notifications.domain.situation import Situation
from shared.contracts.billing import DisputeChangedV1, PaymentProcessingV1
from shared.contracts.event import Event


@dataclass
class FakeViews:
    held: dict[tuple[str, str], tuple[str, int, object]] = field(default_factory=dict)
    attempts: dict[str, datetime] = field(default_factory=dict)
    disputes: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    vain_charges: set[tuple[str, str]] = field(default_factory=set)
    paused: set[tuple[str, str]] = field(default_factory=set)

    async def keep(self, event: Event, at: datetime) -> None:
        for type_, collection, state_of in HELD:
            if isinstance(event, type_):
                state = state_of(event)
                revision = getattr(state, "revision", 0)
                key = (collection, event.aggregate_id)
                before = self.held.get(key)
                if before is None or (before[1] < revision and before[0] == event.company_id):
                    self.held[key] = (event.company_id, revision, state)
        if isinstance(event, DisputeChangedV1):
            known = self.disputes.get(event.dispute_id, (None, None, False))
            ended = known[2] or event.status in {"won", "lost"}
            self.disputes[event.dispute_id] = (event.company_id, event.invoice_id, ended)
        self.vain_charges |= {(event.company_id, i) for i in invoices_charged_in_vain(event)}
        if isinstance(event, PaymentProcessingV1):
            known = self.attempts.get(event.inspection_id, at)
            self.attempts[event.inspection_id] = max(known, at)

    def _one(self, collection, company_id, key):
        found = self.held.get((collection, key))
        return found[2] if found and found[0] == company_id else None

    def _all(self, collection, company_id):
        return [
            s
            for (c, _), (owner, _, s) in self.held.items()
            if c == collection and owner == company_id
        ]

    async def situation(self, company_id, inspection_id, invoice_id, account_id=None):
        settings = self._one("billing_settings", company_id, company_id)
        invoice = self._invoice(company_id, inspection_id, invoice_id)
        customer = account_id or (invoice.account_id if invoice else None)
        return Situation(
            account=self._one("customer_accounts", company_id, customer),
            autopay=self._one("autopay", company_id, customer),
            disputed=any(
                (owner, invoice_id) == (company_id, invoice.invoice_id) and not ended
                for owner, invoice_id, ended in self.disputes.values()
            )
            if invoice
            else False,
            charged_in_vain=bool(invoice and (company_id, invoice.invoice_id) in self.vain_charges),
            reminders_paused=bool(invoice and (company_id, invoice.invoice_id) in self.paused),
            company=self._one("companies", company_id, company_id),
            inspection=self._one("inspections", company_id, inspection_id),
            invoice=invoice,
            balance=self._one("balances", company_id, inspection_id),
            online_payments=settings.online_payments if settings else True,
            last_attempt_at=self.attempts.get(inspection_id),
        )

    def _invoice(self, company_id, inspection_id, invoice_id):
        if invoice_id is not None:
            return self._one("invoices", company_id, invoice_id)
        mine = [
            invoice
            for invoice in self._all("invoices", company_id)
            if invoice.inspection_id == inspection_id and invoice.kind == "client"
        ]
        standing = [invoice for invoice in mine if invoice.status != "void"]
        return next(iter([*standing, *mine]), None)

    async def company(self, company_id):
        return self._one("companies", company_id, company_id)

    async def inspection(self, company_id, inspection_id):
        return self._one("inspections", company_id, inspection_id)

    async def inspections(self, company_id, ids):
        found = {key: self._one("inspections", company_id, key) for key in ids}
        return {key: state for key, state in found.items() if state}

    async def account(self, company_id, account_id):
        return self._one("customer_accounts", company_id, account_id)

    async def accounts(self, company_id):
        found = [one for one in self._all("customer_accounts", company_id) if one.active]
        return sorted(found, key=lambda one: one.name)

    async def portal_settings(self, company_id):
        return self._one("portal_settings", company_id, company_id)

    async def staff(self, company_id):
        return sorted(self._all("staff_members", company_id), key=lambda m: m.name.casefold())

    async def contact(self, company_id, contact_id):
        return self._one("contacts", company_id, contact_id)

    async def appointments(self, company_id, kind, subject_id, *, since, limit):
        def meant(one):
            if kind == "client":
                return any(p.contact_id == subject_id and p.role == "client" for p in one.people)
            if kind == "account":
                return one.account is not None and one.account.account_id == subject_id
            return one.inspector.staff_id == subject_id

        found = [
            one
            for one in self._all("inspections", company_id)
            if meant(one) and one.starts_at.date() >= since.date()
        ]
        return sorted(found, key=lambda one: one.starts_at)[:limit]

    async def unpaid(self, company_id, *, due_from, due_until):
        found = [
            invoice
            for invoice in self._all("invoices", company_id)
            if invoice.status == "open"
            and invoice.balance_cents > 0
            and due_from <= invoice.due_on <= due_until
        ]
        for invoice in sorted(found, key=lambda invoice: invoice.due_on):
            yield invoice

    async def company_ids(self):
        return [key for collection, key in self.held if collection == "companies"]
