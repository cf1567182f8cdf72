/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"

#define ENOUGH (256 * 1024) /* bytes, worth a write */

static int trouble(const struct stream *out)
{
    return xf_error("cannot write %s: %s; free some space there, or choose "
                    "another place with -o",
                    out->path ? out->path : "to the standard output",
                    strerror(errno));
}

char *stream_temporary(const char *path)
{
    char *tmp = xf_format("%s.tmp.XXXXXX", path);
    int fd = mkstemp(tmp);

    if (fd >= 0) {
        fchmod(fd, 0644);
        close(fd);
        return tmp;
    }
    xf_error("cannot write %s: %s; choose another place with -o", path,
             strerror(errno));
    free(tmp);
    return NULL;
}

int stream_begin(struct stream *out, const char *path)
{
    memset(out, 0, sizeof(*out));
    out->path = path;
    if (!path) {
        out->file = stdout;
        return 0;
    }
    out->tmp = stream_temporary(path);
    if (!out->tmp)
        return -1;
    out->file = fopen(out->tmp, "we");
    if (out->file)
        return 0;
    trouble(out);
    return stream_end(out, 1);
}

static int write_out(struct stream *out)
{
    size_t len = out->text.len;

    if (len && fwrite(out->text.data, 1, len, out->file) != len)
        return trouble(out);
    xf_buf_clear(&out->text);
    return 0;
}

int stream_flush(struct stream *out)
{
    return out->text.len < ENOUGH ? 0 : write_out(out);
}

int stream_end(struct stream *out, int failed)
{
    int rc = failed ? -1 : write_out(out);

    if (!rc && fflush(out->file))
        rc = trouble(out);
    if (out->path && out->file && fclose(out->file) && !rc)
        rc = trouble(out);
    if (!rc && out->path)
        rc = xf_file_commit(out->tmp, out->path);
    else if (out->tmp)
        unlink(out->tmp);
    xf_buf_release(&out->text);
    free(out->tmp);
    memset(out, 0, sizeof(*out));
    return rc;
}
