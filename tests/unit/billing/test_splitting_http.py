"""Dividing a bill over HTTP: previews, the four ways, changes, rules, invitations; who may."""

import pytest

from services.billing.domain.company import PortalRules, Settings
from tests.support.billing_examples import COMPANY, INSPECTION, a_company
from tests.unit.billing import test_http

visitor = test_http.visitor
API = "/api/billing/v1"
HERE = f"{API}/inspections/{INSPECTION}"
INVITATIONS = "/internal/v1/invoices/invoice-client/invitations"
REFUSED = {"status", "title", "type", "code", "detail"}


@pytest.fixture(autouse=True)
async def _may_split(office):
    async def allow(books):
        await books.keep_company(a_company(allow_deferred=False))
        portal = PortalRules(clients_may_invite=True)
        await books.keep_settings(Settings(company_id=COMPANY, portal=portal))

    await office.books.write(allow)


class Desk:
    """Short words for requests."""

    def __init__(self, visitor) -> None:
        self.visitor = visitor

    async def send(self, method, path, body=None, *, key="k", scope="bill", headers=None):
        given = {"idempotency-key": key} if key else {}
        caller = headers or self.visitor.key(scope)
        return await self.visitor.client.request(
            method, path, json=body, headers={**caller, **given}
        )

    async def add(self, key="k", **what):
        wish = {"contact_id": "marcus", **what}
        return await self.send("POST", f"{HERE}/invoices", wish, key=key)

    async def totals(self):
        seen = await self.send("GET", f"{HERE}/balance", scope="read")
        return [invoice["total_cents"] for invoice in seen.json()["invoices"]]


@pytest.fixture
def desk(visitor):
    return Desk(visitor)


async def test_the_four_ways_and_a_repeat_of_each(desk):
    ways = [
        ({"line_ids": ["sewer"]}, 17_500),
        ({"fixed_cents": 10_000}, 10_000),
        ({"basis_points": 1_250}, 10_000),
        ({"equal_parts": 8}, 10_000),
    ]
    for at, (way, cents) in enumerate(ways):
        first, again = [await desk.add(f"k-{at}", **way) for _ in range(2)]
        assert first.status_code == 201, first.text
        assert first.json() == again.json()
        assert first.json()["total_cents"] == cents
    assert await desk.totals() == [32_500, 17_500, 10_000, 10_000, 10_000]


async def test_equal_parts_for_several_people_in_one_request(desk):
    wish = {"contact_ids": ["marcus", "mutual"], "reference": "Claim 88-1"}
    first = await desk.send("POST", f"{HERE}/equal-parts", wish)
    assert first.status_code == 201, first.text
    made = first.json()["invoices"]
    assert [i["total_cents"] for i in made] == [26_667, 26_666]
    assert {i["reference"] for i in made} == {"Claim 88-1"}
    assert await desk.totals() == [26_667, 26_667, 26_666]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({}, "service_or_amount"),
        ({"fixed_cents": 5, "basis_points": 5}, "service_or_amount"),
        ({"fixed_cents": 80_001}, "fixed_amount_exceeds_balance"),
        ({"contact_id": "stranger", "fixed_cents": 5}, "contact_not_in_people"),
        ({"fixed_cents": 0}, None),
        ({"fixed_cents": -1}, None),
        ({"fixed_cents": 1.5}, None),
        ({"fixed_cents": "5"}, None),
        ({"fixed_cents": True}, None),
        ({"basis_points": 10_001}, None),
        ({"basis_points": 12.5}, None),
        ({"equal_parts": 1}, None),
        ({"line_ids": {"$gt": ""}}, None),
        ({"fixed_cents": 5, "due_on": "tomorrow"}, None),
        ({"fixed_cents": 5, "total_cents": 5}, None),
    ],
)
async def test_bad_wishes_are_refused_and_change_nothing(desk, wish, code):
    answer = await desk.add(**wish)
    assert answer.status_code == 422, answer.text
    assert code is None or answer.json()["code"] == code
    assert await desk.totals() == [80_000]


