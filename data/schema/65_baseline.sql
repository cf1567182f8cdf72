-- An earlier scan that this one is compared with; empty when none was named.
-- Written by fmea/gate.

CREATE TABLE baseline_count (     -- of the builds that both have
    what  TEXT NOT NULL,          -- 'tree', 'build' (names only); 'all', 'kind',
                                  -- 'context', 'disposition', 'priority'
    name  TEXT NOT NULL,
    sites INTEGER NOT NULL,       -- of the earlier scan
    PRIMARY KEY (what, name)
) STRICT;

CREATE TABLE baseline_site (      -- sites that are not in both, or not as they were
    site_id  TEXT PRIMARY KEY,    -- of the earlier scan when it is gone
    how      TEXT NOT NULL,       -- 'added', 'gone', 'changed', 'moved'
    was      TEXT NOT NULL,       -- FILE:LINE in the earlier scan; '' when added
    kind     TEXT NOT NULL,
    function TEXT NOT NULL,
    reason   TEXT NOT NULL        -- what changed, in words
) STRICT;
