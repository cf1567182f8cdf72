/* SPDX-License-Identifier: GPL-2.0-only */
#include "flow.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* What an instruction does to control. */
enum effect {
    PLAIN,
    CALL,   /* comes back */
    BRANCH, /* goes to its operand, or on */
    JUMP,   /* goes to its operand */
    LEAVE,  /* goes where the operands do not say */
    TRAP,
    PADDING /* what stands behind a jump to stop speculation */
};

struct rule {
    const char *name;
    enum effect effect;
};

/* Exact mnemonics first. Sources: Arm ARM DDI 0487 C3.1 and C6.2, DDI 0406
 * A4.3, Intel SDM volume 1, 7.3.8, RISC-V unprivileged 2.5 and Power ISA book
 * I, 2.4. What is missing here is plain, so the lists must be complete. */
static const struct rule rules[] = {
    {"b", JUMP},        {"j", JUMP},        {"jmp", JUMP},     {"jmpq", JUMP},
    {"jmpl", JUMP},     {"tail", JUMP},     {"b.w", JUMP},     {"b.n", JUMP},
    {"bl", CALL},       {"blr", LEAVE},     {"blx", CALL},     {"call", CALL},
    {"callq", CALL},    {"calll", CALL},    {"jal", LEAVE},    {"jalr", LEAVE},
    {"bctrl", CALL},    {"lcall", CALL},    {"int", CALL},     {"svc", CALL},
    {"hvc", CALL},      {"smc", CALL},      {"syscall", CALL}, {"ecall", CALL},
    {"sc", CALL},       {"vmcall", CALL},   {"vmmcall", CALL},
    {"vmlaunch", LEAVE}, {"vmresume", LEAVE}, {"vmrun", CALL}, {"br", LEAVE},
    {"bx", LEAVE},      {"bctr", LEAVE},    {"jr", LEAVE},     {"ljmp", LEAVE},
    {"ljmpl", LEAVE},   {"ljmpw", LEAVE},   {"rsm", LEAVE},    {"drps", LEAVE},
    {"mret", LEAVE},    {"sret", LEAVE},    {"dret", LEAVE},   {"rfid", LEAVE},
    {"hrfid", LEAVE},   {"xbegin", LEAVE},  {"tbb", LEAVE},    {"tbh", LEAVE},
    {"ud2", TRAP},      {"ud2a", TRAP},     {"udf", TRAP},     {"trap", TRAP},
    {"unimp", TRAP},    {"cbz", BRANCH},    {"cbnz", BRANCH},  {"tbz", BRANCH},
    {"tbnz", BRANCH},   {"int3", PADDING},
    /* These begin as the families below do and are plain. */
    {"bic", PLAIN},     {"bics", PLAIN},    {"bfi", PLAIN},    {"bfc", PLAIN},
    {"bfm", PLAIN},     {"bfxil", PLAIN},   {"bti", PLAIN},    {"bound", PLAIN},
    {"bt", PLAIN},      {"btl", PLAIN},     {"btq", PLAIN},    {"btw", PLAIN},
    {"bts", PLAIN},     {"btsl", PLAIN},    {"btsq", PLAIN},   {"btsw", PLAIN},
    {"btr", PLAIN},     {"btrl", PLAIN},    {"btrq", PLAIN},   {"btrw", PLAIN},
    {"btc", PLAIN},     {"btcl", PLAIN},    {"btcq", PLAIN},   {"btcw", PLAIN},
    {"bsf", PLAIN},     {"bsfl", PLAIN},    {"bsfq", PLAIN},   {"bsr", PLAIN},
    {"bsrl", PLAIN},    {"bsrq", PLAIN},    {"bswap", PLAIN},  {"bswapl", PLAIN},
    {"bswapq", PLAIN},  {"bextr", PLAIN},   {"blsr", PLAIN},   {"blsi", PLAIN},
    {"blsmsk", PLAIN},  {"bzhi", PLAIN},    {"brk", CALL},     {"bkpt", CALL},
};

/* Families by their first letters. */
static const struct rule families[] = {
    {"ret", LEAVE},    {"iret", LEAVE},    {"eret", LEAVE},  {"lret", LEAVE},
    {"sysret", LEAVE}, {"sysexit", LEAVE}, {"uiret", LEAVE}, {"rfe", LEAVE},
    {"br", LEAVE},     {"bx", LEAVE},      {"j", BRANCH},    {"loop", BRANCH},
    {"b", BRANCH},
};

