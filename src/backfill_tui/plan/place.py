"""Where and when a plan is read: what turns its relative words into absolute ones."""

import glob
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.placeholders import NAMES, Filled, fill
from backfill_tui.plan.problems import nearest
from backfill_tui.plan.timezones import nearest_zone, zone
from backfill_tui.plan.yaml_tree import KeyPath


@dataclass(frozen=True, slots=True)
class Place:
    """The plan's folder and time zone, today in it, and what its placeholders stand for in every phase."""

    draft: Draft
    folder: Path
    tz: ZoneInfo
    today: date
    state_dir: Path
    python: str

    def moment(self, at: datetime | None) -> datetime | None:
        """The time meant, in the plan's time zone; a naive one is the plan's own."""
        if at is None:
            return None
        return at.replace(tzinfo=self.tz) if at.tzinfo is None else at.astimezone(self.tz)

    def path(self, text: str) -> Path:
        """An absolute path: relative ones start at the plan's folder, `~` is the home folder."""
        return self.folder / _at_home(text)

    def named(self, text: str) -> str:
        """What sentences call a file that the plan names: as it is found from where the plan was named."""
        return os.path.normpath(Path(self.draft.name).parent / _at_home(text))

    def pattern(self, text: str, values: Mapping[str, str]) -> Filled:
        """An absolute path or glob. In a glob, what we put in front of it and into it is taken literally."""
        if not glob.has_magic(text):
            filled = fill(text, values)
            return Filled(str(self.path(filled.text)), filled.unresolved)
        filled = fill(text, {name: glob.escape(value) for name, value in values.items()})
        return Filled(str(Path(glob.escape(str(self.folder))) / _at_home(filled.text)), filled.unresolved)

    @property
    def values(self) -> dict[str, str]:
        """The placeholders that hold everywhere in the plan."""
        return {"plan_dir": str(self.folder), "state_dir": str(self.state_dir), "python": self.python}

    def checked(self, path: KeyPath, filled: Filled, *, excused: Iterable[str] = ()) -> str:
        """The text, after telling the draft of the placeholders in it that have no value here."""
        for name in dict.fromkeys(filled.unresolved):
            if name not in excused:
                self._refuse(path, name)
        return filled.text

    def words(
        self,
        path: KeyPath,
        argv: Iterable[str],
        values: Mapping[str, str],
        *,
        excused: Iterable[str] = (),
        keep: tuple[str, ...] = (),
    ) -> tuple[str, ...]:
        """A command with its placeholders filled; `keep` as in `placeholders.fill`."""
        return tuple(
            self.checked((*path, index), fill(word, values, keep=keep), excused=excused)
            for index, word in enumerate(argv)
        )

    def _refuse(self, path: KeyPath, name: str) -> None:
        if name in ("start", "end"):
            message = f"{{{name}}} has no value: the phase has no `dates`"
        elif name == "dates":
            message = "{dates} has a value in `retry` only, or where a file lists the dates"
        elif name in NAMES:
            message = f"{{{name}}} has no value here"
        else:
            near = nearest(name, NAMES) if re.fullmatch(r"\w+", name) else None
            self.draft.refuse(path, f"{{{name}}} is no placeholder; write {{{{ for a brace", near=near)
            return
        self.draft.refuse(path, message)


def _at_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # `~nobody`: no such user, so no such folder; taken as typed
        return Path(text)


def zone_named(draft: Draft, path: KeyPath, name: str | None, default: ZoneInfo) -> ZoneInfo:
    """The time zone that a key names; `default` where it names none, or (told to the draft) one that is unknown."""
    found = zone(name) if name is not None else default
    if found is None:
        near = nearest_zone(name or "")
        example = "" if near else "; write one such as America/Los_Angeles"
        draft.refuse(path, f"there is no time zone '{name}'{example}", near=near)
    return found or default