@pytest.mark.parametrize(
    ("paid_cents", "wish", "status", "code", "maximum_cents"),
    [
        (50_000, {"line_ids": ["radon"]}, 409, "service_not_available", 30_000),
        (0, {"line_ids": ["sewer"]}, 409, "service_not_available", 62_500),
        (50_000, {"basis_points": 3_751}, 422, "percent_exceeds_balance", 30_000),
        (50_000, {"equal_parts": 2}, 422, "equal_parts_exceed_balance", 30_000),
        (0, {"contact_id": "ellen", "equal_parts": 2}, 422, "one_person_each", None),
        (80_000, {"line_ids": ["radon"]}, 409, "nothing_to_invoice", 0),
        (80_000, {"basis_points": 1}, 409, "nothing_to_invoice", 0),
        (80_000, {"equal_parts": 2}, 409, "nothing_to_invoice", 0),
        (80_000, {"fixed_cents": 1}, 422, "fixed_amount_exceeds_balance", 0),
    ],
)
async def test_what_is_left_decides_and_the_refusal_has_its_name_and_maximum(
    desk, office, paid_cents, wish, status, code, maximum_cents
):
    """C14, C15, R54: before, and previewed with the same words."""
    if code == "service_not_available" and not paid_cents:
        await desk.add("other", contact_id="mutual", line_ids=["sewer"])
    if paid_cents:
        await office.receive_cash(paid_cents)
    before = await desk.totals()
    body = {"contact_ids": [wish.get("contact_id", "marcus")], **wish}
    body.pop("contact_id", None)
    seen = (await desk.send("POST", f"{HERE}/invoices/preview", body)).json()["refusal"]
    problem = await desk.add(**wish)
    assert (problem.status_code, problem.json()["code"]) == (status, code)
    assert (seen["code"], seen["detail"]) == (code, problem.json()["detail"])
    assert problem.json().get("maximum_cents") == maximum_cents
    assert await desk.totals() == before


@pytest.mark.parametrize(
    ("people", "paid_cents", "code"),
    [
        (["marcus", "marcus"], 0, "one_person_each"),
        (["marcus", "ellen"], 0, "one_person_each"),
        (["marcus", "mutual"], 50_000, "equal_parts_exceed_balance"),
        (["marcus", "stranger"], 0, "contact_not_in_people"),
    ],
)
async def test_equal_parts_that_cannot_be_are_refused_whole(desk, office, people, paid_cents, code):
    if paid_cents:
        await office.receive_cash(paid_cents)
    answer = await desk.send("POST", f"{HERE}/equal-parts", {"contact_ids": people})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await desk.totals() == [80_000]


async def test_a_refusal_carries_the_maximum_and_its_reasons(desk, office):
    await office.receive_cash(20_000)
    problem = (await desk.add(fixed_cents=60_001)).json()
    assert {k: v for k, v in problem.items() if k not in REFUSED} == {
        "maximum_cents": 60_000,
        "paid_cents": 20_000,
        "processing_cents": 0,
        "assigned_cents": 0,
        "reason": "$200.00 is paid",
        **{k: v for k, v in problem.items() if k in {"correlation_id", "instance"}},
    }


async def test_a_preview_is_the_division_or_the_refusal(desk):
    path = f"{HERE}/invoices/preview"
    seen = (
        await desk.send("POST", path, {"contact_ids": ["marcus"], "basis_points": 5_000})
    ).json()
    assert (seen["share_cents"], seen["maximum_cents"]) == (40_000, 80_000)
    assert (seen["client_before_cents"], seen["client_after_cents"]) == (80_000, 40_000)
    assert [(p["payer_name"], p["total_cents"], p["wished"]) for p in seen["parts"]] == [
        ("Ellen Park", 40_000, False),
        ("Marcus Lee", 40_000, True),
    ]
    refused = await desk.send("POST", path, {"contact_ids": ["marcus"], "fixed_cents": 90_000})
    assert refused.status_code == 200
    assert refused.json()["refusal"]["detail"] == "Fixed amount cannot exceed $800.00"
    assert refused.json()["refusal"]["extra"]["maximum_cents"] == 80_000
    empty = await desk.send("POST", path, {})
    assert empty.json()["refusal"]["code"] == "service_or_amount"
    assert await desk.totals() == [80_000]


