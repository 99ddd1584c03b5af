"""The portal's ports in memory."""

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from services.portal.domain.facts import COMPANY, INSPECTION, PAYER, facts_of, view_id
from services.portal.domain.fold import fold
from services.portal.domain.inviting import InvitationPreview, InvitationRefusedError
from services.portal.domain.refusals import (
    PaymentRefusedError,
    UnknownAccountError,
    UnknownDocumentError,
)
from services.portal.domain.views import (
    CompanyView,
    InspectionView,
    Outcomes,
    PayerView,
    Property,
    Signature,
)
from services.portal.usecases.mint_link import Randomness
from services.portal.usecases.ports import File, StartedCheckout
from shared.problems import UnavailableError
from tests.support.portal_samples import CLIENT_INVOICE, NOW, PAYER_INVOICE


class MemoryViews:
    """The read model: parts by view, each with its revision."""

    def __init__(self):
        self.parts = {}
        self.known = {}
        self.companies = {}
        self.finds = 0
        self.writes = 0
        self.told = []

    async def revisions(self, view_ids):
        self.finds += 1
        return {key: dict(self.known[key]) for key in view_ids if key in self.known}

    async def write(self, changes):
        self.writes += 1
        for key, change in changes.items():
            self.companies[key] = change.company_id
            self.parts.setdefault(key, {}).update(
                {name: content.model_dump(mode="json") for name, content in change.parts.items()}
            )
            self.known.setdefault(key, {}).update(change.revisions)

    def tell(self, *events, at=NOW):
        """Apply events as the bus would."""
        facts = [fact for event in events for fact in facts_of(event, at)]
        changes = fold(self.known, facts)
        for key, change in changes.items():
            self.companies[key] = change.company_id
            self.parts.setdefault(key, {}).update(
                {name: content.model_dump(mode="json") for name, content in change.parts.items()}
            )
            self.known.setdefault(key, {}).update(change.revisions)

    async def inspection(self, company_id, inspection_id):
        found = self._view(INSPECTION, inspection_id, company_id)
        return InspectionView.model_validate(found) if found and "inspection" in found else None

    async def inspection_page(self, company_id, inspection_id):
        return await self.inspection(company_id, inspection_id), await self.company(company_id)

    async def payer(self, company_id, invoice_id):
        found = self._view(PAYER, invoice_id, company_id)
        if not found or "invoice" not in found:
            return None
        place = self._view(INSPECTION, found["invoice"]["inspection_id"], company_id)
        if not place or "inspection" not in place:
            return None
        return PayerView(
            company_id=company_id,
            invoice=found["invoice"],
            property=Property.model_validate(place["inspection"]),
            outcomes=Outcomes.model_validate(place.get("outcomes", {}).get(invoice_id, {})),
            amounts=found.get("amounts", {}),
        )

    async def people_boxes(self, company_id, inspection_id):
        found = self._view(INSPECTION, inspection_id, company_id) or {}
        boxes = found.get("people", {})
        return {int(revision): frozenset(box["addresses"]) for revision, box in boxes.items()}

    async def company(self, company_id):
        found = self._view(COMPANY, company_id, company_id)
        return CompanyView.model_validate(found) if found and "company" in found else None

    def _view(self, kind, identity, company_id):
        key = view_id(kind, identity)
        if self.companies.get(key) != company_id:
            return None
        document = {"company_id": company_id}
        for part, content in self.parts.get(key, {}).items():
            *steps, last = part.split("/")
            place = document
            for step in steps:
                place = place.setdefault(step, {})
            place[last] = content
        return document

    async def empty(self, event):
        count = len(self.parts)
        for key, parts in self.parts.items():
            kept = [name for name in parts if name.split("/")[0] in {"signature", "people"}]
            self.parts[key] = {name: parts[name] for name in kept}
        self.known.clear()
        self.told.append(event)
        return count


class MemoryLinks:
    """Links by digest."""

    def __init__(self):
        self.links = {}
        self.digests = {}
        self.requested = {}
        self.told = []

    async def add(self, link, digest):
        self.links[link.link_id] = link
        self.digests[digest] = link.link_id

    async def by_digest(self, digest):
        return self.links.get(self.digests.get(digest))

    async def by_id(self, link_id):
        return self.links.get(link_id)

    async def mark_opened(self, link_id, at, event):
        link = self.links.get(link_id)
        if link is None or link.opened_at is not None:
            return False
        self.links[link_id] = replace(link, opened_at=at)
        self.told.append(event)
        return True

    async def note_seen(self, link):
        self.links[link.link_id] = link

    async def of_inspection(self, company_id, inspection_id, limit):
        asked = company_id, inspection_id
        found = [
            link for link in self.links.values() if (link.company_id, link.inspection_id) == asked
        ]
        newest = sorted(found, key=lambda link: (-link.created_at.timestamp(), link.link_id))
        return newest[:limit]

    async def revoke(self, company_id, link_id, at, by):
        link = self.links.get(link_id)
        if link is None or link.company_id != company_id or link.revoked_at is not None:
            return False
        self.links[link_id] = replace(link, revoked_at=at, revoked_by=by)
        return True

    async def mark_requested(self, link_id, at, not_since, event):
        last = self.requested.get(link_id)
        if link_id not in self.links or (last is not None and last > not_since):
            return False
        self.requested[link_id] = at
        self.told.append(event)
        return True


