"""Where the files that come with the package lie, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """The path of a file of `config/`: inside the package in a wheel, beside `src/` in a checkout."""
    inside = _PACKAGE / "config" / name
    return inside if inside.exists() else _PACKAGE.parents[1] / "config" / name
