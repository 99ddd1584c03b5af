"""The collections of scheduling's database and their indexes."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.scheduling.domain.access import ATTEMPTS_WINDOW
from shared.mongo import Collection

_COMPANY = ("company_id", ASCENDING)

COLLECTIONS: tuple[Collection, ...] = (
    Collection("companies"),
    Collection("counters"),
    Collection(
        "staff",
        indexes=(
            IndexModel([("email", ASCENDING)], name="one_account_per_address", unique=True),
            IndexModel([_COMPANY, ("name", ASCENDING)], name="team"),
        ),
    ),
    Collection("contacts", indexes=(IndexModel([_COMPANY, ("name", ASCENDING)], name="by_name"),)),
    Collection("services", indexes=(IndexModel([_COMPANY], name="catalogue"),)),
    Collection(
        "inspections",
        indexes=(
            IndexModel([_COMPANY, ("number", ASCENDING)], name="number", unique=True),
            IndexModel([_COMPANY, ("starts_at", DESCENDING), ("_id", DESCENDING)], name="when"),
            IndexModel([_COMPANY, ("people.contact_id", ASCENDING)], name="with_contact"),
            IndexModel(
                [
                    _COMPANY,
                    ("account.account_id", ASCENDING),
                    ("starts_at", DESCENDING),
                    ("number", DESCENDING),
                ],
                name="of_account_by_time",
            ),
            IndexModel(
                [_COMPANY, ("order.order_id", ASCENDING)],
                name="of_order",
                partialFilterExpression={"order.order_id": {"$type": "string"}},
            ),
            IndexModel(
                [("recurring_id", ASCENDING), ("recurring_on", ASCENDING)],
                name="one_visit_a_day",
                unique=True,
                partialFilterExpression={"recurring_id": {"$type": "string"}},
            ),
        ),
    ),
    Collection(
        "accounts",
        indexes=(
            # `search` is in it so that words are looked for in the index, not in every account.
            IndexModel(
                [
                    _COMPANY,
                    ("name", ASCENDING),
                    ("_id", ASCENDING),
                    ("search", ASCENDING),
                ],
                name="by_name",
            ),
            IndexModel([_COMPANY, ("people.contact_id", ASCENDING)], name="with_contact"),
        ),
    ),
    Collection(
        "recurring_services",
        indexes=(
            IndexModel([_COMPANY, ("account_id", ASCENDING)], name="of_account"),
            IndexModel(
                [("status", ASCENDING), ("next_on", ASCENDING), ("_id", ASCENDING)], name="due"
            ),
        ),
    ),
    Collection(
        "agreements",
        indexes=(IndexModel([_COMPANY, ("inspection_id", ASCENDING)], name="of_inspection"),),
    ),
    Collection("api_keys", indexes=(IndexModel([_COMPANY], name="of_company"),)),
    Collection(
        "sessions",
        indexes=(
            IndexModel([_COMPANY, ("staff_id", ASCENDING)], name="of_member"),
            IndexModel([("ends_at", ASCENDING)], name="expire", expireAfterSeconds=0),
        ),
    ),
    Collection(
        "sign_in_failures",
        indexes=(
            IndexModel([("address", ASCENDING), ("account", ASCENDING)], name="who"),
            IndexModel(
                [("at", ASCENDING)],
                name="expire",
                expireAfterSeconds=int(ATTEMPTS_WINDOW.total_seconds()),
            ),
        ),
    ),
    Collection("balances"),
    Collection(
        "invoices",
        indexes=(
            IndexModel([_COMPANY, ("inspection_id", ASCENDING)], name="of_inspection"),
            IndexModel([_COMPANY, ("kind", ASCENDING), ("status", ASCENDING)], name="open"),
        ),
    ),
    Collection("rebuilds"),
)
