"""What `up`, `down` and `status` do, on processes or, through deploy.compose, in containers."""

import subprocess
import sys

from deploy import compose
from deploy.local import backend, supervisor
from deploy.local.programs import ROOT
from deploy.local.report import CannotContinueError, step
from deploy.local.stack import LocalStack


def up(stack: LocalStack) -> None:
    """Start everything, load the demo company, say where it is. Changes nothing when it is up."""
    choice = backend.chosen(stack.directory)
    step(f"running on {choice} (DOORSTEP_BACKEND decides otherwise)")
    backend.remember(stack.directory, choice)
    if choice == "containers":
        compose.up()
    else:
        _start_processes(stack)


def _start_processes(stack: LocalStack) -> None:
    absent = [name for name in stack.parts if name not in stack.running()]
    if absent:
        step(f"starting {', '.join(absent)}")
        stack.start_all(progress=step)
    watcher = stack.process(supervisor.NAME)
    watcher.start(supervisor.spec(stack.directory, list(stack.parts)))
    # The demo speaks to the product as anybody would, over HTTP, in a process of its own.
    demo = subprocess.run(
        [sys.executable, "-m", "deploy.local.demo", "--state", stack.directory],
        cwd=ROOT,
        check=False,
    )
    if demo.returncode != 0:
        raise CannotContinueError(
            "Everything runs, but the demo company could not be loaded (see above); the services'"
            f" logs are in {stack.directory}/logs. `make down` stops everything."
        )


def down(stack: LocalStack) -> None:
    """Stop exactly what `up` started; data and secrets stay."""
    if backend.last(stack.directory) == "containers":
        compose.down()
        return
    stack.process(supervisor.NAME).stop()
    running = stack.running()
    if not running:
        step("nothing was running")
        return
    step(f"stopping {', '.join(running)}")
    stack.stop_all()
    step(f"stopped; the data stays in {stack.directory}")


def status(stack: LocalStack) -> None:
    """One line per process."""
    if backend.last(stack.directory) == "containers":
        compose.status()
        return
    running = stack.running()
    for name in (*stack.parts, supervisor.NAME):
        pid = running.get(name) or stack.process(name).pid
        port = stack.ports.as_dict().get(name)
        state = f"running  pid {pid}" if pid else "stopped"
        print(f"{name:14} {state:22} {f'port {port}' if port else ''}".rstrip())
