/* SPDX-License-Identifier: GPL-2.0-only */
#include "sarif.h"

#include "escape.h"

static void member(struct xf_buf *out, const char *name, const char *value)
{
    xf_buf_addf(out, "\"%s\":", name);
    xf_escape_json(out, value);
}

static void add_rule(struct xf_buf *out, const struct xf_sarif_rule *rule)
{
    xf_buf_adds(out, "{");
    member(out, "id", rule->id);
    xf_buf_adds(out, ",");
    member(out, "name", rule->name);
    xf_buf_adds(out, ",\"shortDescription\":{");
    member(out, "text", rule->summary);
    xf_buf_adds(out, "},\"fullDescription\":{");
    member(out, "text", rule->help);
    xf_buf_adds(out, "},\"help\":{");
    member(out, "text", rule->help);
    xf_buf_addf(out, "},\"defaultConfiguration\":{\"level\":\"%s\"}}",
                rule->level);
}

void xf_sarif_begin(struct xf_buf *out, const char *version,
                    const char *automation, const struct xf_sarif_rule *rules,
                    size_t nrules)
{
    xf_buf_adds(out, "{\"$schema\":\"https://json.schemastore.org/"
                     "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\n"
                     "\"tool\":{\"driver\":{\"name\":\"xenfmea\",");
    member(out, "version", version);
    xf_buf_adds(out, ",\"rules\":[");
    for (size_t i = 0; i < nrules; i++) {
        xf_buf_adds(out, i ? ",\n  " : "\n  ");
        add_rule(out, &rules[i]);
    }
    xf_buf_adds(out, "]}},\n\"automationDetails\":{");
    member(out, "id", automation);
    xf_buf_adds(out, "},\n\"columnKind\":\"unicodeCodePoints\",\n"
                     "\"results\":[");
}

/* A URI is ASCII without blanks (RFC 3986). */
static void add_uri(struct xf_buf *out, const char *file)
{
    struct xf_buf uri = XF_BUF_INIT;

    for (const unsigned char *at = (const unsigned char *)file; *at; at++) {
        if (*at > 0x20 && *at < 0x7f && *at != '"' && *at != '<' &&
            *at != '>' && *at != '\\' && *at != '^' && *at != '`' &&
            *at != '{' && *at != '|' && *at != '}' && *at != '%' &&
            *at != '#' && *at != '?' && *at != '[' && *at != ']')
            xf_buf_addch(&uri, (char)*at);
        else
            xf_buf_addf(&uri, "%%%02X", *at);
    }
    member(out, "uri", uri.data ? uri.data : "");
    xf_buf_release(&uri);
}

static void add_place(struct xf_buf *out, const struct xf_sarif_place *place)
{
    int end = place->end_line > place->line ? place->end_line : place->line;

    xf_buf_adds(out, "{\"physicalLocation\":{\"artifactLocation\":{");
    add_uri(out, place->file);
    xf_buf_addf(out, ",\"uriBaseId\":\"%%SRCROOT%%\"},\"region\":{"
                     "\"startLine\":%d,\"startColumn\":1,\"endLine\":%d}},"
                     "\"logicalLocations\":[{", place->line, end);
    member(out, "name", place->function);
    xf_buf_adds(out, ",\"kind\":\"function\"}]");
    if (place->message) {
        xf_buf_adds(out, ",\"message\":{");
        member(out, "text", place->message);
        xf_buf_adds(out, "}");
    }
    xf_buf_adds(out, "}");
}

static void add_flow(struct xf_buf *out, const struct xf_sarif_result *result)
{
    if (!result->nflow)
        return;
    xf_buf_adds(out, ",\"codeFlows\":[{\"threadFlows\":[{\"locations\":[");
    for (size_t i = 0; i < result->nflow; i++) {
        xf_buf_adds(out, i ? ",\n{\"location\":" : "\n{\"location\":");
        add_place(out, &result->flow[i]);
        xf_buf_adds(out, "}");
    }
    xf_buf_adds(out, "]}]}]");
}

static void add_suppression(struct xf_buf *out,
                            const struct xf_sarif_result *result)
{
    if (!result->suppression_kind)
        return;
    xf_buf_addf(out, ",\"suppressions\":[{\"kind\":\"%s\",\"status\":\"%s\",",
                result->suppression_kind, result->suppression_status);
    member(out, "justification", result->justification);
    xf_buf_adds(out, "}]");
}

static void add_properties(struct xf_buf *out,
                           const struct xf_sarif_result *result)
{
    xf_buf_adds(out, ",\"properties\":{");
    for (size_t i = 0; i < result->nproperties; i++) {
        const struct xf_sarif_member *m = &result->properties[i];

        xf_buf_adds(out, i ? "," : "");
        if (m->value)
            member(out, m->name, m->value);
        else
            xf_buf_addf(out, "\"%s\":%d", m->name, m->number);
    }
    xf_buf_adds(out, "}");
}

void xf_sarif_result(struct xf_buf *out, const struct xf_sarif_result *result)
{
    xf_buf_adds(out, out->len && out->data[out->len - 1] == '[' ? "\n" : ",\n");
    xf_buf_adds(out, "{");
    member(out, "ruleId", result->rule);
    xf_buf_addf(out, ",\"ruleIndex\":%d,\"kind\":\"%s\",\"level\":\"%s\","
                     "\"message\":{",
                result->rule_index, result->kind,
                result->level ? result->level : "none");
    member(out, "text", result->message);
    xf_buf_adds(out, "},\"locations\":[");
    add_place(out, &result->place);
    xf_buf_addf(out, "],\"partialFingerprints\":{\"xenfmea/v1\":\"%s\","
                     "\"primaryLocationLineHash\":\"%.16s:1\"}",
                result->fingerprint, result->fingerprint);
    if (result->baseline)
        xf_buf_addf(out, ",\"baselineState\":\"%s\"", result->baseline);
    add_suppression(out, result);
    add_flow(out, result);
    add_properties(out, result);
    xf_buf_adds(out, "}");
}

void xf_sarif_end(struct xf_buf *out)
{
    xf_buf_adds(out, "]}]}\n");
}
