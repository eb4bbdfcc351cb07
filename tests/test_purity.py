"""A module that calls itself pure in its docstring is: it imports nothing that acts, and asks no clock or file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import backfill_tui

SOURCE = Path(backfill_tui.__file__).parent
SAYS_SO = re.compile(r"\bPure\b|\(pure\)")
EFFECTS = (
    *("os", "io", "sys", "shutil", "tempfile", "fcntl", "logging", "time", "random", "secrets"),
    *("signal", "select", "subprocess", "multiprocessing", "threading", "asyncio", "concurrent", "queue", "psutil"),
    *("socket", "urllib.request", "http", "sqlite3", "duckdb", "google", "apprise", "textual", "rich"),
)
ASKED_BY_NAME = frozenset({"open", "print", "input", "glob", "iglob"})
ASKED_OF_FILES = frozenset(
    (
        *("open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "touch"),
        *("exists", "is_file", "is_dir", "stat", "lstat", "samefile", "resolve", "cwd", "home", "expanduser"),
        *("iterdir", "glob", "iglob", "rglob"),
    )
)
ASKED_OF_CLOCKS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})


def effects(tree: ast.Module) -> Iterator[str]:
    """What a module does that is not pure. A path is a value as long as nobody asks the disk about it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"imports {one.name}" for one in node.names if _acts(one.name))
        elif isinstance(node, ast.ImportFrom):
            parts = [f"{node.module}.{one.name}" for one in node.names]
            yield from (f"imports {part}" for part in parts if _acts(part))
        elif isinstance(node, ast.Call) and _asks(called := ast.unparse(node.func)):
            yield f"calls {called}()"


def _acts(module: str) -> bool:
    return any(f"{module}.".startswith(f"{effect}.") for effect in EFFECTS)


def _asks(called: str) -> bool:
    """Whether it asks a file, a folder, a terminal or a clock."""
    owner, _, name = called.rpartition(".")
    return called in ASKED_OF_CLOCKS or name in (ASKED_OF_FILES if owner else ASKED_BY_NAME)


def named_pure() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if SAYS_SO.search(_docstring(path))]


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


@pytest.mark.parametrize("path", named_pure(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_that_calls_itself_pure_is(path: Path) -> None:
    assert list(effects(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import threading", ["imports threading"]),
        ("def f():\n    from google.cloud import bigquery", ["imports google.cloud.bigquery"]),
        ("from datetime import datetime\nat = datetime.now()", ["calls datetime.now()"]),
        ("from pathlib import Path\ntext = Path('a').read_text()", ["calls Path('a').read_text()"]),
        ("from glob import iglob\nfound = iglob('a*')", ["calls iglob()"]),
        ("from urllib.parse import quote", []),
        ("from pathlib import Path\nname = Path('a').name", []),
        ("def f(snapshot):\n    return snapshot.now", []),
    ],
)
def test_what_is_an_effect(source: str, told: list[str]) -> None:
    assert list(effects(ast.parse(source))) == told


def test_rules_states_and_progress_are_among_the_pure_ones() -> None:
    named = {str(path.relative_to(SOURCE)) for path in named_pure()}
    assert {"control/states.py", "control/rules/__init__.py", "control/timeline.py", "engine/night.py"} <= named
