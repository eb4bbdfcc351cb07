"""One open file and how far it has been read. What lies at a path is not its question but that of `tail`."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from backfill_tui.sources.files import Inode, inode_of, open_regular, read_at
from backfill_tui.sources.fingerprint import HEAD, Fingerprint, head_of


class FollowedFile:
    """A descriptor, a position and the fingerprint of what was read. While it is open its inode can't be reused.

    What reads of it raises SourceError with a sentence; what the file system tells of it is the last it told.
    """

    __slots__ = ("_descriptor", "_quiet_at", "_quiet_since", "_stat", "final", "inode", "mark")

    def __init__(self, descriptor: int, seen: os.stat_result) -> None:
        self._descriptor = descriptor  # first of all: what fails from here on still closes it
        self._stat = seen
        self.inode: Inode = inode_of(seen)
        self.mark = Fingerprint(head_of(descriptor))
        self.final = False  # a copy that somebody made: nobody appends to it
        self._quiet_since = 0.0
        self._quiet_at: int | None = None  # its length since then; None: nobody has waited yet for it to be quiet

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open what lies at the path, to be read from its beginning. Raises SourceError with a sentence."""
        descriptor, seen = open_regular(path)
        return cls(descriptor, seen)

    def again(self) -> Self:
        """The same file, to be read from its beginning: what it held before has been overwritten."""
        return type(self)(os.dup(self._descriptor), self._stat)

    @property
    def position(self) -> int:
        """How many bytes were read."""
        return self.mark.position

    def stat(self) -> os.stat_result:
        """What the file system tells of it now, or told last, where it has forgotten the file."""
        with suppress(OSError):
            self._stat = os.fstat(self._descriptor)
        return self._stat

    @property
    def size(self) -> int:
        """Its length now, in bytes."""
        return self.stat().st_size

    @property
    def deleted(self) -> bool:
        """Whether it has no name any more."""
        return self.stat().st_nlink == 0

    def quiet_for(self, now: float) -> float:
        """Seconds, of a monotonic clock, for which it has not grown; counted from the first time this is asked."""
        size = self.size
        if size != self._quiet_at:
            self._quiet_at, self._quiet_since = size, now
        return now - self._quiet_since

    def stir(self) -> None:
        """Count its quiet anew: something has happened that it may yet be written to after."""
        self._quiet_at = None

    def holds(self, mark: Fingerprint) -> bool:
        """Whether it begins with what the mark remembers."""
        return mark.fits(self._descriptor)

    def intact(self) -> bool:
        """Whether it still holds what was read of it; False once it was cut short or overwritten."""
        if not self.holds(self.mark):
            return False
        if len(self.mark.head) < HEAD:
            self.mark = self.mark.with_head(head_of(self._descriptor))
        return True

    def continues_in(self, other: "FollowedFile") -> bool:
        """Whether this one was replaced by a file that holds all that was read here, and maybe more.

        A file that was renamed still has a name: then the other is its successor, however alike they begin.
        """
        return self.position > 0 and self.deleted and other.holds(self.mark)

    def read(self, limit: int) -> bytes:
        """Up to `limit` bytes from the position, without moving it."""
        return self.read_at(self.position, limit)

    def read_at(self, offset: int, limit: int) -> bytes:
        """Up to `limit` bytes from an offset."""
        return read_at(self._descriptor, limit, offset)

    def advance(self, body: bytes) -> None:
        """Count `body`, which was read at the position, as taken."""
        self.mark = self.mark.after(body)

    def close(self) -> None:
        """Let go of the file. What was learnt of it stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()
