/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One run of `xenfmea scan` or `xenfmea merge`: its options, its state, and
 * the steps, in the order in which they are taken. Functions returning int give
 * 0, or -1 with xf_error() set.
 */
#ifndef XF_SCAN_H
#define XF_SCAN_H

#include <stdbool.h>

#include "buf.h"
#include "decisions_arg.h"
#include "discover.h"
#include "hash.h"
#include "memo.h"
#include "outputs.h"
#include "pool.h"
#include "scan_builds.h"
#include "scan_history.h"
#include "shard.h"
#include "sites.h"
#include "store.h"

struct scan_build {
    struct xf_build commands;
    struct xf_tu *tus;
    struct xf_unit *units;       /* parallel to the commands */
    struct xf_unit_names *names; /* parallel, see scan_name_units() */
    struct xf_buf *places;       /* parallel, see scan_cppcheck_places() */
    struct xf_buf *reads;        /* likewise */
    unsigned int parsed;
    long peak_kib;
};

struct scan {
    /* options */
    const char *tree, *build_dir, *compile_commands;
    const char *out, *cache, *clang, *context;
    unsigned int jobs, timeout, cache_size;
    bool quiet, verbose, sites_only, cppcheck;
    unsigned int part, parts; /* of a shard; parts 0: the whole */
    char **shards;            /* to merge */
    size_t nshards, shards_cap;
    struct scan_builds which;
    struct scan_history history;
    struct decisions_arg decisions;
    /* state of the run */
    const char *data;
    char basis[XF_HASH_HEX]; /* hash of program and data, by scan_tree_key() */
    char *root;    /* hypervisor folder whose text is shown and counted */
    char *standin;
    char *cache_dir;
    char *cppcheck_version; /* NULL: Cppcheck is not asked */
    unsigned int cppcheck_units, cppcheck_cached;
    struct xf_outputs outputs;
    const char *shard_output[2]; /* its one file, when this is a shard */
    struct xf_catalogue *catalogue;
    struct scan_build *builds;
    size_t nbuilds, cap;
    struct xf_buf summary;
    int status;
    bool bar; /* a progress line is on the terminal */
    double since; /* when the current stage began, seconds */
};

/* ---- scan.c ---- */

/* Data folder and catalogue. */
int scan_prepare(struct scan *s);
/* Where nothing may be written. Without a tree only the commands tell; reading
 * those that exist writes nothing either. */
int scan_find_root(struct scan *s);
int scan_make_output(struct scan *s);
/* The commands of another tree would make sites of one and a census of the
 * other. What xenfmea recorded itself compiles a copy. */
int scan_check_sources(const struct scan *s);
void scan_build_release(struct scan_build *b);
/* All but its commands: it may be parsed again. */
void scan_build_release_units(struct scan_build *b);
void scan_release(struct scan *s);

/* ---- scan_units.c ---- */

int scan_find_cache(struct scan *s);
int scan_find_standin(struct scan *s);
/* The builds to scan: those asked for, or the one that exists already. */
int scan_discover(struct scan *s);
/* Append one. */
int scan_discover_one(struct scan *s, const struct scan_spec *spec);
/* One line now instead of one for every assembly file later. */
int scan_check_clang(const struct scan *s);
/* The facts of every unit of this part, of builds that have none yet. */
int scan_parse(struct scan *s);
/* What the outputs call the units, wherever the build lies. */
void scan_name_units(struct scan_build *b);

/* ---- scan_plan.c ---- */

/* The builds of --all: further configurations for as long as they compile
 * further sites, and of these the few that have all. */
int scan_plan(struct scan *s);

/* ---- scan_key.c ---- */

/* What the worksheet calls the tree, however it was named to us ("."). The
 * caller frees. */
char *scan_tree_name(const struct scan *s);
/* The tree, and everything of ours that its facts and outputs depend on. */
int scan_tree_key(struct scan *s, char hex[XF_HASH_HEX]);
/* Everything that the outputs depend on. */
int scan_outputs_key(struct scan *s, char hex[XF_HASH_HEX]);

/* ---- scan_memo.c ---- */

/* What an earlier scan of this tree with these builds kept; NULL without a
 * cache folder. */
struct xf_memo *scan_memo_open(const struct scan *s);
/* Keep what this one found, when it went through all stages, and free it. */
void scan_memo_close(const struct scan *s, struct xf_memo *memo,
                     bool is_complete);

/* ---- scan_cppcheck.c ---- */

/* What Cppcheck will have to know of the facts, which linking uses up. */
void scan_cppcheck_places(struct scan_build *b);
int scan_cppcheck(struct scan *s, struct xf_store *store);

/* ---- scan_database.c ---- */

/* Facts of a build into the database, which uses them up. */
int scan_link_build(struct xf_store *store, struct scan_build *b);
/* Bodies and variables are for stages that are left out: remove them. */
void scan_drop_trees(struct xf_buf *facts);
/* From facts to outputs, unless they are there already. */
int scan_write_sheet(struct scan *s);
/* What `check` needs of a tree, in a fraction of the time. */
int scan_write_sites(struct scan *s);

/* ---- scan_progress.c ---- */

void scan_clear_bar(struct scan *s);
/* Callbacks; the payload is the scan. */
void scan_show_step(void *payload, const char *what);
void scan_show_parse(void *payload, unsigned int done, unsigned int total,
                     const char *file);
void scan_show_waiting(void *payload);
/* With -v: how long the stage that ends here took. Benchmarks read it. */
void scan_stage_ends(struct scan *s, const char *name);

/* ---- scan_summary.c ---- */

/* Add lines to s->summary and set s->status when something needs a look. */
void scan_say_build(struct scan *s, const struct scan_build *b);
int scan_summarise(struct scan *s, struct xf_store *store);
/* Print the summary and where the outputs are. */
int scan_report(struct scan *s);

#endif
