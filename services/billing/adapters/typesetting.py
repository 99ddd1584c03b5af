"""Sets one paper: its words as JSON come on stdin, the PDF leaves on stdout.

It runs as a process of its own: typst keeps what it has read, and the service should stay small.
"""

import json
import sys
from pathlib import Path
from typing import Any

import typst

PAPERS = Path(__file__).parent / "papers"
FONTS = Path(__file__).parent / "fonts"


def typeset(paper: str, words: dict[str, Any]) -> bytes:
    """The PDF of a paper with these words. Blocking."""
    pdf = typst.compile(
        str(PAPERS / paper),
        root=str(PAPERS),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(words)},
    )
    if not isinstance(pdf, bytes):
        raise TypeError(paper)
    return pdf


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.argv[1], json.load(sys.stdin)))
