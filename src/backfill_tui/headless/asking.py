"""Questions at the terminal, and sentences beside the data. A script, which has nobody to answer, is not asked."""

import json
import os
import sys
from collections.abc import Iterable
from typing import Any


def somebody_is_there() -> bool:
    """Whether a question would reach a person."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def said_yes(question: str) -> bool:
    """Ask; no answer, and any other than yes, is no."""
    return _answer(f"{question} [y/N] ").lower() in {"y", "yes"}


def typed(question: str, word: str) -> bool:
    """Ask for a word to be typed as it is."""
    return _answer(f"{question} ") == word


def narrate(sentence: str) -> None:
    """Say something that is no data."""
    sys.stderr.write(f"backfill-tui: {sentence}\n")
    sys.stderr.flush()


def show(lines: Iterable[str]) -> None:
    """Show what is to be decided on."""
    sys.stderr.writelines(f"{line}\n" for line in lines)
    sys.stderr.flush()


def put(line: str) -> None:
    """Print a line of data, at once: whoever reads it may act on it while this goes on.

    Where nobody reads any more (`| head`) this and what follows goes nowhere: what a verb does, and its exit code,
    do not hang on its readers.
    """
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def put_json(document: dict[str, Any]) -> None:
    """Print the data of a verb."""
    put(json.dumps(document, ensure_ascii=False, indent=1))


def _answer(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line.endswith("\n"):  # ctrl+d: the cursor is still behind the question
        sys.stderr.write("\n")
    return line.strip()
