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