async def test_an_invoice_is_changed_previewed_and_handed_on(desk):
    invoice_id = (await desk.add(fixed_cents=10_000)).json()["invoice_id"]
    path = f"{API}/invoices/{invoice_id}"
    seen = (await desk.send("POST", f"{path}/preview", {"fixed_cents": 12_000})).json()
    assert [(p["total_cents"], p["wished"]) for p in seen["parts"]] == [
        (68_000, False),
        (12_000, True),
    ]
    changed = await desk.send("PATCH", path, {"fixed_cents": 12_000, "due_on": "2027-01-05"})
    assert (changed.json()["total_cents"], changed.json()["due_on"]) == (12_000, "2027-01-05")
    moved = (await desk.send("PATCH", path, {"contact_id": "mutual"})).json()
    assert moved["invoice_id"] != invoice_id
    assert (moved["payer"]["name"], moved["total_cents"]) == ("Northwest Mutual", 12_000)
    late = await desk.send("PATCH", path, {"fixed_cents": 1})
    assert late.json()["code"] == "invoice_void"
    own = await desk.send("PATCH", f"{API}/invoices/invoice-client", {"fixed_cents": 1})
    assert own.json()["code"] == "client_invoice"


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("office", 200), ("inspector", 403)])
async def test_who_may_change_an_invoice(desk, role, status):
    invoice_id = (await desk.add(fixed_cents=10_000)).json()["invoice_id"]
    path, headers = f"{API}/invoices/{invoice_id}", desk.visitor.staff(role)
    assert (
        await desk.send("PATCH", path, {"reference": "x"}, headers=headers)
    ).status_code == status
    foreign = desk.visitor.staff("owner", company_id="other")
    for method, where in (("PATCH", path), ("POST", f"{path}/preview"), ("POST", f"{path}/void")):
        answer = await desk.send(method, where, {"reference": "x"}, headers=foreign)
        assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_found")


# ---------------------------------------------------------------------------------- rules
HALF = {
    "name": "Half to the insurer",
    "role": "additional",
    "role_label": "Insurer",
    "basis_points": 5_000,
}


async def test_a_rule_is_saved_changed_applied_once_and_removed(desk):
    made = [await desk.send("POST", f"{API}/split-rules", HALF, scope="settings") for _ in "ab"]
    assert made[0].status_code == 201, made[0].text
    assert made[0].json() == made[1].json()
    rule = made[0].json()
    assert (rule["kind"], rule["active"]) == ("percent", True)
    path = f"{API}/split-rules/{rule['rule_id']}"
    quarter = {**HALF, "basis_points": 2_500, "order": 3}
    assert (await desk.send("PUT", path, quarter, scope="settings")).json()["order"] == 3
    listed = (await desk.send("GET", f"{API}/split-rules", scope="read")).json()["items"]
    assert [r["basis_points"] for r in listed] == [2_500]

    act = f"{HERE}/split-rules/{rule['rule_id']}"
    seen = (await desk.send("POST", f"{act}/preview")).json()
    assert (seen["share_cents"], seen["refusal"]) == (20_000, None)
    first, again = [await desk.send("POST", f"{act}/apply", key="apply") for _ in range(2)]
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert [i["payer"]["name"] for i in first.json()["invoices"]] == ["Northwest Mutual"]
    other = await desk.send("POST", f"{act}/apply", key="another")
    assert (other.status_code, other.json()["code"]) == (409, "rule_already_applied")
    assert (await desk.send("POST", f"{act}/preview")).json()["refusal"]["code"] == (
        "rule_already_applied"
    )
    assert (await desk.send("DELETE", path, scope="settings")).status_code == 204
    gone = await desk.send("POST", f"{act}/apply", key="gone")
    assert gone.json()["code"] == "split_rule_not_found"
    assert await desk.totals() == [60_000, 20_000]


