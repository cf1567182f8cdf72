-- Builds, translation units and files. Private to their stages; the public face
-- is 90_views.sql.

CREATE TABLE meta (               -- what made this database
    name  TEXT PRIMARY KEY,       -- 'tool_version', 'tree', 'scan_key', ...
    value TEXT NOT NULL
) STRICT;

CREATE TABLE build (              -- one (architecture, configuration)
    id      INTEGER PRIMARY KEY,
    arch    TEXT NOT NULL,        -- Xen's name: arm64, x86_64, ...
    name    TEXT NOT NULL,        -- 'debug', 'release', or the name of a .config
    kconfig TEXT NOT NULL DEFAULT '', -- the .config, whole; '' when unknown
    UNIQUE (arch, name)
) STRICT;

CREATE TABLE tu (                 -- translation unit
    id      INTEGER PRIMARY KEY,
    build   INTEGER NOT NULL REFERENCES build,
    file    TEXT NOT NULL,        -- main file, relative to the hypervisor folder
    object  TEXT NOT NULL,        -- object file, likewise
    status  TEXT NOT NULL,        -- 'ok', 'errors', 'failed', 'crashed', 'timeout'
    detail  TEXT NOT NULL DEFAULT '', -- first error
    command TEXT NOT NULL         -- arguments, separated by char(31)
) STRICT;
CREATE INDEX tu_build ON tu (build, file);

CREATE TABLE diagnostic (         -- what libclang said of a TU
    tu       INTEGER NOT NULL REFERENCES tu,
    severity TEXT NOT NULL,       -- 'warning', 'error', 'fatal'
    file     TEXT NOT NULL,
    line     INTEGER NOT NULL,
    text     TEXT NOT NULL
) STRICT;

CREATE TABLE inactive (           -- lines of a read file that no TU of the build compiled
    build INTEGER NOT NULL REFERENCES build,
    file  TEXT NOT NULL,
    first INTEGER NOT NULL,       -- lines, inclusive
    last  INTEGER NOT NULL
) STRICT;

CREATE TABLE read_file (          -- a file that some TU of the build read
    build INTEGER NOT NULL REFERENCES build,
    file  TEXT NOT NULL,
    analysed INTEGER NOT NULL,    -- 1: by a TU of status 'ok'
    PRIMARY KEY (build, file)
) STRICT;

CREATE TABLE unexecuted (         -- what would be a site is an operand that nothing executes
    build INTEGER NOT NULL REFERENCES build,
    file  TEXT NOT NULL,
    line  INTEGER NOT NULL,
    col   INTEGER NOT NULL,
    PRIMARY KEY (build, file, line, col)
) STRICT;

CREATE TABLE expanded (           -- macro expansion that the preprocessor performed,
    build INTEGER NOT NULL REFERENCES build, -- for the macros of the census only
    file  TEXT NOT NULL,
    line  INTEGER NOT NULL,
    col   INTEGER NOT NULL,
    PRIMARY KEY (build, file, line, col)
) STRICT;
