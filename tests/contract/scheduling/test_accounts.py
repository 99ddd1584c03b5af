"""Accounts and orders in memory and in MongoDB: lists, all or none, numbers without gaps."""

import asyncio

import pytest

from services.scheduling.domain.refusals import UnknownError
from services.scheduling.usecases._accounts import NewAccountPerson, NewSite
from services.scheduling.usecases.add_site import AddSite, add_site
from services.scheduling.usecases.change_account import ChangeAccount, change_account
from services.scheduling.usecases.note_rebuild import note_rebuild
from services.scheduling.usecases.open_account import OpenAccount, open_account
from services.scheduling.usecases.order_inspections import OrderInspections, order_inspections
from services.scheduling.usecases.tell_again import tell_again
from shared.contracts.portal import ViewRebuildRequestedV1
from tests.support.scheduling_samples import NINE_IN_BEND


async def opened(world, name="Cascade Property Group", sites=3):
    command = OpenAccount(
        company_id=world.company_id,
        name=name,
        people=(NewAccountPerson(name="Nora Bell", email="nora@example.com"),),
        sites=tuple(NewSite(street=f"{n} Birch St", city="Bend") for n in range(1, sites + 1)),
    )
    return await open_account(command, office=world.office, secrets=world.secrets, now=world.now)


async def ordered(world, account, *site_ids):
    command = OrderInspections(
        company_id=world.company_id,
        account_id=account.account_id,
        site_ids=site_ids or tuple(site.site_id for site in account.sites),
        service_ids=(world.home_id,),
        starts_at=NINE_IN_BEND,
        inspector_id=world.owner_id,
    )
    return await order_inspections(
        command, office=world.office, secrets=world.secrets, now=world.now
    )


async def test_an_account_reads_back_the_same(world):
    account = await opened(world)
    assert await world.lookups.account(world.company_id, account.account_id) == account
    with pytest.raises(UnknownError):
        await world.lookups.account("another", account.account_id)


async def test_accounts_are_listed_by_name_with_their_sites_counted(world):
    for name in ("Cedar", "Aspen", "Birch"):
        await opened(world, name, sites=len(name))
    rows, following = await world.lookups.accounts(world.company_id, limit=2)
    assert [(row.name, row.site_count) for row in rows] == [("Aspen", 5), ("Birch", 5)]
    assert rows[0].people[0].email == "nora@example.com"
    rest, end = await world.lookups.accounts(world.company_id, cursor=following, limit=2)
    assert ([row.name for row in rest], end) == (["Cedar"], None)
    found, _ = await world.lookups.accounts(world.company_id, text="cedar NORA")
    assert [row.name for row in found] == ["Cedar"]
    assert await world.lookups.accounts("another") == ([], None)


async def test_an_order_of_two_hundred_sites_is_one_transaction(backend):
    world = backend.world
    account = await opened(world, sites=200)
    before = len(await backend.told())
    booked = await ordered(world, account)
    assert len(await world.lookups.order(world.company_id, booked[0].order.order_id)) == 200
    assert [i.number for i in booked] == [f"HP-{number}" for number in range(3101, 3301)]
    assert len(await backend.told()) - before == 400
    found = await world.lookups.search(world.company_id, account_id=account.account_id, limit=100)
    assert len(found.rows) == 100


async def test_orders_at_once_get_numbers_without_gaps(world):
    account = await opened(world)
    orders = await asyncio.gather(*(ordered(world, account) for _ in range(4)))
    assert sorted(order[0].order.number for order in orders) == [f"HP-O-{n}" for n in range(1, 5)]
    numbers = sorted(inspection.number for order in orders for inspection in order)
    assert numbers == [f"HP-{number}" for number in range(3101, 3113)]


async def test_a_refused_order_leaves_nothing_and_takes_no_number(backend):
    world = backend.world
    account = await opened(world)
    told = await backend.told()
    with pytest.raises(UnknownError):
        await ordered(world, account, account.sites[0].site_id, "unknown")
    assert await backend.told() == told
    assert (await ordered(world, account))[0].order.number == "HP-O-1"
    assert (await world.booked()).number == "HP-3104"


async def test_visits_come_before_and_after_a_moment(world):
    account = await opened(world)
    booked = await ordered(world, account)
    mine = (world.company_id, account.account_id)
    assert len(await world.lookups.visits(*mine, since=world.now)) == 3
    assert await world.lookups.visits(*mine, since=booked[0].ends_at) == []
    assert len(await world.lookups.visits(*mine, since=None, limit=2)) == 2


async def test_sites_added_at_once_are_all_there(world):
    account = await opened(world, sites=0)
    commands = [
        AddSite(
            company_id=world.company_id,
            account_id=account.account_id,
            site=NewSite(street=f"{n} Elm St", city="Bend"),
        )
        for n in range(4)
    ]
    await asyncio.gather(
        *(add_site(command, office=world.office, secrets=world.secrets) for command in commands)
    )
    present = await world.lookups.account(world.company_id, account.account_id)
    assert sorted(site.street[0] for site in present.sites) == ["0", "1", "2", "3"]


async def test_accounts_are_told_again(backend):
    world = backend.world
    account = await opened(world)
    change = ChangeAccount(
        company_id=world.company_id, account_id=account.account_id, terms_days=10
    )
    await change_account(change, office=world.office)
    before = len(await backend.told())

    async def work(desk):
        wish = ViewRebuildRequestedV1(company_id=world.company_id, rebuild_id="r1")
        await note_rebuild(wish, desk=desk)

    await world.office.transaction(work)
    while await tell_again(office=world.office):
        pass
    again = (await backend.told())[before:]
    assert again.count("scheduling.customer_account_changed.v1") == 1