async def test_rules_that_do_not_fit_say_why(desk):
    async def apply(at, **what):
        body = {"name": "x", "role": "agent", **what}
        answer = await desk.send("POST", f"{API}/split-rules", body, key=f"{at}", scope="settings")
        act = f"{HERE}/split-rules/{answer.json()['rule_id']}/apply"
        return (await desk.send("POST", act, key=f"a-{at}")).json()

    lender = await apply(1, role="additional", role_label="Lender", fixed_cents=5)
    assert (lender["code"], lender["role"]) == ("rule_fits_nobody", "Lender")
    mold = await apply(2, service_name="Mold sample")
    assert (mold["code"], mold["service"]) == ("service_not_on_bill", "Mold sample")
    off = await apply(3, fixed_cents=5, active=False)
    assert off["code"] == "split_rule_off"


async def test_only_owners_write_rules_and_no_company_reads_anothers(desk):
    rules = f"{API}/split-rules"
    office = desk.visitor.staff("office")
    assert (await desk.send("POST", rules, HALF, headers=office)).status_code == 403
    rule = (await desk.send("POST", rules, HALF, scope="settings")).json()
    foreign = desk.visitor.staff("owner", company_id="other")
    assert (await desk.send("GET", rules, headers=foreign)).json() == {"items": []}
    one = f"{rules}/{rule['rule_id']}"
    for method, body in (("GET", None), ("PUT", HALF), ("DELETE", None)):
        answer = await desk.send(method, one, body, headers=foreign)
        assert (answer.status_code, answer.json()["code"]) == (404, "split_rule_not_found")
    assert (await desk.send("GET", one, scope="read")).status_code == 200
    nothing = await desk.send("POST", rules, {"name": "x", "role": "agent"}, scope="settings")
    assert nothing.json()["code"] == "idempotency_key_reused"
    nothing = await desk.send(
        "POST", rules, {"name": "x", "role": "agent"}, scope="settings", key="n"
    )
    assert (nothing.status_code, nothing.json()["code"]) == (422, "service_or_amount")


# ----------------------------------------------------------------------------- invitations
WISH = {
    "company_id": COMPANY,
    "contact_id": "marcus",
    "basis_points": 5_000,
    "invited_by": "Ellen Park",
}


async def test_portal_invites_previews_and_withdraws_for_a_client(desk):
    portal = {"headers": desk.visitor.service()}
    seen = await desk.send("POST", f"{INVITATIONS}/preview", WISH, **portal)
    assert seen.json()["share_cents"] == 40_000
    made, again = [await desk.send("POST", INVITATIONS, WISH, **portal) for _ in range(2)]
    assert made.status_code == 201, made.text
    assert made.json() == again.json()
    assert made.json()["sent_at"]
    path = f"{INVITATIONS}/{made.json()['invoice_id']}/withdraw"
    assert (await desk.send("POST", path, {"company_id": "other"}, **portal)).status_code == 404
    back = await desk.send("POST", path, {"company_id": COMPANY}, **portal)
    assert back.json()["status"] == "void"
    assert await desk.totals() == [80_000, 0]


async def test_an_invitation_is_for_the_portal_alone_and_at_most_the_open_balance(desk):
    for headers, status in (
        (desk.visitor.service("notifications"), 403),
        (desk.visitor.staff("owner"), 401),
    ):
        answer = await desk.send("POST", INVITATIONS, WISH, headers=headers)
        assert answer.status_code == status
    portal = {"headers": desk.visitor.service()}
    too_much = {"company_id": COMPANY, "contact_id": "marcus", "invited_by": "Ellen Park"}
    answer = await desk.send("POST", INVITATIONS, {**too_much, "fixed_cents": 80_001}, **portal)
    assert answer.json()["code"] == "fixed_amount_exceeds_balance"
    assert answer.json()["maximum_cents"] == 80_000


async def test_invitations_are_off_by_default(desk, office):
    async def forbid(books):
        await books.keep_settings(Settings(company_id=COMPANY))

    await office.books.write(forbid)
    answer = await desk.send("POST", INVITATIONS, WISH, headers=desk.visitor.service())
    assert (answer.status_code, answer.json()["code"]) == (403, "invitations_off")
