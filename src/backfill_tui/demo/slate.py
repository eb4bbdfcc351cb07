"""Who plays on a date: its games, their teams and how many players each puts on the floor. Pure and seeded."""

from dataclasses import dataclass
from datetime import date

from backfill_tui.demo.chance import draws
from backfill_tui.demo.schedule import Calendar, season_year

# fmt: off
TEAMS = (
    "ATL", "BKN", "BOS", "CHA", "CHI", "CLE", "DAL", "DEN", "DET", "GSW", "HOU", "IND", "LAC", "LAL", "MEM",
    "MIA", "MIL", "MIN", "NOP", "NYK", "OKC", "ORL", "PHI", "PHX", "POR", "SAC", "SAS", "TOR", "UTA", "WAS",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class TeamNight:
    """One team in one game; the unit that `team_offense_game_summary` has a row for."""

    number: int  # counts the team nights of all seasons, in order of time
    day: date
    season: int
    game_id: str
    team: str
    players: int


def team_nights(calendar: Calendar, day: date, seed: int) -> list[TeamNight]:
    """The teams that play on that day, two a game, none on an off-day."""
    games = calendar.games_on(day)
    if not games:
        return []
    chance = draws(seed, "slate", day)
    teams = chance.sample(TEAMS, 2 * games)
    first = 2 * calendar.games_before(day)
    return [
        TeamNight(
            number=first + n,
            day=day,
            season=season_year(day),
            game_id=f"{day:%Y%m%d}_{teams[n - n % 2]}_{teams[n - n % 2 + 1]}",
            team=team,
            players=chance.choice((9, 10, 10, 11, 11, 11, 12, 12, 13)),
        )
        for n, team in enumerate(teams)
    ]


def players_on(calendar: Calendar, day: date, seed: int) -> int:
    """How many players play on that day."""
    return sum(night.players for night in team_nights(calendar, day, seed))
