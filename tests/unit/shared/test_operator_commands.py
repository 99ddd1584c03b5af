import argparse
import json

import pytest

from shared.operator_commands import add_command, operator_commands, show


@pytest.fixture
def parser():
    made = argparse.ArgumentParser()
    operator_commands(made.add_subparsers(required=True), "billing", lambda: None)
    return made


@pytest.mark.parametrize("command", [["queues"], ["outbox"], ["dead"], ["replay", "--all"]])
def test_every_command_can_answer_programs(parser, command):
    assert not parser.parse_args(command).json
    assert parser.parse_args([*command, "--json"]).json
    assert callable(parser.parse_args(command).run)


def test_a_replay_names_one_message_or_all_of_a_shelf(parser):
    assert parser.parse_args(["replay", "e1"]).id == "e1"
    assert parser.parse_args(["replay", "--all", "--parked"]).parked


@pytest.mark.parametrize("given", [["replay"], ["replay", "e1", "--all"]])
def test_a_replay_of_nothing_or_of_both_is_refused(parser, given, capsys):
    with pytest.raises(SystemExit):
        parser.parse_args(given)
    assert "usage" in capsys.readouterr().err


def test_a_table_is_aligned_for_people(capsys):
    show(
        [
            {"queue": "billing.events", "ready": 12, "unacked": None},
            {"queue": "billing.dead", "ready": 0, "unacked": 0},
        ],
        as_json=False,
    )

    assert capsys.readouterr().out.splitlines() == [
        "queue           ready  unacked",
        "billing.events  12     ?",
        "billing.dead    0      0",
    ]


def test_an_empty_table_says_so_and_an_empty_list_stays_a_list(capsys):
    show([], as_json=False)
    show([], as_json=True)

    assert capsys.readouterr().out == "nothing\n[]\n"


def test_programs_get_whole_numbers_of_nothing_rounded(capsys):
    show([{"oldest_seconds": 1.25}], as_json=True)
    shown = json.loads(capsys.readouterr().out)
    show([{"oldest_seconds": 1.25}], as_json=False)

    assert shown == [{"oldest_seconds": 1.25}]
    assert capsys.readouterr().out.split() == ["oldest_seconds", "1"]


def test_a_service_adds_its_own_commands_beside(parser):
    commands = argparse.ArgumentParser().add_subparsers()

    command = add_command(commands, "rebuild", "empty the views", lambda _args: None)

    assert command.parse_args(["--json"]).json
