"""The balance and the transactions it is the sum of."""

from deploy.sandbox.api.call import Call, text
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import money
from deploy.sandbox.state.store import Json


@route("GET", "/v1/balance")
def retrieve(call: Call) -> Json:
    """Give what is available and what is still pending, in cents."""
    return {
        "object": "balance",
        "available": _shown(money.sums(call.scope, arrived=True)),
        "pending": _shown(money.sums(call.scope, arrived=False)),
        "livemode": False,
    }


def _shown(sums: dict[str, int]) -> list[Json]:
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in (sums or {"usd": 0}).items()
    ]


@route("GET", "/v1/balance_transactions")
def index(call: Call) -> Json:
    """List movements, by type, source, currency or the payout that carried them."""
    payout = text(call.fields, "payout")
    carried = "id IN (SELECT id FROM money WHERE account = ? AND payout = ?)"
    only = None if payout is None else (carried, (call.scope.account, payout))
    found = listed(call, "balance_transaction", "type", "source", "currency", only=only)
    found["data"] = [money.as_of_now(call.scope, item) for item in found["data"]]
    return found


@route("GET", "/v1/balance_transactions/{id}")
def retrieve_transaction(call: Call) -> Json:
    """Give one movement."""
    found = call.scope.need(call.subject, "balance_transaction")
    return money.as_of_now(call.scope, found)
