-- What is proposed for each site, and on which facts. Written by fmea/rate,
-- which can run again alone: everything but site_fact and call_use is made
-- from these two, the rules and the safety context.

CREATE TABLE site_fact (          -- what the rules may speak of (data/rules/facts.json)
    site  INTEGER NOT NULL REFERENCES site,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,          -- lists: an element a line
    PRIMARY KEY (site, name)
) STRICT;

CREATE TABLE site_class (         -- facts that follow from these, the rules' classes, the
    site  INTEGER NOT NULL REFERENCES site, -- assumptions and the safety context
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (site, name)
) STRICT;

CREATE TABLE call_use (           -- what a caller does with a result
    build  INTEGER NOT NULL REFERENCES build,
    caller INTEGER NOT NULL REFERENCES function,
    callee INTEGER NOT NULL REFERENCES function,
    line   INTEGER NOT NULL,
    use    TEXT NOT NULL          -- 'tested', 'returned' (on to the next caller), 'stops' (the
                                  -- caller stops the host), 'used' (a value), 'ignored', 'unknown'
) STRICT;
CREATE INDEX call_use_callee ON call_use (callee, caller);

CREATE TABLE aou (                -- assumptions of use (data/aou/)
    id        TEXT PRIMARY KEY,
    category  TEXT NOT NULL,
    sentence  TEXT NOT NULL,      -- in the form of a requirement of Xen
    rationale TEXT NOT NULL,
    verify    TEXT NOT NULL,      -- how the integrator shows that it holds
    upstream  TEXT NOT NULL,      -- requirement of Xen that says it already, ''
    state     TEXT NOT NULL       -- 'offered', 'upstream', 'accepted', 'withdrawn'
) STRICT;

CREATE TABLE aou_site (           -- an assumption and a site whose trigger it touches
    site    INTEGER NOT NULL REFERENCES site,
    aou     TEXT NOT NULL REFERENCES aou,
    n       INTEGER NOT NULL,     -- literal of the trigger that cannot hold under it; 0:
                                  -- nothing leads there
    certain INTEGER NOT NULL,     -- 1: then the site cannot fire; 0: other ways remain
    how     TEXT NOT NULL,        -- the implication, or what remains
    PRIMARY KEY (site, aou)
) STRICT;

CREATE TABLE decision_group (     -- sites that one decision can settle
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,   -- stable: made of what its sites have in common
    title TEXT NOT NULL,
    why   TEXT NOT NULL
) STRICT;

CREATE TABLE proposal (           -- one per site
    site        INTEGER PRIMARY KEY REFERENCES site,
    disposition TEXT NOT NULL,    -- 'keep', 'propagate', 'remove-by-AoU',
                                  -- 'remove-impossible', 'needs review'
    confidence  TEXT NOT NULL,    -- 'high', 'medium', 'low'
    rule        TEXT NOT NULL,    -- id of the rule that says so
    source      TEXT NOT NULL,    -- of the rule
    rationale   TEXT NOT NULL,
    question    TEXT NOT NULL,    -- what a person has to answer, ''
    verify      TEXT NOT NULL,    -- idea for a test
    aou         TEXT NOT NULL,    -- it rests on; or those that would remove it
    price       TEXT NOT NULL,    -- of an error instead of the stop, ''
    misra       TEXT NOT NULL,    -- guidelines that lean on the site, ''
    decision_group INTEGER REFERENCES decision_group
) STRICT;

CREATE TABLE proposal_evidence (
    site INTEGER NOT NULL REFERENCES site,
    n    INTEGER NOT NULL,        -- from 1
    text TEXT NOT NULL,
    PRIMARY KEY (site, n)
) STRICT;

CREATE TABLE failure_row (        -- a row of the worksheet: site and failure mode
    site       INTEGER NOT NULL REFERENCES site,
    n          INTEGER NOT NULL,  -- from 1
    mode       TEXT NOT NULL,     -- 'stops', 'goes on'
    failure_mode  TEXT NOT NULL,
    local_effect  TEXT NOT NULL,
    system_effect TEXT NOT NULL,
    severity   INTEGER,           -- NULL: not rated
    severity_why   TEXT NOT NULL, -- reason and rule
    occurrence INTEGER,
    occurrence_why TEXT NOT NULL,
    detection  INTEGER,
    detection_why  TEXT NOT NULL,
    action_priority TEXT NOT NULL, -- 'H', 'M', 'L'; '?' when a number is missing
    PRIMARY KEY (site, n)
) STRICT;

-- What the stages before know of a site, by the names of data/rules/facts.json.
-- NULL: not known.
CREATE VIEW rate_fact (site, name, value) AS
SELECT id, 'kind', kind FROM site
UNION ALL SELECT id, 'file', file FROM site
UNION ALL SELECT id, 'place', file || ':' || line FROM site
UNION ALL SELECT id, 'function', function FROM site
UNION ALL SELECT id, 'macro', macro FROM site
UNION ALL SELECT id, 'macros', replace(macros, ' > ', char(10)) FROM site
UNION ALL SELECT id, 'message', message FROM site
UNION ALL SELECT id, 'callee', callee FROM site
UNION ALL SELECT id, 'debug_only', CASE debug_only WHEN 1 THEN 'yes' ELSE 'no' END
          FROM site
