-- Key columns stand first: SQLite 3.40 takes a table WITHOUT ROWID for damaged
-- otherwise (PRAGMA quick_check).
-- Reachability: entries, contexts, witness paths. Written by analyzer/reach.

CREATE TABLE context (            -- data/xen/contexts.json, in the order of display
    id     INTEGER PRIMARY KEY,   -- from 0
    name   TEXT NOT NULL UNIQUE,
    shown  INTEGER NOT NULL,      -- the context it is reported as
    party  TEXT NOT NULL,         -- who drives it
    colour TEXT NOT NULL
) STRICT;

CREATE TABLE guard (              -- a place that is passed only after a privilege check
    function  INTEGER NOT NULL REFERENCES function,
    line      INTEGER NOT NULL,   -- in the function's file
    callee    TEXT NOT NULL,      -- all calls of it on the line; '' everything on the line
    privilege TEXT NOT NULL,      -- of data/xen/privilege.json
    checked   TEXT NOT NULL,      -- the check as a person reads it
    PRIMARY KEY (function, line, callee, privilege)
) STRICT, WITHOUT ROWID;

CREATE TABLE handover (           -- a callback or its object is handed to a mechanism
    build     INTEGER NOT NULL REFERENCES build,
    function  INTEGER REFERENCES function, -- that does it; NULL: an initialiser
    mechanism TEXT NOT NULL,      -- of data/xen/entries.json
    role      TEXT NOT NULL,      -- 'arm', 'bind', 'fire'
    key       TEXT NOT NULL,      -- object: record.field, variable, number; '*' not known
    callback  INTEGER REFERENCES function, -- arm, bind
    line      INTEGER NOT NULL
) STRICT;

CREATE TABLE effect (             -- what calls do to contexts
    id  INTEGER PRIMARY KEY,
    map TEXT NOT NULL             -- per context, hexadecimal: the context behind
                                  -- the call, '-' when it does not happen
) STRICT;

CREATE TABLE armed (              -- `armer` makes `callback` run later
    armer     INTEGER NOT NULL REFERENCES function,
    callback  INTEGER NOT NULL REFERENCES function,
    mechanism TEXT NOT NULL,
    build     INTEGER NOT NULL REFERENCES build,
    keeps     INTEGER NOT NULL,   -- 1: the callback keeps the armer's context
    line      INTEGER NOT NULL,
    effect    INTEGER REFERENCES effect, -- NULL: none
    PRIMARY KEY (armer, callback, mechanism)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (              -- where control enters
    function INTEGER NOT NULL REFERENCES function,
    context  INTEGER NOT NULL REFERENCES context,
    armed    INTEGER NOT NULL,    -- 1: the context has prepared what is worked on here
    build    INTEGER NOT NULL REFERENCES build,
    rule     TEXT NOT NULL,       -- id in data/xen/entries.json
    source   TEXT NOT NULL,
    fallback INTEGER NOT NULL,    -- 1: only because nothing else leads there
    PRIMARY KEY (function, context, armed)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_effect (        -- calls that change a context
    call   INTEGER PRIMARY KEY,   -- rowid of call
    effect INTEGER NOT NULL REFERENCES effect
) STRICT;

CREATE TABLE site_state (         -- how contexts stand at a site, for more paths than one
    site     INTEGER NOT NULL REFERENCES site,
    function INTEGER NOT NULL REFERENCES function, -- that holds the site
    within   INTEGER NOT NULL REFERENCES context, -- context of the function
    armed    INTEGER NOT NULL,
    context  INTEGER NOT NULL REFERENCES context, -- behind the checks at the site, as shown
    PRIMARY KEY (site, function, within, armed)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_context (       -- contexts that reach a site
    site    INTEGER NOT NULL REFERENCES site,
    context INTEGER NOT NULL REFERENCES context,
    armed   INTEGER NOT NULL,     -- 1: the context does not get here itself but arms
                                  -- (timer, softirq, ...) what does
    uncertain INTEGER NOT NULL,   -- steps of the path that may be wrong
    PRIMARY KEY (site, context, armed)
) STRICT, WITHOUT ROWID;

CREATE TABLE path_step (          -- one shortest path for each of them
    site     INTEGER NOT NULL REFERENCES site,
    context  INTEGER NOT NULL REFERENCES context,
    armed    INTEGER NOT NULL,
    step     INTEGER NOT NULL,    -- from 0, the entry
    function INTEGER NOT NULL REFERENCES function,
    file     TEXT NOT NULL,       -- of the call that leads here; of the entry itself
    line     INTEGER NOT NULL,
    kind     TEXT NOT NULL,       -- 'entry', 'direct', 'indirect', 'asm', 'armed'
    via      TEXT NOT NULL,
    uncertain INTEGER NOT NULL,
    within   INTEGER NOT NULL REFERENCES context, -- context behind the step
    checked  TEXT NOT NULL,       -- privilege checks passed by this call
    PRIMARY KEY (site, context, armed, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_end (           -- sites that no entry reaches
    site   INTEGER PRIMARY KEY REFERENCES site,
    reason TEXT NOT NULL,         -- see v_dead_ends
    detail TEXT NOT NULL
) STRICT;
