/* SPDX-License-Identifier: GPL-2.0-only */
#include "dump.h"

#include <errno.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "pointers.h"

#define CHUNK 65536

/* The addresses that a token or scope refers to, until the end is read. */
struct refs {
    uint64_t link, operand1, operand2, scope, values;
};

struct xf_dump_reader {
    XML_Parser parser;
    struct xf_dump *dump;
    char *name;
    struct xf_pointers tokens, scopes, lists; /* address in the dump -> index */
    struct refs *refs; /* parallel to the tokens */
    size_t refs_cap;
    struct scope_refs {
        uint64_t body, nested_in;
    } *scope_refs; /* parallel to the scopes */
    size_t scope_refs_cap;
    bool in_tokens, in_list, whole;
    int rc;
};

const char *xf_dump_text(const struct xf_dump *dump, uint32_t token)
{
    return token == XF_DUMP_NONE ? ""
                                 : dump->texts.keys[dump->tokens[token].text];
}

const char *xf_dump_file(const struct xf_dump *dump, uint32_t token)
{
    return dump->files.keys[dump->tokens[token].file];
}

/* ---- while reading ------------------------------------------------------ */

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(attributes[0], name))
            return attributes[1];
    return "";
}

static uint64_t address(const char **attributes, const char *name)
{
    return strtoull(attribute(attributes, name), NULL, 16);
}

static unsigned int number(const char **attributes, const char *name)
{
    unsigned long value = strtoul(attribute(attributes, name), NULL, 10);

    return value > INT32_MAX ? 0 : (unsigned int)value;
}

static bool flag(const char **attributes, const char *name)
{
    return !strcmp(attribute(attributes, name), "true");
}

/* The index that `id` gets; a second use of an address is not taken. */
static bool claim(struct xf_pointers *ids, uint64_t id)
{
    bool is_new;

    if (!id)
        return false;
    xf_pointers_add(ids, (const void *)(uintptr_t)id, &is_new);
    return is_new;
}

static void on_token(struct xf_dump_reader *r, const char **a)
{
    struct xf_dump *d = r->dump;
    struct xf_dump_token t = {0};
    struct refs refs = {address(a, "link"), address(a, "astOperand1"),
                        address(a, "astOperand2"), address(a, "scope"),
                        address(a, "values")};
    size_t n = d->ntokens;

    if (!claim(&r->tokens, address(a, "id")))
        return;
    t.text = xf_map_add(&d->texts, attribute(a, "str"), NULL);
    t.file = xf_map_add(&d->files, attribute(a, "file"), NULL);
    t.line = number(a, "linenr");
    t.is_name = !strcmp(attribute(a, "type"), "name");
    t.is_variable = *attribute(a, "varId");
    t.is_bool = !strcmp(attribute(a, "valueType-type"), "bool") &&
                !*attribute(a, "valueType-pointer");
    t.is_unsigned = !strcmp(attribute(a, "valueType-sign"), "unsigned") ||
                    *attribute(a, "valueType-pointer");
    XF_GROW(r->refs, n, r->refs_cap);
    r->refs[n] = refs;
    XF_GROW(d->tokens, d->ntokens, d->tokens_cap);
    d->tokens[d->ntokens++] = t;
}

static void on_scope(struct xf_dump_reader *r, const char **a)
{
    struct xf_dump *d = r->dump;
    struct xf_dump_scope s = {0};
    size_t n = d->nscopes;

    if (!claim(&r->scopes, address(a, "id")))
        return;
    s.type = xf_map_add(&d->texts, attribute(a, "type"), NULL);
    XF_GROW(r->scope_refs, n, r->scope_refs_cap);
    r->scope_refs[n] = (struct scope_refs){address(a, "bodyStart"),
                                           address(a, "nestedIn")};
    XF_GROW(d->scopes, d->nscopes, d->scopes_cap);
    d->scopes[d->nscopes++] = s;
}

static void on_list(struct xf_dump_reader *r, const char **a)
{
    struct xf_dump *d = r->dump;

    r->in_list = claim(&r->lists, address(a, "id"));
    if (!r->in_list)
        return;
    XF_GROW(d->lists, d->nlists, d->lists_cap);
    d->lists[d->nlists++] = (struct xf_dump_list){d->nvalues, 0};
}

/* Only plain integers: symbolic values, lifetimes and the like say nothing of
 * a condition by themselves; what is inconclusive is a guess. */
static void on_value(struct xf_dump_reader *r, const char **a)
{
    struct xf_dump *d = r->dump;
    const char *text = attribute(a, "intvalue");
    const char *bound = attribute(a, "bound");
    struct xf_dump_value v = {.line = number(a, "condition-line")};
    char *end;

    if (!r->in_list || !*text || flag(a, "inconclusive"))
        return;
    errno = 0;
    v.value = *text == '-' ? strtoll(text, &end, 10)
                           : (int64_t)strtoull(text, &end, 10);
    if (*end || errno)
        return;
    if (flag(a, "known"))
        v.kind = XF_VALUE_KNOWN;
    else if (flag(a, "possible"))
        v.kind = XF_VALUE_POSSIBLE;
    else if (flag(a, "impossible"))
        v.kind = XF_VALUE_IMPOSSIBLE;
    else
        return;
    v.bound = !strcmp(bound, "Upper")   ? XF_BOUND_UPPER
              : !strcmp(bound, "Lower") ? XF_BOUND_LOWER
                                        : XF_BOUND_POINT;
    XF_GROW(d->values, d->nvalues, d->values_cap);
    d->values[d->nvalues++] = v;
    d->lists[d->nlists - 1].count++;
}

