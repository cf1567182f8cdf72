-- Sites: places that stop the host.

CREATE TABLE site (
    id        INTEGER PRIMARY KEY,
    build     INTEGER NOT NULL REFERENCES build,
    site_id   TEXT NOT NULL,      -- stable identity, same in every build
    kind      TEXT NOT NULL,
    file      TEXT NOT NULL,
    line      INTEGER NOT NULL,   -- first line of the outermost invocation
    end_line  INTEGER NOT NULL,   -- its last line (clang prints this one)
    col       INTEGER NOT NULL,
    function  TEXT NOT NULL,      -- plain C name
    macro     TEXT NOT NULL,      -- outermost expansion, '' when none
    macros    TEXT NOT NULL,      -- all of them, outermost first, ' > ' between
    condition TEXT NOT NULL,      -- predicate as written, '' for unconditional kinds
    message   TEXT NOT NULL,      -- text that is printed, as written
    witness   TEXT NOT NULL,      -- 'frame' (bug frame), 'call' (of a stop function), 'loop' (or trap that nothing
                                  -- handles); 'asm': any of them, in a .S file
    callee    TEXT NOT NULL,      -- for 'call': the function that stops
    frame     INTEGER NOT NULL,   -- bug frame type, -1 for calls, loops and traps
    ordinal   INTEGER NOT NULL,   -- among equal texts in the function, from 0
    debug_only INTEGER NOT NULL,
    debug_why  TEXT NOT NULL DEFAULT '', -- the #if that makes it so
    tus       INTEGER NOT NULL,   -- how many TUs compile it
    UNIQUE (build, site_id)
) STRICT;
CREATE INDEX site_place ON site (file, line);
CREATE INDEX site_text ON site (build, kind, condition, macro);

CREATE TABLE site_function (      -- functions that contain the site, directly or because
    site      INTEGER NOT NULL REFERENCES site, -- they inline the header function it sits in
    function  INTEGER NOT NULL REFERENCES function,
    how       TEXT NOT NULL,      -- 'body', 'inlined'
    PRIMARY KEY (site, function)
) STRICT;
