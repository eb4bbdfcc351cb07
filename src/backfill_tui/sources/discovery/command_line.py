"""What a command line tells of a backfill: its range, its program, what it calls itself. Pure.

A word that is no date is never made into one: then the range is not known, and its words are kept to be said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

Dates = tuple[date, date]

_OPTION = re.compile(r"(-{0,2})([A-Za-z][\w.-]*?)(?:=(.*))?", re.DOTALL)
_IN_JSON = re.compile(r"""["']([A-Za-z][\w-]*)["']\s*:\s*["']([^"']*)["']""")
_ISO = re.compile(r"(\d{4})([-/]?)(\d{2})\2(\d{2})(?:[T ][\d:.]*(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)

START_OPTIONS = frozenset(("startdate", "fromdate", "begindate", "firstdate", "datefrom", "startday"))
END_OPTIONS = frozenset(("enddate", "todate", "untildate", "lastdate", "dateto", "endday"))
_SHORT_START, _SHORT_END = frozenset(("start", "begin", "from")), frozenset(("end", "until", "to"))
"""Words that other programs use, too: they count only if both have dates for their values."""

_TABLE_OPTIONS = ("table", "targettable", "outputtable", "destinationtable", "desttable", "bqtable")
_NAME_OPTIONS = ("job", "jobname", "name", "task", "taskname", "processor", "pipeline", "step", "model", "entity")
_FOLDER_OPTIONS = ("checkpointdir", "checkpointfolder", "checkpointsdir", "checkpointpath", "checkpoint")
_FILE_OPTIONS = ("checkpointfile", "checkpointpath", "checkpoint")
_TABLE = re.compile(r"(?:[\w-]+\.){1,2}[\w$-]+")

INTERPRETERS = re.compile(r"(?:ba|da|a|z|k|fi)?sh|(?:python|pypy)[\d.]*t?|perl|ruby|node|Rscript|java|php[\d.]*")
_SUFFIXES = frozenset(
    (".py", ".pyc", ".pyz", ".sh", ".bash", ".zsh", ".pl", ".rb", ".js", ".R", ".jar", ".php", ".exe")
)
_TAKE_A_VALUE = frozenset(("-W", "-X", "-r", "-cp", "-classpath", "--class-path", "-o"))


@dataclass(frozen=True, slots=True)
class Told:
    """What a command line tells.

    `dates` are its first and last date, None where one is no date: `doubt` is a sentence about that. `program` is
    the file or module that runs, as it was typed; `place` where in the command line that word stands.
    """

    program: str
    place: int
    dates: Dates | None = None
    doubt: str = ""
    name: str = ""
    table: str | None = None
    checkpoint: str | None = None
    checkpoint_folder: str | None = None
    is_module: bool = False
    called: str = ""  # by a user's own pattern

    @property
    def stem(self) -> str:
        """The program without folders and suffix; of a module its last part."""
        return self.program.rpartition(".")[2] if self.is_module else stem_of(self.program)


_OPEN_END = "Its command line has no last date: which dates it does, its log may tell."


def read_command(
    command: Sequence[str], starts: frozenset[str] = frozenset(), ends: frozenset[str] = frozenset()
) -> Told | None:
    """What a command line tells; None if it has no range of dates.

    `starts` and `ends` are a user's own options, beside the usual ones, as `spelled` gives them.
    """
    options = dict(options_of(command))
    first = _last_of(options, START_OPTIONS | starts)
    last = _last_of(options, END_OPTIONS | ends)
    if first is None and last is None:
        first, last = _last_of(options, _SHORT_START), _last_of(options, _SHORT_END)
        if first is None or last is None or day_of(first) is None or day_of(last) is None:
            return None
    if first is None or (last is None and day_of(first) is None):
        return None
    dates, doubt = range_of(first, last) if last is not None else (None, _OPEN_END)
    place, program = program_of(command)
    is_module = place > 0 and command[place - 1] == "-m"
    table = next((options[key] for key in _TABLE_OPTIONS if key in options), "")
    file = next((options[key] for key in _FILE_OPTIONS if options.get(key, "").endswith(".json")), None)
    return Told(
        program=program,
        place=place,
        dates=dates,
        doubt=doubt,
        name=next((options[key] for key in _NAME_OPTIONS if _is_name(options.get(key, ""))), ""),
        table=table if _TABLE.fullmatch(table) else None,
        checkpoint=file,
        checkpoint_folder=next((options[key] for key in _FOLDER_OPTIONS if options.get(key)), None),
        is_module=is_module,
    )


def spelled(option: str) -> str:
    """An option as it is compared: `--start-date`, `--start_date` and `startDate` are one."""
    return re.sub(r"[-_.]", "", option).lower()


def options_of(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options with their values: `--start-date X`, `--start-date=X`, `start_date=X`, `start_date X`, in JSON."""
    words = command[1:]
    for i, word in enumerate(words):
        following = words[i + 1] if i + 1 < len(words) else None
        if word.startswith("{"):
            yield from ((spelled(name), value) for name, value in _IN_JSON.findall(word))
        elif (found := _OPTION.fullmatch(word)) is not None:
            dashes, name, value = found.groups()
            if value is not None:
                yield spelled(name), value.strip("'\"")
            elif following is not None and (dashes or _is_named_value(name, following)):
                yield spelled(name), following.strip("'\"")


def day_of(text: str) -> date | None:
    """The date of a value: 2021-10-19, 20211019, 2021/10/19, with or without a time; None if it is none."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None


def range_of(first: str, last: str) -> tuple[Dates | None, str]:
    """The dates of two values; else None, and a sentence that says why."""
    start, end = day_of(first), day_of(last)
    for text, day in ((first, start), (last, end)):
        if day is None:
            return (
                None,
                f"Its command line has '{_shortened(text)}' for a date: which dates it does, its log may tell.",
            )
    if start is None or end is None:
        return None, ""
    if end < start:
        return None, f"Its command line ends ({end}) before it starts ({start}): its log may tell its dates."
    return (start, end), ""


def program_of(command: Sequence[str]) -> tuple[int, str]:
    """Which word names the program that runs, and its text: of an interpreter, the script or module."""
    if not command:
        return 0, ""
    if not INTERPRETERS.fullmatch(PurePath(command[0]).name.removeprefix("-")):
        return 0, command[0]
    place = 1
    while place < len(command):
        word = command[place]
        if word in ("-m", "-jar") and place + 1 < len(command):
            return place + 1, command[place + 1]
        if word == "-c":
            break
        if not word.startswith("-"):
            return place, word
        place += 2 if word in _TAKE_A_VALUE else 1
    return 0, command[0]


def stem_of(program: str) -> str:
    """A program's file without folders and suffix."""
    path = PurePath(program)
    return path.stem if path.suffix in _SUFFIXES else path.name


def _last_of(options: dict[str, str], names: frozenset[str]) -> str | None:
    return next((value for name, value in reversed(options.items()) if name in names), None)


def _is_named_value(name: str, following: str) -> bool:
    """Whether two plain words are a name and its value: `-p start_date 2021-10-19`."""
    return spelled(name) in START_OPTIONS | END_OPTIONS and day_of(following) is not None


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][\w.-]{1,60}", text) is not None and day_of(text) is None


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
