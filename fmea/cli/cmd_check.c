/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea check: the gate. Compares the sites of a tree with decisions and a
 * baseline, and says what is new, where, and what to do about it.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "check.h"
#include "discover.h"
#include "error.h"
#include "file.h"
#include "hash.h"
#include "report.h"

/* ---- options ------------------------------------------------------------ */

enum {
    OPT_DB = 256,
    OPT_BASE,
    OPT_BASELINE,
    OPT_DECISIONS,
    OPT_POLICY,
    OPT_FAIL_ON,
    OPT_SARIF,
    OPT_SARIF_FOR,
    OPT_CODE_QUALITY,
    OPT_HTML,
    OPT_CI,
    OPT_WRITE_BASELINE,
    OPT_QUICK,
    OPT_CACHE,
    OPT_SCAN /* and those behind it: passed on to scan */
};

static const char *const passed_on[] = {"arch", "build-type", "kconfig",
                                        "build-dir", "compile-commands",
                                        "timeout", "clang", "cache-size"};

static const struct argp_option options[] = {
    {"base", OPT_BASE, "REVISION", 0,
     "Compare every commit since this revision of the tree's git repository "
     "with the one before", 0},
    {"baseline", OPT_BASELINE, "FILE", 0,
     "Compare with an earlier scan (its folder, xenfmea.db or worksheet.json) "
     "or with a file of --write-baseline", 0},
    {"decisions", OPT_DECISIONS, "FILE", 0,
     "Decisions, a file or a folder (default: fmea-decisions.json here or "
     "beside the hypervisor folder)", 0},
    {"policy", OPT_POLICY, "FILE", 0,
     "What fails and what warns (default: data/policy/default.json)", 0},
    {"fail-on", OPT_FAIL_ON, "LEVEL", 0,
     "Exit with 1 on fail (default) or on warn as well", 0},
    {"db", OPT_DB, "FILE", 0,
     "Check this scan (its folder or xenfmea.db) instead of scanning", 0},
    {"quick", OPT_QUICK, NULL, 0,
     "Do not find out who can reach a new site", 0},
    {"write-baseline", OPT_WRITE_BASELINE, "FILE", 0,
     "Write the sites of the tree to a file for --baseline", 0},
    {"sarif", OPT_SARIF, "FILE", 0, "Write SARIF 2.1.0", 1},
    {"sarif-for", OPT_SARIF_FOR, "WHOM", 0,
     "all (default), or github: without what is justified, which GitHub "
     "would show", 1},
    {"code-quality", OPT_CODE_QUALITY, "FILE", 0,
     "Write a Code Quality report for GitLab", 1},
    {"html", OPT_HTML, "FILE", 0, "Write a page to keep as an artifact", 1},
    {"ci", OPT_CI, "WHICH", 0,
     "Log for github (annotations), gitlab (sections) or none (default: as "
     "the environment says)", 1},
    {"arch", OPT_SCAN + 0, "LIST", 0, "As for scan, like those that follow", 2},
    {"build-type", OPT_SCAN + 1, "TYPE", 0, "", 2},
    {"kconfig", OPT_SCAN + 2, "FILE", 0, "", 2},
    {"build-dir", OPT_SCAN + 3, "DIR", 0, "", 2},
    {"compile-commands", OPT_SCAN + 4, "FILE", 0, "", 2},
    {"timeout", OPT_SCAN + 5, "SECONDS", 0, "", 2},
    {"clang", OPT_SCAN + 6, "PROGRAM", 0, "", 2},
    {"cache-size", OPT_SCAN + 7, "MIB", 0, "", 2},
    {"cache", OPT_CACHE, "DIR", 0, "", 2},
    {"jobs", 'j', "N", 0, "", 2},
    {"verbose", 'v', NULL, 0, "Say what each commit cost", 3},
    {"quiet", 'q', NULL, 0, "Only say what is wrong", 3},
    {0}};

static void one_of(const char *arg, const char *name, const char *a,
                   const char *b, const char *c, struct argp_state *state)
{
    if (strcmp(arg, a) && strcmp(arg, b) && strcmp(arg, c))
        argp_error(state, "--%s is not '%s'; see --help", name, arg);
}

