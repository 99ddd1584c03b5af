"""Balance transactions: what every movement costs and when its money is there."""

from dataclasses import dataclass

import stripe

from deploy.sandbox.engine.accounts import platform
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

CARD_PER_MILLE, CARD_FIXED_CENTS = 29, 30
DEBIT_PER_MILLE, DEBIT_MAX_CENTS = 8, 500
DISPUTE_FEE_CENTS = 1500
AVAILABLE_AFTER_SECONDS = 2 * 24 * 3600


@dataclass(frozen=True)
class Movement:
    """One change of a balance, in cents; positive is money coming in."""

    source: str
    amount: int
    currency: str
    kind: str
    category: str
    fee: int = 0
    application_fee: int = 0
    at_once: bool = False
    description: str | None = None


def processing_fee(method_type: str, amount: int) -> int:
    """Give Stripe's list price in cents: 2.9 % + 30 for cards, 0.8 % up to $5 for bank debits."""
    if method_type == "card":
        return (amount * CARD_PER_MILLE + 500) // 1000 + CARD_FIXED_CENTS
    return min((amount * DEBIT_PER_MILLE + 500) // 1000, DEBIT_MAX_CENTS)


def record(scope: Scope, movement: Movement) -> Json:
    """Write a movement to the account's balance; gives the balance transaction."""
    fees = _fee_details(movement)
    total_fee = sum(detail["amount"] for detail in fees)
    available_on = scope.now() + (0 if movement.at_once else AVAILABLE_AFTER_SECONDS)
    transaction = scope.new(
        stripe.BalanceTransaction,
        "txn",
        amount=movement.amount,
        available_on=available_on,
        balance_type="payments",
        currency=movement.currency,
        description=movement.description,
        fee=total_fee,
        fee_details=fees,
        net=movement.amount - total_fee,
        reporting_category=movement.category,
        source=movement.source,
        status="available" if movement.at_once else "pending",
        type=movement.kind,
    )
    scope.world.store.db.execute(
        "INSERT INTO money (id, account, currency, net, available_on) VALUES (?, ?, ?, ?, ?)",
        (
            transaction["id"],
            scope.account,
            movement.currency,
            transaction["net"],
            available_on,
        ),
    )
    return scope.save(transaction)


def _fee_details(movement: Movement) -> list[Json]:
    kinds = (
        ("stripe_fee", movement.fee, "Stripe processing fees", None),
        (
            "application_fee",
            movement.application_fee,
            "Doorstep application fee",
            "ca_sandbox",
        ),
    )
    return [
        {
            "amount": amount,
            "application": application,
            "currency": movement.currency,
            "description": description,
            "type": kind,
        }
        for kind, amount, description, application in kinds
        if amount
    ]


def as_of_now(scope: Scope, transaction: Json) -> Json:
    """Show a balance transaction with the status it has by now."""
    arrived = transaction["available_on"] <= scope.now()
    return {**transaction, "status": "available" if arrived else "pending"}


def sums(scope: Scope, *, arrived: bool) -> dict[str, int]:
    """Add up what is available, or what is still pending, per currency in cents."""
    rows = scope.world.store.db.execute(
        "SELECT currency, sum(net) AS net FROM money"
        " WHERE account = ? AND (available_on <= ?) = ? GROUP BY currency",
        (scope.account, scope.now(), arrived),
    )
    return {row["currency"]: row["net"] for row in rows}


def collect_application_fee(scope: Scope, charge: Json) -> str | None:
    """Book the platform's share of a connected account's charge; gives the fee's id."""
    amount = charge["application_fee_amount"]
    if not amount or not scope.account:
        return None
    books = platform(scope)
    fee = books.new(
        stripe.ApplicationFee,
        "fee",
        account=scope.account,
        amount=amount,
        application="ca_sandbox",
        charge=charge["id"],
        currency=charge["currency"],
        originating_transaction=charge["id"],
    )
    movement = Movement(
        fee["id"], amount, charge["currency"], "application_fee", "platform_earning"
    )
    fee["balance_transaction"] = record(books, movement)["id"]
    books.save(fee)
    books.emit("application_fee.created", fee)
    return str(fee["id"])
