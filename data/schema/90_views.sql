-- The public interface. Columns are only ever added at the end.

CREATE VIEW v_sites AS
SELECT s.site_id, s.kind, s.file, s.line, s.col AS "column", s.function,
       b.arch, b.name AS build, s.macro,
       CASE s.condition WHEN '' THEN coalesce(t.predicate, '')
            ELSE s.condition END AS condition,
       coalesce(t.cause, '') AS cause,
       (SELECT coalesce(group_concat(name, ','), '') FROM (
          SELECT c.name FROM site_context sc JOIN context c ON c.id = sc.context
          WHERE sc.site = s.id AND sc.armed = 0 ORDER BY c.id)) AS contexts,
       -- what was decided where that still holds, else what is proposed
       CASE WHEN d.state IN ('decided', 'moved') THEN d.disposition
            ELSE coalesce(p.disposition, '') END AS disposition,
       CASE WHEN d.state IS NOT NULL THEN d.state
            WHEN p.site IS NULL THEN '' ELSE 'proposed' END AS status,
       CASE WHEN d.state IN ('decided', 'moved') THEN d.aou
            ELSE coalesce(p.aou, '') END AS aou,
       coalesce(p.rule, '') AS rule,
       coalesce(p.confidence, '') AS confidence,
       r.severity, r.occurrence, r.detection,
       coalesce(r.action_priority, '') AS action_priority,
       (SELECT h.bugs FROM site_history h WHERE h.site_id = s.site_id)
           AS bug_count,
       s.debug_only AS in_debug_only,
       s.message, s.end_line, s.macros,
       -- contexts that do not get here themselves but arm what does
       (SELECT coalesce(group_concat(name, ','), '') FROM (
          SELECT c.name FROM site_context sc JOIN context c ON c.id = sc.context
          WHERE sc.site = s.id AND sc.armed = 1 ORDER BY c.id)) AS armed_by,
       -- a line for every context: "boot: start_xen > setup > f", or why none
       coalesce((SELECT group_concat(line, char(10)) FROM (
          SELECT c.name || ': ' || (SELECT group_concat(name, ' > ') FROM (
             SELECT f.name FROM path_step p JOIN function f ON f.id = p.function
             WHERE p.site = s.id AND p.context = sc.context AND p.armed = 0
             ORDER BY p.step)) AS line
          FROM site_context sc JOIN context c ON c.id = sc.context
          WHERE sc.site = s.id AND sc.armed = 0 ORDER BY c.id)),
          (SELECT 'none: ' || d.detail FROM dead_end d WHERE d.site = s.id),
          '') AS paths,
       coalesce(p.disposition, '') AS proposed,
       -- of all builds that have the site, see v_site_rows
       coalesce(w.builds, b.arch || ' ' || b.name) AS builds,
       coalesce(w.differs, '') AS differs
FROM site s JOIN build b ON b.id = s.build
LEFT JOIN site_row w ON w.site_id = s.site_id
LEFT JOIN trigger t ON t.site = s.id
LEFT JOIN proposal p ON p.site = s.id
LEFT JOIN decision d ON d.site_id = s.site_id
LEFT JOIN failure_row r ON r.site = s.id AND r.n = 1;

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

-- The conditions of the callers along the recorded path: function is called
-- only when.
CREATE VIEW v_path_conditions AS
SELECT s.site_id, b.arch, b.name AS build, c.name AS context, p.step,
       g.name AS caller, f.name AS function, p.file, p.line, t.way
FROM path_step p
JOIN path_step q ON q.site = p.site AND q.context = p.context
     AND q.armed = p.armed AND q.step = p.step - 1
JOIN trigger_call t ON t.caller = q.function AND t.callee = p.function
     AND t.line = p.line
JOIN site s ON s.id = p.site
JOIN build b ON b.id = s.build
JOIN context c ON c.id = p.context
JOIN function f ON f.id = p.function
JOIN function g ON g.id = q.function
WHERE p.armed = 0;

-- What a disposition has to know of the place, as in table trigger_context.
CREATE VIEW v_aftermath AS
SELECT s.site_id, b.arch, b.name AS build, c.returns, c.callers, c.checking,
       c.changed_line, c.subject, c.error_line, c.next, c.next_line
FROM trigger_context c
JOIN site s ON s.id = c.site
JOIN build b ON b.id = s.build;

