import copy
import json
import re

import pytest
from pydantic import BaseModel, ValidationError

from shared.contracts.catalogue import ALL_EVENTS, OWNERS
from shared.contracts.event import Envelope
from tools.golden import GOLDEN, broken_promises, document, golden, shape
from tools.samples import published

EVENTS = [pytest.param(contract, id=name) for name, contract in ALL_EVENTS.items()]


@pytest.mark.parametrize("contract", EVENTS)
def test_a_published_event_keeps_its_promises(contract):
    assert list(broken_promises(golden(contract.name)["data"], shape(contract))) == []


@pytest.mark.parametrize("contract", EVENTS)
def test_the_golden_file_says_what_is_published_today(contract):
    assert golden(contract.name) == document(contract), "run python -m tools.golden"


def test_every_golden_file_belongs_to_an_event():
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(ALL_EVENTS)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda data: data["properties"].pop("currency"), "data.currency is gone"),
        (
            lambda data: data["properties"].update(amount_cents={"type": "number"}),
            "data.amount_cents has changed",
        ),
        (
            lambda data: data["$defs"]["Payer"]["properties"].pop("email"),
            "Payer.email is gone",
        ),
        (lambda data: data["$defs"].pop("Payer"), "Payer is gone"),
        (
            lambda data: (
                data["properties"].update(tip_cents={"type": "integer"}),
                data["required"].append("tip_cents"),
            ),
            "data.tip_cents is demanded of events published before it existed",
        ),
    ],
)
def test_a_change_that_readers_would_feel_is_noticed(change, complaint):
    before = golden("billing.payment_recorded.v1")["data"]
    after = copy.deepcopy(before)
    change(after)

    assert list(broken_promises(before, after)) == [complaint]


def test_an_optional_field_may_be_added():
    before = golden("billing.payment_recorded.v1")["data"]
    after = copy.deepcopy(before)
    after["properties"]["tip_cents"] = {"type": "integer", "default": 0}

    assert list(broken_promises(before, after)) == []


@pytest.mark.parametrize("contract", EVENTS)
def test_an_event_is_named_owner_fact_version_like_its_class(contract):
    owner, fact, version = contract.name.split(".")
    spelled = "".join(word.capitalize() for word in fact.split("_")) + version.upper()

    assert re.fullmatch(r"v[1-9]\d*", version)
    assert spelled == contract.__name__
    assert contract.__module__ in {module.__name__ for module in OWNERS[owner]}


@pytest.mark.parametrize("contract", EVENTS)
def test_an_event_says_what_it_promises(contract):
    assert contract.__doc__ != contract.__mro__[1].__doc__
    assert contract.__doc__.strip()


def _fields(contract):
    """Every field of an event and of the values inside it, as `Class.field`."""
    schema = contract.model_json_schema()
    for model in (schema, *schema.get("$defs", {}).values()):
        for name, kind in model.get("properties", {}).items():
            yield f"{model['title']}.{name}", kind


@pytest.mark.parametrize("contract", EVENTS)
def test_amounts_are_whole_cents_and_nothing_is_a_fraction(contract):
    for name, kind in _fields(contract):
        assert '"type": "number"' not in json.dumps(kind), name
        if name.endswith("_cents"):
            [told] = [one for one in kind.get("anyOf", [kind]) if one != {"type": "null"}]
            assert told["type"] == "integer", name
            assert {"maximum", "minimum", "exclusiveMinimum"} & set(told), name
        else:
            assert not re.search(r"amount|total|balance$|price|fee$", name.split(".")[1]), name


def _every_cents_field(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list):
            yield from _every_cents_field(inner, (*path, key))
        elif str(key).endswith("_cents"):
            yield (*path, key)


@pytest.mark.parametrize("wrong", ["5.00", "5", 5.5, True])
@pytest.mark.parametrize("contract", EVENTS)
def test_an_amount_that_is_not_whole_cents_is_refused(contract, wrong):
    for path in _every_cents_field(golden(contract.name)["sample"]["data"]):
        data = copy.deepcopy(golden(contract.name)["sample"]["data"])
        place = data
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = wrong
        with pytest.raises(ValidationError):
            contract.model_validate_json(json.dumps(data))


@pytest.mark.parametrize("contract", EVENTS)
def test_an_event_travels_as_a_cloud_event(contract):
    sample = golden(contract.name)["sample"]
    envelope = Envelope.model_validate(sample)

    assert sample["specversion"] == "1.0"
    assert sample["source"] == f"doorstep/{contract.name.split('.')[0]}"
    assert sample["type"] == contract.name
    assert re.fullmatch(r"[a-z_]+/.+", sample["subject"])
    assert sample["company_id"] == sample["data"]["company_id"]
    assert {"id", "time", "correlation_id", "revision", "replayed"} <= set(sample)
    assert envelope.time.utcoffset() is not None


@pytest.mark.parametrize("contract", EVENTS)
def test_what_is_published_reads_back_the_same(contract):
    envelope = published(contract)

    assert contract.model_validate_json(json.dumps(envelope.data)) == contract.model_validate(
        golden(contract.name)["sample"]["data"]
    )


def _with_fields_of_tomorrow(value):
    if isinstance(value, dict):
        grown = {key: _with_fields_of_tomorrow(inner) for key, inner in value.items()}
        return grown | {"added_tomorrow": {"any": ["thing"]}}
    if isinstance(value, list):
        return [_with_fields_of_tomorrow(inner) for inner in value]
    return value


@pytest.mark.parametrize("contract", EVENTS)
def test_fields_a_reader_does_not_know_are_ignored_at_every_depth(contract):
    sample = golden(contract.name)["sample"]
    grown = _with_fields_of_tomorrow(sample)

    assert contract.model_validate(grown["data"]) == contract.model_validate(sample["data"])
    assert Envelope.model_validate(grown).type == contract.name


@pytest.mark.parametrize("contract", EVENTS)
def test_an_event_cannot_be_changed_after_it_was_made(contract):
    event = contract.model_validate(golden(contract.name)["sample"]["data"])

    with pytest.raises(ValidationError):
        event.company_id = "another"
    for part in _values_inside(event):
        assert part.model_config["frozen"], type(part).__name__


def _values_inside(value):
    if isinstance(value, tuple):
        for inner in value:
            yield from _values_inside(inner)
    elif isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _values_inside(getattr(value, name))
