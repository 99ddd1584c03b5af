"""Who may do what in which database: one user per service, its own database only.

Billing's ledger is append-only for the service itself: nothing it runs can change or remove a
posting. MongoDB cannot take a right away from a wider role, so billing's role names the collections
in which it may change documents: those it declares, without the ledger.
"""

from typing import Any

from deploy.product import SERVICES

BILLING_CHANGEABLE = (
    "accounts",
    "attempts",
    "autopay",
    "bills",
    "charge_run_items",
    "charge_runs",
    "companies",
    "counters",
    "documents",
    "idempotency",
    "inbox",
    "invoices",
    "jobs",
    "leases",
    "method_setups",
    "outbox",
    "payment_methods",
    "reconciliation",
    "refunds",
    "settings",
    "split_rules",
    "stripe_events",
)
_READ_AND_APPEND = (
    "changeStream",
    "collStats",
    "createCollection",
    "createIndex",
    "dbStats",
    "find",
    "indexStats",
    "insert",
    "listCollections",
    "listIndexes",
)
_CHANGE = ("collMod", "dropIndex", "remove", "update")


def custom_roles() -> dict[str, list[dict[str, Any]]]:
    """Role name -> privileges, for roles MongoDB does not bring along."""
    return {
        "billing-service": [
            _privilege("", _READ_AND_APPEND),
            *(_privilege(collection, _CHANGE) for collection in BILLING_CHANGEABLE),
        ]
    }


def roles_of(service: str) -> list[dict[str, str]]:
    """The roles of one service's database user."""
    if service not in SERVICES:
        message = f"no such service: {service}"
        raise ValueError(message)
    if service == "billing":
        return [{"role": "billing-service", "db": "admin"}]
    return [{"role": "readWrite", "db": service}]


def _privilege(collection: str, actions: tuple[str, ...]) -> dict[str, Any]:
    return {"resource": {"db": "billing", "collection": collection}, "actions": list(actions)}