-- Everything of Cppcheck about a site, a row each. kind: of a value 'known',
-- 'possible' or 'impossible'; of a finding its id. statement: in words.
CREATE VIEW v_cppcheck AS
SELECT s.site_id, b.arch, b.name AS build, v.kind, v.part, v.text, v.bound,
       v.value, v.line,
       CASE v.part WHEN 'condition' THEN
          CASE WHEN v.bound = '=' AND v.kind = 'known' THEN
               'condition known ' || iif(v.value, 'true', 'false')
               WHEN v.bound = '=' AND v.kind = 'possible' THEN
               'condition possibly ' || iif(v.value, 'true', 'false')
               WHEN v.bound = '=' AND v.value = 0 THEN 'condition never false'
               ELSE 'condition ' || iif(v.kind = 'impossible', 'never', v.kind)
                    || ' ' || v.bound || ' ' || v.value
               END
       ELSE v.text || CASE v.kind WHEN 'known' THEN ' is known '
                                  WHEN 'possible' THEN ' is possibly '
                                  ELSE ' is never ' END
            || CASE v.bound WHEN '=' THEN '' ELSE v.bound || ' ' END || v.value
       END || ' (valueFlow'
       || CASE v.line WHEN 0 THEN '' ELSE ', by the condition at line ' || v.line
          END || ')' AS statement,
       t.file AS unit
FROM cppcheck_value v
JOIN site s ON s.id = v.site
JOIN build b ON b.id = s.build
JOIN tu t ON t.id = v.tu
UNION ALL
SELECT s.site_id, b.arch, b.name, f.id, f.place, '', '', NULL, f.line,
       f.message || ' (' || f.id
       || CASE WHEN f.line BETWEEN s.line AND s.end_line THEN ''
          ELSE ', line ' || f.line END || ')', ''
FROM cppcheck_finding f
JOIN site s ON s.id = f.site
JOIN build b ON b.id = s.build;

-- Units that Cppcheck was run on, as in table cppcheck_unit.
CREATE VIEW v_cppcheck_units AS
SELECT b.arch, b.name AS build, t.file, t.object, u.status, u.detail, u.sites,
       u.found
FROM cppcheck_unit u
JOIN tu t ON t.id = u.tu
JOIN build b ON b.id = t.build;

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

-- Past bugs of a site, the best match of each. match: 'predicate' this very
-- stop fired; 'site' the fix added or changed it; 'function' the fix changed
-- the function, near to the stop when it is a long one; 'file' only the file.
-- distance: lines between the change and the stop, at most those of the
-- function; empty for 'file'. bug_count of v_sites counts the first three, of
-- bugs that count for this tree.
CREATE VIEW v_bugs AS
SELECT x.site_id, b.bug_id, b.date, b.xsa, b.cve, b.fix_commit, x.match,
       x.class, x.distance, b.age, b.in_tree, b.party, b.kinds, b.mentions,
       b.releases, x.why, b.subject, b.counts
FROM bug_site x JOIN bug b ON b.id = x.bug
UNION ALL
SELECT s.site_id, b.bug_id, b.date, b.xsa, b.cve, b.fix_commit, 'file',
       '', NULL, b.age, b.in_tree, b.party, b.kinds, b.mentions,
       b.releases, 'the fix changed this file', b.subject, b.counts
FROM (SELECT DISTINCT site_id, file FROM site) s
JOIN (SELECT DISTINCT bug, file FROM bug_place) p ON p.file = s.file
JOIN bug b ON b.id = p.bug
WHERE NOT EXISTS (SELECT 1 FROM bug_site x
                  WHERE x.bug = p.bug AND x.site_id = s.site_id);

-- What past bugs say of a site's rating.
CREATE VIEW v_site_history AS
SELECT site_id, bugs, advisories, fired, last_fired, added_for, occurrence,
       reason
FROM site_history;

-- Functions by past stops per line; the rank damps those of a few lines.
CREATE VIEW v_hot_spots AS
SELECT file, function, lines, stops, bugs, advisories, per_100,
       rank() OVER (ORDER BY stops / (lines + 25.0) DESC, bugs DESC, file,
                    function) AS rank
FROM hot_spot;

-- Where control enters Xen.
CREATE VIEW v_entries AS
SELECT b.arch, b.name AS build, f.name AS function, f.file,
       d.name AS context, e.rule || ': ' || e.source AS source, e.fallback
FROM entry e
JOIN function f ON f.id = e.function
JOIN context c ON c.id = e.context
JOIN context d ON d.id = c.shown
JOIN build b ON b.id = e.build
WHERE e.armed = 0;

-- One shortest path for every context that reaches a site. The file and line of
-- a step are those of the call that leads to it, of the first one its own.
-- `within` is the context behind the step.
CREATE VIEW v_paths AS
SELECT s.site_id, b.arch, b.name AS build, c.name AS context,
       (SELECT g.name FROM path_step q JOIN function g ON g.id = q.function
        WHERE q.site = p.site AND q.context = p.context AND q.armed = p.armed
          AND q.step = 0) AS entry,
       p.step, f.name AS function, p.file, p.line, p.kind, p.via, p.uncertain,
       w.name AS within, p.checked, f.file AS function_file
