from shared.contracts.portal import LinkOpenedV1
from tests.support.bus import effects, eventually, remembering, tell
from tools.samples import sample


def opening(number: int) -> LinkOpenedV1:
    return sample(LinkOpenedV1).model_copy(update={"link_id": f"link-{number}"})


async def test_what_was_committed_arrives_once_and_in_order(bus):
    async with bus.store("billing") as store, bus.relay("portal") as portal:
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            for start in range(0, 500, 50):
                await tell(portal, "portal", *(opening(n) for n in range(start, start + 50)))

            await eventually(lambda: _count(store, 500))

        assert await effects(store) == [f"link-{n}" for n in range(500)]


async def _count(store, expected):
    return len(await effects(store)) == expected
