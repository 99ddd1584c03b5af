"""Every request the installed SDK can make, read from the source of its services.

The SDK is generated from Stripe's own description of the API, so its source is the nearest
thing to that description that is installed here. We read it, we do not run it.
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import stripe

SDK_FOLDER = Path(stripe.__file__).parent
_CAMEL_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


class Operation(NamedTuple):
    """One request: where its parameters are described, or None when it takes none."""

    params_module: str | None
    params_type: str | None


class _ServiceReader(ast.NodeVisitor):
    """Collect `self._request("post", "/v1/...")` calls and the params type of their method."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.found: dict[tuple[str, str], Operation] = {}
        self._operation = Operation(None, None)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Remember which params type the method takes, then look inside."""
        self._operation = self._described_by(node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Take verb and path from the arguments of a `_request` call."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "_request":
            verb, path = (self._first_text(argument) for argument in node.args[:2])
            self.found[verb, path] = self._operation
        self.generic_visit(node)

    def _described_by(self, node: ast.FunctionDef) -> Operation:
        for argument in node.args.args:
            if argument.arg == "params" and argument.annotation is not None:
                named = re.search(r"\w+Params", ast.unparse(argument.annotation))
                if named:
                    module = _CAMEL_HUMP.sub("_", named[0]).lower()
                    return Operation(f"{self.package}._{module}", named[0])
        return Operation(None, None)

    @staticmethod
    def _first_text(node: ast.AST) -> str:
        """Give the literal of `"x"`, and the template of `"x/{id}".format(...)`."""
        texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
        return next(text for text in texts if isinstance(text, str))


@cache
def operations() -> dict[tuple[str, str], Operation]:
    """(lower-case verb, path template) -> where its parameters are described."""
    found: dict[tuple[str, str], Operation] = {}
    for file in sorted(SDK_FOLDER.glob("**/_*_service.py")):
        folders = file.relative_to(SDK_FOLDER).parent.parts
        reader = _ServiceReader(".".join(("stripe.params", *folders)))
        reader.visit(ast.parse(file.read_text(encoding="utf-8")))
        found |= reader.found
    return found


@cache
def operation_for(verb: str, path: str) -> tuple[str, str] | None:
    """Find the operation that serves a concrete path; literal parts win over parameters."""
    fitting = [
        known
        for known in operations()
        if known[0] == verb.lower() and re.fullmatch(_as_pattern(known[1]), path)
    ]
    return min(fitting, key=lambda known: known[1].count("{"), default=None)


@cache
def _as_pattern(template: str) -> str:
    return re.sub(r"\{\w+\}", "[^/]+", template)
