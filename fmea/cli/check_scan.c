/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Scans for 'xenfmea check', each in a process of its own: a scan that fails
 * costs that scan, and `scan` stays the one way to make a database.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cmd.h"
#include "error.h"
#include "file.h"
#include "proc.h"

static int failed(const char *tree, const struct xf_buf *said)
{
    const char *text = said->len ? said->data : "";
    const char *colon = strncmp(text, "xenfmea: ", 9) ? text : text + 9;

    return xf_error("cannot scan %s: %.*s", tree, (int)strcspn(colon, "\n"),
                    *colon ? colon : "the scan ended without a message");
}

int check_scan(struct check *check, struct xf_version *out, const char *tree,
               const char *name, bool full)
{
    char *folder = xf_format("%s/%s", check->folder, name);
    char *log = xf_format("%s/%s.log", check->folder, name);
    const char *argv[60] = {"/proc/self/exe", "scan", tree, "-q", "-o", folder,
                            "--cache", check->cache_dir};
    struct xf_buf text = XF_BUF_INIT, errors = XF_BUF_INIT;
    struct xf_proc how = {.out = &text, .log = log};
    int n = 8, rc;

    if (!full)
        argv[n++] = "--sites-only";
    for (int i = 0; i < check->nscan_options; i++)
        argv[n++] = check->scan_options[i];
    argv[n] = NULL;
    rc = xf_mkdirs(check->folder) ? -1 : xf_proc_run(&how, argv);
    if (rc > XF_EXIT_FINDINGS) {
        if (xf_file_exists(log) && !xf_file_read(&errors, log))
            rc = failed(tree, &errors);
        else
            rc = failed(tree, &text);
    } else if (rc == XF_EXIT_FINDINGS) {
        xf_buf_clear(&check->incomplete);
        xf_buf_adds(&check->incomplete, text.len ? text.data : "");
        rc = 0;
    }
    if (!rc)
        rc = xf_version_load(out, folder);
    xf_buf_release(&text);
    xf_buf_release(&errors);
    free(folder);
    free(log);
    return rc;
}
