"""Connected accounts."""

from deploy.sandbox.api.call import Call, group, merged_metadata, text
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import accounts
from deploy.sandbox.engine.accounts import platform
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json


@route("POST", "/v1/accounts")
def create(call: Call) -> Json:
    """Open an account; here it may take money at once."""
    profile = group(call.fields, "business_profile")
    return accounts.open_account(
        call.scope,
        email=text(call.fields, "email"),
        country=text(call.fields, "country") or "US",
        type=text(call.fields, "type") or "standard",
        metadata=merged_metadata(None, call.fields.get("metadata")),
        **({"business_profile": {"name": text(profile, "name")}} if profile else {}),
    )


@route("GET", "/v1/accounts")
def index(call: Call) -> Json:
    """List the platform's accounts."""
    return listed(Call(platform(call.scope), {}, call.fields, call.path), "account")


@route("GET", "/v1/account")
def retrieve_own(call: Call) -> Json:
    """Give the account whose key or header this is."""
    return accounts.own_account(call.scope)


@route("GET", "/v1/accounts/{id}")
def retrieve(call: Call) -> Json:
    """Give one account."""
    return platform(call.scope).need(call.subject, "account")


@route("POST", "/v1/accounts/{id}")
def update(call: Call) -> Json:
    """Change metadata and e-mail; the account hears `account.updated`."""
    account = platform(call.scope).need(call.subject, "account")
    before = {"metadata": account["metadata"]}
    account["metadata"] = merged_metadata(account["metadata"], call.fields.get("metadata"))
    if text(call.fields, "email"):
        account["email"] = text(call.fields, "email")
    platform(call.scope).save(account)
    own = Scope(call.scope.world, call.subject, call.scope.cause)
    own.emit("account.updated", account, before)
    return account


@route("DELETE", "/v1/accounts/{id}")
def delete(call: Call) -> Json:
    """Forget an account."""
    platform(call.scope).need(call.subject, "account")
    call.scope.world.store.remove("", call.subject)
    return {"id": call.subject, "object": "account", "deleted": True}
