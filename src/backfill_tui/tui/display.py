"""What the terminal can show, told by the environment: glyphs or ASCII, our colours or the terminal's own."""

from collections.abc import Mapping
from dataclasses import dataclass

# Terminals whose sixteen colours are all there is; the user's own palette serves them best.
_SIXTEEN = ("linux", "vt100", "vt220", "ansi", "screen", "xterm-16color", "dumb")


@dataclass(frozen=True, slots=True)
class Display:
    """`ascii` is without glyphs; `native` uses the terminal's own palette, or with `NO_COLOR` no colour at all."""

    ascii: bool = False
    native: bool = False


def display(environ: Mapping[str, str], encoding: str | None) -> Display:
    """Decide from the environment and the encoding of the terminal's stream."""
    forced = environ.get("BACKFILL_TUI_ASCII", "")
    if forced:
        ascii_only = forced not in {"0", "no", "false"}
    else:
        ascii_only = (encoding or "").lower().replace("-", "").replace("_", "") not in {"utf8", "utf8sig"}
    sixteen = environ.get("TERM", "") in _SIXTEEN and "COLORTERM" not in environ
    return Display(ascii=ascii_only, native=sixteen or "NO_COLOR" in environ)
