-- Public views of what builds have in common and what they leave out. Columns
-- are only ever added at the end.

-- A row per site. arch and build are of the build that shows most of it;
-- builds lists all that have it, absent those scanned that do not, differs what
-- is not the same everywhere, a line each.
CREATE VIEW v_site_rows AS
SELECT r.site_id, s.kind, s.file, s.line, s.function, b.arch, b.name AS build,
       r.builds, r.count,
       coalesce((SELECT group_concat(text, ', ') FROM (
          SELECT c.arch || ' ' || c.name AS text FROM site_absence a
          JOIN build c ON c.id = a.build WHERE a.site_id = r.site_id
          ORDER BY c.id)), '') AS absent,
       r.differs
FROM site_row r
JOIN site s ON s.id = r.site
JOIN build b ON b.id = s.build;

-- A row per site and build of the database. present 0: the build does not have
-- it, absent_why says what keeps it out and options to which values of its
-- .config that leads back ("CONFIG_PV=n").
CREATE VIEW v_site_builds AS
SELECT s.site_id, b.arch, b.name AS build, 1 AS present, s.kind, s.file, s.line,
       s.function,
       CASE s.condition WHEN '' THEN coalesce(t.predicate, '')
            ELSE s.condition END AS condition,
       coalesce(t.cause, '') AS cause, coalesce(t.verdict, '') AS feasibility,
       (SELECT coalesce(group_concat(name, ','), '') FROM (
          SELECT c.name FROM site_context sc JOIN context c ON c.id = sc.context
          WHERE sc.site = s.id AND sc.armed = 0 ORDER BY c.id)) AS contexts,
       coalesce(p.disposition, '') AS disposition,
       '' AS absent_why, '' AS options
FROM site s
JOIN build b ON b.id = s.build
LEFT JOIN trigger t ON t.site = s.id
LEFT JOIN proposal p ON p.site = s.id
UNION ALL
SELECT a.site_id, b.arch, b.name, 0, s.kind, s.file, s.line, s.function,
       '', '', '', '', '', a.reason, a.options
FROM site_absence a
JOIN build b ON b.id = a.build
JOIN site_row r ON r.site_id = a.site_id
JOIN site s ON s.id = r.site;

-- Text that reads as a stop and that no build here makes a site of.
CREATE VIEW v_uncovered AS
SELECT file, line, col AS "column", kind, name, accounted, detail AS reason
FROM census WHERE accounted IN ('other-config', 'unanalysed', 'unaccounted');

-- What the value of an option takes away in a build: sites that another build
-- here has, and occurrences that no build here makes a site of. What several
-- options keep out counts for each.
CREATE VIEW v_options AS
WITH RECURSIVE cut(arch, build, what, item, rest) AS (
  SELECT b.arch, b.name, 'site', '', a.options || ', '
  FROM site_absence a JOIN build b ON b.id = a.build WHERE a.options <> ''
  UNION ALL
  SELECT b.arch, b.name, 'occurrence', '', a.options || ', '
  FROM census_absence a JOIN build b ON b.id = a.build WHERE a.options <> ''
  UNION ALL
  SELECT arch, build, what, substr(rest, 1, instr(rest, ', ') - 1),
         substr(rest, instr(rest, ', ') + 2)
  FROM cut WHERE rest <> '')
SELECT item AS option, arch, build,
       count(*) FILTER (WHERE what = 'site') AS sites,
       count(*) FILTER (WHERE what = 'occurrence') AS occurrences
FROM cut WHERE item <> '' GROUP BY item, arch, build;
