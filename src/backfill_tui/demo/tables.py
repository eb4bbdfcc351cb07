"""The tables of the night as SQL: what each job computes from whom. Text only; `warehouse` runs it.

The SELECTs read three relations that the caller provides: `slate` (one row a team night), `team_offense` and
`recent` (player rows of the days before). They say nothing of dates: one text serves one date or all of them.
"""

TEAM_OFFENSE = "nba_analytics.team_offense_game_summary"
PLAYER_GAME_SUMMARY = "nba_analytics.player_game_summary"
COMPOSITE_FACTORS = "nba_precompute.player_composite_factors"
SCHEDULE = "nba_reference.nba_schedule"

INTACT_SHARE = 0.4779
"""Of the team nights that the bug touches, this share keeps its team totals: of their players' rows, 47.7 %."""

MACROS = """
CREATE MACRO noise(what, which) AS (hash(what, which, {seed}) % 1000003) / 1000003.0;
CREATE MACRO intact(number) AS floor((number + 1) * {share}) > floor(number * {share})
"""
# noise: 0…1, the same for the same names. intact: which rows the bug spares, spread evenly over the rows in order
# of time, so that every stretch of dates keeps that share.

SLATE = """
CREATE OR REPLACE TEMP TABLE slate AS
SELECT unnest(from_json($slate::JSON, '[{"number": "INTEGER", "game_date": "DATE", "season_year": "INTEGER",
    "game_id": "VARCHAR", "team_abbr": "VARCHAR", "players": "INTEGER"}]'), recursive := true)
"""

# The bug: on the dates that it touches, most rows lose the totals of their team, and nothing in the row says so.
SELECT_TEAM_OFFENSE = """
SELECT game_date, game_id, team_abbr, season_year, points_scored,
       CASE WHEN NOT lost THEN 80 + (15 * noise('fga', number))::INTEGER END AS fg_attempts,
       CASE WHEN NOT lost THEN 15 + (12 * noise('fta', number))::INTEGER END AS ft_attempts,
       CASE WHEN NOT lost THEN 10 + (8 * noise('tov', number))::INTEGER END AS turnovers,
       quality AS quality_score,
       CASE WHEN quality >= 90 THEN 'gold' WHEN quality >= 75 THEN 'silver' ELSE 'bronze' END AS quality_tier,
       quality >= 72 AS is_production_ready,
       CASE WHEN quality < 75 THEN ['partial_box_score'] ELSE []::VARCHAR[] END AS quality_issues
FROM (
    SELECT *, 90 + (45 * noise('points', number))::INTEGER AS points_scored,
           round(68 + 32 * sqrt(noise('quality', number)), 1) AS quality,
           game_date <= $broken_until AND NOT intact(number) AS lost
    FROM slate
)
"""

# usage_rate = 100 * (FGA + 0.44 * FTA + TOV) * (team minutes / 5) / (minutes * team's (FGA + 0.44 * FTA + TOV)), as
# box scores define it: without the totals of the team it can't be computed, and stays NULL.
SELECT_PLAYER_GAME_SUMMARY = """
WITH line AS (
    SELECT slate.*, team_abbr || '_player_' || shirt AS player_lookup, number * 20 + shirt AS night
    FROM slate, unnest(range(players)) AS roster(shirt)
), box AS (
    SELECT *, CASE WHEN noise('minutes', night) > 0.004 THEN round(6 + 32 * noise('length', night), 1) END
                  AS minutes_played,
           2 + (17 * noise('fga', night))::INTEGER AS fg_attempts,
           (8 * noise('fta', night))::INTEGER AS ft_attempts,
           (4 * noise('tov', night))::INTEGER AS turnovers,
           round(82 + 18 * noise('quality', night), 1) AS quality
    FROM line
)
SELECT box.game_date, box.game_id, box.player_lookup, box.team_abbr, box.season_year,
       (box.fg_attempts * (0.6 + 0.9 * noise('hot', night)) + 0.8 * box.ft_attempts)::INTEGER AS points,
       minutes_played, box.fg_attempts, box.ft_attempts, box.turnovers,
       round(100.0 * (box.fg_attempts + 0.44 * box.ft_attempts + box.turnovers) * 48
             / (minutes_played * (t.fg_attempts + 0.44 * t.ft_attempts + t.turnovers)), 2) AS usage_rate,
       CASE WHEN noise('zones', night) > 0.35 THEN (8 * noise('paint', night))::INTEGER END AS paint_attempts,
       CASE WHEN noise('zones', night) > 0.35 THEN (5 * noise('mid', night))::INTEGER END AS mid_range_attempts,
       quality AS quality_score, noise('ready', night) > 0.02 AS is_production_ready,
       CASE WHEN noise('zones', night) > 0.35 THEN []::VARCHAR[] ELSE ['no_shot_zones'] END AS quality_issues
FROM box LEFT JOIN team_offense AS t USING (game_date, game_id, team_abbr)
"""

# An average of usage rates is written only where most of the games that it stands for have one.
SELECT_COMPOSITE_FACTORS = """
WITH latest AS (
    SELECT player_lookup, usage_rate, minutes_played, game_date,
           row_number() OVER (PARTITION BY player_lookup ORDER BY game_date DESC) AS back
    FROM recent
), rolling AS (
    SELECT player_lookup, avg(usage_rate) AS usage_rate, avg(minutes_played) AS minutes_played,
           count(usage_rate) AS games_with_usage, count(*) AS games, max(game_date) AS last_played
    FROM latest WHERE back <= 7 GROUP BY player_lookup
), line AS (
    SELECT slate.*, team_abbr || '_player_' || shirt AS player_lookup, number * 20 + shirt AS night
    FROM slate, unnest(range(players)) AS roster(shirt)
)
SELECT game_date, game_date AS analysis_date, game_id, player_lookup, team_abbr, season_year,
       CASE WHEN 2 * games_with_usage > games THEN round(rolling.usage_rate, 2) END AS avg_usage_rate_last_7_games,
       round(rolling.minutes_played, 1) AS avg_minutes_last_7_games,
       coalesce(games, 0) AS games_in_window, coalesce(games_with_usage, 0) AS games_with_usage_rate,
       greatest(0, 100 - 3 * coalesce(games, 0) - CASE WHEN game_date - last_played = 1 THEN 12 ELSE 0 END)
           AS fatigue_score,
       round(10 * (noise('zone', night) - 0.5), 2) AS shot_zone_mismatch_score,
       round(6 * (noise('pace', night) - 0.5), 2) AS pace_score
FROM line LEFT JOIN rolling USING (player_lookup)
"""

SELECT_SCHEDULE = """
SELECT DISTINCT game_date, game_id, season_year, 'Final' AS status,
       split_part(game_id, '_', 2) AS away_team, split_part(game_id, '_', 3) AS home_team
FROM slate ORDER BY game_date, game_id
"""