UNION ALL SELECT s.id, 'arch', b.arch FROM site s JOIN build b ON b.id = s.build
UNION ALL SELECT s.id, 'build', b.name FROM site s JOIN build b ON b.id = s.build
UNION ALL SELECT s.id, 'condition', CASE s.condition WHEN '' THEN
                 coalesce(t.predicate, '') ELSE s.condition END
          FROM site s LEFT JOIN trigger t ON t.site = s.id
-- twins: the same stop in how many places
UNION ALL SELECT s.id, 'twins', (SELECT count(*) FROM site o
                 WHERE o.build = s.build AND o.kind = s.kind
                   AND o.condition = s.condition AND o.macro = s.macro
                   AND o.condition <> '') FROM site s
UNION ALL SELECT s.id, 'init', CASE WHEN EXISTS (SELECT 1 FROM site_function sf
                 JOIN function f ON f.id = sf.function WHERE sf.site = s.id
                 AND sf.how = 'body' AND f.section LIKE '.init%')
                 THEN 'yes' ELSE 'no' END FROM site s
-- files with a call of the function: how much of a helper it is
UNION ALL SELECT s.id, 'caller_files', (SELECT count(DISTINCT c.file)
                 FROM site_function sf JOIN call c ON c.callee = sf.function
                 WHERE sf.site = s.id AND sf.how = 'body') FROM site s
-- reach: without one entry nothing is known of any site
UNION ALL SELECT s.id, 'contexts', (SELECT coalesce(group_concat(name, char(10)), '')
                 FROM (SELECT DISTINCT c.name FROM site_context sc
                       JOIN context c ON c.id = sc.context
                       WHERE sc.site = s.id AND sc.armed = 0 ORDER BY c.id))
          FROM site s WHERE EXISTS (SELECT 1 FROM entry e WHERE e.build = s.build)
UNION ALL SELECT s.id, 'armed_by', (SELECT coalesce(group_concat(name, char(10)), '')
                 FROM (SELECT DISTINCT c.name FROM site_context sc
                       JOIN context c ON c.id = sc.context
                       WHERE sc.site = s.id AND sc.armed = 1 ORDER BY c.id))
          FROM site s WHERE EXISTS (SELECT 1 FROM entry e WHERE e.build = s.build)
UNION ALL SELECT s.id, 'ncontexts', (SELECT count(DISTINCT sc.context)
                 FROM site_context sc WHERE sc.site = s.id AND sc.armed = 0)
          FROM site s WHERE EXISTS (SELECT 1 FROM entry e WHERE e.build = s.build)
UNION ALL SELECT site, 'dead_end', reason FROM dead_end
UNION ALL SELECT site, 'dead_end_detail', detail FROM dead_end
-- triggers
UNION ALL SELECT site, 'sentence', sentence FROM trigger
UNION ALL SELECT site, 'cause', nullif(cause, 'unknown') FROM trigger
UNION ALL SELECT site, 'origin', origin FROM trigger
UNION ALL SELECT site, 'verdict', verdict FROM trigger
UNION ALL SELECT site, 'proof', proof FROM trigger
UNION ALL SELECT site, 'causes', group_concat(cause, char(10)) FROM
          (SELECT DISTINCT site, cause FROM trigger_literal
           WHERE cause <> '' ORDER BY site, cause) GROUP BY site
UNION ALL SELECT site, 'producers', group_concat(cause, char(10)) FROM
          (SELECT DISTINCT site, cause FROM trigger_producer
           ORDER BY site, cause) GROUP BY site
UNION ALL SELECT site, 'console', nullif(console, 'unknown') FROM trigger_context
UNION ALL SELECT site, 'subject', subject FROM trigger_context
UNION ALL SELECT site, 'next', next FROM trigger_context
-- history: only when there is any of this tree
UNION ALL SELECT s.id, 'bugs', coalesce(h.bugs, 0)
          FROM site s LEFT JOIN site_history h ON h.site_id = s.site_id
          WHERE EXISTS (SELECT 1 FROM bug)
UNION ALL SELECT s.id, 'advisories', coalesce(h.advisories, 0)
          FROM site s LEFT JOIN site_history h ON h.site_id = s.site_id
          WHERE EXISTS (SELECT 1 FROM bug)
UNION ALL SELECT s.id, 'fired', coalesce(h.fired, 0)
          FROM site s LEFT JOIN site_history h ON h.site_id = s.site_id
          WHERE EXISTS (SELECT 1 FROM bug)
UNION ALL SELECT s.id, 'added_for', coalesce(h.added_for, '')
          FROM site s LEFT JOIN site_history h ON h.site_id = s.site_id
          WHERE EXISTS (SELECT 1 FROM bug)
UNION ALL SELECT s.id, 'history_number', h.occurrence
          FROM site s JOIN site_history h ON h.site_id = s.site_id
UNION ALL SELECT s.id, 'history_reason', h.reason
          FROM site s JOIN site_history h ON h.site_id = s.site_id;

CREATE TABLE anchor (             -- what the numbers of the scales used stand for
    scale  TEXT NOT NULL,         -- 'severity', 'occurrence', 'detection'
    number INTEGER NOT NULL,
    text   TEXT NOT NULL,
    PRIMARY KEY (scale, number)
) STRICT;
