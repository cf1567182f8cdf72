/* SPDX-License-Identifier: GPL-2.0-only */
#include "scan_builds.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "discover.h"
#include "error.h"
#include "file.h"
#include "profiles.h"

enum { OPT_ARCH = 768, OPT_TYPE, OPT_KCONFIG, OPT_PROFILE, OPT_ALL };

static const struct argp_option options[] = {
    {"arch", OPT_ARCH, "LIST", 0,
     "Architectures, comma separated (default: arm64)", 0},
    {"build-type", OPT_TYPE, "TYPE", 0,
     "debug (default), release, or both with a comma", 0},
    {"kconfig", OPT_KCONFIG, "FILE", 0,
     "Configure with this .config; may be repeated", 0},
    {"profile", OPT_PROFILE, "LIST", 0,
     "Configurations of data/profiles/ by name, comma separated", 0},
    {"all", OPT_ALL, NULL, 0,
     "Plan builds of all architectures that together compile every site",
     0},
    {0}};

static void check_types(const char *list, struct argp_state *state)
{
    char *copy = xf_strdup(list), *at = copy, *type;

    while ((type = strsep(&at, ",")))
        if (strcmp(type, "debug") && strcmp(type, "release"))
            argp_error(state, "--build-type is debug or release, not '%s'",
                       type);
    free(copy);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct scan_builds *b = state->input;

    switch (key) {
    case OPT_ARCH:
        b->archs = arg;
        break;
    case OPT_TYPE:
        check_types(arg, state);
        b->types = arg;
        break;
    case OPT_KCONFIG:
        XF_GROW(b->kconfigs, b->nkconfigs, b->kconfigs_cap);
        b->kconfigs[b->nkconfigs++] = arg;
        break;
    case OPT_PROFILE:
        b->profiles = arg;
        break;
    case OPT_ALL:
        b->all = true;
        break;
    case ARGP_KEY_END:
        if (b->all && (b->types || b->nkconfigs || b->profiles))
            argp_error(state, "--all chooses the configurations itself; leave "
                              "--build-type, --kconfig and --profile out");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp scan_builds_argp = {.options = options, .parser = parse};

static char *copy_of(const char *text)
{
    return text ? xf_strdup(text) : NULL;
}

void scan_specs_add(struct scan_specs *specs, const struct scan_spec *spec)
{
    XF_GROW(specs->items, specs->len, specs->cap);
    specs->items[specs->len++] = (struct scan_spec){
        .arch = copy_of(spec->arch), .name = copy_of(spec->name),
        .options = copy_of(spec->options), .kconfig = copy_of(spec->kconfig),
        .config = copy_of(spec->config), .everything = spec->everything};
}

static void release_spec(struct scan_spec *spec)
{
    free(spec->arch);
    free(spec->name);
    free(spec->options);
    free(spec->kconfig);
    free(spec->config);
}

void scan_specs_release(struct scan_specs *specs)
{
    for (size_t i = 0; i < specs->len; i++)
        release_spec(&specs->items[i]);
    free(specs->items);
    memset(specs, 0, sizeof(*specs));
}

void scan_builds_release(struct scan_builds *builds)
{
    free(builds->kconfigs);
    builds->kconfigs = NULL;
}

/* Calls `fn` for each word of a comma list; the first result that is not 0. */
static int each(const char *list, int (*fn)(const char *word, void *payload),
                void *payload)
{
    char *copy = xf_strdup(list), *at = copy, *word;
    int rc = 0;

    while (!rc && (word = strsep(&at, ",")))
        if (*word)
            rc = fn(word, payload);
    free(copy);
    return rc;
}

struct listing {
    struct scan_specs *out;
    const struct scan_builds *builds;
    const struct xf_profiles *profiles;
    const char *arch;
    const char *name;
    size_t fitting; /* architectures of the list that have the profile */
};

static void add_profile(struct listing *l, const struct xf_profile *profile)
{
    const struct scan_spec spec = {
        .arch = (char *)l->arch, .name = profile->name,
        .options = profile->options, .everything = profile->everything};

    scan_specs_add(l->out, &spec);
}

static int add_type(const char *type, void *payload)
{
    struct listing *l = payload;
    const struct xf_profile *profile =
        xf_profiles_find(l->profiles, type, l->arch);

    if (profile)
        add_profile(l, profile);
    return profile ? 0 : -1;
}

static int add_types_of(const char *arch, void *payload)
{
    struct listing *l = payload;

    l->arch = arch;
    return each(l->builds->types ? l->builds->types : "debug", add_type, l);
}

/* A profile may be one of a single architecture of several that are listed. */
static int add_if_it_fits(const char *arch, void *payload)
{
    struct listing *l = payload;

    for (size_t i = 0; i < l->profiles->len; i++) {
        const struct xf_profile *p = &l->profiles->items[i];

        if (strcmp(p->name, l->name) || !xf_profile_fits(p, arch))
            continue;
        l->arch = arch;
        l->fitting++;
        add_profile(l, p);
        break;
    }
    return 0;
}

/* Without --arch a profile is of the one architecture that it names. */
static const char *own_arch(const struct listing *l)
{
    for (size_t i = 0; i < l->profiles->len; i++) {
        const struct xf_profile *p = &l->profiles->items[i];

        if (!strcmp(p->name, l->name) && *p->archs && !p->archs[1] &&
            !strpbrk(*p->archs, "*?["))
            return *p->archs;
    }
    return "arm64";
}

static int add_profiles_named(const char *name, void *payload)
{
    struct listing *l = payload;
    const char *archs = l->builds->archs;

    l->name = name;
    l->fitting = 0;
    if (!archs)
        archs = own_arch(l);
    each(archs, add_if_it_fits, l);
    if (!l->fitting) {
        char *first = xf_strndup(archs, strcspn(archs, ","));

        xf_profiles_find(l->profiles, name, first); /* says what there is */
        free(first);
        return -1;
    }
    return 0;
}

static int add_kconfig(struct listing *l, const char *file, const char *data)
{
    struct scan_spec spec = {.kconfig = (char *)file};

    /* One architecture only is meant when there is a list. */
    if (l->builds->archs && !strchr(l->builds->archs, ','))
        spec.arch = xf_strdup(l->builds->archs);
    else if (xf_discover_kconfig_arch(&spec.arch, file, data))
        return -1;
    spec.name = (char *)xf_path_base(file);
    scan_specs_add(l->out, &spec);
    free(spec.arch);
    return 0;
}

static int by_build(const void *a, const void *b)
{
    const struct scan_spec *x = a, *y = b;
    int order = strcmp(x->arch, y->arch);

    return order ? order : strcmp(x->name, y->name);
}

/* The same build twice is one; two .config files of one name are an error. */
static int drop_repeated(struct scan_specs *specs)
{
    size_t n = 0;

    qsort(specs->items, specs->len, sizeof(*specs->items), by_build);
    for (size_t i = 0; i < specs->len; i++) {
        struct scan_spec *s = &specs->items[i], last = {0};

        if (n)
            last = specs->items[n - 1];
        if (!n || by_build(&last, s)) {
            specs->items[n++] = *s;
            continue;
        }
        if ((s->kconfig || last.kconfig) &&
            (!s->kconfig || !last.kconfig ||
             strcmp(s->kconfig, last.kconfig))) {
            memmove(specs->items + n, s,
                    (specs->len - i) * sizeof(*specs->items));
            specs->len -= i - n;
            return xf_error("two builds of %s would be called '%s'; copy the "
                            "configuration to a file of another name",
                            last.arch, last.name);
        }
        release_spec(s);
    }
    specs->len = n;
    return 0;
}

int scan_builds_list(struct scan_specs *out, const struct scan_builds *builds,
                     const char *data)
{
    struct xf_profiles profiles;
    struct listing l = {.out = out, .builds = builds, .profiles = &profiles};
    int rc;

    memset(out, 0, sizeof(*out));
    if (xf_profiles_load(&profiles, data))
        return -1;
    rc = builds->profiles ? each(builds->profiles, add_profiles_named, &l) : 0;
    for (size_t i = 0; i < builds->nkconfigs && !rc; i++)
        rc = add_kconfig(&l, builds->kconfigs[i], data);
    if (!rc && (builds->types || (!builds->profiles && !builds->nkconfigs)))
        rc = each(builds->archs ? builds->archs : "arm64", add_types_of, &l);
    if (!rc && !out->len)
        rc = xf_error("--arch names no architecture");
    if (!rc)
        rc = drop_repeated(out);
    xf_profiles_release(&profiles);
    return rc;
}

static int add_seeds_of(const char *arch, void *payload)
{
    struct listing *l = payload;
    const char *last = "";

    l->arch = arch;
    for (size_t i = 0; i < l->profiles->len; i++) {
        const struct xf_profile *p = &l->profiles->items[i];

        if (!p->seed || !xf_profile_fits(p, arch) || !strcmp(p->name, last))
            continue;
        last = p->name;
        add_profile(l, p);
    }
    return 0;
}

int scan_builds_seeds(struct scan_specs *out, const struct scan_builds *builds,
                      const char *root, const char *data)
{
    struct xf_profiles profiles;
    struct listing l = {.out = out, .builds = builds, .profiles = &profiles};
    char *archs = builds->archs ? xf_strdup(builds->archs)
                                : xf_discover_archs(root, data);
    int rc = archs ? xf_profiles_load(&profiles, data) : -1;

    memset(out, 0, sizeof(*out));
    if (!rc) {
        each(archs, add_seeds_of, &l);
        xf_profiles_release(&profiles);
        rc = out->len ? drop_repeated(out)
                      : xf_error("data/profiles/ has no seed for %s", archs);
    }
    free(archs);
    return rc;
}
