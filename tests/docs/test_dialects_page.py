"""docs/dialects.md is a session: each of its commands, run again, prints what stands below it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backfill_tui.cli import run

PAGE = Path(__file__).parents[2] / "docs" / "dialects.md"


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of the page with the lines below it, in their order."""
    for block in re.findall(r"^```\n(\$ .*?)^```$", text, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def test_what_is_pasted_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    dialects = tmp_path / "dialects.yaml"
    text = PAGE.read_text(encoding="utf-8")
    mended = re.search(r"With `summary: \['(.*)'\]`", text)
    assert mended
    replayed = 0
    for command, output in commands(text):
        words = command.split()
        if words[0] == "cat":
            Path(words[1]).parent.mkdir(exist_ok=True)
            Path(words[1]).write_text(output, encoding="utf-8")
        elif words[0] == "sed":  # a part of the file that was not shown before
            dialects.write_text(dialects.read_text() + output)
        else:
            if command == "backfill-tui inspect logs/orders.log":
                written = dialects.read_text()
                dialects.write_text(re.sub(r"(?<=summary:      \[').*(?='\])", lambda _: mended[1], written))
            run(words[1:])
            assert capsys.readouterr().out == output, command
            replayed += 1
    assert replayed == 6
