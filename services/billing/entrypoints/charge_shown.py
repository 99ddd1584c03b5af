"""A dry run: what a charge run would charge on which method, what it leaves out, and why."""

from collections.abc import Sequence

from services.billing.domain.attempt import Attempt
from services.billing.domain.charge_run import MOST_IN_A_RUN
from services.billing.domain.charge_tries import last_vain_try, why_in_vain
from services.billing.domain.company import Company, Settings
from services.billing.domain.limits import SMALLEST_CHARGE_CENTS
from services.billing.domain.methods import Autopay, SavedMethod, method_of
from services.billing.domain.statement import StatementRow
from services.billing.entrypoints.charge_plan import Plan, Planned, RunPlan, Share, Wish
from services.billing.entrypoints.parts import Parts
from services.billing.usecases.list_chargeable import list_chargeable, sums_of
from services.billing.usecases.ports_accounts import Chargeable, ChargeableSum, ToCharge
from shared.money import money
from shared.ui.formats import short_day

NO_METHOD = "No card or bank account on file that can be charged"
OTHER_CURRENCY = "In another currency: one run charges one currency"
METHODS = (("", "Any method"), ("card", "Card"), ("bank", "Bank account"), ("none", "No method"))
_LEFT_OUT_SHOWN = 100


class Planner:
    """What waits to be charged now, by the very rules of the run (R84, C25)."""

    def __init__(
        self, parts: Parts, company_id: str, company: Company | None, settings: Settings
    ) -> None:
        """For one company."""
        self._parts, self._company_id, self._settings = parts, company_id, settings
        self._currency = company.currency if company else "USD"
        self._zone = company.time_zone if company else "UTC"

    async def page(self, wish: Wish, *, skip: int, limit: int) -> Plan:
        """One page of what waits; the sums are of everything."""
        shares = await self._shares(wish)
        wanted = _filtered(shares, wish)
        rows = await self._rows(wish, wanted, skip=skip, limit=limit)
        return Plan(shares=wanted, rows=rows, accounts=_accounts(shares))

    async def run(self, wish: Wish) -> RunPlan:
        """What one run would charge, and the first of what it would leave out."""
        shares = await self._shares(wish)
        wanted = _filtered(shares, wish)
        taken = tuple(share for share in wanted if not share.why)
        left = tuple(share for share in wanted if share.why)
        rows = await self._rows(wish, taken, limit=MOST_IN_A_RUN, currency=self._currency)
        left_out = await self._rows(wish, left, limit=MOST_IN_A_RUN)
        return RunPlan(
            shares=wanted,
            rows=rows,
            accounts=_accounts(shares),
            left_out=tuple(one for one in left_out if one.why)[:_LEFT_OUT_SHOWN],
        )

    async def _shares(self, wish: Wish) -> tuple[Share, ...]:
        asked = ToCharge(due_by=wish.due_by, invoice_ids=wish.invoice_ids)
        sums = await self._parts.books.write(sums_of(self._company_id, asked))
        methods = await self._methods(sorted({one.account_id for one in sums}))
        return tuple(
            Share(sum=one, method=methods[one.account_id], why=self._why(one, methods))
            for one in sums
        )

    def _why(self, one: ChargeableSum, methods: dict[str, SavedMethod | None]) -> str:
        if one.currency != self._currency:
            return OTHER_CURRENCY
        return "" if methods[one.account_id] else NO_METHOD

    async def _methods(self, ids: list[str]) -> dict[str, SavedMethod | None]:
        enrolled = {
            a.account_id: a for a in await self._parts.lists.autopays(self._company_id, ids)
        }
        on_file: dict[str, list[SavedMethod]] = {account_id: [] for account_id in ids}
        for method in await self._parts.lists.methods_of_accounts(self._company_id, ids):
            on_file[method.account_id].append(method)
        stripe = self._settings.stripe_account_id
        return {key: method_of(enrolled.get(key), on_file[key], stripe) for key in ids}

    async def _rows(
        self,
        wish: Wish,
        shares: tuple[Share, ...],
        *,
        limit: int,
        skip: int = 0,
        currency: str = "",
    ) -> tuple[Planned, ...]:
        if not shares:
            return ()
        by_account = {(share.sum.account_id, share.sum.currency): share for share in shares}
        asked = ToCharge(
            due_by=wish.due_by,
            invoice_ids=wish.invoice_ids,
            account_ids=sorted({share.sum.account_id for share in shares}),
            currency=currency,
        )
        listed = await list_chargeable(
            company_id=self._company_id,
            books=self._parts.books,
            asked=asked,
            skip=skip,
            limit=limit,
        )
        return tuple(
            self._planned(row, by_account[row.account_id, row.currency], listed.tries)
            for row in listed.rows
            if (row.account_id, row.currency) in by_account
        )

    def _planned(self, row: Chargeable, share: Share, tries: Sequence[Attempt]) -> Planned:
        method = share.method
        vain = last_vain_try(tries, row.invoice_id, method) if method else None
        tried = _tried(vain, self._zone) if vain and not share.why else ""
        return Planned(row=row, method=method, why=share.why, tried=tried)


def not_waiting(row: StatementRow, autopay: Autopay) -> str:
    """Why an open invoice of an account is not among those to charge (C25); "": it is."""
    since = autopay.enrolled_at if autopay.enrolled else None
    smallest = money(SMALLEST_CHARGE_CENTS, row.currency)
    later = row.job_created_at and since and row.job_created_at > since
    reasons = (
        (since is None, "The customer is not in autopay"),
        (row.processing_cents > 0, "A bank payment is on its way"),
        (row.held, "Somebody is paying it now"),
        (not row.payable, "Not payable yet: due after publish or at closing"),
        (row.balance_cents < SMALLEST_CHARGE_CENTS, f"Less than {smallest} cannot be charged"),
        (not later, "The job was created before the customer enrolled"),
    )
    return next((words for applies, words in reasons if applies), "")


def _filtered(shares: tuple[Share, ...], wish: Wish) -> tuple[Share, ...]:
    return tuple(
        share
        for share in shares
        if wish.account_id in {"", share.sum.account_id} and wish.kind in {"", share.kind}
    )


def _accounts(shares: tuple[Share, ...]) -> tuple[tuple[str, str], ...]:
    names = {share.sum.account_id: share.sum.account_name for share in shares}
    return tuple(sorted(names.items(), key=lambda one: one[1]))


def _tried(attempt: Attempt, zone: str) -> str:
    """Return `Tried Nov 3: Insufficient funds.`."""
    return f"Tried {short_day(attempt.created_at, zone)}: {why_in_vain(attempt)}"
