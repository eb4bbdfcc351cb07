"""The ledger's tables. Each entry brings a ledger from one schema version to the next; none is ever changed.

Times are ISO 8601 in UTC with microseconds, so that their texts sort as they do.
"""

MIGRATIONS = (
    """
    CREATE TABLE validations (
        id INTEGER PRIMARY KEY,
        phase TEXT NOT NULL,
        is_input INTEGER NOT NULL CHECK (is_input IN (0, 1)),  -- 0: of what it wrote, 1: of what it reads
        suites TEXT NOT NULL,                                  -- JSON: their names
        asked_by TEXT NOT NULL,                                -- command, screen or interval
        began_at TEXT NOT NULL,
        ended_at TEXT,                                         -- null: under way, or its process was killed
        verdict TEXT
    ) STRICT;
    CREATE INDEX validations_of_a_phase ON validations (phase, is_input, began_at);

    CREATE TABLE suite_results (
        id INTEGER PRIMARY KEY,
        validation INTEGER NOT NULL REFERENCES validations (id),
        phase TEXT NOT NULL,
        is_input INTEGER NOT NULL,
        suite TEXT NOT NULL,
        at TEXT NOT NULL,
        verdict TEXT NOT NULL,
        digest TEXT NOT NULL,                                  -- of the rules and the range that it was judged by
        result TEXT NOT NULL                                   -- JSON, as `validate --json` prints it
    ) STRICT;
    CREATE INDEX results_of_a_suite ON suite_results (phase, is_input, suite, at);

    CREATE TABLE check_values (
        result INTEGER NOT NULL REFERENCES suite_results (id),
        phase TEXT NOT NULL,
        is_input INTEGER NOT NULL,
        suite TEXT NOT NULL,
        name TEXT NOT NULL,
        at TEXT NOT NULL,
        status TEXT NOT NULL,
        value REAL                                             -- null: unknown, or no number
    ) STRICT;
    CREATE INDEX values_of_a_check ON check_values (phase, is_input, suite, at);

    CREATE TABLE calendars (
        digest TEXT PRIMARY KEY,                               -- of the query, its range and the warehouse
        at TEXT NOT NULL,
        weights TEXT NOT NULL                                  -- JSON: a date, its work
    ) STRICT;
    """,
)
"""`PRAGMA user_version` is how many of these a ledger has seen."""
