-- What went wrong before, joined with the sites; and what triage looks up.

CREATE TABLE mention (            -- a stop as it is written, in any configuration
    file     TEXT NOT NULL,       -- as in census, whose place it shares
    line     INTEGER NOT NULL,
    col      INTEGER NOT NULL,
    function TEXT NOT NULL,       -- by the text alone; a macro's name in its body
    in_macro INTEGER NOT NULL,
    text     TEXT NOT NULL,       -- arguments as written, white space folded
    PRIMARY KEY (file, line, col)
) STRICT;

CREATE TABLE bug (                -- something that went wrong once: a commit that put it
    id       INTEGER PRIMARY KEY, -- right, or a stop that triage recorded
    bug_id   TEXT NOT NULL UNIQUE, -- the fix's commit, 12 digits, or 'log-' and a checksum
    fix_commit TEXT NOT NULL,     -- '' for a recorded stop
    date     TEXT NOT NULL,       -- when the fix went in, YYYY-MM-DD
    kinds    TEXT NOT NULL,       -- comma list: advisory, fix, revert, quote (it quotes a
                                  -- crash), mention (of an advisory), stop (it took a stop
                                  -- away), fired (it says that a stop fired or could),
                                  -- refactoring (that nothing changes for anybody), field
                                  -- (recorded by triage)
    xsa      TEXT NOT NULL,       -- advisories that it is a part of: 'XSA-7, XSA-8'
    cve      TEXT NOT NULL,
    mentions TEXT NOT NULL,       -- advisories that it only speaks of
    party    TEXT NOT NULL,       -- who could trigger it, where the message says so, else
                                  -- 'unknown'
    fixes    TEXT NOT NULL,       -- commits that brought it in
    releases TEXT NOT NULL,       -- first releases that have the fix, per branch
    in_tree  TEXT NOT NULL,       -- 'yes', 'no', 'unknown': whether the scanned tree has it
    counts   INTEGER NOT NULL,    -- 1: it counts as a past bug of this tree
    age      INTEGER NOT NULL,    -- days before the newest commit that is known
    subject  TEXT NOT NULL        -- of the commit, read from the tree's own clone, or ''
) STRICT;

CREATE TABLE bug_place (          -- functions that the fix changed, where they are today
    bug      INTEGER NOT NULL REFERENCES bug,
    file     TEXT NOT NULL,
    function TEXT NOT NULL,       -- '' : the file only
    class    TEXT NOT NULL,       -- what became of a stop there, 'fired', 'trap' (the
                                  -- processor trapped there), '' for none of these
    why      TEXT NOT NULL,
    PRIMARY KEY (bug, file, function)
) STRICT;
CREATE INDEX bug_place_at ON bug_place (file, function);

CREATE TABLE bug_site (           -- the best match of a bug and a site
    bug      INTEGER NOT NULL REFERENCES bug,
    site_id  TEXT NOT NULL,
    match    TEXT NOT NULL,       -- 'predicate' its very text fired; 'site' the fix added
                                  -- or changed it; 'function'
    class    TEXT NOT NULL,
    distance INTEGER NOT NULL,    -- lines between the change and the stop; where that is
                                  -- not known, those of the function
    why      TEXT NOT NULL,
    PRIMARY KEY (site_id, bug)
) STRICT;

CREATE TABLE site_history (       -- what follows for the rating; no row: no past bug
    site_id    TEXT PRIMARY KEY,
    bugs       INTEGER NOT NULL,  -- that count
    advisories INTEGER NOT NULL,  -- of these
    fired      INTEGER NOT NULL,  -- times that this stop is known to have fired
    last_fired TEXT NOT NULL,     -- date of the last fix or record, '' never
    added_for  TEXT NOT NULL,     -- bug whose fix added the site, ''
    occurrence INTEGER NOT NULL,  -- 1 to 10, from history alone
    reason     TEXT NOT NULL
) STRICT;

CREATE TABLE hot_spot (           -- functions by past stops per line
    file       TEXT NOT NULL,
    function   TEXT NOT NULL,
    lines      INTEGER NOT NULL,
    stops      INTEGER NOT NULL,  -- bugs that fired, added, changed or took away a stop
    bugs       INTEGER NOT NULL,  -- all that changed the function
    advisories INTEGER NOT NULL,
    per_100    REAL NOT NULL,     -- stops in 100 lines
    PRIMARY KEY (file, function)
) STRICT;

CREATE TABLE moved_file (         -- names that a file of the tree had before
    file     TEXT NOT NULL,       -- today's
    old_file TEXT NOT NULL,
    PRIMARY KEY (file, old_file)
) STRICT;
