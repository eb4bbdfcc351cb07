"""Which suites are being run by this process at this moment; told by whoever runs them, asked by whoever looks."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

Key = tuple[str, str, bool]  # phase, suite, whether it is an input


class Docket:
    """A set that several threads share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[Key] = Counter()

    @contextmanager
    def under_way(self, keys: Iterable[Key]) -> Iterator[None]:
        """These suites are being run as long as this lasts."""
        mine = list(keys)
        with self._lock:
            self._running.update(mine)
        try:
            yield
        finally:
            with self._lock:
                self._running.subtract(mine)

    def has(self, key: Key) -> bool:
        """Whether that suite is being run."""
        with self._lock:
            return self._running[key] > 0
