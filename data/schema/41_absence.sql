-- What a build leaves out. `options` are those of the build's .config to which
-- the reason leads back, with their values there: "CONFIG_PV=n", a comma list;
-- '' when no option is to blame.

CREATE TABLE site_absence (       -- a site of some build here that another lacks
    site_id TEXT NOT NULL,
    build   INTEGER NOT NULL REFERENCES build,
    reason  TEXT NOT NULL,        -- the #if, the Makefile's line, the architecture, ...
    options TEXT NOT NULL,
    PRIMARY KEY (site_id, build)
) STRICT, WITHOUT ROWID;

CREATE TABLE census_absence (     -- an occurrence that no build here makes a site of
    file    TEXT NOT NULL,
    line    INTEGER NOT NULL,
    col     INTEGER NOT NULL,
    build   INTEGER NOT NULL REFERENCES build,
    reason  TEXT NOT NULL,
    options TEXT NOT NULL,
    PRIMARY KEY (file, line, col, build)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_row (           -- a site over all builds, a row each; written last
    site_id TEXT PRIMARY KEY,
    site    INTEGER NOT NULL REFERENCES site, -- of the build that shows most: the
                                  -- one where most contexts get there, then the first
    builds  TEXT NOT NULL,        -- "arm64 debug, arm64 release"
    count   INTEGER NOT NULL,     -- how many
    differs TEXT NOT NULL         -- what is not the same in all of them, a line each:
                                  -- "contexts: boot (arm64 debug); irq (x86_64 debug)"
) STRICT;
