"""The sentences written under the fields of contracts, which Python itself does not keep."""

import ast
import inspect
import textwrap
from functools import cache

from pydantic import BaseModel


def field_notes(model: type[BaseModel]) -> dict[str, str]:
    """Field -> its sentence, those of base classes included."""
    notes: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if part.__module__.startswith("shared.contracts"):
            notes |= _own_notes(part)
    return notes


def promise(model: type[BaseModel]) -> str:
    """What the class says of itself, on one line."""
    return " ".join((inspect.getdoc(model) or "").split())


@cache
def _own_notes(part: type) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(part))).body[0]
    notes: dict[str, str] = {}
    field = ""
    for line in body.body if isinstance(body, ast.ClassDef) else ():
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            field = line.target.id
            continue
        if field and isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            notes[field] = " ".join(str(line.value.value).split())
        field = ""
    return notes