static void pass_on(struct check *c, char *option)
{
    if (c->nscan_options < 39)
        c->scan_options[c->nscan_options++] = option;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct check *c = state->input;

    if (key >= OPT_SCAN && key < OPT_SCAN + 8) {
        pass_on(c, xf_format("--%s=%s", passed_on[key - OPT_SCAN], arg));
        return 0;
    }
    switch (key) {
    case OPT_DB:
        c->db = arg;
        break;
    case OPT_BASE:
        c->base = arg;
        break;
    case OPT_BASELINE:
        c->baseline = arg;
        break;
    case OPT_DECISIONS:
        c->decisions.named = arg;
        break;
    case OPT_POLICY:
        c->policy_path = arg;
        break;
    case OPT_FAIL_ON:
        one_of(arg, "fail-on", "fail", "warn", "warn", state);
        c->fail_on_warnings = !strcmp(arg, "warn");
        break;
    case OPT_SARIF:
        c->sarif = arg;
        break;
    case OPT_SARIF_FOR:
        one_of(arg, "sarif-for", "all", "github", "github", state);
        c->github_sarif = !strcmp(arg, "github");
        break;
    case OPT_CODE_QUALITY:
        c->code_quality = arg;
        break;
    case OPT_HTML:
        c->html = arg;
        break;
    case OPT_CI:
        one_of(arg, "ci", "github", "gitlab", "none", state);
        c->ci = arg;
        break;
    case OPT_WRITE_BASELINE:
        c->write_baseline = arg;
        break;
    case OPT_QUICK:
        c->quick = true;
        break;
    case OPT_CACHE:
        c->cache = arg;
        break;
    case 'j':
        pass_on(c, xf_format("-j%s", arg));
        break;
    case 'v':
        c->verbose = true;
        break;
    case 'q':
        c->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (c->tree)
            argp_error(state, "one tree at a time");
        c->tree = arg;
        break;
    case ARGP_KEY_END:
        if (!c->tree)
            argp_error(state, "name a Xen tree");
        if (c->base && c->baseline)
            argp_error(state, "--base or --baseline, not both");
        if (c->base && c->db)
            argp_error(state, "--base scans by itself; leave --db away");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- what to compare with ----------------------------------------------- */

static int find_places(struct check *c)
{
    char hex[XF_HASH_HEX];

    c->root = xf_discover_hypervisor(c->tree);
    if (!c->root)
        return -1;
    c->cache_dir = cmd_cache_dir(c->cache, c->root);
    if (!c->cache_dir)
        return -1;
    xf_hash_bytes(hex, c->root, strlen(c->root));
    c->folder = xf_format("%s/check/%.16s", c->cache_dir, hex);
    c->prefix = xf_git_prefix(c->root);
    return 0;
}

static int load_decisions(struct check *c)
{
    if (decisions_arg_load(&c->decisions, c->root))
        return -1;
    c->decisions_file = xf_strdup(c->decisions.path ? c->decisions.path
                                                    : XF_DECISIONS_FILE);
    return 0;
}

static int load_baseline(struct check *c)
{
    if (!c->baseline)
        return 0;
    c->against = xf_strdup(c->baseline);
    if (xf_has_suffix(c->baseline, ".json") &&
        !xf_version_is_json(c->baseline)) {
        if (xf_decisions_load(&c->known_list, c->baseline))
            return -1;
        c->known = xf_decisions_sites(&c->known_list);
        return 0;
    }
    c->have_baseline = true;
    return xf_version_load(&c->baseline_scan, c->baseline);
}

static int load_policy(struct check *c)
{
    const char *data = cmd_data_dir();
    char *path;

    if (!data)
        return -1;
    path = c->policy_path ? xf_strdup(c->policy_path)
                          : xf_path_join(data, "policy/default.json");
    c->policy = xf_policy_load(path);
    free(path);
    return c->policy ? 0 : -1;
}

/* A baseline without one of the builds would make all of its sites new. */
static int check_builds(const struct check *c)
{
    for (size_t i = 0; c->have_baseline && i < c->now.builds.len; i++)
        if (xf_map_find(&c->baseline_scan.builds, c->now.builds.keys[i]) ==
            XF_MAP_NONE)
            return xf_error("%s has no build %s; scan the baseline with the "
                            "same --arch and configuration",
                            c->baseline, c->now.builds.keys[i]);
    return 0;
}

/* ---- the check ---------------------------------------------------------- */

int check_once(struct check *c)
{
    struct xf_check how = {
        .now = &c->now, .root = c->root, .policy = c->policy,
        .decisions = decisions_arg_list(&c->decisions),
        .baseline = c->have_baseline ? &c->baseline_scan : NULL,
        .known = c->known.items ? &c->known : NULL};

    if (check_builds(c))
        return -1;
    return xf_findings_make(&c->findings, &how);
}

static bool wants_reach(const struct check *c)
{
    for (size_t i = 0; i < c->findings.len; i++)
        if (c->findings.items[i].state <= XF_STATE_CHANGED)
            return !c->quick && !c->db;
    return false;
}

/* Who reaches what is new: the whole analysis, only when there is something to
 * say it about. */
static int add_reach(struct check *c)
{
    struct xf_version full = {0};
    int rc = check_scan(c, &full, c->root, "full", true);

    if (!rc)
        xf_findings_say(&c->findings, &full, c->policy);
    xf_version_release(&full);
    return rc;
}

static int look(struct check *c)
{
    int rc;

    if (c->base)
        rc = check_series(c);
    else if (c->db)
        rc = xf_version_load(&c->now, c->db);
    else
        rc = check_scan(c, &c->now, c->root, "now", false);
    if (!rc && !c->base)
        rc = check_once(c);
    if (!rc && wants_reach(c))
        rc = add_reach(c);
    xf_findings_sort(&c->findings);
    return rc;
}

/* ---- reports ------------------------------------------------------------ */

typedef void report_fn(struct xf_buf *out, const struct xf_report *report);

static int write_report(const char *path, report_fn *fn,
                        const struct xf_report *report)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    if (path) {
        fn(&text, report);
        rc = xf_file_write_atomic(path, text.data, text.len);
    }
    xf_buf_release(&text);
    return rc;
}

static int write_baseline(const struct check *c)
{
    struct xf_decisions list = {0};
    struct xf_buf text = XF_BUF_INIT;
    int rc;

    if (!c->write_baseline)
        return 0;
    for (size_t i = 0; i < c->now.sites.len; i++) {
        struct xf_decision *d = xf_decisions_add(&list);

        xf_decision_set_site(d, &c->now.sites.items[i]);
        xf_decision_set(&d->disposition, "open");
    }
    xf_decisions_print(&text, &list, NULL);
    rc = xf_file_write_atomic(c->write_baseline, text.data, text.len);
    xf_buf_release(&text);
    xf_decisions_release(&list);
    return rc;
}

static char *build_list(const struct xf_version *version)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < version->builds.len; i++)
        xf_buf_addf(&out, "%s%s", i ? ", " : "", version->builds.keys[i]);
    return xf_buf_detach(&out);
}

