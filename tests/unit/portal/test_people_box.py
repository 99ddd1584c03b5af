"""Who has left the People box, whatever order it was told in."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.portal.domain.links import Link
from services.portal.domain.people_box import has_left, last_seen
from services.portal.usecases.project_events import project_events
from shared.contracts import scheduling
from tests.support import portal_samples as samples
from tests.support.examples import examples
from tests.support.portal_fakes import MemoryViews
from tests.support.portal_samples import COMPANY_ID, INSPECTION_ID, NOW, told_inspection

A, B = "ann@example.com", "bob@example.com"


def boxes(*told):
    """`"ab"`: both are in the box; the first is revision 1."""
    names = {"a": A, "b": B}
    return {
        revision: frozenset(names[letter] for letter in box)
        for revision, box in enumerate(told, start=1)
    }


@pytest.mark.parametrize(
    ("told", "since", "left"),
    [
        (("ab", "ab"), 1, False),
        (("ab", "b"), 1, True),
        (("ab", "b", "ab"), 1, True),
        (("ab", "b", "ab"), 2, False),
        (("ab", "b", "ab"), 3, False),
        (("ab", "b", "ab", "b"), 3, True),
        (("b", "b"), 0, False),
        (("b", "ab", "b"), 1, True),
        ((), 0, False),
    ],
)
def test_a_link_ends_when_its_holder_leaves_after_it_was_made(told, since, left):
    assert has_left(A, since, boxes(*told)) is left


def test_a_state_that_was_not_told_yet_changes_nothing_but_when_the_link_ends():
    told = boxes("ab", "b", "ab")
    assert not has_left(A, 1, {1: told[1], 3: told[3]})
    assert has_left(A, 1, {1: told[1], 2: told[2]})


@pytest.mark.parametrize(("told", "seen"), [(("a", "a", "b"), 2), (("b",), None), ((), None)])
def test_the_box_knows_when_somebody_was_last_in_it(told, seen):
    assert last_seen(A, boxes(*told)) == seen


def told_people(revision, *addresses):
    people = [
        {
            "contact_id": f"c-{address}",
            "role": "client",
            "role_label": "Client",
            "name": address,
            "email": address,
            "phone": "",
        }
        for address in addresses
    ]
    event = scheduling.InspectionPeopleChangedV1
    return told_inspection(samples.an_inspection(people=people, revision=revision), event)


HISTORY = [
    told_people(1, A, B),
    told_people(2, B),
    told_people(3, B, A.upper()),
    told_people(4, B, A),
    told_people(5, A),
]


def links():
    """One of each person, made at each revision."""
    return [
        Link(
            link_id=f"{recipient}-{revision}",
            company_id=COMPANY_ID,
            scope="inspection",
            inspection_id=INSPECTION_ID,
            invoice_id=None,
            recipient=recipient,
            purpose="confirmation",
            created_at=NOW,
            expires_at=NOW + timedelta(days=365),
            browser_digest="",
            people_revision=revision,
        )
        for recipient in (A, B)
        for revision in range(1, 6)
    ]


@settings(max_examples=examples(100), deadline=None)
@given(
    order=st.permutations(HISTORY),
    again=st.lists(st.sampled_from(HISTORY), max_size=6),
    cut=st.integers(0, 11),
)
def test_any_order_and_any_number_of_deliveries_end_the_same_links(order, again, cut):
    views = MemoryViews()
    told = [(event, NOW) for event in (*order, *again)]

    async def work():
        await project_events(told[:cut], views)
        await project_events(told[cut:], views)
        return await views.people_boxes(COMPANY_ID, INSPECTION_ID)

    known = asyncio.run(work())
    left = {link.link_id for link in links() if link.state(NOW, known) == "left"}
    assert left == {f"{A}-1", *(f"{B}-{revision}" for revision in range(1, 5))}