class MemorySignatures:
    """Signatures, with their short copy in the views."""

    def __init__(self, views):
        self.views = views
        self.records = {}
        self.told = []

    async def add(self, record, event):
        key = (record.agreement_id, record.version)
        if key in self.records:
            return False
        self.records[key] = record
        view = view_id(INSPECTION, record.inspection_id)
        self.views.companies[view] = record.company_id
        short = Signature(
            agreement_id=record.agreement_id,
            version=record.version,
            signed_by=record.signed_by,
            signed_at=record.signed_at,
        )
        self.views.parts.setdefault(view, {})["signature"] = short.model_dump(mode="json")
        self.told.append(event)
        return True

    async def of(self, company_id, agreement_id, version):
        record = self.records.get((agreement_id, version))
        return record if record and record.company_id == company_id else None


class MemoryCheckouts:
    """Payments begun here."""

    def __init__(self):
        self.checkouts = {}

    async def remember(self, checkout):
        self.checkouts.setdefault((checkout.link_id, checkout.key), checkout)

    async def find(self, link_id, key):
        return self.checkouts.get((link_id, key))

    async def note_state(self, link_id, key, state):
        if (link_id, key) in self.checkouts:
            self.checkouts[link_id, key] = replace(self.checkouts[link_id, key], state=state)


@dataclass
class FakeBilling:
    """Billing that answers as told; `due` is what it knows to be due, by invoice."""

    due: dict = field(default_factory=lambda: {CLIENT_INVOICE: 47500, PAYER_INVOICE: 15000})
    refusal: PaymentRefusedError | None = None
    away: bool = False
    state: str = "processing"
    started: list = field(default_factory=list)
    deferred: list = field(default_factory=list)
    invited: dict = field(default_factory=dict)
    withdrawn: list = field(default_factory=list)
    not_invited: tuple = ("", "")
    not_withdrawn: str = ""

    async def start_checkout(self, **wish):
        self._answer()
        due = self.due[wish["invoice_id"]]
        if wish["amount_cents"] != due:
            raise PaymentRefusedError("amount_changed", amount_cents=due)
        self.started.append(wish)
        return StartedCheckout(f"attempt-{wish['key']}", "https://checkout.example/session")

    async def refresh_attempt(self, company_id, attempt_id):
        self._answer()
        return self.state

    async def defer_invoice(self, **wish):
        self._answer()
        self.deferred.append(wish)

    async def preview_invitation(self, *, wish, client_invoice_id, **_who):
        """Of the client's own amount, as far as the pages need it."""
        self._answer()
        due = self.due[client_invoice_id]
        share = wish.share
        cents = share.get("fixed_cents", due * share.get("basis_points", 0) // 10_000)
        cents = due // share["equal_parts"] if "equal_parts" in share else cents
        code, detail = self.not_invited
        if cents > due:
            code, detail = "fixed_amount_exceeds_balance", "Fixed amount cannot exceed $475.00"
        return InvitationPreview(
            share_cents=cents,
            client_after_cents=due if code else due - cents,
            maximum_cents=due,
            refusal=code,
            detail=detail,
        )

    async def invite(self, **wish):
        self._answer()
        self.invited.setdefault(wish["key"], wish)

    async def withdraw_invitation(self, **wish):
        self._answer()
        if self.not_withdrawn:
            raise InvitationRefusedError(self.not_withdrawn)
        self.withdrawn.append(wish["invoice_id"])

    def _answer(self):
        if self.away:
            raise UnavailableError
        if self.refusal:
            raise self.refusal


class FakeFiles:
    """Every document is its own address."""

    def __init__(self):
        self.opened = []
        self.missing = False

    def invoice(self, company_id, invoice_id, name):
        return self._file(f"invoice {invoice_id}", name)

    def receipt(self, company_id, payment_id, name):
        return self._file(f"receipt {payment_id}", name)

    def report(self, company_id, inspection_id, report_id, name):
        return self._file(f"report {report_id}", name)

    @asynccontextmanager
    async def _file(self, what, name):
        if self.missing:
            raise UnknownDocumentError
        self.opened.append(what)

        async def chunks():
            yield b"%PDF "
            yield what.encode()

        yield File(name, "application/pdf", chunks())


class FakeCalendars:
    """Notifications that keeps addresses by account, or is away."""

    def __init__(self):
        self.addresses = {}
        self.away = False
        self.asked = 0

    async def made_at(self, of):
        self._answer()
        return NOW if of in self.addresses else None

    async def renew(self, of):
        self._answer()
        self.addresses[of] = f"https://doorstep.example/notifications/calendar/{self.asked}.ics"
        return self.addresses[of]

    async def end(self, of):
        self._answer()
        if self.addresses.pop(of, None) is None:
            raise UnknownAccountError

    @asynccontextmanager
    async def appointment(self, company_id, inspection_id, name):
        self._answer()

        async def chunks():
            yield f"appointment {company_id} {inspection_id}".encode()

        yield File(name, "text/calendar; charset=utf-8", chunks())

    def _answer(self):
        self.asked += 1
        if self.away:
            raise UnavailableError


def counted_randomness():
    """Ids and tokens a test can foresee: `link-1` and 43 characters."""
    seen = Counter()

    def count(what):
        seen[what] += 1
        return seen[what]

    return Randomness(
        new_id=lambda: f"link-{count('id')}",
        new_token=lambda: f"token-{count('token')}".ljust(43, "x"),
    )
