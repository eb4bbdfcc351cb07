"""Bytes to complete lines, for any split of the bytes. Keeps positions; holds back a line until its end is seen."""

from dataclasses import dataclass

KEPT_OF_A_LONG_LINE = 64 * 1024
"""How many bytes of an unfinished line are kept: enough for every pattern, and a bound for a line without end."""


@dataclass(frozen=True, slots=True)
class Block:
    """Complete lines, in one piece. `offset` is the file position of its first byte."""

    offset: int
    body: bytes


class LineSplitter:
    r"""Cuts a stream of bytes at `\n`, `\r\n` and lone `\r` (progress bars), and never inside a line.

    A `\r` at the very end waits for the next byte, which may be its `\n`. Leading NULs of a line (the hole that a
    truncated file keeps under a writer that does not append) are dropped as they come, so they cost no memory.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._held_offset = 0
        self._overflow = False

    @property
    def held(self) -> bytes:
        """The unfinished last line, as far as it is kept."""
        return bytes(self._held)

    def feed(self, body: bytes, offset: int) -> list[Block]:
        """Take the bytes that lie at `offset` and return the lines that they complete."""
        blocks: list[Block] = []
        if self._held and body:
            body, offset = self._complete_held(body, offset, blocks)
        end = _end_of_last_line(body)
        if end:
            blocks.append(Block(offset, body[:end] if end < len(body) else body))
        if end < len(body):
            self._hold(body[end:], offset + end)
        return blocks

    def flush(self) -> list[Block]:
        """Give up waiting: the unfinished last line, if any, as a line of its own."""
        if not self._held:
            return []
        block = Block(self._held_offset, bytes(self._held).rstrip(b"\r") + b"\n")
        self._held.clear()
        self._overflow = False
        return [block]

    def _complete_held(self, body: bytes, offset: int, blocks: list[Block]) -> tuple[bytes, int]:
        """Join the held line with the head of `body`; return what is left of `body`."""
        if self._held[-1] == 0x0D:  # the byte after a lone \r tells whether it ended the line
            cut = 1 if body[:1] == b"\n" else 0
        else:
            cut = _end_of_first_line(body)
            if not cut:
                self._hold(body, offset)
                return b"", offset
        self._hold(body[:cut], offset)
        blocks.append(Block(self._held_offset, self._terminated()))
        self._held.clear()
        self._overflow = False
        return body[cut:], offset + cut

    def _terminated(self) -> bytes:
        line = bytes(self._held)
        return line if line.endswith((b"\n", b"\r")) else line + b"\n"

    def _hold(self, piece: bytes, offset: int) -> None:
        if not self._held:
            kept = piece.lstrip(b"\0")
            self._held_offset = offset + len(piece) - len(kept)
            piece = kept
        room = KEPT_OF_A_LONG_LINE - len(self._held)
        if len(piece) > room:
            self._overflow = True
            ends_in_cr = piece.endswith(b"\r")
            piece = piece[: max(0, room)]
            if ends_in_cr and not piece.endswith(b"\r"):
                piece += b"\r"
        self._held += piece


def line_around(body: bytes, at: int, *, bars: bool) -> tuple[int, int]:
    r"""Start and end (without `\n`, `\r\n` or `\r`) of the line that holds the byte at a position."""
    start = body.rfind(b"\n", 0, at) + 1
    end = body.find(b"\n", at)
    if end < 0:
        end = len(body)
    if bars:
        start = max(start, body.rfind(b"\r", start, at) + 1)
        bar = body.find(b"\r", at, end)
        if bar >= 0:
            end = bar
    return start, end


def line_ends(body: bytes) -> int:
    r"""How many lines end in some bytes: at `\n`, `\r\n` or a lone `\r`."""
    bars = body.count(b"\r")
    return body.count(b"\n") + (bars - body.count(b"\r\n") if bars else 0)


def after_line(body: bytes, end: int) -> int:
    r"""Where the next line begins, given the end of one."""
    return end + 2 if body[end : end + 2] == b"\r\n" else end + 1


def _end_of_last_line(body: bytes) -> int:
    r"""The position after the last line end; a `\r` as the last byte does not count yet."""
    newline = body.rfind(b"\n")
    bar = body.rfind(b"\r", newline + 1, len(body) - 1) if len(body) > newline + 2 else -1
    return max(newline, bar) + 1


def _end_of_first_line(body: bytes) -> int:
    r"""The position after the first line end, `\r\n` being one; 0 if there is none but a `\r` as the last byte."""
    newline = body.find(b"\n")
    bar = body.find(b"\r", 0, newline if newline >= 0 else len(body))
    if bar < 0:
        return newline + 1
    if bar == len(body) - 1:
        return 0
    return bar + 2 if body[bar + 1] == 0x0A else bar + 1