/* GitHub reads a file that many steps append to. */
static void append_summary(const struct xf_report *report)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    struct xf_buf text = XF_BUF_INIT;
    FILE *out = path && *path ? fopen(path, "ae") : NULL;

    if (!out)
        return;
    xf_report_summary(&text, report);
    fwrite(text.data, 1, text.len, out);
    fclose(out);
    xf_buf_release(&text);
}

static int say(const struct check *c, struct xf_report *report)
{
    struct xf_buf text = XF_BUF_INIT;
    bool github = c->ci ? !strcmp(c->ci, "github")
                        : getenv("GITHUB_ACTIONS") != NULL;

    report->sections = c->ci ? !strcmp(c->ci, "gitlab")
                             : getenv("GITLAB_CI") != NULL;
    if (!c->quiet || c->findings.levels[XF_LEVEL_FAIL] ||
        c->findings.levels[XF_LEVEL_WARN])
        xf_report_text(&text, report);
    if (github) {
        xf_report_annotations(&text, report);
        append_summary(report);
    }
    if (c->incomplete.len)
        xf_buf_addf(&text, "the scan is not complete, so sites may be "
                           "missing:\n%s", c->incomplete.data);
    if (text.len)
        fwrite(text.data, 1, text.len, stdout);
    xf_buf_release(&text);
    if (fflush(stdout) || ferror(stdout))
        return xf_error("cannot write to the standard output: %s",
                        strerror(errno));
    return 0;
}

static int report_all(const struct check *c)
{
    char *builds = build_list(&c->now);
    struct xf_report report = {
        .findings = &c->findings, .prefix = c->prefix,
        .decisions = c->decisions_file, .version = XF_VERSION,
        .root = c->root, .tree = c->now.tree, .builds = builds,
        .against = c->against ? c->against : "", .github = c->github_sarif,
        .now = (long)time(NULL)};
    int rc = write_report(c->sarif, xf_report_sarif, &report) ||
             write_report(c->code_quality, xf_report_codequality, &report) ||
             write_report(c->html, xf_report_html, &report) ||
             write_baseline(c) || say(c, &report);

    free(builds);
    return rc ? -1 : 0;
}

static void release(struct check *c)
{
    xf_findings_release(&c->findings);
    xf_version_release(&c->now);
    xf_version_release(&c->baseline_scan);
    decisions_arg_release(&c->decisions);
    xf_decisions_release(&c->known_list);
    free(c->known.items);
    xf_policy_free(c->policy);
    xf_buf_release(&c->incomplete);
    free(c->root);
    free(c->cache_dir);
    free(c->folder);
    free(c->prefix);
    free(c->against);
    free(c->decisions_file);
    for (int i = 0; i < c->nscan_options; i++)
        free((char *)c->scan_options[i]);
}

int cmd_check(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse_option, .args_doc = "XEN-TREE",
        .doc = "Say which places that stop the host are new, or are no longer "
               "what was decided, and what to do about each. Without a "
               "baseline every site that is not decided is new.\v"
               "Exit status: 0 fine, 1 something is to be fixed (or the scan "
               "is not complete), 2 trouble."};
    struct check c = {0};
    int rc;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &c);
    rc = find_places(&c) || load_policy(&c) || load_decisions(&c) ||
         load_baseline(&c) || look(&c) || report_all(&c);
    if (rc)
        rc = cmd_trouble();
    else if (c.findings.levels[XF_LEVEL_FAIL] || c.incomplete.len ||
             (c.fail_on_warnings && c.findings.levels[XF_LEVEL_WARN]))
        rc = XF_EXIT_FINDINGS;
    release(&c);
    return rc;
}
