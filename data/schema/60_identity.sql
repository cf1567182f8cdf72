-- What a site is, in parts, so that it can be found again in another version
-- of the tree. Written by fmea/identity.

CREATE TABLE identity (           -- one per site id, whatever the builds
    site_id   TEXT PRIMARY KEY,
    version   INTEGER NOT NULL,   -- XF_IDENTITY_VERSION of the parts below
    file      TEXT NOT NULL,
    function  TEXT NOT NULL,      -- as written: a macro's name when it comes from one
    kind      TEXT NOT NULL,
    text      TEXT NOT NULL,      -- the invocation as tokens, blanks and comments dropped
    conditions TEXT NOT NULL,     -- predicates in the builds, sorted, newline between;
                                  -- more than one when a macro differs between them
    message   TEXT NOT NULL,
    guard     TEXT NOT NULL,      -- conditions written around it in the function, outermost
                                  -- first, ' / ' between
    near      TEXT NOT NULL,      -- hashes of the nearest lines of code before and behind
    macros    TEXT NOT NULL,      -- outermost first, ' > ' between
    ordinal   INTEGER NOT NULL,   -- among those with equal file, function, kind and text
    line      INTEGER NOT NULL,
    end_line  INTEGER NOT NULL
) STRICT;
