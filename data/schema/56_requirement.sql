-- Xen's own requirements and the sites in the code that they speak of. Written
-- by fmea/rate.

CREATE TABLE requirement (        -- of the tree (docs/fusa/reqs)
    id     TEXT PRIMARY KEY,      -- XenSwdgn~name~1
    title  TEXT NOT NULL,
    text   TEXT NOT NULL,         -- its description
    covers TEXT NOT NULL,         -- ids, ', ' between
    file   TEXT NOT NULL,
    line   INTEGER NOT NULL
) STRICT;

CREATE TABLE site_requirement (   -- data/rules/requirements.json
    site        INTEGER NOT NULL REFERENCES site,
    requirement TEXT NOT NULL REFERENCES requirement,
    PRIMARY KEY (site, requirement)
) STRICT;
