-- The linked program: functions and calls.

CREATE TABLE function (           -- one per name and defining file in a build;
    id       INTEGER PRIMARY KEY, -- external functions without a definition have file ''
    build    INTEGER NOT NULL REFERENCES build,
    name     TEXT NOT NULL,       -- as compiled
    file     TEXT NOT NULL,       -- of the definition
    line     INTEGER NOT NULL,    -- 0: no definition seen
    end_line INTEGER NOT NULL,
    is_static   INTEGER NOT NULL,
    is_inline   INTEGER NOT NULL, -- declared inline
    is_noreturn INTEGER NOT NULL,
    is_asm      INTEGER NOT NULL, -- label in an assembly file
    section     TEXT NOT NULL DEFAULT '', -- section attribute, '.init.text' for __init
    spelled     TEXT NOT NULL DEFAULT '', -- identifier written at the definition: a macro's
                                  -- name when the function comes from one
    stop_kind   TEXT NOT NULL DEFAULT '', -- kind of site that a call of it is; '': none
    stop_reason TEXT NOT NULL DEFAULT '', -- data entry or derivation that says so
    type        TEXT NOT NULL DEFAULT '', -- of C functions with a body, canonical
    is_taken    INTEGER NOT NULL DEFAULT 0, -- its address is used as a value
    UNIQUE (build, name, file)
) STRICT;

CREATE TABLE call (               -- a call edge
    build  INTEGER NOT NULL REFERENCES build,
    caller INTEGER NOT NULL REFERENCES function,
    callee INTEGER NOT NULL REFERENCES function,
    kind   TEXT NOT NULL,         -- 'direct', 'indirect', 'asm'
    via    TEXT NOT NULL DEFAULT '', -- indirect: what carried the function to the call:
                                  -- 'record.member', variable, section, 'parameter n of f',
                                  -- 'argument' (given to a function without a body);
                                  -- asm: 'address' (taken, or in a table)
    file   TEXT NOT NULL,         -- of the call expression
    line   INTEGER NOT NULL,
    col    INTEGER NOT NULL
) STRICT;
CREATE INDEX call_caller ON call (caller);
CREATE INDEX call_callee ON call (callee);

CREATE TABLE witness (            -- what may be a site; checkers decide
    build    INTEGER NOT NULL REFERENCES build,
    function INTEGER NOT NULL REFERENCES function, -- that contains it
    file     TEXT NOT NULL,
    line     INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    col      INTEGER NOT NULL,
    frame    INTEGER NOT NULL,    -- bug frame type, -1 unknown, -2 for calls,
                                  -- -3 endless loop or trap, which `message` names
    callee   INTEGER REFERENCES function, -- calls only
    message  TEXT NOT NULL,       -- frame: its message; call: arguments as written
    chain    TEXT NOT NULL,       -- macros, see analyzer/facts/facts.h
    ordinal  INTEGER NOT NULL,
    sub      INTEGER NOT NULL,
    debug    TEXT NOT NULL,
    tus      INTEGER NOT NULL     -- TUs that compile it
) STRICT;

CREATE TABLE ending (             -- how a noreturn function may end besides its calls
    function     INTEGER NOT NULL REFERENCES function,
    unreachables INTEGER NOT NULL, -- __builtin_unreachable()
    loops        INTEGER NOT NULL, -- endless loops
    loop_callees TEXT NOT NULL,   -- functions called in them, comma list
    ends         INTEGER NOT NULL -- 1: the last statement never completes
) STRICT;

CREATE TABLE body (               -- body of a function (analyzer/tree/tree.h); one that
    id       INTEGER PRIMARY KEY, -- is compiled under different macros has several
    function INTEGER NOT NULL REFERENCES function,
    types    TEXT NOT NULL,       -- list of the types in it
    tree     TEXT NOT NULL
) STRICT;
CREATE INDEX body_function ON body (function);

CREATE TABLE variable (           -- file-scope variable with an initialiser
    id        INTEGER PRIMARY KEY,
    build     INTEGER NOT NULL REFERENCES build,
    name      TEXT NOT NULL,
    file      TEXT NOT NULL,
    line      INTEGER NOT NULL,
    is_static INTEGER NOT NULL,
    section   TEXT NOT NULL,      -- section attribute, '' for none
    types     TEXT NOT NULL,
    tree      TEXT NOT NULL
) STRICT;

CREATE TABLE unresolved (         -- call through a pointer whose functions are not all known
    build  INTEGER NOT NULL REFERENCES build,
    caller INTEGER NOT NULL REFERENCES function,
    file   TEXT NOT NULL,
    line   INTEGER NOT NULL,
    type   TEXT NOT NULL,         -- canonical type of the pointer
    text   TEXT NOT NULL,         -- the pointer as an expression
    reason TEXT NOT NULL,         -- why no function was found
    class  TEXT NOT NULL          -- 'empty': nothing is ever stored where it comes from;
                                  -- 'outside': code that is not Xen's; 'lost': not followed;
                                  -- 'partial': some functions were found, and
                                  -- something that is not followed comes in too
) STRICT;
