"""The rotated files beside a log: which of them hold bytes of it that have not been read.

Looked at only when something has happened to the log itself, never on an ordinary poll.
"""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from backfill_tui.errors import SourceError
from backfill_tui.sources.files import Inode
from backfill_tui.sources.fingerprint import Fingerprint
from backfill_tui.sources.followed import FollowedFile

_ROTATED = re.compile(r"(.+?)[.\-_]\d[\d.\-_:T]*")  # app.log.1, app.log-20260103, app.log.2026-01-03_17-20
_NUMBER = re.compile(r"\.(\d{1,4})$")
_Look = tuple[Fingerprint, int]  # what was seen of a file, and when it was last written to, in ns since the epoch


def rotated_from(path: Path) -> Path | None:
    """The log that a file of this name was rotated away from, if the name looks like that."""
    found = _ROTATED.fullmatch(path.name)
    return path.with_name(found[1]) if found else None


class Siblings:
    """The files beside one log, and which of them are known: they were there before, or have been read.

    A file is known by its inode and its beginning, because inode numbers are used again; an empty one by the time
    of its making.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[Inode, _Look] = {}
        self._read: dict[Inode, _Look] = {}

    def mark_read(self, file: FollowedFile) -> None:
        """The file has been read to its end, whatever it will be called."""
        self._read[file.inode] = _look(file)

    def was_read(self, file: FollowedFile) -> bool:
        """Whether it is one that has been read to its end, as that was then."""
        return _among(self._read, file)

    def remember(self) -> None:
        """Take the rotated files that lie here now as known: what follows is not in them."""
        for _, file in self._rotated():
            self._known[file.inode] = _look(file)

    def around(self, file: FollowedFile, mine: Collection[Inode] = (), like: bytes = b"") -> list[FollowedFile]:
        """The file and the rotated ones that came since the last call, in the order in which they were written.

        `mine` are open already; a file that begins with `like` is one more copy of what is being read.
        """
        order: list[FollowedFile] = []
        placed = False
        for _, other in self._rotated():
            fresh = other.inode not in mine and self._has_news(other, like)
            self._known[other.inode] = _look(other)
            if other.inode == file.inode:
                order.append(file)
                placed = True
            elif fresh:
                order.append(other)
        if not placed:
            order.insert(_place(file, order), file)
        return order

    def copy_of(self, mark: Fingerprint) -> FollowedFile | None:
        """The copy that was made of a log before it was cut short, ready to be read on from the mark.

        Of several the newest, and one that was there before only when none came since.
        """
        copies = [file for _, file in self._opened() if file.holds(mark)]
        if not copies:
            return None
        best = next((file for file in reversed(copies) if not self._knows(file)), copies[-1])
        best.mark, best.final = mark, True
        return best

    def _has_news(self, file: FollowedFile, like: bytes) -> bool:
        if self.was_read(file):  # or it took the place of one that was, and begins as that did
            file.mark, _ = self._read[file.inode]
            return file.size > file.position
        return not (_among(self._known, file) or (like and file.mark.head.startswith(like)))

    def _knows(self, file: FollowedFile) -> bool:
        return _among(self._known, file) or _among(self._read, file)

    def _rotated(self) -> Iterator[tuple[Path, FollowedFile]]:
        return ((path, file) for path, file in self._opened() if rotated_from(path) == self._path)

    def _opened(self) -> Iterator[tuple[Path, FollowedFile]]:
        """Every file whose name goes on after the log's, in the order in which they were written to last."""
        own = self._path.name
        try:
            with os.scandir(self._path.parent) as entries:
                beside = [e for e in entries if e.name.startswith(own) and e.name != own]
                names = [e.name for e in sorted(beside, key=_written)]
        except OSError:  # gone or forbidden: then nothing can be recovered from here
            return
        for name in names:
            path = self._path.with_name(name)
            try:
                file = FollowedFile.open(path)
            except SourceError:  # a directory, a pipe, or moved away just now
                continue
            yield path, file


def _place(file: FollowedFile, order: Sequence[FollowedFile]) -> int:
    """Where a file that no rotated name leads to belongs: last if it is at the path, else where its end says."""
    seen = file.stat()
    if seen.st_nlink:
        return len(order)
    head = file.mark.head
    for place, other in enumerate(order):
        if other.stat().st_mtime_ns > seen.st_mtime_ns or (head and other.mark.head.startswith(head)):
            return place
    return len(order)


def _written(entry: os.DirEntry[str]) -> tuple[int, int, str]:
    """Sorts by the last writing; files written within one tick of the clock by their numbers, the highest first."""
    number = _NUMBER.search(entry.name)
    return (entry.stat().st_mtime_ns, -int(number[1]) if number else 0, entry.name)


def _look(file: FollowedFile) -> _Look:
    return (file.mark, file.stat().st_mtime_ns)


def _among(looks: dict[Inode, _Look], file: FollowedFile) -> bool:
    if file.inode not in looks:
        return False
    mark, written = looks[file.inode]
    if mark.head:
        return file.holds(mark)
    return not file.mark.head and written == file.stat().st_mtime_ns
