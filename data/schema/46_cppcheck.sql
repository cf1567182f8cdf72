-- What Cppcheck says of the sites. Written by checkers/cppcheck when asked for;
-- evidence beside the verdicts of 45_trigger.sql, which it never changes.

CREATE TABLE cppcheck_unit (      -- a unit that Cppcheck was run on
    tu     INTEGER PRIMARY KEY REFERENCES tu,
    status TEXT NOT NULL,         -- 'ok'; 'broken': Cppcheck does not understand it; 'timeout';
                                  -- 'failed': anything else
    detail TEXT NOT NULL,         -- what was wrong
    sites  INTEGER NOT NULL,      -- that were looked for
    found  INTEGER NOT NULL       -- that were found
) STRICT;

CREATE TABLE cppcheck_value (     -- ValueFlow about a site's condition, not from that
    site  INTEGER NOT NULL REFERENCES site, -- condition itself
    tu    INTEGER NOT NULL REFERENCES tu, -- in which it holds
    n     INTEGER NOT NULL,       -- from 1
    part  TEXT NOT NULL,          -- 'condition': that must hold for the site to fire;
                                  -- 'operand': a part of it
    text  TEXT NOT NULL,          -- the condition or part, macros expanded
    kind  TEXT NOT NULL,          -- 'known', 'possible', 'impossible'
    bound TEXT NOT NULL,          -- '=' the value; '<=', '>=' it and all below, above
    value INTEGER NOT NULL,       -- of unsigned 64-bit types the same bits
    line  INTEGER NOT NULL,       -- of the condition that tells it; 0: none
    PRIMARY KEY (site, tu, n)
) STRICT;

CREATE TABLE cppcheck_finding (   -- message that concerns a site
    site    INTEGER NOT NULL REFERENCES site,
    id      TEXT NOT NULL,        -- Cppcheck's, those of data/cppcheck; 'disagrees': its value
                                  -- contradicts the verdict of table trigger
    line    INTEGER NOT NULL,     -- in the site's file
    message TEXT NOT NULL,
    place   TEXT NOT NULL,        -- 'site': on its lines; 'function': in its function
    PRIMARY KEY (site, id, line, message)
) STRICT;
