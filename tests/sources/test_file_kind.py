"""What is not text is told as what it is, with what to do."""

import bz2
import gzip
import lzma

import pytest

from backfill_tui.sources.file_kind import no_text

LOG = b"2026-01-03 12:00:00,000 - INFO - Processing day 1/5: 2024-01-01\n" * 50


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (gzip.compress(LOG), "compressed (gzip): unpack it"),
        (bz2.compress(LOG), "compressed (bzip2)"),
        (lzma.compress(LOG), "compressed (xz)"),
        (LOG.decode().encode("utf-16"), "UTF-16"),
        (bytes(range(256)) * 4, "It is not a text file"),
    ],
    ids=["gzip", "bzip2", "xz", "utf-16", "bytes"],  # what is compressed has the time in it
)
def test_what_is_no_text_is_told_as_what_it_is(body: bytes, word: str) -> None:
    assert word in no_text(body)


@pytest.mark.parametrize(
    "body",
    [LOG, b"", b"\0" * 5000, b"\0" * 5000 + LOG, LOG + b"caf\xe9\n", b"\xef\xbb\xbf" + LOG],
    ids=["log", "empty", "hole", "hole before", "latin-1", "BOM"],
)
def test_text_is_text_with_a_hole_or_a_wrong_byte_in_it(body: bytes) -> None:
    assert not no_text(body)
