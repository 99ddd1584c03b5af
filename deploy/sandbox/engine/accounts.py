"""Connected accounts: whose books they are and whether they may take money."""

import re
from http import HTTPStatus
from typing import Any

import stripe

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

PLATFORM_ID = "acct_platform"
_ACCOUNT_ID = re.compile(r"acct_\w{1,40}")


def platform(scope: Scope) -> Scope:
    """Give the platform's own books: accounts and webhook endpoints are kept there."""
    return Scope(scope.world, "", scope.cause)


def known_account(scope: Scope, account_id: str) -> Json:
    """Give the account, opening it at first sight; raises 403 for what cannot be an account id.

    Real Stripe refuses an account it does not know. Here a demo or a test may simply name one.
    """
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise ApiError(
            f"The provided key does not have access to account '{account_id}'"
            " (or that account does not exist).",
            status=HTTPStatus.FORBIDDEN,
            code="account_invalid",
        )
    return platform(scope).get(account_id) or open_account(scope, id=account_id)


def open_account(scope: Scope, **values: Any) -> Json:
    """Open an account that can take cards and bank debits; values replace the defaults."""
    books = platform(scope)
    usual: Json = {
        "type": "standard",
        "country": "US",
        "default_currency": "usd",
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "metadata": {},
    }
    account = books.new(stripe.Account, "acct", **{**usual, **values})
    account["capabilities"] = {
        "card_payments": "active",
        "us_bank_account_ach_payments": "active",
        "transfers": "active",
    }
    return books.save({key: value for key, value in account.items() if value is not None})


def own_account(scope: Scope) -> Json:
    """Give the account whose books this scope is."""
    return known_account(scope, scope.account or PLATFORM_ID)


def must_take_money(scope: Scope) -> None:
    """Refuse a payment on an account whose charges are switched off."""
    account = own_account(scope)
    if not account["charges_enabled"]:
        raise ApiError(
            f"Your account ({account['id']}) cannot currently make charges. Complete the"
            " outstanding requirements of the account first.",
            code="account_invalid",
        )


def switch_charges(scope: Scope, account_id: str, *, enabled: bool) -> Json:
    """Let an account take money or not; announced as `account.updated` on that account."""
    account = known_account(scope, account_id)
    before = account["charges_enabled"]
    account["charges_enabled"] = enabled
    platform(scope).save(account)
    own = "" if account_id == PLATFORM_ID else account_id
    Scope(scope.world, own, scope.cause).emit(
        "account.updated", account, {"charges_enabled": before}
    )
    return account
