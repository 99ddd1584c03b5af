"""Recreate the vendored scripts, font, icon sprite and accessibility checker from npm packages.

Run `python tools/vendor_assets.py` after changing a version below or adding a name to `ICONS`, and
commit what it writes. Each package is fetched by the ordinary npm client and refused unless its
sha512 is the one written here.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "shared" / "ui" / "static"
VENDOR = STATIC / "vendor"
TEST_VENDOR = ROOT / "tests" / "e2e" / "vendor"


@dataclass(frozen=True)
class Package:
    """An npm package at one version, with the hash the registry published for it."""

    name: str
    version: str
    sha512: str


HTMX = Package(
    "htmx.org",
    "4.0.1",
    "oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg==",
)
LUCIDE = Package(
    "lucide-static",
    "1.62.0",
    "WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA==",
)
FIGTREE = Package(
    "@fontsource-variable/figtree",
    "5.3.0",
    "VRVodD7OiG7apQwE8/2fMjaqpY/a0qRJqL5HtYj8CKIVps+9amaFcdfKmDIf7iqYQx6iPLlArVXAfKeIZmVcNQ==",
)
AXE = Package(
    "axe-core",
    "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)

ICONS = """
archive arrow-left arrow-right ban banknote bell bell-off building-2 calendar-clock
calendar-days calendar-plus chart-no-axes-column check chevron-down chevron-left chevron-right
circle circle-alert circle-check circle-dashed circle-question-mark circle-x clipboard-check
clipboard-list clock copy credit-card download ellipsis external-link eye eye-off file-check
file-lock file-text globe hourglass house info key-round landmark link list-filter loader-circle
lock lock-open log-in log-out mail mail-check mail-warning mail-x map-pin menu message-square
pause pen-line phone piggy-bank play plus printer receipt-text refresh-cw rotate-ccw search send
settings share-2 shield-check signature split trash-2 triangle-alert undo-2 upload user
user-plus users wallet wifi-off x zap
""".split()  # noqa: SIM905 - a list of words reads best as words


def unpack(package: Package, folder: Path) -> Path:
    """Fetch `package`, check its hash, and return the folder that holds its files."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch the packages")
    spec = f"{package.name}@{package.version}"
    done = subprocess.run(  # noqa: S603 - the arguments are the constants above
        [npm, "pack", spec, "--silent", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    archive = folder / done.stdout.split()[-1]
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.sha512:
        sys.exit(f"{spec}: expected sha512 {package.sha512}, got {found}")
    target = folder / package.name.replace("/", "_")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def symbol(name: str, svg: str) -> str:
    """Turn one lucide file into a `<symbol>` that our own CSS draws."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    shapes = " ".join(body.split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def write_scripts(htmx: Path) -> None:
    """Join htmx and its SSE part: as two deferred files the part may miss htmx's start."""
    parts = [(htmx / "dist" / part).read_text() for part in ("htmx.min.js", "ext/hx-sse.min.js")]
    joined = ";\n".join(
        re.sub(r"//# sourceMappingURL=\S+", "", part).strip().rstrip(";") for part in parts
    )
    (VENDOR / f"htmx-sse-{HTMX.version}.js").write_text(joined + ";\n")
    shutil.copyfile(htmx / "LICENSE", VENDOR / "htmx.LICENSE")


def write_sprite(lucide: Path) -> None:
    """Build the sprite from the icons named above, in their order."""
    symbols = [symbol(name, (lucide / "icons" / f"{name}.svg").read_text()) for name in ICONS]
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (STATIC / "icons.svg").write_text(sprite)
    shutil.copyfile(lucide / "LICENSE", VENDOR / "lucide.LICENSE")


def write_font(figtree: Path) -> None:
    """Copy the Latin variable weight file."""
    source = figtree / "files" / "figtree-latin-wght-normal.woff2"
    shutil.copyfile(source, VENDOR / f"figtree-{FIGTREE.version}.woff2")
    shutil.copyfile(figtree / "LICENSE", VENDOR / "figtree.LICENSE")


def write_axe(axe: Path) -> None:
    """Copy the accessibility checker the browser tests run; it is never served."""
    TEST_VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(axe / "axe.min.js", TEST_VENDOR / "axe.min.js")
    shutil.copyfile(axe / "LICENSE", TEST_VENDOR / "axe.LICENSE")


def main() -> None:
    """Write every vendored file."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_scripts(unpack(HTMX, folder))
        write_sprite(unpack(LUCIDE, folder))
        write_font(unpack(FIGTREE, folder))
        write_axe(unpack(AXE, folder))
    for path in sorted([*VENDOR.iterdir(), STATIC / "icons.svg", *TEST_VENDOR.iterdir()]):
        print(f"{path.stat().st_size:>8}  {path.relative_to(ROOT)}")  # noqa: T201 - a command line's answer


if __name__ == "__main__":
    main()