static bool is_symbol(char ch)
{
    return isalnum((unsigned char)ch) || (ch && strchr("_.$", ch));
}

static size_t word_length(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && is_symbol(s[n]))
        n++;
    return n;
}

static bool is_word(const char *name, const char *word, size_t len)
{
    return strlen(name) == len && !memcmp(name, word, len);
}

/* Whether `word` stands in the operands. */
static bool mentions(const char *text, size_t len, const char *word)
{
    for (size_t i = 0; i < len;) {
        size_t n = word_length(text + i, len - i);

        if (n && is_word(word, text + i, n))
            return true;
        i += n ? n : 1;
    }
    return false;
}

static enum effect effect_of(const char *word, size_t n, const char *rest,
                             size_t len)
{
    if (mentions(rest, len, "pc"))
        return LEAVE; /* 32-bit Arm moves to, loads and pops pc */
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (is_word(rules[i].name, word, n))
            return rules[i].effect;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (n >= strlen(families[i].name) &&
            !memcmp(families[i].name, word, strlen(families[i].name)))
            return families[i].effect;
    return PLAIN;
}

/* Mnemonic of the statement behind prefixes, with its operands. */
static const char *split(const char **text, size_t *len, size_t *n)
{
    static const char *const prefixes[] = {"rep", "repz", "repnz", "lock",
                                           "cs",  "ds",   "notrack", "bnd",
                                           "data16", "data32", "addr32"};
    const char *word;
    bool again;

    do {
        while (*len && isspace((unsigned char)**text)) {
            (*text)++;
            (*len)--;
        }
        word = *text;
        *n = word_length(word, *len);
        *text += *n;
        *len -= *n;
        again = false;
        for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
            again |= *n && is_word(prefixes[i], word, *n);
    } while (again);
    while (*len && isspace((unsigned char)**text)) {
        (*text)++;
        (*len)--;
    }
    while (*len && isspace((unsigned char)(*text)[*len - 1]))
        (*len)--;
    return word;
}

/* The branch's target: the last operand. NULL when it is no label. */
static char *target_of(const char *rest, size_t len)
{
    size_t begin = 0, n;

    for (size_t i = 0; i < len; i++)
        if (rest[i] == ',')
            begin = i + 1;
    while (begin < len && isspace((unsigned char)rest[begin]))
        begin++;
    n = word_length(rest + begin, len - begin);
    return n && begin + n == len ? xf_strndup(rest + begin, n) : NULL;
}

/* "1b" and "1f" name a numeric label, ".L" a local one. */
static bool is_numeric(const char *target, char direction)
{
    size_t n = strspn(target, "0123456789");

    return n && target[n] == direction && !target[n + 1];
}

static bool is_local(const char *target)
{
    return target[0] == '.' || is_numeric(target, 'b') ||
           is_numeric(target, 'f');
}

static void close_labels(struct xf_flow *flow)
{
    while (flow->nopen)
        free(flow->open[--flow->nopen].name);
}

void xf_flow_label(struct xf_flow *flow, const char *name, size_t len)
{
    struct xf_flow_label label = {xf_strndup(name, len), 0};

    XF_GROW(flow->open, flow->nopen, flow->open_cap);
    flow->open[flow->nopen++] = label;
    xf_map_add(&flow->labels, label.name, NULL);
    flow->ended = false;
}

static bool is_section(const char *word, size_t len)
{
    static const char *const names[] = {
        ".section",    ".pushsection", ".popsection", ".previous",
        ".subsection", ".text",        ".data",       ".bss"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is_word(names[i], word, len))
            return true;
    return false;
}

static enum xf_flow_event jump(struct xf_flow *flow, const char *target,
                               unsigned int line)
{
    size_t len = strlen(target) - is_numeric(target, 'b');

    if (!strcmp(target, ".")) {
        flow->first = line;
        return XF_FLOW_LOOP;
    }
    for (size_t i = flow->nopen; i-- > 0;)
        if (is_word(flow->open[i].name, target, len)) {
            flow->first = flow->open[i].line ? flow->open[i].line : line;
            return XF_FLOW_LOOP;
        }
    if (!is_local(target))
        flow->leaves = true;
    return XF_FLOW_NONE;
}

