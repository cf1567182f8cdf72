-- The linked program: functions and calls.

CREATE TABLE function (           -- one per name and defining file in a build;
    id       INTEGER PRIMARY KEY, -- external functions without a definition have file ''
    build    INTEGER NOT NULL REFERENCES build,
    name     TEXT NOT NULL,       -- as compiled
    file     TEXT NOT NULL,       -- of the definition
    line     INTEGER NOT NULL,    -- 0: no definition seen
    end_line INTEGER NOT NULL,
    is_static   INTEGER NOT NULL,
    is_inline   INTEGER NOT NULL, -- declared inline
    is_noreturn INTEGER NOT NULL,
    is_asm      INTEGER NOT NULL, -- label in an assembly file
    section     TEXT NOT NULL DEFAULT '', -- section attribute, '.init.text' for __init
    stop_kind   TEXT NOT NULL DEFAULT '', -- kind of site that a call of it is; '': none
    stop_reason TEXT NOT NULL DEFAULT '', -- data entry or derivation that says so
    UNIQUE (build, name, file)
) STRICT;

CREATE TABLE call (               -- a call edge
    build  INTEGER NOT NULL REFERENCES build,
    caller INTEGER NOT NULL REFERENCES function,
    callee INTEGER NOT NULL REFERENCES function,
    kind   TEXT NOT NULL,         -- 'direct', 'indirect', 'asm'
    via    TEXT NOT NULL DEFAULT '',
    file   TEXT NOT NULL,         -- of the call expression
    line   INTEGER NOT NULL,
    col    INTEGER NOT NULL
) STRICT;
CREATE INDEX call_caller ON call (caller);
CREATE INDEX call_callee ON call (callee);
