"""A line's bytes as text, and what a progress bar was left in front of. What the text means is not its business."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
# 12%|█▎  | 24/200 [00:48<05:52,  2.00s/it]: tqdm ends a bar with no line end, and a record of logging follows it
_BAR = re.compile(rb"[^|\n]{0,200}\d%\|[^|\n]*\| *[\d.,]+[kMGTP]?/[\d.,?]+[kMGTP]? *\[[^\]\n]*\] *(?=[^\s\x1b])")


def text_of_line(line: bytes) -> str:
    """A line as text: without NULs and terminal escapes, whatever its bytes."""
    text = line.decode("utf-8", "replace")
    if "\0" in text:
        text = text.replace("\0", "")
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def behind_bar(line: bytes) -> int:
    """Where the text begins that was printed behind a progress bar, on the bar's own line; 0 if there is none."""
    match = _BAR.match(line) if b"%|" in line else None
    return match.end() if match else 0