static void XMLCALL on_begin(void *payload, const char *name, const char **a)
{
    struct xf_dump_reader *r = payload;

    if (!strcmp(name, "token") && r->in_tokens)
        on_token(r, a);
    else if (!strcmp(name, "tokenlist"))
        r->in_tokens = true;
    else if (!strcmp(name, "scope"))
        on_scope(r, a);
    else if (!strcmp(name, "values"))
        on_list(r, a);
    else if (!strcmp(name, "value"))
        on_value(r, a);
}

static void XMLCALL on_end(void *payload, const char *name)
{
    struct xf_dump_reader *r = payload;

    if (!strcmp(name, "tokenlist"))
        r->in_tokens = false;
    else if (!strcmp(name, "values"))
        r->in_list = false;
    else if (!strcmp(name, "dump"))
        r->whole = true;
}

/* Cppcheck writes no document type; one that expands entities is no dump. */
static void XMLCALL on_doctype(void *payload, const XML_Char *name,
                               const XML_Char *system_id,
                               const XML_Char *public_id, int internal)
{
    struct xf_dump_reader *r = payload;

    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    XML_StopParser(r->parser, XML_FALSE);
}

struct xf_dump_reader *xf_dump_begin(struct xf_dump *out, const char *name)
{
    struct xf_dump_reader *r = xf_calloc(1, sizeof(*r));

    r->parser = XML_ParserCreate(NULL);
    r->name = xf_strdup(name);
    r->dump = out;
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_begin, on_end);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    return r;
}

static int parse(struct xf_dump_reader *r, const char *data, size_t len,
                 int last)
{
    if (r->rc || XML_Parse(r->parser, data, (int)len, last) == XML_STATUS_OK)
        return r->rc;
    r->rc = xf_error("%s: line %lu is no dump of Cppcheck: %s", r->name,
                     (unsigned long)XML_GetCurrentLineNumber(r->parser),
                     XML_ErrorString(XML_GetErrorCode(r->parser)));
    return r->rc;
}

int xf_dump_feed(struct xf_dump_reader *r, const char *data, size_t len)
{
    for (size_t at = 0; at < len; at += CHUNK)
        parse(r, data + at, len - at < CHUNK ? len - at : CHUNK, 0);
    return r->rc;
}

/* ---- at the end --------------------------------------------------------- */

static uint32_t find(const struct xf_pointers *ids, uint64_t id)
{
    uint32_t at = id ? xf_pointers_find(ids, (const void *)(uintptr_t)id)
                     : XF_POINTERS_NONE;

    return at == XF_POINTERS_NONE ? XF_DUMP_NONE : at;
}

static void resolve(struct xf_dump_reader *r)
{
    struct xf_dump *d = r->dump;

    for (size_t i = 0; i < d->ntokens; i++) {
        struct xf_dump_token *t = &d->tokens[i];
        const struct refs *refs = &r->refs[i];

        t->link = find(&r->tokens, refs->link);
        t->operand1 = find(&r->tokens, refs->operand1);
        t->operand2 = find(&r->tokens, refs->operand2);
        t->scope = find(&r->scopes, refs->scope);
        t->values = find(&r->lists, refs->values);
    }
    for (size_t i = 0; i < d->nscopes; i++) {
        d->scopes[i].body = find(&r->tokens, r->scope_refs[i].body);
        d->scopes[i].nested_in = find(&r->scopes, r->scope_refs[i].nested_in);
    }
}

int xf_dump_end(struct xf_dump_reader *r)
{
    int rc = parse(r, "", 0, 1);

    if (!rc && !r->whole)
        rc = xf_error("%s: Cppcheck's dump has no end", r->name);
    if (!rc)
        resolve(r);
    XML_ParserFree(r->parser);
    xf_pointers_release(&r->tokens);
    xf_pointers_release(&r->scopes);
    xf_pointers_release(&r->lists);
    free(r->refs);
    free(r->scope_refs);
    free(r->name);
    free(r);
    return rc;
}

int xf_dump_read(struct xf_dump *out, const char *path)
{
    struct xf_dump_reader *reader;
    FILE *f = fopen(path, "rb");
    char *chunk;
    size_t got;

    if (!f)
        return xf_error("%s: %s", path, strerror(errno));
    reader = xf_dump_begin(out, path);
    chunk = xf_malloc(CHUNK);
    while ((got = fread(chunk, 1, CHUNK, f)) &&
           !xf_dump_feed(reader, chunk, got))
        ;
    free(chunk);
    fclose(f);
    return xf_dump_end(reader);
}

void xf_dump_release(struct xf_dump *dump)
{
    xf_map_release(&dump->texts);
    xf_map_release(&dump->files);
    free(dump->tokens);
    free(dump->scopes);
    free(dump->lists);
    free(dump->values);
    memset(dump, 0, sizeof(*dump));
}
