-- What must hold for a site to fire.

CREATE TABLE trigger (            -- one row per site
    site      INTEGER PRIMARY KEY REFERENCES site,
    function  INTEGER REFERENCES function, -- whose decisions are listed
    sentence  TEXT NOT NULL,      -- 'fires when ..., after ...'
    predicate TEXT NOT NULL,      -- what makes it fire, '' when being there is enough
    cause     TEXT NOT NULL,      -- design words: 'guest-input', ...; 'unknown'
    origin    TEXT NOT NULL,      -- the chain that proves it, or where it was lost
    verdict   TEXT NOT NULL,      -- 'feasible', 'infeasible', 'undecided'
    proof     TEXT NOT NULL       -- of the verdict, '' when undecided
) STRICT;

CREATE TABLE trigger_literal (    -- what must have been decided, in order
    site     INTEGER NOT NULL REFERENCES site,
    n        INTEGER NOT NULL,    -- from 1
    role     TEXT NOT NULL,       -- 'predicate', 'guard', 'case', 'default', 'loop' (on some
                                  -- iteration), 'loop-exit' (after the loop), 'any' (one of several ways),
                                  -- 'check' (an earlier check that stops did not), 'constant' (of this build),
                                  -- 'never' (a constant of this build says otherwise)
    text     TEXT NOT NULL,
    polarity INTEGER NOT NULL,    -- 1: the text holds, 0: it does not
    file     TEXT NOT NULL,
    line     INTEGER NOT NULL,
    origin   TEXT NOT NULL,
    cause    TEXT NOT NULL,
    PRIMARY KEY (site, n)
) STRICT;
