-- What people decided, joined with the sites of this scan. A copy for whoever
-- reads the database: what counts is the file of decisions. Written by
-- fmea/decisions.

CREATE TABLE decision (           -- a line of the file of decisions
    id          INTEGER PRIMARY KEY,
    site_id     TEXT UNIQUE,      -- the site that it is about now; NULL: a group's own
                                  -- line, or its site is gone
    decided_as  TEXT NOT NULL,    -- id of the site when it was decided; '' for a group
    decided_group TEXT NOT NULL,  -- id of the group that it was decided in, ''
    state       TEXT NOT NULL,    -- 'decided' it holds; 'moved' the same condition in
                                  -- another place, to be confirmed; 'stale' what was
                                  -- decided upon has changed; 'open' left open by a
                                  -- person; 'vanished' the site is gone; 'group'
    why         TEXT NOT NULL,    -- what changed, how it was found again
    disposition TEXT NOT NULL,    -- of the group, when it was decided in one
    rationale   TEXT NOT NULL,
    aou         TEXT NOT NULL,    -- ids, ', ' between
    who         TEXT NOT NULL,
    decided_on  TEXT NOT NULL,    -- YYYY-MM-DD
    meeting     TEXT NOT NULL,
    action      TEXT NOT NULL,
    owner       TEXT NOT NULL,
    progress    TEXT NOT NULL,    -- of the action
    file        TEXT NOT NULL,    -- the site when it was decided
    function    TEXT NOT NULL,
    text        TEXT NOT NULL,
    place       TEXT NOT NULL     -- file of decisions and line
) STRICT;
CREATE INDEX decision_decided_group ON decision (decided_group);
