"""Tokens for cards; the ready-made ones such as `tok_visa` need no creation."""

import stripe

from deploy.sandbox.api.call import Call, group, needed_text
from deploy.sandbox.api.errors import PaymentFailedError
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine.numbers import card_numbered
from deploy.sandbox.state.store import Json


@route("POST", "/v1/tokens")
def create(call: Call) -> Json:
    """Make a token from a card number."""
    card = card_numbered(needed_text(group(call.fields, "card"), "number"))
    if card is None:
        raise PaymentFailedError(
            "Your card number is incorrect.", code="incorrect_number", param="number"
        )
    token = call.scope.new(stripe.Token, "tok", type="card", used=False)
    return call.scope.save(token, {"number": card.number})


@route("GET", "/v1/tokens/{id}")
def retrieve(call: Call) -> Json:
    """Give one token."""
    return call.scope.need(call.subject, "token")
