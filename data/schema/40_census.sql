-- Census: every textual occurrence of a stop's name in the tree.

CREATE TABLE census (
    file      TEXT NOT NULL,
    line      INTEGER NOT NULL,
    col       INTEGER NOT NULL,
    kind      TEXT NOT NULL,      -- kind that the name stands for
    name      TEXT NOT NULL,      -- the name found
    accounted TEXT NOT NULL,      -- see v_census
    detail    TEXT NOT NULL,
    PRIMARY KEY (file, line, col)
) STRICT;
