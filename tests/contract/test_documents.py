import json

import pytest

from shared.contracts.catalogue import ALL_EVENTS, OWNERS
from tools.asyncapi import asyncapi
from tools.docs import documents, stale
from tools.event_catalogue import catalogue
from tools.openapi import openapi
from tools.subscriptions import subscriptions


def test_the_documents_say_what_the_code_says():
    assert stale() == [], "run python -m tools.docs"


def test_a_document_that_was_changed_by_hand_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.docs.DOCS", tmp_path / "docs")
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert stale() == []

    with (tmp_path / "docs" / "events.md").open("a") as page:
        page.write("by hand")

    assert stale() == ["docs/events.md"]


def test_the_catalogue_describes_every_event():
    text = catalogue()

    assert [name for name in ALL_EVENTS if f"### {name}\n" not in text] == []


@pytest.mark.parametrize("service", OWNERS)
def test_a_service_sends_its_own_events_and_receives_what_it_binds(service):
    operations = asyncapi(service)["operations"]
    sent = {name for name in ALL_EVENTS if name.startswith(f"{service}.")}
    received = {event.name for event in subscriptions().get(service, ())}

    assert {key.removeprefix("send.") for key in operations if key.startswith("send.")} == sent
    assert {
        key.removeprefix("receive.") for key in operations if key.startswith("receive.")
    } == received


@pytest.mark.parametrize("service", OWNERS)
@pytest.mark.parametrize("described", [asyncapi, openapi])
def test_every_reference_in_a_document_leads_somewhere(service, described):
    document = described(service)

    for reference in _references(document):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("service", OWNERS)
def test_an_asyncapi_document_is_plain_json(service):
    assert json.loads(json.dumps(asyncapi(service)))["asyncapi"] == "3.0.0"


@pytest.mark.parametrize("service", OWNERS)
def test_an_openapi_document_tells_of_the_api_and_of_no_page_or_internal_route(service):
    paths = openapi(service)["paths"]

    assert paths
    assert [path for path in paths if not path.startswith(f"/api/{service}/v1/")] == []


def _references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
