-- What must hold for a site to fire.

CREATE TABLE trigger (            -- one row per site
    site      INTEGER PRIMARY KEY REFERENCES site,
    function  INTEGER REFERENCES function, -- whose decisions are listed
    sentence  TEXT NOT NULL,      -- 'fires when ..., after ...'
    predicate TEXT NOT NULL,      -- what makes it fire, '' when being there is enough
    cause     TEXT NOT NULL,      -- design words: 'guest-input', ...; 'unknown'
    origin    TEXT NOT NULL,      -- the chain that proves it, or where it was lost
    verdict   TEXT NOT NULL,      -- 'feasible', 'infeasible', 'undecided'; 'excluded': infeasible because of
                                  -- constants of this build, which another configuration may define otherwise
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

CREATE TABLE trigger_producer (   -- the site fires because a callee reported an error: who made it
    site   INTEGER NOT NULL REFERENCES site,
    n      INTEGER NOT NULL,      -- from 1
    function TEXT NOT NULL,
    file   TEXT NOT NULL,
    line   INTEGER NOT NULL,
    text   TEXT NOT NULL,         -- 'return -ENOMEM'
    cause  TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (site, n)
) STRICT;

CREATE TABLE trigger_context (    -- what a disposition has to know
    site        INTEGER PRIMARY KEY REFERENCES site,
    console     TEXT NOT NULL,    -- 'available', 'not yet', 'both', 'early only', 'early and later',
                                  -- 'firmware' (only the firmware's), 'unknown'
    console_why TEXT NOT NULL,
    returns     TEXT NOT NULL,    -- the function's result: 'nothing', 'error', 'truth', 'pointer', 'value'
    callers     INTEGER NOT NULL, -- calls of the function
    checking    INTEGER NOT NULL, -- those that look at the result; calls through pointers do not count
    changed_line INTEGER NOT NULL, -- last line before, on every way, that writes more than locals; 0: none
    subject     TEXT NOT NULL,    -- domain or vcpu that could be stopped instead, '' none at hand
    error_line  INTEGER NOT NULL, -- decision that something else had failed, on every way; 0: none
    next        TEXT NOT NULL,    -- statement that follows when the site does nothing
    next_line   INTEGER NOT NULL,
    more_producers INTEGER NOT NULL -- 1: trigger_producer is not complete
) STRICT;

CREATE TABLE trigger_call (       -- what must have been decided for a call on a path to happen; calls that
                                  -- depend on nothing are not listed
    caller INTEGER NOT NULL REFERENCES function,
    callee INTEGER NOT NULL REFERENCES function,
    line   INTEGER NOT NULL,
    way    TEXT NOT NULL,         -- '`a` and `!b`'
    PRIMARY KEY (caller, callee, line)
) STRICT, WITHOUT ROWID;
