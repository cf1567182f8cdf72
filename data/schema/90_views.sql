-- The public interface. Columns are only ever added at the end.

CREATE VIEW v_sites AS
SELECT s.site_id, s.kind, s.file, s.line, s.col AS "column", s.function,
       b.arch, b.name AS build, s.macro, s.condition,
       '' AS cause, '' AS contexts, '' AS disposition, '' AS status,
       '' AS aou, '' AS rule, '' AS confidence,
       NULL AS severity, NULL AS occurrence, NULL AS detection,
       '' AS action_priority, NULL AS bug_count,
       s.debug_only AS in_debug_only,
       s.message, s.end_line, s.macros
FROM site s JOIN build b ON b.id = s.build;

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
