"""The demo company on a stack of local processes, and what to try with it.

`python -m deploy.local.demo --state DIRECTORY`, run by `make up` when everything answers.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from deploy.demo import account, company
from deploy.demo.load import Loaded, load
from deploy.local.programs import ROOT
from deploy.local.report import step
from deploy.local.stack import LocalStack

REMEMBERED = "demo.json"


def main() -> None:
    """Load once, then only say where it is."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--state", type=Path, required=True)
    directory: Path = arguments.parse_args().state
    stack = LocalStack(directory)
    remembered = directory / REMEMBERED
    if not remembered.exists():
        loaded = load(
            stack.addresses.public, lambda options, word: _create(stack, options, word), step
        )
        remembered.write_text(json.dumps(asdict(loaded)))
    sys.stdout.write(where(stack.addresses.public, Loaded(**json.loads(remembered.read_text()))))


def _create(stack: LocalStack, options: list[str], password: str) -> None:
    spec = stack.process("scheduling").spec()
    subprocess.run(
        [sys.executable, "-m", "services.scheduling.main", "create-company", *options],
        env=dict(spec.environment),
        cwd=ROOT,
        input=f"{password}\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def where(public: str, loaded: Loaded) -> str:
    """The addresses, the sign-in, and what to try first."""
    return f"""
  Doorstep is up.

  Staff console     {public}/
                    {company.OWNER_EMAIL}  /  {company.OWNER_PASSWORD}
  A client's link   {loaded.client_links["alder-creek"]}
                    Ellen Park: {company.BOOKINGS[0].street}, due. Open it in a private window.
  A paid client     {loaded.client_links["juniper"]}
                    Aisha Khan: paid, the report is open
  A payer's link    {loaded.payer_link}
                    Marcus Lee, the agent: pays the radon test at {company.BOOKINGS[1].street}
  An account        {public}/account/sign-in
                    {account.SIGN_IN_EMAIL}, of {account.ACCOUNT}: the link is in the inbox
  The inbox         {public}/sandbox/inbox
                    every mail that Doorstep sent; no real mail leaves this machine

  Try this: open the staff console and the client's link side by side, sign the agreement, pay
  with the card that is filled in, and watch the Payments box and the alerts change by themselves.
  `make down` stops everything and keeps the data.

"""


if __name__ == "__main__":
    main()