static void note_target(struct xf_flow *flow, const char *target)
{
    if (!target || !is_local(target))
        flow->leaves = true;
    else if (!is_numeric(target, 'b'))
        xf_map_add(&flow->targets, target, NULL);
}

enum xf_flow_event xf_flow_statement(struct xf_flow *flow, const char *text,
                                     size_t len, unsigned int line)
{
    size_t n;
    const char *word = split(&text, &len, &n);
    enum xf_flow_event event = XF_FLOW_NONE;
    enum effect effect;
    char *target;

    if (n && *word == '.') {
        if (is_section(word, n)) /* what follows stands elsewhere */
            close_labels(flow);
        return XF_FLOW_NONE;
    }
    if (!n)
        return XF_FLOW_NONE;
    for (size_t i = 0; i < flow->nopen; i++)
        if (!flow->open[i].line)
            flow->open[i].line = line;
    effect = effect_of(word, n, text, len);
    if (effect == PADDING && flow->ended)
        return XF_FLOW_NONE;
    flow->ended = effect == JUMP || effect == LEAVE || effect == TRAP;
    flow->leaves |= effect == LEAVE;
    target = effect == JUMP || effect == BRANCH ? target_of(text, len) : NULL;
    if (effect == TRAP) {
        flow->first = line;
        event = XF_FLOW_TRAP;
    } else if (effect == JUMP && target) {
        event = jump(flow, target, line);
    }
    if (!event && (effect == JUMP || effect == BRANCH))
        note_target(flow, target);
    if (effect != PLAIN)
        close_labels(flow);
    free(target);
    return event;
}

void xf_flow_unknown(struct xf_flow *flow, bool transfers, bool leaves)
{
    flow->leaves |= leaves;
    flow->ended = false;
    if (transfers)
        close_labels(flow);
}

bool xf_flow_stays(const struct xf_flow *flow)
{
    if (flow->leaves || !flow->ended)
        return false;
    for (size_t i = 0; i < flow->targets.len; i++) {
        const char *target = flow->targets.keys[i];
        char *name = xf_strndup(target,
                                strlen(target) - is_numeric(target, 'f'));
        bool inside = xf_map_find(&flow->labels, name) != XF_MAP_NONE;

        free(name);
        if (!inside)
            return false;
    }
    return true;
}

void xf_flow_release(struct xf_flow *flow)
{
    close_labels(flow);
    free(flow->open);
    xf_map_release(&flow->labels);
    xf_map_release(&flow->targets);
    memset(flow, 0, sizeof(*flow));
}

bool xf_flow_transfers(const char *text, size_t len, bool *leaves)
{
    size_t n;
    const char *word = split(&text, &len, &n);
    enum effect effect;
    char *target;

    *leaves = false;
    if (!n || *word == '.')
        return false;
    effect = effect_of(word, n, text, len);
    target = effect == JUMP || effect == BRANCH ? target_of(text, len) : NULL;
    *leaves = effect == LEAVE ||
              ((effect == JUMP || effect == BRANCH) &&
               (!target || !is_local(target)));
    free(target);
    return effect != PLAIN;
}

static void template_statement(struct xf_flow *flow, const char *s, size_t len,
                               bool caught,
                               void (*fn)(const char *what, void *payload),
                               void *payload)
{
    enum xf_flow_event event;

    for (;;) {
        size_t n;

        while (len && isspace((unsigned char)*s)) {
            s++;
            len--;
        }
        n = word_length(s, len);
        if (!n || n == len || s[n] != ':')
            break;
        xf_flow_label(flow, s, n);
        s += n + 1;
        len -= n + 1;
    }
    event = xf_flow_statement(flow, s, len, 1);
    if (event == XF_FLOW_LOOP) {
        fn("endless loop", payload);
    } else if (event == XF_FLOW_TRAP && !caught) {
        char *word = xf_strndup(s, word_length(s, len));

        fn(word, payload);
        free(word);
    }
}

void xf_flow_template(const char *text, const char *const *tables,
                      void (*fn)(const char *what, void *payload),
                      void *payload)
{
    struct xf_flow flow = {0};
    bool caught = false;

    for (; *tables; tables++)
        caught |= strstr(text, *tables) != NULL;
    while (*text) {
        size_t len = strcspn(text, "\n;");

        template_statement(&flow, text, len, caught, fn, payload);
        text += len + (text[len] != '\0');
    }
    xf_flow_release(&flow);
}
