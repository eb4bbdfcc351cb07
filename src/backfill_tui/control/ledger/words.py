"""Words from outside as the ledger can keep them. Pure."""


def kept(words: str) -> str:
    """The words, with a question mark for each byte of a command line that was no text: SQLite takes none."""
    return words.encode(errors="replace").decode()
