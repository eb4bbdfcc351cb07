"""The themes, read from `styles/themes.toml`: colours are data, not code."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from textual.theme import Theme

from backfill_tui.errors import UsageError

DEFAULT = "night"
NATIVE = "terminal"  # the terminal's own sixteen colours


def wished(environ: Mapping[str, str]) -> str | None:
    """The theme that BACKFILL_TUI_THEME names, None where it names none. Raises UsageError if there is no such."""
    name = environ.get("BACKFILL_TUI_THEME", "")
    known = [theme.name for theme in themes()]
    if name and name not in known:
        raise UsageError(
            f"there is no theme '{name}' (BACKFILL_TUI_THEME).", todo=f"There are: {', '.join(known)}."
        )
    return name or None


def themes() -> list[Theme]:
    """Every theme of the file, in its order."""
    text = (files("backfill_tui.tui") / "styles" / "themes.toml").read_text(encoding="utf-8")
    return [Theme(name=name, **settings) for name, settings in tomllib.loads(text).items()]
