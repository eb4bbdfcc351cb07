"""A user's own words on what a backfill looks like: `discovery.yaml` in our folder of their configuration.

What is wrong in it is a sentence with its place. Patterns are matched by RE2, in time linear in the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backfill_tui.errors import BackfillError
from backfill_tui.plan.own_yaml import own_yaml
from backfill_tui.plan.patterns import LinearPattern, linear_pattern
from backfill_tui.sources.discovery.command_line import spelled

FILE = "discovery.yaml"
_KEYS = frozenset(("start_options", "end_options", "checkpoints", "jobs", "ignore", "only"))
_JOB_KEYS = frozenset(("match", "name", "writes", "log", "checkpoint"))


class DiscoveryError(BackfillError):
    """The file can't be used."""

    exit_code = 78


@dataclass(frozen=True, slots=True)
class JobPattern:
    """A user's pattern of a command line. Its groups `start`, `end`, `name` and `table` tell what they are called.

    `log` and `checkpoint` are paths or globs in which `{start} {end} {name}` stand for what was found.
    """

    match: LinearPattern
    name: str = ""
    writes: str | None = None
    log: str | None = None
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it. `starts` and `ends` are options as `spelled` gives them; `checkpoints` are folders to look in.

    A command line that one of `ignore` fits is passed over; so is one that none of `only` fits, if there are any.
    """

    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    checkpoints: tuple[Path, ...] = ()
    jobs: tuple[JobPattern, ...] = ()
    ignore: tuple[LinearPattern, ...] = ()
    only: tuple[LinearPattern, ...] = ()

    def passes_over(self, line: str) -> bool:
        """Whether the user does not want to see a command line."""
        if any(pattern.search(line) for pattern in self.ignore):
            return True
        return bool(self.only) and not any(pattern.search(line) for pattern in self.only)


NO_SETTINGS = Settings()


def settings_file(environ: Mapping[str, str]) -> Path:
    """Where the file is looked for."""
    config = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".config")
    return config / "backfill-tui" / FILE


def own_settings(environ: Mapping[str, str]) -> Settings:
    """The user's settings, or none. DiscoveryError if the file is there and can't be used."""
    path = settings_file(environ)
    return read_settings(path) if path.is_file() else NO_SETTINGS


def read_settings(path: Path) -> Settings:
    """The settings of a file; DiscoveryError says what is wrong in it and where."""
    content = own_yaml(path, DiscoveryError)
    if content is None:
        return NO_SETTINGS
    body = _mapping(content, _KEYS, str(path))
    return Settings(
        starts=frozenset(map(spelled, _texts(body, "start_options", path))),
        ends=frozenset(map(spelled, _texts(body, "end_options", path))),
        checkpoints=tuple(Path(text).expanduser() for text in _texts(body, "checkpoints", path)),
        jobs=tuple(_job(job, f"{path}: jobs[{i}]") for i, job in enumerate(_list(body, "jobs"))),
        ignore=tuple(_pattern(text, f"{path}: ignore") for text in _texts(body, "ignore", path)),
        only=tuple(_pattern(text, f"{path}: only") for text in _texts(body, "only", path)),
    )


def _job(body: Any, where: str) -> JobPattern:
    found = _mapping(body, _JOB_KEYS, where)
    for key, value in found.items():
        if not isinstance(value, str) or not value.strip():
            raise DiscoveryError(f"{key} must be a text.", where=where)
    if "match" not in found:
        raise DiscoveryError("has no `match`: a regular expression on the command line.", where=where)
    return JobPattern(
        match=_pattern(found["match"], f"{where}.match"),
        name=found.get("name", ""),
        writes=found.get("writes"),
        log=found.get("log"),
        checkpoint=found.get("checkpoint"),
    )


def _pattern(text: str, where: str) -> LinearPattern:
    try:
        return linear_pattern(text)
    except ValueError as error:
        raise DiscoveryError(
            f"'{text}' is no regular expression that can be used: {error}.", where=where
        ) from error


def _mapping(body: Any, keys: frozenset[str], where: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise DiscoveryError(f"must have keys; known are {', '.join(sorted(keys))}.", where=where)
    if unknown := set(body) - keys:
        known = ", ".join(sorted(keys))
        raise DiscoveryError(f"unknown key {min(map(str, unknown))!r}; known are {known}.", where=where)
    return body


def _list(body: Mapping[str, Any], key: str) -> list[Any]:
    value = body.get(key)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(body: Mapping[str, Any], key: str, path: Path) -> list[str]:
    values = _list(body, key)
    for value in values:
        if not isinstance(value, str):
            raise DiscoveryError(f"{key} must be a text, or a list of texts, not {value!r}.", where=path)
    return values
