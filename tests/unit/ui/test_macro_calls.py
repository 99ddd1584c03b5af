"""Every template of the repository calls macros that exist, with parameters that they have."""

from pathlib import Path

import pytest
from jinja2 import nodes

from shared.ui.templates import TEMPLATES, environment

ROOT = Path(__file__).parents[3]
FOLDERS = [TEMPLATES, *sorted(ROOT.glob("services/*/entrypoints/templates"))]
PAGES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.html"))]
ENV = environment()
LIBRARIES = ("ui/macros.html", "ui/sidebar.html", "mail_macros.html")


def macros_of(library):
    tree = ENV.parse((TEMPLATES / library).read_text())
    return {
        macro.name: [argument.name for argument in macro.args]
        for macro in tree.find_all(nodes.Macro)
    }


SIGNATURES = {library: macros_of(library) for library in LIBRARIES}


def libraries_in(tree):
    """Under which names a page knows the libraries; `ui` comes from the frames pages extend."""
    known = {"ui": SIGNATURES["ui/macros.html"]}
    for imported in tree.find_all(nodes.Import):
        name = getattr(imported.template, "value", None)
        if name in SIGNATURES:
            known[imported.target] = SIGNATURES[name]
    return known


def macro_calls(tree):
    known = libraries_in(tree)
    for call in tree.find_all(nodes.Call):
        target = call.node
        if isinstance(target, nodes.Getattr) and isinstance(target.node, nodes.Name):
            library = known.get(target.node.name)
            if library is not None:
                yield call, target.attr, library.get(target.attr)


def mistakes(tree):
    for call, name, parameters in macro_calls(tree):
        where = f"line {call.lineno}: {name}"
        if parameters is None:
            yield f"{where} does not exist"
            continue
        if len(call.args) > len(parameters):
            yield f"{where} takes {len(parameters)} parameters"
        unknown = {keyword.key for keyword in call.kwargs} - set(parameters)
        yield from (f"{where} has no {key}" for key in sorted(unknown))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_calls_macros_as_they_are(page):
    assert list(mistakes(ENV.parse(page.read_text()))) == []
