/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One self-contained page: the template data/web/index.html with {{NAME}}
 * replaced by the file data/web/NAME, {{data}} by the JSON of page.c and
 * {{nonce}} by a hash of it, which the page's content security policy asks of
 * every script and style.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "escape.h"
#include "file.h"
#include "hash.h"
#include "page.h"

static int add_part(struct xf_buf *out, const char *web, const char *name,
                    const struct xf_buf *json)
{
    char *path;
    int rc;

    if (!strcmp(name, "data")) {
        xf_buf_add(out, json->data, json->len);
        return 0;
    }
    if (!strcmp(name, "nonce")) {
        char nonce[XF_HASH_HEX];

        xf_hash_bytes(nonce, json->data, json->len);
        xf_buf_adds(out, nonce);
        return 0;
    }
    path = xf_path_join(web, name);
    rc = xf_file_read(out, path);
    free(path);
    return rc;
}

/* What is filled in is not searched for {{ again: source code holds them. */
static int fill(struct xf_buf *out, const char *template, const char *web,
                const struct xf_buf *json)
{
    const char *open, *close;
    int rc = 0;

    while (!rc && (open = strstr(template, "{{")) &&
           (close = strstr(open, "}}"))) {
        char *name = xf_strndup(open + 2, (size_t)(close - open - 2));

        xf_buf_add(out, template, (size_t)(open - template));
        rc = add_part(out, web, name, json);
        free(name);
        template = close + 2;
    }
    xf_buf_adds(out, template);
    return rc;
}

int xf_page_write(const struct xf_page *page, const char *path,
                  const char *data)
{
    struct xf_buf template = XF_BUF_INIT, html = XF_BUF_INIT;
    char *web = xf_path_join(data, "web");
    char *index = xf_path_join(web, "index.html");
    int rc = xf_file_read(&template, index);

    if (!rc)
        rc = fill(&html, template.data, web, &page->json);
    if (!rc)
        rc = xf_file_write_atomic(path, html.data, html.len);
    xf_buf_release(&html);
    xf_buf_release(&template);
    free(index);
    free(web);
    return rc;
}

/* The two places of the template that differ when a server gives it out. Both
 * stand before everything that comes from others. */
static const char offline_policy[] = "connect-src 'none'";
static const char served_policy[] = "connect-src 'self'";
static const char offline_server[] = "id=\"server\">null<";
static const char served_server[] = "id=\"server\">";

int xf_page_serve(struct xf_buf *out, const char *html, const char *token)
{
    const char *policy = strstr(html, offline_policy);
    const char *server = policy ? strstr(policy, offline_server) : NULL;

    if (!server)
        return xf_error("the worksheet's page is of another version of "
                        "xenfmea; scan again");
    xf_buf_add(out, html, (size_t)(policy - html));
    xf_buf_adds(out, served_policy);
    policy += sizeof(offline_policy) - 1;
    xf_buf_add(out, policy, (size_t)(server - policy));
    xf_buf_adds(out, served_server);
    xf_buf_adds(out, "{\"token\":");
    xf_escape_json(out, token);
    xf_buf_adds(out, "}<");
    xf_buf_adds(out, server + sizeof(offline_server) - 1);
    return 0;
}
