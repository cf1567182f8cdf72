-- Source around the sites, so that worksheets can be written again without the
-- tree. Written by fmea/sheet.

CREATE TABLE excerpt (
    file     TEXT NOT NULL,
    line     INTEGER NOT NULL,    -- of the site
    end_line INTEGER NOT NULL,
    first    INTEGER NOT NULL,    -- number of the text's first line
    text     TEXT NOT NULL,       -- whole lines; not necessarily UTF-8
    PRIMARY KEY (file, line, end_line)
) STRICT;
