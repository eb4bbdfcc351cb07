"""The command line: verbes and their words."""


def run(words: list[str]) -> int:
    """Carry out a command line and return its exit code."""
    raise NotImplementedError(words)
