"""Control routes name an object by its id alone; this finds the account it belongs to."""

from typing import Annotated

from fastapi import Depends, Request

from deploy.sandbox.api.errors import no_such
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.world import World


async def world_of(request: Request) -> World:
    """Give the process's one world."""
    world: World = request.app.state.world
    return world


TheWorld = Annotated[World, Depends(world_of)]


def scope_of(world: World, object_id: str) -> Scope:
    """Give the books that hold this object; raises 404 when nobody has it."""
    account = world.store.owner(object_id)
    if account is None:
        raise no_such("object", object_id)
    return Scope(world, account)