FROM path_step p
JOIN site s ON s.id = p.site
JOIN build b ON b.id = s.build
JOIN context c ON c.id = p.context
JOIN context v ON v.id = p.within
JOIN context w ON w.id = v.shown
JOIN function f ON f.id = p.function
WHERE p.armed = 0;

-- The same for contexts that only arm what reaches the site: the step of kind
-- 'armed' is taken later, by Xen itself.
CREATE VIEW v_armed_paths AS
SELECT s.site_id, b.arch, b.name AS build, c.name AS context,
       (SELECT g.name FROM path_step q JOIN function g ON g.id = q.function
        WHERE q.site = p.site AND q.context = p.context AND q.armed = p.armed
          AND q.step = 0) AS entry,
       p.step, f.name AS function, p.file, p.line, p.kind, p.via, p.uncertain,
       w.name AS within, p.checked, f.file AS function_file
FROM path_step p
JOIN site s ON s.id = p.site
JOIN build b ON b.id = s.build
JOIN context c ON c.id = p.context
JOIN context v ON v.id = p.within
JOIN context w ON w.id = v.shown
JOIN function f ON f.id = p.function
WHERE p.armed = 1;

-- Sites that no entry reaches. reason: 'unresolved-pointer' a pointer of which
-- no function is known may lead here; 'held-back' only calls that cannot
-- happen there lead here; 'assembly' a label that nothing is known to branch
-- to; 'never-called' the address is taken, no pointer that holds it is called;
-- 'no-caller' nothing calls it. The last two mean: dead in this build.
CREATE VIEW v_dead_ends AS
SELECT s.site_id, b.arch, b.name AS build, s.kind, s.file, s.line, s.function,
       d.reason, d.detail
FROM dead_end d
JOIN site s ON s.id = d.site
JOIN build b ON b.id = s.build;

-- The worksheet of the failure modes and effects analysis: a row per site,
-- build and failure mode. What only debug builds check has two: they stop, and
-- release builds go on with a broken invariant. Numbers that are NULL are not
-- rated; action_priority then is '?'.
CREATE VIEW v_worksheet AS
SELECT s.site_id || '/' || r.n AS row_id, s.site_id, b.arch, b.name AS build,
       s.file, s.line, s.function, s.kind,
       coalesce((SELECT value FROM site_fact WHERE site = s.id
                 AND name = 'subsystem'), '') AS subsystem,
       coalesce((SELECT value FROM site_fact WHERE site = s.id
                 AND name = 'maintainer'), '') AS maintainer,
       coalesce((SELECT replace(value, char(10), ', ') FROM site_class
                 WHERE site = s.id AND name = 'purpose'), '') AS purpose,
       -- of Xen itself, and those that an assumption repeats
       coalesce((SELECT group_concat(id, ', ') FROM (
          SELECT q.requirement AS id FROM site_requirement q
          WHERE q.site = s.id
          UNION SELECT a.upstream FROM aou_site x
          JOIN aou a ON a.id = x.aou AND a.upstream <> ''
          WHERE x.site = s.id ORDER BY 1)), '') AS requirement,
       r.mode, r.failure_mode,
       coalesce(t.origin, '') AS failure_cause,
       coalesce(t.cause, '') AS cause,
       r.local_effect, r.system_effect,
       coalesce((SELECT value FROM site_class WHERE site = s.id
                 AND name = 'role'), '') AS least_role,
       coalesce((SELECT value FROM site_class WHERE site = s.id
                 AND name = 'interference'), '') AS interference,
       coalesce((SELECT replace(value, char(10), ', ') FROM site_fact
                 WHERE site = s.id AND name = 'contexts'), '') AS contexts,
       coalesce((SELECT value FROM site_class WHERE site = s.id
                 AND name = 'phase'), '') AS phase,
       coalesce(t.verdict, '') AS feasibility,
       coalesce(t.proof, '') AS feasibility_why,
       -- decisions before the predicate, which keep the cause away
       coalesce((SELECT group_concat(text, '; ') FROM (
          SELECT (CASE l.polarity WHEN 1 THEN '' ELSE 'not ' END) || '`' ||
                 l.text || '` at line ' || l.line AS text
          FROM trigger_literal l WHERE l.site = s.id
            AND l.role IN ('guard', 'check', 'case') ORDER BY l.n)), '')
          AS prevention,
       CASE s.debug_only WHEN 1 THEN 'checked in debug builds only'
            ELSE 'checked in all builds' END ||
       coalesce('; message: ' || (SELECT 'console ' || value FROM site_fact
                 WHERE site = s.id AND name = 'console'), '')
          AS detection_control,
       r.severity, r.severity_why, r.occurrence, r.occurrence_why,
       r.detection, r.detection_why, r.action_priority,
       p.disposition, coalesce(d.state, 'proposed') AS status, p.rationale,
       p.aou, p.rule,
       p.confidence, p.source,
       coalesce((SELECT group_concat(text, char(10)) FROM (
          SELECT text FROM proposal_evidence e WHERE e.site = s.id
          ORDER BY e.n)), '') AS evidence,
       p.price,
       coalesce((SELECT value FROM site_class WHERE site = s.id
                 AND name = 'reaction'), '') AS reaction,
       coalesce((SELECT replace(value, char(10), '; ') FROM site_fact
                 WHERE site = s.id AND name = 'changed'), '') AS state_changed,
       p.misra, p.verify AS verification, p.question,
       coalesce(g.name, '') AS decision_group,
       coalesce(g.title, '') AS group_title, coalesce(g.why, '') AS group_why,
       coalesce((SELECT replace(value, char(10), ', ') FROM site_fact
                 WHERE site = s.id AND name = 'kconfig'), '') AS kconfig,
       -- what people decided: disposition to question above are the proposal
       coalesce(d.disposition, '') AS decided_disposition,
       coalesce(d.rationale, '') AS decided_rationale,
       coalesce(d.aou, '') AS decided_aou,
       coalesce(d.who, '') AS decided_by,
       coalesce(d.decided_on, '') AS decided_on,
       coalesce(d.meeting, '') AS meeting,
       coalesce(d.state, '') AS decision_state,
       coalesce(d.why, (SELECT 'its group is decided (' || e.disposition ||
                 '), this site is not among those it was decided for'
                 FROM decision e WHERE e.state = 'group'
                 AND e.decided_group = g.name), '') AS decision_why,
       coalesce(d.decided_group, '') AS decided_group,
       coalesce(d.action, '') AS action, coalesce(d.owner, '') AS action_owner,
       coalesce(d.progress, '') AS action_status,
       -- shown: 1 in the build that shows most of the site
       coalesce(w.builds, b.arch || ' ' || b.name) AS builds,
       coalesce(w.differs, '') AS differs,
       coalesce(w.site, s.id) = s.id AS shown
