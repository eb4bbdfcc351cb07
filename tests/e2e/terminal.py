"""A program in a real pseudo-terminal, and what a person would see of it."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

# a size that the tests' own terminal left behind would be taken for the window's
_SURROUNDINGS = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
PROGRAM = [sys.executable, "-m", "backfill_tui"]


class Terminal:
    """The screen as text, kept up to date while something is waited for."""

    def __init__(self, words: list[str], *, columns: int, rows: int, cwd: Path, env: dict[str, str]) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], *words],
            dimensions=(rows, columns),
            cwd=str(cwd),
            env={**_SURROUNDINGS, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", **env},
            timeout=20,
        )

    @property
    def pid(self) -> int:
        """The program's."""
        assert self.child.pid is not None
        return self.child.pid

    @property
    def text(self) -> str:
        """What is on the screen, a line a row."""
        return "\n".join(self._screen.display)

    @property
    def rows(self) -> list[str]:
        """The screen's rows."""
        return list(self._screen.display)

    def press(self, *keys: str) -> None:
        """Type keys, one after the other."""
        for key in keys:
            self.child.send(key)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self._screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def wait(self, seen: Callable[[str], bool] | str, *, within_s: float = 40.0) -> str:
        """Read until the screen shows it; fails with the screen after a deadline."""
        shows = seen if callable(seen) else (lambda text: seen in text)
        deadline = time.monotonic() + within_s
        while not shows(self.text):
            if time.monotonic() > deadline:
                raise AssertionError(f"not seen in {within_s} s: {seen}\n{self.text}")
            self._read()
        return self.text

    def wait_end(self, *, within_s: float = 40.0) -> int:
        """Read until the program ends; its exit code."""
        deadline = time.monotonic() + within_s
        while self.child.isalive():
            assert time.monotonic() < deadline, f"it did not end:\n{self.text}"
            self._read()
        self._read()
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0)

    def _read(self) -> None:
        try:
            read = self.child.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            return
        self.raw += read
        # pyte takes the "secondary" queries of newer protocols for text styles
        self._stream.feed(read.replace(b"\x1b[>", b"\x1b[?"))


@contextmanager
def terminal(
    *words: str, cwd: Path, columns: int = 132, rows: int = 36, env: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """Run the program with these words; it is killed if it still runs at the end."""
    shown = Terminal(list(words), columns=columns, rows=rows, cwd=cwd, env=env or {})
    try:
        yield shown
    finally:
        shown.child.close(force=True)
