"""Which of the processes that name a range are jobs: not their workers, and not what only started them. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from backfill_tui.sources.discovery.command_line import Told
from backfill_tui.sources.process_table import Entry

Key = tuple[int, float]
"""A process: its number and when it started."""

_RUN_OTHERS = """
nohup sudo doas su runuser timeout gtimeout env nice ionice setsid stdbuf time chrt taskset flock
systemd-run systemd-inhibit unbuffer script xargs parallel poetry uv uvx pipenv pdm hatch rye conda mamba
micromamba pixi tox nox npx npm yarn pnpm bundle direnv dotenv doppler aws-vault chamber envdir chpst
daemonize tini dumb-init xvfb-run strace ltrace perf valgrind py-spy coverage make just chronic caffeinate
prlimit unshare nsenter setpriv pyenv pyenv-exec pyenv-virtualenv rbenv asdf mise volta sudo-rs run0
catchsegv
"""
WRAPPERS = frozenset(_RUN_OTHERS.split())
"""Programs that run the command that they are given. Some do so within themselves, so age decides, too."""

GRACE_S = 3.0
"""A wrapper that is older, and has started nothing that names the range, does the work itself."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A process whose command line names a range, and its ancestors' numbers, the nearest first."""

    entry: Entry
    told: Told
    ancestors: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        """Who it is."""
        return self.entry.identity.pid, self.entry.identity.since_boot_s or self.entry.identity.started_at

    @property
    def wraps(self) -> bool:
        """Whether its program is one that runs others."""
        return self.told.stem in WRAPPERS or PurePath(self.entry.command[0]).name in WRAPPERS


@dataclass(frozen=True, slots=True)
class Lineage:
    """The jobs of one moment, oldest first; `wrappers` are known to have only led to one, now or before."""

    jobs: tuple[Carrier, ...] = ()
    wrappers: frozenset[Key] = field(default_factory=frozenset)


def jobs_among(
    carriers: Iterable[Carrier], *, age_s: Callable[[Carrier], float], before: frozenset[Key] = frozenset()
) -> Lineage:
    """Sort out who works. `before` are the wrappers of the last time: what has once led to a job is none itself."""
    known = {one.entry.pid: one for one in carriers}
    below: dict[int, list[Carrier]] = {}
    for one in known.values():
        above = next((pid for pid in one.ancestors if pid in known), None)
        if above is not None:
            below.setdefault(above, []).append(one)
    sorting = _Sorting(known, below, before & {one.key for one in known.values()}, age_s)
    for one in known.values():
        if not any(pid in known for pid in one.ancestors):
            sorting.visit(one)
    jobs = sorted(sorting.jobs, key=lambda job: (job.entry.identity.started_at, job.entry.pid))
    return Lineage(tuple(jobs), frozenset(sorting.wrappers))


class _Sorting:
    """A walk from the outermost processes inwards."""

    def __init__(
        self,
        known: Mapping[int, Carrier],
        below: Mapping[int, Sequence[Carrier]],
        wrappers: frozenset[Key],
        age_s: Callable[[Carrier], float],
    ) -> None:
        self.known = known
        self.below = below
        self.wrappers = set(wrappers)
        self.age_s = age_s
        self.jobs: list[Carrier] = []

    def visit(self, one: Carrier) -> None:
        """Decide on a process and all below it."""
        inner = list(self._inside(one, one.entry.command))
        if not inner:
            self._alone(one)
        elif not one.wraps and all(_is_part(child.told, one.told) for child in inner):
            self.jobs.append(one)
        else:
            leads = one.wraps or any(child.told.dates == one.told.dates for child in inner)
            if leads:
                self.wrappers.add(one.key)
            else:
                self.jobs.append(one)
            for child in inner:
                self.visit(child)

    def _inside(self, one: Carrier, command: tuple[str, ...]) -> Iterator[Carrier]:
        """The nearest below it that are no copies of it: a shell's pipelines run in copies of the shell."""
        for child in self.below.get(one.entry.pid, ()):
            if child.entry.command != command:
                yield child
            else:
                yield from self._inside(child, command)

    def _alone(self, one: Carrier) -> None:
        """Nobody below it names a range but copies of itself, which are its workers."""
        if one.key in self.wrappers or (one.wraps and self.age_s(one) < GRACE_S):
            return
        self.jobs.append(one)


def _is_part(child: Told, parent: Told) -> bool:
    """Whether what a child does is a share of its parent's work: the same program on it, or fewer of its days."""
    if child.dates is None or parent.dates is None:
        return child.stem == parent.stem
    within = parent.dates[0] <= child.dates[0] and child.dates[1] <= parent.dates[1]
    return within and (child.stem == parent.stem or child.dates != parent.dates)
