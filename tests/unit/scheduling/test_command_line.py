"""The operator's hands: going live."""

import io

import pytest

from services.scheduling.entrypoints import command_line
from services.scheduling.usecases.sign_in import SignIn, sign_in
from tests.support.scheduling_samples import World


async def created(world, monkeypatch, *more, typed=""):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    arguments = ["create-company", "--name", "Harbor & Pine", "--owner-email", "Priya@Example.com"]
    return await command_line.run(world.parts(), [*arguments, *more])


async def signed_in(world, password):
    return await sign_in(
        SignIn(email="priya@example.com", password=password, address="10.0.0.1"),
        door=world.door,
        passwords=world.passwords,
        secrets=world.secrets,
        mint=world.mint,
        now=world.now,
    )


async def test_a_company_is_created_and_its_owner_signs_in(monkeypatch, capsys):
    world = World()
    assert await created(world, monkeypatch, "--password-stdin", typed="a long password\n") == 0
    assert "a long password" not in capsys.readouterr().out
    assert (await signed_in(world, "a long password")).member.role == "owner"


async def test_without_a_password_one_is_made_and_printed_once(monkeypatch, capsys):
    world = World()
    await created(world, monkeypatch)
    line = next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("password")
    )
    assert (await signed_in(world, line.split()[1])).member.role == "owner"


@pytest.mark.parametrize(
    ("more", "typed", "code"),
    [
        (["--password-stdin"], "short\n", "bad_field"),
        (["--time-zone", "Pacific"], "", "bad_field"),
    ],
)
async def test_a_refusal_is_one_sentence_and_creates_nothing(
    monkeypatch, capsys, more, typed, code
):
    world = World()
    assert await created(world, monkeypatch, *more, typed=typed) == 1
    assert capsys.readouterr().err.startswith(f"{code}: ")
    assert not world.memory.events


async def test_several_owners_get_a_company_and_a_password_each(monkeypatch, capsys):
    world = World()
    assert await created(world, monkeypatch, "--owner-email", "noor@example.com") == 0
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[1] for line in said if line[0] == "owner"] == [
        "priya@example.com",
        "noor@example.com",
    ]
    companies = {line[1] for line in said if line[0] == "company"}
    passwords = [line[1] for line in said if line[0] == "password"]
    assert len(companies) == len(set(passwords)) == 2
    assert (await signed_in(world, passwords[0])).member.company_id in companies


async def test_an_owner_who_has_an_account_is_refused(monkeypatch, capsys):
    world = World()
    await created(world, monkeypatch)
    assert await created(world, monkeypatch) == 1
    assert capsys.readouterr().err.startswith("email_taken: ")


@pytest.mark.parametrize("command", ["queues", "outbox", "dead"])
def test_the_commands_of_every_service_are_here(command):
    assert command_line.parser().parse_args([command]).run