FROM failure_row r
JOIN site s ON s.id = r.site
JOIN build b ON b.id = s.build
JOIN proposal p ON p.site = s.id
LEFT JOIN trigger t ON t.site = s.id
LEFT JOIN decision_group g ON g.id = p.decision_group
LEFT JOIN decision d ON d.site_id = s.site_id
LEFT JOIN site_row w ON w.site_id = s.site_id;

-- Assumptions of use and the sites that they touch. certain: 1 the site cannot
-- fire under it; 0 other ways remain, `how` says which.
CREATE VIEW v_aous AS
SELECT a.id AS aou, a.category, a.sentence, a.rationale, a.verify, a.upstream,
       a.state, s.site_id, b.arch, b.name AS build, s.file, s.line, s.function,
       x.certain, x.how
FROM aou a
LEFT JOIN aou_site x ON x.aou = a.id
LEFT JOIN site s ON s.id = x.site
LEFT JOIN build b ON b.id = s.build;

-- Requirements of the tree and the sites in the code that they speak of; sites
-- are NULL where there is none.
CREATE VIEW v_requirements AS
SELECT q.id AS requirement, q.title, q.text, q.covers, q.file AS in_file,
       q.line AS in_line, s.site_id, b.arch, b.name AS build, s.file, s.line,
       s.function
FROM requirement q
LEFT JOIN site_requirement x ON x.requirement = q.id
LEFT JOIN site s ON s.id = x.site
LEFT JOIN build b ON b.id = s.build;

-- Sites that one decision can settle together, by build. decided: how many of
-- them are, in whatever way; stale ones and those left open are not.
CREATE VIEW v_groups AS
SELECT g.name AS decision_group, g.title, g.why, b.arch, b.name AS build,
       count(*) AS sites, min(p.disposition) AS disposition,
       count(*) FILTER (WHERE d.state IN ('decided', 'moved')) AS decided,
       coalesce((SELECT e.disposition FROM decision e WHERE e.state = 'group'
                 AND e.decided_group = g.name), '') AS decided_disposition
FROM proposal p
JOIN decision_group g ON g.id = p.decision_group
JOIN site s ON s.id = p.site
JOIN build b ON b.id = s.build
LEFT JOIN decision d ON d.site_id = s.site_id
GROUP BY g.id, b.id;

-- Every line of the file of decisions: state as in table decision. Lines of
-- sites that are gone and of groups have no site_id.
CREATE VIEW v_decisions AS
SELECT site_id, decided_as, decided_group, state, why, disposition, rationale,
       aou, who, decided_on, meeting, action, owner, progress, file, function,
       text, place
FROM decision;
