"""Custom fields: what may stand in them, who may change them, what is told."""

import pytest

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.custom_fields import CustomFieldDefinition
from services.scheduling.domain.refusals import BadFieldError
from shared.contracts.scheduling import CompanyChangedV1
from shared.contracts.scheduling_accounts import CustomerAccountChangedV1
from tests.support import shared_app
from tests.unit.scheduling.test_accounts import API, key, opened


@pytest.fixture
def api(browser):
    browser.signed_in()
    browser.http.cookies.clear()
    return browser.http


def a_field(kind, *choices):
    return CustomFieldDefinition(field_id="f1", label="Field", kind=kind, choices=choices)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", "  Gate 4411 ", "Gate 4411"),
        ("text", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("number", "12.5", "12.5"),
        ("number", "-3", "-3"),
        ("date", "2026-12-01", "2026-12-01"),
        ("choice", "North", "North"),
        ("number", "", ""),
        ("choice", "", ""),
    ],
)
def test_a_value_is_kept_as_typed(kind, typed, kept):
    choices = ("North", "South") if kind == "choice" else ()
    assert a_field(kind, *choices).value_of(typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", "two\nlines"),
        ("text", "x" * 501),
        ("number", "twelve"),
        ("number", "1e9"),
        ("number", "NaN"),
        ("number", "1,5"),
        ("date", "01.12.2026"),
        ("date", "2026-02-30"),
        ("date", "20261201"),
        ("choice", "West"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind, typed):
    choices = ("North", "South") if kind == "choice" else ()
    with pytest.raises(BadFieldError) as refused:
        a_field(kind, *choices).value_of(typed)
    assert refused.value.extra["field"] == "f1"


async def defined(api, label, **more):
    body = {"label": label, **more}
    answer = await api.post(f"{API}/custom-fields", json=body, headers=key(f"field {label}"))
    assert answer.status_code == 201, answer.text
    return answer.json()["items"][-1]["field_id"]


async def test_a_field_is_told_with_the_company_and_filled_in_on_an_account(api, world):
    gate = await defined(api, "Gate code")
    zone = await defined(api, "Zone", kind="choice", choices=["North", "South"])
    told = world.told(CompanyChangedV1)[-1].company.custom_fields
    assert [(f.label, f.kind, f.choices) for f in told] == [
        ("Gate code", "text", ()),
        ("Zone", "choice", ("North", "South")),
    ]
    account = await opened(api)
    path = f"{API}/accounts/{account['account_id']}/custom-fields"
    answer = await api.patch(path, json={"values": {gate: "4411"}})
    assert [(f["label"], f["value"]) for f in answer.json()["custom_fields"]] == [
        ("Gate code", "4411"),
        ("Zone", ""),
    ]
    wrong = await api.patch(path, json={"values": {gate: "4412", zone: "West"}})
    assert (wrong.status_code, wrong.json()["field"]) == (422, zone)
    unknown = await api.patch(path, json={"values": {"f9": "x"}})
    assert unknown.status_code == 404
    last = world.told(CustomerAccountChangedV1)[-1].account.custom_fields
    assert last[0].value == "4411", "what is refused changes nothing"


async def test_a_removed_field_is_gone_from_what_is_shown_and_told(api, world):
    gate = await defined(api, "Gate code")
    account = await opened(api)
    path = f"{API}/accounts/{account['account_id']}"
    await api.patch(f"{path}/custom-fields", json={"values": {gate: "4411"}})
    assert (await api.delete(f"{API}/custom-fields/{gate}")).json() == {"items": []}
    assert (await api.get(path)).json()["custom_fields"] == []
    assert (await api.delete(f"{API}/custom-fields/{gate}")).status_code == 404


async def test_a_label_stands_once_and_a_choice_has_choices(api):
    field = await defined(api, "Zone", kind="choice", choices=["North"])
    for body in (
        {"label": "zone"},
        {"label": "Area", "kind": "choice"},
        {"label": "Area", "kind": "choice", "choices": ["A", "A"]},
        {"label": "Area", "choices": ["A"]},
        {"label": "Area", "kind": "file"},
    ):
        answer = await api.post(f"{API}/custom-fields", json=body, headers=key(str(body)))
        assert answer.status_code == 422, body
    changed = await api.patch(
        f"{API}/custom-fields/{field}", json={"label": "Area", "choices": ["A", "B"]}
    )
    assert changed.json()["items"] == [
        {"field_id": field, "label": "Area", "kind": "choice", "choices": ["A", "B"]}
    ]


async def asked_by_portal(http, account, field_ids, world, **changes):
    body = {
        "company_id": world.company_id,
        "contact_id": account["people"][0]["contact_id"],
        "values": dict.fromkeys(field_ids, "4411"),
        "field_ids_allowed": field_ids,
        **changes,
    }
    keyring = shared_app.keyring("portal")
    headers = {"Authorization": f"Bearer {keyring.mint_service('scheduling')}"}
    path = f"/internal/v1/accounts/{account['account_id']}/custom-fields"
    return await http.post(path, json=body, headers=headers)


async def test_a_customer_changes_the_fields_that_are_allowed_and_no_others(api, world):
    gate, secret = await defined(api, "Gate code"), await defined(api, "Our margin")
    account = await opened(api)
    answer = await asked_by_portal(api, account, [gate], world)
    assert answer.status_code == 200, answer.text
    assert answer.json()["custom_fields"][0]["value"] == "4411"
    refused = await asked_by_portal(api, account, [gate], world, values={gate: "1", secret: "0"})
    assert (refused.status_code, refused.json()["code"]) == (403, "field_not_allowed")
    rows = world.memory.records[CustomerAccount]
    assert dict(rows[account["account_id"]].values) == {gate: "4411"}


async def test_a_stranger_of_the_account_or_the_company_changes_nothing(api, world):
    gate = await defined(api, "Gate code")
    account, other = await opened(api), await opened(api, name="Other")
    for change in (
        {"company_id": "another"},
        {"contact_id": other["people"][0]["contact_id"]},
        {"contact_id": "nobody"},
    ):
        answer = await asked_by_portal(api, account, [gate], world, **change)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), change
    path = f"/internal/v1/accounts/{account['account_id']}/custom-fields"
    assert (await api.post(path, json={})).status_code == 401
