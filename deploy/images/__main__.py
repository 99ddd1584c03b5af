"""`python -m deploy.images`: build the stand-ins and print the variables that select them.

Leaves doorstep-base/{debian,python,nginx,rabbitmq,mongo} in the engine; what exists is kept.
"""

import argparse
import sys

from deploy.images.stand_ins import build, variables
from deploy.local.report import CannotContinueError


def main() -> int:
    """Build, then print the variables as NAME=value lines."""
    parser = argparse.ArgumentParser(prog="python -m deploy.images")
    parser.add_argument("--anew", action="store_true", help="build even what exists")
    try:
        build(anew=parser.parse_args().anew)
    except CannotContinueError as reason:
        print(reason, file=sys.stderr)
        return 1
    for variable, image in variables().items():
        print(f"{variable}={image}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
