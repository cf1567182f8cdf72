-- The public interface. Columns are only ever added at the end.

CREATE VIEW v_sites AS
SELECT s.site_id, s.kind, s.file, s.line, s.col AS "column", s.function,
       b.arch, b.name AS build, s.macro,
       CASE s.condition WHEN '' THEN coalesce(t.predicate, '')
            ELSE s.condition END AS condition,
       coalesce(t.cause, '') AS cause, '' AS contexts, '' AS disposition, '' AS status,
       '' AS aou, '' AS rule, '' AS confidence,
       NULL AS severity, NULL AS occurrence, NULL AS detection,
       '' AS action_priority, NULL AS bug_count,
       s.debug_only AS in_debug_only,
       s.message, s.end_line, s.macros
FROM site s JOIN build b ON b.id = s.build
LEFT JOIN trigger t ON t.site = s.id;

-- What must have been decided for the site to fire, in order, the predicate
-- last; role as in table trigger_literal.
CREATE VIEW v_conditions AS
SELECT s.site_id, b.arch, b.name AS build, l.n, l.text, l.polarity, l.file,
       l.line, l.origin, l.cause, l.role
FROM trigger_literal l
JOIN site s ON s.id = l.site
JOIN build b ON b.id = s.build;

-- The same in one sentence; verdict: whether it can hold at all.
CREATE VIEW v_triggers AS
SELECT s.site_id, b.arch, b.name AS build, t.sentence, t.predicate, t.cause,
       t.origin, t.verdict, t.proof, c.console, c.console_why
FROM trigger t
JOIN site s ON s.id = t.site
JOIN build b ON b.id = s.build
LEFT JOIN trigger_context c ON c.site = s.id;

-- A site that fires because a callee reported an error: the places that made
-- the error.
CREATE VIEW v_producers AS
SELECT s.site_id, b.arch, b.name AS build, p.n, p.function, p.file, p.line,
       p.text, p.cause, p.origin
FROM trigger_producer p
JOIN site s ON s.id = p.site
JOIN build b ON b.id = s.build;

-- What a disposition has to know of the place, as in table trigger_context.
CREATE VIEW v_aftermath AS
SELECT s.site_id, b.arch, b.name AS build, c.returns, c.callers, c.checking,
       c.changed_line, c.subject, c.error_line, c.next, c.next_line
FROM trigger_context c
JOIN site s ON s.id = c.site
JOIN build b ON b.id = s.build;

CREATE VIEW v_calls AS
SELECT b.arch, b.name AS build, f.name AS caller, f.file AS caller_file,
       g.name AS callee, g.file AS callee_file, c.kind, c.via, c.file, c.line
FROM call c
JOIN function f ON f.id = c.caller
JOIN function g ON g.id = c.callee
JOIN build b ON b.id = c.build;

-- Calls through pointers for which no function was found, or perhaps not every
-- one (class 'partial').
CREATE VIEW v_unresolved AS
SELECT b.arch, b.name AS build, f.name AS caller, f.file AS caller_file, u.file,
       u.line, u.type, u.text, u.class, u.reason
FROM unresolved u
JOIN function f ON f.id = u.caller
JOIN build b ON b.id = u.build;

-- Functions that a header's site ends up in, because they inline it.
CREATE VIEW v_inliners AS
SELECT s.site_id, b.arch, b.name AS build, f.name AS function, f.file, sf.how
FROM site_function sf
JOIN site s ON s.id = sf.site
JOIN function f ON f.id = sf.function
JOIN build b ON b.id = s.build;

CREATE VIEW v_tus AS
SELECT b.arch, b.name AS build, t.file, t.object, t.status, t.detail
FROM tu t JOIN build b ON b.id = t.build;

-- accounted: 'site' a row of some build here; 'other-config' compiled by no
-- build here, detail names the #if or the file; 'macro-definition'; 'comment';
-- 'string'; 'declaration'; 'not-C';
-- 'not-a-call' a mention of the name (its address taken, say); 'unanalysed' in a TU that did not parse;
-- 'unaccounted' none of these, which is a defect.
CREATE VIEW v_census AS
SELECT file, line, kind, accounted, detail, name, col AS "column" FROM census;
