"""The command line as a script uses it: files in, JSON out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from backfill_tui.cli import run
from tests.logs import LogWriter


class Outside:
    """Writes files and asks `inspect --json` about them. Naive times are UTC unless told otherwise."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._output = output

    def put(self, name: str, content: object) -> Path:
        """A file of bytes, of a log, or of JSON."""
        path = self._folder / name
        if isinstance(content, LogWriter):
            content = content.body
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def inspect(self, *paths: Path, words: tuple[str, ...] = ()) -> tuple[int, list[dict[str, Any]]]:
        zone = () if "--timezone" in words else ("--timezone", "UTC")
        code = run(["inspect", "--json", *zone, *words, *map(str, paths)])
        return code, json.loads(self._output.readouterr().out)["files"]

    def account(self, content: object, *words: str) -> dict[str, Any]:
        """The account of one file's content."""
        return self.inspect(self.put("job.log", content), words=words)[1][0]


def differences(expected: Mapping[str, Any], got: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What of `expected` is otherwise in `got`, as (got, expected). Lists of mappings are compared key by key."""
    wrong: dict[str, tuple[Any, Any]] = {}
    for key, value in expected.items():
        found = got.get(key, "absent")
        if isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(found, list):
            subset = [{k: one.get(k, "absent") for k in two} for one, two in zip(found, value, strict=False)]
            same = subset == value and len(found) == len(value)
        else:
            same = found == value
        if not same:
            wrong[key] = (found, value)
    return wrong
