/* SPDX-License-Identifier: GPL-2.0-only */
#include "page.h"

#include <string.h>

#include "alloc.h"
#include "error.h"

/* The two places of the page that differ when a server gives it out. Both
 * stand before everything that comes from others. */
static const char offline_policy[] = "connect-src 'none'";
static const char served_policy[] = "connect-src 'self'";
static const char offline_server[] = "id=\"server\">null<";

static int wrong_page(void)
{
    return xf_error("the worksheet's page is of another version of xenfmea; "
                    "scan again");
}

/* `token` is of this server's making: nothing in it needs an escape. */
int page_serve(struct xf_buf *out, const char *html, const char *token)
{
    const char *policy = strstr(html, offline_policy);
    const char *server = policy ? strstr(policy, offline_server) : NULL;

    if (!server)
        return wrong_page();
    xf_buf_add(out, html, (size_t)(policy - html));
    xf_buf_adds(out, served_policy);
    policy += strlen(offline_policy);
    xf_buf_add(out, policy, (size_t)(server - policy));
    xf_buf_addf(out, "id=\"server\">{\"token\":\"%s\"}<", token);
    xf_buf_adds(out, server + strlen(offline_server));
    return 0;
}

char *page_policy(const char *html)
{
    static const char before[] =
        "http-equiv=\"Content-Security-Policy\" content=\"";
    const char *begin = strstr(html, before);
    const char *end = begin ? strchr(begin + strlen(before), '"') : NULL;
    const char *connect = begin ? strstr(begin, offline_policy) : NULL;

    if (!end || !connect || connect > end) {
        wrong_page();
        return NULL;
    }
    begin += strlen(before);
    return xf_format("%.*s%s%.*s; frame-ancestors 'none'",
                     (int)(connect - begin), begin, served_policy,
                     (int)(end - connect - (ptrdiff_t)strlen(offline_policy)),
                     connect + strlen(offline_policy));
}
