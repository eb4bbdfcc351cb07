"""A user's own words: what jobs look like (`discovery.yaml`) and how logs are read (`dialects.yaml`)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from backfill_tui.engine.diagnosis.finding import Finding, Level
from backfill_tui.errors import DialectError
from backfill_tui.sources.dialects.load import own_dialects
from backfill_tui.sources.discovery.settings import DiscoveryError, own_settings, settings_file

AREA = "settings"


def settings_findings(environ: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    """Whether what is there can be used; nothing where there is none. In `folder` dialects may lie, too."""
    try:
        own_settings(environ)
    except DiscoveryError as error:
        mend = "Mend it (docs/discovery.md) or move it away: no job is looked for until then."
        yield Finding(AREA, Level.BAD, str(error), mend)
    else:
        if (file := settings_file(environ)).is_file():
            yield Finding(AREA, Level.OK, f"{file} can be used.")
    try:
        dialects = own_dialects(folder, environ)
    except DialectError as error:
        yield Finding(
            AREA, Level.BAD, str(error), "Mend it (docs/dialects.md) or move it away: no log is read until then."
        )
    else:
        if dialects:
            count = "1 dialect" if len(dialects) == 1 else f"{len(dialects)} dialects"
            yield Finding(AREA, Level.OK, f"{count} of your own can be used.")
