"""Is this still the file that we have been reading? Answered from a few of its bytes, not from its name."""

from dataclasses import dataclass, replace
from typing import Self

from backfill_tui.sources.files import read_at

HEAD = 1024  # bytes of the beginning that tell one log from another: their first lines carry times
TRAIL = 64  # bytes before a position: what is overwritten in place differs there


def head_of(descriptor: int) -> bytes:
    """The first bytes of an open file, at most HEAD. Raises SourceError."""
    return read_at(descriptor, HEAD, 0)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a file that was read up to `position`."""

    head: bytes = b""
    trail: bytes = b""
    position: int = 0

    def fits(self, descriptor: int) -> bool:
        """Whether the open file holds what was read, as far as a few bytes tell. Raises SourceError."""
        if read_at(descriptor, len(self.head), 0) != self.head:
            return False
        return read_at(descriptor, len(self.trail), self.position - len(self.trail)) == self.trail

    def after(self, body: bytes) -> Self:
        """The fingerprint once `body`, which follows the position, is read too."""
        grown = self.with_head(self.head[: self.position] + body[:HEAD]) if self.position < HEAD else self
        trail = (self.trail + body[-TRAIL:])[-TRAIL:]
        return replace(grown, trail=trail, position=self.position + len(body))

    def with_head(self, head: bytes) -> Self:
        """The same position with a beginning that is known further, because the file has grown."""
        return replace(self, head=head[:HEAD]) if len(head) > len(self.head) else self
