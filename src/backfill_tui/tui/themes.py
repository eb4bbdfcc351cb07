"""The themes, read from `styles/themes.toml`: colours are data, not code."""

import tomllib
from importlib.resources import files

from textual.theme import Theme

DEFAULT = "night"
NATIVE = "terminal"  # the terminal's own sixteen colours


def themes() -> list[Theme]:
    """Every theme of the file, in its order."""
    text = (files("backfill_tui.tui") / "styles" / "themes.toml").read_text(encoding="utf-8")
    return [Theme(name=name, **settings) for name, settings in tomllib.loads(text).items()]
