"""The ports of the account pages in memory."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.portal.adapters.mongo_portal_settings import settings_changed
from services.portal.domain import account_rows as rows
from services.portal.domain.account_facts import account_facts
from services.portal.domain.account_money import KindTotals, OpenTotals
from services.portal.domain.account_rows import HistoryEntry, newest
from services.portal.domain.account_selection import ParentRow, age
from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.refusals import UnknownDocumentError
from services.portal.usecases.ports import File
from services.portal.usecases.ports_accounts import StartedPayment
from shared.problems import UnavailableError


class MemoryRows:
    """Rows by table and id, with the question side of the accounts."""

    def __init__(self):
        self.kept = {}

    async def known(self, keys):
        return {key: self.kept[key].revision for key in keys if key in self.kept}

    async def replace(self, facts):
        for fact in facts:
            self.kept[fact.table.name, fact.row_id] = fact

    def tell(self, *events):
        known = {key: fact.revision for key, fact in self.kept.items()}
        facts = [fact for event in events for fact in account_facts(event)]
        self.kept.update(newest(known, facts))

    def rows_of(self, table, of):
        return [
            fact.row
            for (name, _), fact in self.kept.items()
            if name == table.name
            and fact.company_id == of.company_id
            and fact.row.account_id == of.account_id
        ]

    def _open(self, of, kind=None):
        found = [r for r in self.rows_of(rows.INVOICES, of) if r.open and kind in {None, r.kind}]
        return sorted(found, key=age)

    async def account(self, of):
        return next(iter(self.rows_of(rows.ACCOUNTS, of)), None)

    async def with_email(self, email):
        found = [
            (fact.company_id, fact.row)
            for (name, _), fact in self.kept.items()
            if name == rows.ACCOUNTS.name and rows.fold_address(email) in fact.row.emails
        ]
        return sorted(found, key=lambda pair: pair[1].account.name)

    async def open_totals(self, of, today):
        def totals(kind):
            mine = self._open(of, kind)
            late = [r for r in mine if r.due_on < today]
            return KindTotals(
                count=len(mine),
                balance_cents=sum(r.balance_cents for r in mine),
                overdue_count=len(late),
                overdue_cents=sum(r.balance_cents for r in late),
                oldest_due_on=min((r.due_on for r in mine), default=None),
            )

        return OpenTotals(totals("single"), totals("multi"))

    async def open_invoices(self, of, kind, after, limit):
        found = self._open(of, kind)
        left = [r for r in found if after is None or (r.issued_on.isoformat(), r.number) > after]
        return left[:limit]

    async def open_parents(self, of):
        families = {}
        for row in self._open(of, "multi"):
            families.setdefault(row.order_id, []).append(row)
        found = [
            ParentRow(
                order_id=order_id,
                number=members[0].order_number,
                count=len(members),
                balance_cents=sum(r.balance_cents for r in members),
                issued_on=min(r.issued_on for r in members),
                due_on=min(r.due_on for r in members),
            )
            for order_id, members in families.items()
        ]
        return sorted(found, key=lambda parent: (parent.issued_on, parent.number))

    async def open_children(self, of, order_id, limit):
        return [r for r in self._open(of, "multi") if r.order_id == order_id][:limit]

    async def invoices(self, of, invoice_ids):
        return [r for r in self.rows_of(rows.INVOICES, of) if r.invoice_id in set(invoice_ids)]

    async def all_invoices(self, of, before, limit):
        found = sorted(self.rows_of(rows.INVOICES, of), key=age, reverse=True)
        left = [r for r in found if before is None or (r.issued_on.isoformat(), r.number) < before]
        return left[:limit]

    async def order_known(self, of, order_id):
        found = [r for r in self.rows_of(rows.INVOICES, of) if r.order_id == order_id and order_id]
        return found[0].order_number if found else None

    async def history(self, of, before, limit):
        entries = [
            HistoryEntry(r.at, r.entry_id, r, None) for r in self.rows_of(rows.HISTORY, of)
        ] + [
            HistoryEntry(
                datetime(r.issued_on.year, r.issued_on.month, r.issued_on.day, tzinfo=UTC),
                r.invoice_id,
                None,
                r,
            )
            for r in self.rows_of(rows.INVOICES, of)
            if r.credit_cents > 0
        ]
        entries.sort(key=lambda e: (e.at, e.entry_id), reverse=True)
        if before is not None:
            edge = (datetime.fromisoformat(before[0]), before[1])
            entries = [e for e in entries if (e.at, e.entry_id) < edge]
        return entries[:limit]

    async def payment(self, of, entry_id):
        return next((r for r in self.rows_of(rows.HISTORY, of) if r.entry_id == entry_id), None)

    async def prepayments(self, of, before, limit):
        found = self.rows_of(rows.PREPAYMENTS, of)
        if before is not None:
            edge = (datetime.fromisoformat(before[0]), before[1])
            found = [r for r in found if (r.at, r.prepayment.prepayment_id) < edge]
        found = sorted(found, key=lambda r: (r.at, r.prepayment.prepayment_id), reverse=True)
        return found[:limit]

    async def methods(self, of):
        left = [r.method for r in self.rows_of(rows.METHODS, of) if not r.method.removed]
        return sorted(left, key=lambda method: (not method.is_default, method.label))

    async def autopay(self, of):
        return next(iter(self.rows_of(rows.AUTOPAY, of)), None)


class MemoryServices:
    """Visits and recurring services of the same rows."""

    def __init__(self, accounts):
        self._accounts = accounts

    async def visits(self, of, status, *, newest_first, limit, since=None, until=None, behind=None):
        def place(row):
            return (row.starts_at, row.number)

        edge = behind and (datetime.fromisoformat(behind[0]), behind[1])
        found = [
            r
            for r in self._accounts.rows_of(rows.VISITS, of)
            if r.status in status
            and (since is None or r.starts_at >= since)
            and (until is None or r.starts_at < until)
            and (edge is None or (place(r) < edge if newest_first else place(r) > edge))
        ]
        return sorted(found, key=place, reverse=newest_first)[:limit]

    async def visit(self, of, inspection_id):
        found = self._accounts.rows_of(rows.VISITS, of)
        return next((r for r in found if r.inspection_id == inspection_id), None)

    async def recurring(self, of, status, *, limit, behind=""):
        def place(row):
            service = row.service
            return (service.service_name, service.site.street, service.recurring_id)

        last = await self.recurring_service(of, behind)
        found = [
            r
            for r in self._accounts.rows_of(rows.RECURRING, of)
            if r.service.status == status and (last is None or place(r) > place(last))
        ]
        return sorted(found, key=place)[:limit]

    async def recurring_service(self, of, recurring_id):
        found = self._accounts.rows_of(rows.RECURRING, of)
        return next((r for r in found if r.service.recurring_id == recurring_id), None)


class MemorySignIns:
    """Links and sessions by their hashes."""

    def __init__(self):
        self.links = {}
        self.sessions = {}
        self.requests = {}
        self.told = []

    async def request(self, key, at, not_since, events):
        last = self.requests.get(key)
        if last is not None and last > not_since:
            return False
        self.requests[key] = at
        self.told.extend(events)
        return True

    async def add_link(self, link, digest):
        self.links[digest] = link

    async def link(self, digest):
        return self.links.get(digest)

    async def use_link(self, digest, at, session):
        link = self.links.get(digest)
        if link is None or link.state(at) != "live":
            return False
        self.links[digest] = replace(link, used_at=at)
        self.sessions[session.digest] = session
        return True

    async def session(self, digest):
        return self.sessions.get(digest)

    async def touch(self, digest, at):
        if digest in self.sessions:
            session = self.sessions[digest]
            self.sessions[digest] = replace(session, seen_at=max(session.seen_at, at))

    async def choose(self, digest, account_id, contact_id):
        if digest in self.sessions:
            self.sessions[digest] = replace(
                self.sessions[digest], account_id=account_id, contact_id=contact_id
            )

    async def end(self, digest):
        self.sessions.pop(digest, None)

    async def end_all(self, account_id, *, but_of, before):
        for begun in (self.links, self.sessions):
            for digest, one in list(begun.items()):
                lost = rows.fold_address(one.email) not in but_of
                if one.account_id == account_id and lost and one.created_at < before:
                    del begun[digest]


class MemorySettings:
    """Settings by company."""

    def __init__(self):
        self.kept = {}
        self.told = []

    async def of(self, company_id):
        return self.kept.get(company_id, PortalSettings(company_id=company_id))

    async def change(self, company_id, edit):
        now = await self.of(company_id)
        edited = edit(now)
        if edited == now:
            return now
        kept = edited.model_copy(update={"revision": now.revision + 1})
        self.kept[company_id] = kept
        self.told.append(settings_changed(kept))
        return kept


class MemoryBegun:
    """Payments begun here."""

    def __init__(self):
        self.kept = {}

    async def remember(self, begun):
        self.kept.setdefault((begun.account_id, begun.key), begun)

    async def find(self, account_id, key):
        return self.kept.get((account_id, key))

    async def note_state(self, account_id, key, state):
        if (account_id, key) in self.kept:
            self.kept[account_id, key] = replace(self.kept[account_id, key], state=state)


@dataclass
class FakeAccountBilling:
    """Billing that answers as told."""

    away: bool = False
    refusal: Exception | None = None
    status: str = "processing"
    orders: list = field(default_factory=list)
    prepaid: list = field(default_factory=list)
    changed: list = field(default_factory=list)

    async def pay(self, of, by, order):
        self._answer()
        self.orders.append((of, by, order))
        return self._started(order)

    async def prepay(self, of, by, order):
        self._answer()
        self.prepaid.append((of, by, order))
        return self._started(order)

    def _started(self, order):
        if order.kind == "saved":
            return StartedPayment("pay-1", self.status, None)
        return StartedPayment("pay-1", "awaiting_payer", "https://checkout.example/session")

    async def refresh(self, of, payment_id):
        self._answer()
        return self.status

    async def refresh_setup(self, of, setup_id):
        self._answer()
        return "succeeded"

    async def set_up(self, of, by, kind, *, success_url, cancel_url, key):
        self._answer()
        self.changed.append(("set_up", kind))
        return StartedPayment("setup-1", "awaiting_payer", "https://checkout.example/setup")

    async def make_default(self, of, by, method_id):
        self._answer()
        self.changed.append(("default", method_id))

    async def remove_method(self, of, by, method_id):
        self._answer()
        self.changed.append(("remove", method_id))

    async def set_autopay(self, of, by, *, enrolled, method_id, key):
        self._answer()
        self.changed.append(("autopay", enrolled, method_id))

    def _answer(self):
        if self.away:
            raise UnavailableError
        if self.refusal:
            raise self.refusal


class FakeAccountFiles:
    """Every document is its own address."""

    def __init__(self):
        self.opened = []
        self.missing = False

    def invoice(self, company_id, invoice_id, name):
        return self._file(f"invoice {invoice_id}", name)

    def order(self, company_id, order_id, name):
        return self._file(f"order {order_id}", name)

    def receipt(self, company_id, payment_id, name):
        return self._file(f"receipt {payment_id}", name)

    def account_receipt(self, company_id, payment_id, name):
        return self._file(f"account receipt {payment_id}", name)

    def statement(self, of, kind, since, until, *, name):
        return self._file(f"statement {kind} {since} {until}", name)

    @asynccontextmanager
    async def _file(self, what, name):
        if self.missing:
            raise UnknownDocumentError
        self.opened.append(what)

        async def chunks():
            yield what.encode()

        yield File(name, "application/pdf", chunks())


class FakeProfiles:
    """Scheduling that takes everything, or refuses."""

    def __init__(self):
        self.saved = []
        self.refusal = None

    async def save_fields(self, of, by, values):
        if self.refusal:
            raise self.refusal
        self.saved.append((of.account_id, by.contact_id, dict(values)))
