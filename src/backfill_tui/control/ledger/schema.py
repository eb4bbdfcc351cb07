"""The ledger's tables. Each entry brings a ledger from one schema version to the next; none is ever changed.

Times are ISO 8601 in UTC with microseconds, so that their texts sort as they do.
"""

MIGRATIONS = (
    """
    CREATE TABLE validations (
        id INTEGER PRIMARY KEY,
        phase TEXT NOT NULL,
        is_input INTEGER NOT NULL CHECK (is_input IN (0, 1)),  -- 0: of what it wrote, 1: of what it reads
        suites TEXT NOT NULL,                                  -- JSON: their names; by interval, one
        asked_by TEXT NOT NULL,                                -- command, screen or interval
        began_at TEXT NOT NULL,
        ended_at TEXT,                                         -- null: under way, or its process was killed
        verdict TEXT                                           -- null: not ended, or stopped
    ) STRICT;
    CREATE INDEX validations_of_a_phase ON validations (phase, is_input, began_at);

    CREATE TABLE suite_results (
        id INTEGER PRIMARY KEY,                                -- grows with time
        validation INTEGER NOT NULL REFERENCES validations (id) ON DELETE CASCADE,
        phase TEXT NOT NULL,
        is_input INTEGER NOT NULL,
        suite TEXT NOT NULL,
        by_interval INTEGER NOT NULL CHECK (by_interval IN (0, 1)),  -- 1: asked by nobody, kept for a while
        at TEXT NOT NULL,
        verdict TEXT NOT NULL,
        digest TEXT NOT NULL,                                  -- of the rules and the range that it was judged by
        result TEXT                                            -- JSON, as `validate --json` prints it; null: let go
    ) STRICT;
    CREATE INDEX results_of_a_suite ON suite_results (phase, is_input, suite);
    CREATE INDEX results_of_a_validation ON suite_results (validation);
    CREATE INDEX results_by_interval ON suite_results (phase, is_input, suite) WHERE by_interval = 1;
    CREATE INDEX whole_results_by_interval ON suite_results (phase, is_input, suite)
        WHERE by_interval = 1 AND result IS NOT NULL;

    CREATE TABLE check_values (                                -- of those checks that found a number
        result INTEGER NOT NULL REFERENCES suite_results (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (result, name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE calendars (
        digest TEXT PRIMARY KEY,                               -- of the query, its range and the warehouse
        at TEXT NOT NULL,
        weights TEXT NOT NULL                                  -- JSON: a date, its work
    ) STRICT;
    """,
    """
    CREATE INDEX validations_asked_for ON validations (id) WHERE asked_by <> 'interval';

    CREATE TABLE attempts (
        phase TEXT NOT NULL,
        number INTEGER NOT NULL CHECK (number > 0),
        kind TEXT NOT NULL,                                    -- run or retry
        command TEXT NOT NULL,                                 -- JSON: the order, whole
        asked_by TEXT NOT NULL,                                -- command, screen or auto
        person TEXT NOT NULL,
        override TEXT,                                         -- the reason, where the gate was closed
        gate TEXT NOT NULL,                                    -- JSON: its conditions as they were then
        intended_at TEXT NOT NULL,
        stage TEXT NOT NULL,
        boot_id TEXT, pid INTEGER, process_started REAL, since_boot_s REAL,  -- who the job's process is
        started_at TEXT,
        ended_at TEXT,
        exit_code INTEGER,
        signal TEXT,
        note TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (phase, number)                            -- a launch is made once, whoever makes it
    ) STRICT;

    CREATE TABLE stops (
        id INTEGER PRIMARY KEY,
        phase TEXT NOT NULL,
        boot_id TEXT NOT NULL, pid INTEGER NOT NULL, process_started REAL NOT NULL, since_boot_s REAL,
        reason TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        killed_at TEXT
    ) STRICT;
    CREATE INDEX stops_of_a_phase ON stops (phase);

    CREATE TABLE acceptances (
        id INTEGER PRIMARY KEY,
        phase TEXT NOT NULL,
        reason TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX acceptances_of_a_phase ON acceptances (phase);

    CREATE TABLE acknowledgements (
        id INTEGER PRIMARY KEY,
        alert TEXT NOT NULL,                                   -- its id
        since TEXT NOT NULL,                                   -- of which occurrence of it
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        UNIQUE (alert, since)
    ) STRICT;

    CREATE TABLE runs_seen (
        id INTEGER PRIMARY KEY,
        phase TEXT NOT NULL,
        started_at TEXT NOT NULL,                              -- by its log, of which it has no better name
        ended_at TEXT,
        ended TEXT NOT NULL,                                   -- completed, killed or open
        workers INTEGER,                                       -- null: its log does not tell
        mode TEXT NOT NULL,
        UNIQUE (phase, started_at)
    ) STRICT;

    CREATE TABLE finished_units (                              -- of the runs seen, for forecasts
        run INTEGER NOT NULL REFERENCES runs_seen (id) ON DELETE CASCADE,
        day TEXT NOT NULL,
        state TEXT NOT NULL,
        ended_at TEXT NOT NULL,
        duration_s REAL,                                       -- null: its start was not seen
        PRIMARY KEY (run, day)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    ALTER TABLE finished_units ADD COLUMN records INTEGER;     -- null: its log does not tell

    CREATE TABLE forecasts (                                   -- as they were shown, to be held against the end
        phase TEXT NOT NULL,
        run TEXT NOT NULL,                                     -- the start of its run; empty: it had not begun
        slot INTEGER NOT NULL,                                 -- hundredths of a run's work; else five minutes
        at TEXT NOT NULL,
        progress REAL NOT NULL,                                -- 0 to 1
        p10_s REAL NOT NULL, p50_s REAL NOT NULL, p90_s REAL NOT NULL,  -- what was left, as it was reckoned
        low_s REAL NOT NULL, high_s REAL NOT NULL,             -- the range as it was shown
        PRIMARY KEY (phase, run, slot)                         -- kept once, however many screens show it
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE probe_askings (                               -- begun, so that nobody else begins it
        probe TEXT NOT NULL,
        digest TEXT NOT NULL,                                  -- of what it asks and what is well
        asked_at TEXT NOT NULL,
        taken_until TEXT,                                      -- null: it was answered
        PRIMARY KEY (probe, digest)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE probe_answers (
        id INTEGER PRIMARY KEY,                                -- grows with time
        probe TEXT NOT NULL,
        digest TEXT NOT NULL,
        at TEXT NOT NULL,
        ok INTEGER CHECK (ok IN (0, 1)),                       -- null: it could not be told
        detail TEXT NOT NULL,
        value TEXT NOT NULL,                                   -- JSON
        since TEXT NOT NULL,                                   -- of the first in a row that were like it
        times INTEGER NOT NULL                                 -- how many these are
    ) STRICT;
    CREATE INDEX answers_of_a_probe ON probe_answers (probe, digest);

    CREATE TABLE told_alerts (                                 -- of which messages were sent, or are to be
        alert TEXT PRIMARY KEY,                                -- its id
        severity TEXT NOT NULL,
        title TEXT NOT NULL,
        told_at TEXT NOT NULL,
        over_at TEXT,                                          -- null: it stands
        boot_id TEXT NOT NULL, pid INTEGER NOT NULL, process_started REAL NOT NULL, since_boot_s REAL  -- who saw
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE notices (                                     -- messages, one for each address
        id INTEGER PRIMARY KEY,                                -- in the order in which they are sent
        key TEXT NOT NULL,                                     -- what it tells of
        address TEXT NOT NULL,                                 -- its place in the plan and its kind, never itself
        severity TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        at TEXT NOT NULL,
        stage TEXT NOT NULL,                                   -- waiting, sent, failed, late or too_many
        tries INTEGER NOT NULL DEFAULT 0,
        UNIQUE (key, address)                                  -- told once, however many screens there are
    ) STRICT;
    CREATE INDEX waiting_notices ON notices (address) WHERE stage = 'waiting';

    CREATE TABLE notifiers (                                   -- how it goes with each address
        address TEXT PRIMARY KEY,
        taken_until TEXT,                                      -- somebody is sending to it
        due_at TEXT,                                           -- it is left alone until then
        failing_since TEXT,                                    -- null: the last message went through
        failures INTEGER NOT NULL DEFAULT 0,                   -- in a row
        why TEXT NOT NULL DEFAULT '',
        sent_at TEXT
    ) STRICT, WITHOUT ROWID;
    """,
    """
    -- What it told of its table: good, bad or nothing (empty: not noted, and its verdict has to tell).
    ALTER TABLE suite_results ADD COLUMN finding TEXT NOT NULL DEFAULT '';
    -- A digest of what it was judged by, the range aside; empty: not noted.
    ALTER TABLE suite_results ADD COLUMN rules TEXT NOT NULL DEFAULT '';
    """,
    """
    -- How bad the alert was then: a worse one was not seen by whoever acknowledged it. Null: not noted.
    ALTER TABLE acknowledgements ADD COLUMN severity TEXT;
    """,
)
"""`PRAGMA user_version` is how many of these a ledger has seen."""
