"""Follow one path: every byte that is written under it, once, whatever happens to the file meanwhile.

Synchronous and never sleeping: a worker thread calls `poll` at its own pace. It knows bytes and no lines.
"""

import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.errors import SourceError
from backfill_tui.sources.files import Inode, inode_of, kind_obstacle, obstacle
from backfill_tui.sources.followed import FollowedFile
from backfill_tui.sources.siblings import Siblings

BUDGET = 4 * 1024 * 1024  # bytes that one poll reads at most
QUIET_S = 2.0  # that a rotated file has not grown before its successor is read: it may still be written to
DELETED_S = 60.0  # that a deleted file has not grown before it is let go: it holds disk space as long

_CUT = "It was cut short and no copy of it was found: lines written just before that may have been lost."
_UNREAD = "A rotated file of it could not be read to its end: lines of it are missing here."


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes in the order of writing. `offset` is where they begin in the file of their generation."""

    offset: int
    body: bytes
    generation: int


@dataclass(frozen=True, slots=True)
class TailStatus:
    """One log as it stands. `size` and `position` are of the file that is being read just now."""

    path: Path
    exists: bool
    size: int | None
    position: int
    generation: int
    inode: Inode | None
    modified_at: datetime | None  # aware, UTC: when the file at the path was last written to
    note: str  # a sentence: missing, a directory, forbidden, lines lost; empty when there is nothing to say


class Tail:
    """Follows one path through appending, rotation, truncation, replacement, deletion and late creation.

    With `pinned` it stays with the file that it found first, under whatever name: for logs already rotated away.
    """

    def __init__(self, path: str | os.PathLike[str], *, pinned: bool = False) -> None:
        self.path = Path(path)
        self._pinned = pinned
        self._files: deque[FollowedFile] = deque()  # the one being read, then its successors
        self._siblings = Siblings(self.path)
        self._left: FollowedFile | None = None  # of a deleted file that was let go
        self._generation = 0
        self._seen: os.stat_result | None = None  # the path at the last look; None: nothing to read there
        self._begun = False
        self._at_end = True
        self._obstacle = ""
        self._lost = ""

    def poll(self, budget: int = BUDGET, *, now: float | None = None) -> list[Chunk]:
        """What was written since the last poll, at most `budget` bytes. Never raises for what lies at the path.

        `now` is in seconds of a monotonic clock, the machine's by default: a file that was rotated or deleted is
        left once it has been quiet for a while of it.
        """
        now = time.monotonic() if now is None else now
        chunks: list[Chunk] = []
        try:
            changed = self._look()
            if changed or not self._at_end or len(self._files) > 1:
                chunks.extend(self._read(budget, now))
        except SourceError as error:
            self._fail(error)
            self._give_up(now)
        return chunks

    def read_end(self, limit: int) -> Chunk | None:
        """The last `limit` bytes of the newest file, for a first paint; the position does not move."""
        if not self._files:
            try:
                self._look()
                self._at_end = not self._files
            except SourceError as error:
                self._fail(error)
        if not self._files:
            return None
        newest = self._files[-1]
        offset = max(0, newest.size - limit)
        try:
            return Chunk(offset, newest.read_at(offset, limit), self._generation + len(self._files) - 1)
        except SourceError as error:
            self._fail(error)
            return None

    @property
    def at_end(self) -> bool:
        """Whether all that was there at the last poll has been read, but for what has to wait its turn.

        While a rotated file may still be written to, its successor waits: looking again at once brings nothing.
        """
        return self._at_end

    @property
    def fraction(self) -> float | None:
        """How much of what is there has been read, 0…1; None while there is nothing."""
        if not self._files:
            return None
        size = sum(file.size for file in self._files)
        return min(1.0, sum(file.position for file in self._files) / size) if size else 1.0

    @property
    def status(self) -> TailStatus:
        """How the log stands, with a sentence where something is in the way."""
        file = self._files[0] if self._files else None
        seen = self._seen
        return TailStatus(
            path=self.path,
            exists=seen is not None,
            size=file.size if file else None,
            position=file.position if file else 0,
            generation=self._generation,
            inode=file.inode if file else None,
            modified_at=datetime.fromtimestamp(seen.st_mtime, UTC) if seen else None,
            note=self._obstacle or self._lost,
        )

    def has_read(self, other: FollowedFile) -> bool:
        """Whether what that file holds has come through here or is about to, under whatever name it lies now."""
        return any(file.inode == other.inode for file in self._files) or self._siblings.was_read(other)

    def close(self) -> None:
        """Let go of all files. What is written from now on is not read."""
        while self._files:
            self._files.popleft().close()

    def _fail(self, error: SourceError) -> None:
        """Reading has failed: say so, and open the file anew at the next poll, to go on at the same place."""
        self._obstacle = error.what
        self._seen = None
        self._at_end = True  # nothing more of it can be had now: looking again at once brings nothing
        if len(self._files) == 1 and not self._pinned:
            self._left = self._files.popleft()
            self._left.close()

    def _give_up(self, now: float) -> None:
        """A rotated file that can't be read must not hold back its successor for ever."""
        if len(self._files) > 1 and self._files[0].quiet_for(now) >= QUIET_S:
            self._files.popleft().close()
            self._generation += 1
            self._lost = _UNREAD

    # What lies at the path

    def _look(self) -> bool:
        """Look at the path; False when nothing has happened there."""
        try:
            seen = self._stat()
        except (OSError, ValueError) as error:
            self._begin()
            self._seen = None
            self._obstacle = obstacle(error)
            return bool(self._files)
        if self._seen is not None and _unchanged(self._seen, seen):
            return False
        self._begin()
        self._obstacle = kind_obstacle(seen.st_mode)
        if not self._obstacle:
            self._meet(inode_of(seen))
        self._seen = None if self._obstacle else seen
        return True

    def _stat(self) -> os.stat_result:
        if not (self._pinned and self._begun):
            return self.path.stat()
        if not self._files or self._files[0].deleted:
            raise FileNotFoundError
        return self._files[0].stat()

    def _begin(self) -> None:
        """At the very first look: the rotated files that lie here are history, not part of what follows."""
        if not self._begun:
            self._begun = True
            self._siblings.remember()

    def _meet(self, inode: Inode) -> None:
        """The path has changed: a first file, one more, or the same one with other content."""
        if self._files:
            self._verify(self._files[-1])
        if all(file.inode != inode for file in self._files):
            try:
                fresh = FollowedFile.open(self.path)
            except SourceError as error:
                self._obstacle = error.what
                return
            order = self._around(fresh)
            if self._files:
                self._files[-1].stir()
            else:
                self._come_back(order[0])
            self._files += order

    def _verify(self, newest: FollowedFile) -> None:
        was_empty = not newest.mark.head
        try:
            intact = newest.intact()
        except SourceError:  # said when it is read
            return
        if not intact:
            self._start_over(newest)
        elif was_empty:  # it can't be told from its beginning: what was written since may have been copied away
            self._files.pop()
            self._files += self._around(newest)

    def _come_back(self, first: FollowedFile) -> None:
        """A file is there again after one was let go, deleted or unreadable: the same content goes on."""
        if self._left is None:
            return
        if first.holds(self._left.mark):
            first.mark = self._left.mark
        else:
            self._generation += 1
        self._left = None

    def _around(
        self, file: FollowedFile, copy: FollowedFile | None = None, like: bytes = b""
    ) -> list[FollowedFile]:
        """A file with those that were at the path before or after it since the last look, in their order."""
        if self._pinned:
            return [file]
        mine = {other.inode for other in (*self._files, *([copy] if copy else []))}
        return self._siblings.around(file, mine, like)

    # What has been written

    def _read(self, budget: int, now: float) -> Iterator[Chunk]:
        waits = False
        self._count_quiet(now)
        while self._files and budget > 0:
            file = self._files[0]
            body = file.read(budget)
            if not file.intact():  # asked after reading: it may have been overwritten a moment before
                self._start_over(file)
            elif body:
                yield Chunk(file.position, body, self._generation)
                file.advance(body)
                budget -= len(body)
            elif self._is_over(file, now):
                self._move_on()
            else:
                waits = True
                break
        self._at_end = waits or all(file.position >= file.size for file in self._files)

    def _is_over(self, file: FollowedFile, now: float) -> bool:
        """Whether nothing more is to be expected of a file that has been read to its end."""
        if file.final:
            return True
        if len(self._files) == 1:
            return self._seen is None and file.deleted and file.quiet_for(now) >= DELETED_S
        if file.continues_in(self._files[1]):
            return True
        return any(later.size for later in list(self._files)[1:]) and file.quiet_for(now) >= QUIET_S

    def _count_quiet(self, now: float) -> None:
        """Of all rotated files at once: a log may be rotated faster than one of them is waited for."""
        succeeded = False
        for file in reversed(self._files):
            if succeeded:
                file.quiet_for(now)
            succeeded = succeeded or file.size > 0

    def _move_on(self) -> None:
        """Leave the file that was read to its end for its successor, where there is one."""
        done = self._files.popleft()
        if not self._files:
            self._left = done
        elif done.continues_in(self._files[0]):
            self._files[0].mark = done.mark
        else:
            self._generation += 1
        self._siblings.mark_read(done)
        done.close()

    def _start_over(self, file: FollowedFile) -> None:
        """What was read of a file is no longer in it: finish it from its copy, then read it from its beginning."""
        read = file.position > 0
        copy = self._siblings.copy_of(file.mark) if read else None
        again = self._around(file.again(), copy, like=file.mark.head if read else b"")
        if copy is None and (read or len(again) == 1):
            self._lost = _CUT
        at = self._files.index(file)
        later = list(self._files)[at + 1 :]
        while len(self._files) > at:
            self._files.pop()
        self._files += [*([copy] if copy else []), *again, *later]
        if copy is None and at == 0:
            self._generation += 1
        file.close()


def _unchanged(before: os.stat_result, now: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns, before.st_ino, before.st_dev) == (
        now.st_size,
        now.st_mtime_ns,
        now.st_ino,
        now.st_dev,
    )
