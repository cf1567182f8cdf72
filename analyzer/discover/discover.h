/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From a Xen tree to the compile commands of one build, without writing a byte
 * into the tree: the part of it that its build needs is copied into the cache
 * folder, configured there, and its own make runs with stand-ins for the
 * compiler and linker that record instead of compiling.
 *
 * Functions returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_DISCOVER_H
#define XF_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

/* One translation unit as clang 19 understands it. */
struct xf_command {
    char *dir;    /* absolute working folder */
    char *file;   /* absolute path of the main file */
    char *object; /* relative to the build root, '/'-separated: its name */
    char **argv;  /* arguments only: no compiler name, main file, -c, -o, -M*;
                     GCC-only options dropped, --target=... present */
    size_t argc;
    bool is_asm;  /* .S or .s: to be preprocessed, not parsed */
};

struct xf_build {
    char *arch;    /* Xen's name: arm64, x86_64, arm32, ... */
    char *name;    /* "debug", "release", a profile, or the base name of a
                      .config: tells the builds of an architecture apart */
    char *source;  /* absolute path of the hypervisor folder that the commands
                      refer to: the cache's copy, or the user's own */
    char *objects; /* absolute path of the folder with the objects (where
                      generated headers live); may equal `source` */
    char *kconfig; /* text of the .config; "" when there is none */
    char *options; /* header that has it as macros, relative to `source` */
    struct xf_command *commands; /* sorted by object */
    size_t len, cap;
    /* Make targets that failed although the rest was captured: one line each,
     * "" when none. Shown to the user, never dropped. */
    char *failures;
    /* While this lives no other scan changes the copy in the cache: descriptor
     * of its lock plus 1, 0 for none. */
    int lock;
};

struct xf_discover {
    const char *tree;     /* what the user named */
    const char *arch;     /* NULL: from the build folder or commands */
    const char *name;     /* of the build; NULL: "debug", or kconfig's */
    const char *options;  /* lines that are put behind the default .config, or
                             NULL: CONFIG_DEBUG=y */
    bool everything;      /* not the default: all that `options` leave open on */
    const char *kconfig;  /* a .config instead, or NULL */
    const char *config;   /* the text of one, or NULL */
    const char *build_dir;        /* an existing build, or NULL */
    const char *compile_commands; /* a compile_commands.json, or NULL */
    const char *cache;    /* folder that may be written */
    const char *data;     /* data/ */
    const char *standin;  /* path of the stand-in program */
    const char *clang;    /* "clang-19" */
    unsigned int jobs;
    unsigned int seconds; /* limit for each make run; 0: none */
    void (*progress)(void *payload, const char *what); /* may be NULL */
    void *payload;
};

/* The hypervisor folder of what the user named: itself or its xen/. Absolute,
 * real path; the caller frees. NULL with xf_error(): not a Xen tree. */
char *xf_discover_hypervisor(const char *tree);

/* The architecture that a .config is for; the caller frees. 0, or -1. */
int xf_discover_kconfig_arch(char **out, const char *kconfig, const char *data);
/* Architectures that the hypervisor folder `root` has a default configuration
 * for, comma separated; the caller frees. NULL with xf_error(). */
char *xf_discover_archs(const char *root, const char *data);

int xf_discover(struct xf_build *out, const struct xf_discover *how);
void xf_build_release(struct xf_build *build);

#endif
