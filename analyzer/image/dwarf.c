/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One walk over the DWARF tree builds arrays that answer the questions of
 * this folder by binary search: which function, inlined where, is the code at
 * an address; which addresses are calls; which functions have code at all.
 * Types and variables are not entered. Lines are asked of libdw on demand.
 */
#include "internal.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"

/* Beyond what compilers produce; they keep a forged tree from costing more
 * than its size. */
#define DEPTH_MAX 256
#define NAME_LENGTH_MAX 256
#define PATH_LENGTH_MAX 1024

struct function {
    const char *name, *file; /* keys of `names`, `files` */
    enum xf_presence presence;
};

/* A stretch of code of a function, inlined ones included. */
struct scope {
    uint64_t low, high;
    uint32_t function, depth;
};

/* A stretch of a function of its own, and the scopes inside that function. */
struct body {
    uint64_t low, high;
    uint32_t first, count;
    bool is_entry; /* the stretch that starts at the function's entry */
};

struct unit_range {
    uint64_t low, high;
    uint32_t unit;
};

struct unit {
    Dwarf_Off offset;
    const char *file;
};

struct xf_dwarf {
    Dwarf *dw;
    const char *path;
    Dwarf_Off last;    /* DIE visited last: the walk only goes forward */
    size_t max_scopes; /* each takes more than a byte of DWARF */
    char *roots[2];    /* source and build folder, each with '/' at the end */
    struct xf_map names, raw_files, files, functions_by_key, code_files;
    uint32_t *clean; /* per raw file: index into `files` */
    size_t nclean, cclean;
    struct function *functions;
    size_t nfunctions, cfunctions;
    struct scope *scopes;
    size_t nscopes, cscopes;
    struct body *bodies; /* by address */
    size_t nbodies, cbodies;
    struct unit *units;
    size_t nunits, cunits;
    struct unit_range *ranges; /* by address */
    size_t nranges, cranges;
    uint64_t *lines; /* index in `files` << 32 | line, sorted; on demand */
    size_t nlines, clines;
    uint64_t *returns; /* addresses that calls return to, sorted */
    size_t nreturns, creturns;
    uint64_t *calls; /* addresses of calls, sorted */
    size_t ncalls, ccalls;
};

static const char *intern(struct xf_map *map, const char *s)
{
    uint32_t i = xf_map_add(map, s, NULL);

    return map->keys[i];
}

/* The DIE after `die` on its level. A forged sibling attribute may point
 * anywhere; what lies behind was visited before. */
static bool next_die(struct xf_dwarf *dwarf, Dwarf_Die *die)
{
    if (dwarf_siblingof(die, die) || dwarf_dieoffset(die) <= dwarf->last)
        return false;
    dwarf->last = dwarf_dieoffset(die);
    return true;
}

static bool first_die(struct xf_dwarf *dwarf, Dwarf_Die *parent, Dwarf_Die *die)
{
    if (dwarf_child(parent, die) || dwarf_dieoffset(die) <= dwarf->last)
        return false;
    dwarf->last = dwarf_dieoffset(die);
    return true;
}

/* Path as DWARF gives it, relative to the hypervisor folder when below it. */
static const char *clean_file(struct xf_dwarf *dwarf, const char *raw)
{
    int is_new;
    uint32_t i;

    if (strnlen(raw, PATH_LENGTH_MAX) == PATH_LENGTH_MAX)
        raw = "";
    i = xf_map_add(&dwarf->raw_files, raw, &is_new);
    if (is_new) {
        char *path = xf_path_clean(raw);
        const char *rest = path;

        for (size_t r = 0; r < 2; r++) {
            size_t len = dwarf->roots[r] ? strlen(dwarf->roots[r]) : 0;

            if (len && !strncmp(path, dwarf->roots[r], len) && path[len]) {
                rest = path + len;
                break;
            }
        }
        XF_GROW(dwarf->clean, dwarf->nclean, dwarf->cclean);
        dwarf->clean[dwarf->nclean++] = xf_map_add(&dwarf->files, rest, NULL);
        free(path);
    }
    return dwarf->files.keys[dwarf->clean[i]];
}

/* File that defines the function, "" when unknown. DWARF 5 counts files from
 * 0, the main file, which libdw takes for none. */
static const char *decl_file(struct xf_dwarf *dwarf, Dwarf_Die *die)
{
    const char *file = dwarf_decl_file(die);
    Dwarf_Attribute attr;
    Dwarf_Word index;

    if (file)
        return clean_file(dwarf, file);
    if (dwarf_attr_integrate(die, DW_AT_decl_file, &attr) &&
        !dwarf_formudata(&attr, &index) && !index)
        return dwarf->units[dwarf->nunits - 1].file;
    return "";
}

/* Called for functions that have code only. */
static uint32_t add_function(struct xf_dwarf *dwarf, Dwarf_Die *die,
                             enum xf_presence presence)
{
    const char *name = dwarf_diename(die), *file = decl_file(dwarf, die);
    struct function *f;
    char *key;
    int is_new;
    uint32_t i;

    if (!name || strnlen(name, NAME_LENGTH_MAX) == NAME_LENGTH_MAX)
        name = "";
    key = xf_format("%s\t%s", name, file);
    i = xf_map_add(&dwarf->functions_by_key, key, &is_new);
    free(key);
    if (is_new) {
        XF_GROW(dwarf->functions, dwarf->nfunctions, dwarf->cfunctions);
        f = &dwarf->functions[dwarf->nfunctions++];
        *f = (struct function){intern(&dwarf->names, name),
                               intern(&dwarf->files, file), XF_PRESENT_NOT};
    }
    f = &dwarf->functions[i];
    if (presence > f->presence)
        f->presence = presence;
    xf_map_add(&dwarf->code_files, f->file, NULL);
    return i;
}

static void add_scope(struct xf_dwarf *dwarf, struct scope scope)
{
    XF_GROW(dwarf->scopes, dwarf->nscopes, dwarf->cscopes);
    dwarf->scopes[dwarf->nscopes++] = scope;
}

/* The address in attribute `name`; false when there is none. */
static bool address_of(Dwarf_Die *die, unsigned int name, uint64_t *out)
{
    Dwarf_Attribute attr;
    Dwarf_Addr value;

    if (!dwarf_attr(die, name, &attr) || dwarf_formaddr(&attr, &value))
        return false;
    *out = value;
    return true;
}

static void add_call_site(struct xf_dwarf *dwarf, Dwarf_Die *die)
{
    uint64_t pc;

    /* The GNU form of DWARF 4 has the return address as low_pc. */
    if (address_of(die, DW_AT_call_return_pc, &pc) ||
        (dwarf_tag(die) == DW_TAG_GNU_call_site &&
         address_of(die, DW_AT_low_pc, &pc))) {
        XF_GROW(dwarf->returns, dwarf->nreturns, dwarf->creturns);
        dwarf->returns[dwarf->nreturns++] = pc;
    }
    if (address_of(die, DW_AT_call_pc, &pc)) {
        XF_GROW(dwarf->calls, dwarf->ncalls, dwarf->ccalls);
        dwarf->calls[dwarf->ncalls++] = pc;
    }
}

/* Add the code of an inlined function or of a function of its own (depth 0).
 * Returns whether it has any. */
static bool add_code(struct xf_dwarf *dwarf, Dwarf_Die *die, uint32_t depth,
                     uint32_t function)
{
    Dwarf_Addr base, low, high;
    ptrdiff_t at = 0;
    bool any = false;

    while ((at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
        if (low >= high || dwarf->nscopes == dwarf->max_scopes)
            continue;
        any = true;
        add_scope(dwarf, (struct scope){low, high, function, depth});
    }
    return any;
}

static void walk(struct xf_dwarf *dwarf, Dwarf_Die *parent, uint32_t depth,
                 unsigned int level);

static void walk_inlined(struct xf_dwarf *dwarf, Dwarf_Die *die, uint32_t depth,
                         unsigned int level)
{
    size_t first = dwarf->nscopes;

    /* Without code the copy was optimised away; its function may still have
     * others. */
    if (add_code(dwarf, die, depth, 0)) {
        uint32_t function = add_function(dwarf, die, XF_PRESENT_INLINE);

        for (size_t i = first; i < dwarf->nscopes; i++)
            dwarf->scopes[i].function = function;
    }
    walk(dwarf, die, depth + 1, level);
}

static void walk(struct xf_dwarf *dwarf, Dwarf_Die *parent, uint32_t depth,
                 unsigned int level)
{
    Dwarf_Die die;

    if (level > DEPTH_MAX || !first_die(dwarf, parent, &die))
        return;
    do {
        switch (dwarf_tag(&die)) {
        case DW_TAG_lexical_block:
            walk(dwarf, &die, depth, level + 1);
            break;
        case DW_TAG_inlined_subroutine:
            walk_inlined(dwarf, &die, depth, level + 1);
            break;
        case DW_TAG_call_site:
        case DW_TAG_GNU_call_site:
            add_call_site(dwarf, &die);
            break;
        default:
            break;
        }
    } while (next_die(dwarf, &die));
}

static void add_subprogram(struct xf_dwarf *dwarf, Dwarf_Die *die)
{
    size_t first = dwarf->nscopes, own;
    Dwarf_Addr entry;
    uint32_t function;

    if (!add_code(dwarf, die, 0, 0))
        return;
    own = dwarf->nscopes;
    function = add_function(dwarf, die, XF_PRESENT_BODY);
    walk(dwarf, die, 1, 0);
    if (dwarf_entrypc(die, &entry))
        entry = dwarf->scopes[first].low;
    for (size_t i = first; i < own; i++) {
        struct scope *scope = &dwarf->scopes[i];

        scope->function = function;
        XF_GROW(dwarf->bodies, dwarf->nbodies, dwarf->cbodies);
        dwarf->bodies[dwarf->nbodies++] = (struct body){
            scope->low, scope->high, (uint32_t)first,
            (uint32_t)(dwarf->nscopes - first), scope->low == entry};
    }
}

static void add_unit_ranges(struct xf_dwarf *dwarf, Dwarf_Die *unit,
                            uint32_t index)
{
    Dwarf_Addr base, low, high;
    ptrdiff_t at = 0;

    while ((at = dwarf_ranges(unit, at, &base, &low, &high)) > 0) {
        if (low >= high || dwarf->nranges == dwarf->max_scopes)
            continue;
        XF_GROW(dwarf->ranges, dwarf->nranges, dwarf->cranges);
        dwarf->ranges[dwarf->nranges++] = (struct unit_range){low, high, index};
    }
}

/* Main file of a unit, joined with its folder and cleaned. Caller frees. */
static char *unit_path(Dwarf_Die *unit)
{
    const char *name = dwarf_diename(unit), *dir = NULL;
    Dwarf_Attribute attr;

    if (dwarf_attr(unit, DW_AT_comp_dir, &attr))
        dir = dwarf_formstring(&attr);
    if (!name)
        name = "";
    return dir ? xf_path_join(dir, name) : xf_path_clean(name);
}

/* The folder of the hypervisor and, when it was built elsewhere, of the build
 * are known from a file that every Xen has. */
static void find_roots(struct xf_dwarf *dwarf, Dwarf_Die *unit)
{
    static const char landmark[] = "/common/domain.c";
    const char *name = dwarf_diename(unit), *dir;
    char *path;
    Dwarf_Attribute attr;

    if (dwarf->roots[0] || !name || !xf_has_suffix(name, "domain.c"))
        return;
    path = unit_path(unit);
    if (path[0] == '/' && xf_has_suffix(path, landmark)) {
        dwarf->roots[0] = xf_strndup(path, strlen(path) - strlen(landmark) + 1);
        dir = dwarf_attr(unit, DW_AT_comp_dir, &attr) ? dwarf_formstring(&attr)
                                                      : NULL;
        if (name[0] == '/' && dir && dir[0] == '/') {
            char *build = xf_path_clean(dir);

            if (build[1])
                dwarf->roots[1] = xf_format("%s/", build);
            free(build);
        }
    }
    free(path);
}

static void add_unit(struct xf_dwarf *dwarf, Dwarf_Die *unit)
{
    uint32_t index = (uint32_t)dwarf->nunits;
    char *path = unit_path(unit);
    const char *file = clean_file(dwarf, path);
    Dwarf_Die die;

    free(path);
    XF_GROW(dwarf->units, dwarf->nunits, dwarf->cunits);
    dwarf->units[dwarf->nunits++] = (struct unit){dwarf_dieoffset(unit), file};
    xf_map_add(&dwarf->code_files, file, NULL);
    add_unit_ranges(dwarf, unit, index);
    if (!first_die(dwarf, unit, &die))
        return;
    do {
        if (dwarf_tag(&die) == DW_TAG_subprogram)
            add_subprogram(dwarf, &die);
    } while (next_die(dwarf, &die));
}

/* Call `visit` for every unit. */
static int each_unit(struct xf_dwarf *dwarf,
                     void (*visit)(struct xf_dwarf *, Dwarf_Die *))
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die die;
    int rc;

    while (!(rc = dwarf_get_units(dwarf->dw, cu, &cu, NULL, NULL, &die, NULL)))
        if (dwarf_tag(&die) == DW_TAG_compile_unit)
            visit(dwarf, &die);
    if (rc < 0)
        return xf_error("%s: damaged DWARF (%s); copy or build it again",
                        dwarf->path, dwarf_errmsg(-1));
    return 0;
}

static int compare_address(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void sort(void *items, size_t count, size_t size)
{
    if (count)
        qsort(items, count, size, compare_address);
}

static bool has_section(Elf *elf, const char *wanted)
{
    Elf_Scn *scn = NULL;
    size_t names;

    if (elf_getshdrstrndx(elf, &names))
        return false;
    while ((scn = elf_nextscn(elf, scn))) {
        GElf_Shdr shdr;
        const char *name;

        if (gelf_getshdr(scn, &shdr) &&
            (name = elf_strptr(elf, names, shdr.sh_name)) &&
            !strcmp(name, wanted))
            return true;
    }
    return false;
}

int xf_dwarf_open(struct xf_dwarf **out, struct xf_elf *elf)
{
    struct xf_dwarf *dwarf;

    *out = NULL;
    if (!has_section(elf->elf, ".debug_info"))
        return 0;
    dwarf = xf_calloc(1, sizeof(*dwarf));
    dwarf->path = elf->path;
    dwarf->max_scopes = elf->bytes.len;
    dwarf->dw = dwarf_begin_elf(elf->elf, DWARF_C_READ, NULL);
    if (!dwarf->dw)
        xf_error("%s: damaged DWARF (%s); copy or build it again", elf->path,
                 dwarf_errmsg(-1));
    if (!dwarf->dw || each_unit(dwarf, find_roots) ||
        each_unit(dwarf, add_unit)) {
        xf_dwarf_close(dwarf);
        return -1;
    }
    sort(dwarf->bodies, dwarf->nbodies, sizeof(*dwarf->bodies));
    sort(dwarf->ranges, dwarf->nranges, sizeof(*dwarf->ranges));
    sort(dwarf->returns, dwarf->nreturns, sizeof(*dwarf->returns));
    sort(dwarf->calls, dwarf->ncalls, sizeof(*dwarf->calls));
    *out = dwarf;
    return 0;
}

void xf_dwarf_close(struct xf_dwarf *dwarf)
{
    if (!dwarf)
        return;
    dwarf_end(dwarf->dw);
    for (size_t i = 0; i < 2; i++)
        free(dwarf->roots[i]);
    xf_map_release(&dwarf->names);
    xf_map_release(&dwarf->raw_files);
    xf_map_release(&dwarf->files);
    xf_map_release(&dwarf->functions_by_key);
    xf_map_release(&dwarf->code_files);
    free(dwarf->clean);
    free(dwarf->functions);
    free(dwarf->scopes);
    free(dwarf->bodies);
    free(dwarf->units);
    free(dwarf->ranges);
    free(dwarf->lines);
    free(dwarf->returns);
    free(dwarf->calls);
    free(dwarf);
}

/* The last of `items` (each starting with its low and high address) that
 * begins at or before `pc`, when it contains `pc`; else NULL. */
static const void *containing(const void *items, size_t count, size_t size,
                              uint64_t pc)
{
    const char *base = items;
    size_t low = 0, high = count;
    const uint64_t *found;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (*(const uint64_t *)(base + middle * size) <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    found = (const uint64_t *)(base + (low - 1) * size);
    return pc < found[1] ? found : NULL;
}

static bool contains(const uint64_t *sorted, size_t count, uint64_t value)
{
    return count &&
           bsearch(&value, sorted, count, sizeof(value), compare_address);
}

/* The line record in force at `pc`; NULL when there is none. */
static Dwarf_Line *line_at(const struct xf_dwarf *dwarf, uint64_t pc,
                           const struct unit **unit)
{
    const struct unit_range *range =
        containing(dwarf->ranges, dwarf->nranges, sizeof(*dwarf->ranges), pc);
    Dwarf_Die die;

    *unit = NULL;
    if (!range)
        return NULL;
    *unit = &dwarf->units[range->unit];
    if (!dwarf_offdie(dwarf->dw, (*unit)->offset, &die))
        return NULL;
    return dwarf_getsrc_die(&die, pc);
}

/* Write the functions around `pc`, innermost first; returns how many. */
static size_t chain_at(const struct xf_dwarf *dwarf, const struct body *body,
                       uint64_t pc, const struct function **chain, size_t max)
{
    uint32_t below = UINT32_MAX;
    size_t n = 0;

    while (body && n < max) {
        const struct scope *best = NULL;

        for (uint32_t i = 0; i < body->count; i++) {
            const struct scope *s = &dwarf->scopes[body->first + i];

            if (pc >= s->low && pc < s->high && s->depth < below &&
                (!best || s->depth > best->depth))
                best = s;
        }
        if (!best)
            break;
        below = best->depth;
        chain[n++] = &dwarf->functions[best->function];
    }
    return n;
}

void xf_dwarf_place(struct xf_dwarf *dwarf, uint64_t pc, struct xf_place *out)
{
    const size_t max = sizeof(out->chain_files) / sizeof(*out->chain_files);
    const struct function
        *chain[sizeof(out->chain_files) / sizeof(*out->chain_files)];
    const struct unit *unit;
    Dwarf_Line *line = line_at(dwarf, pc, &unit);
    struct xf_buf inliners = XF_BUF_INIT;
    const struct body *body;
    int number;

    *out = (struct xf_place){.unit = unit ? unit->file : NULL, .inliners = ""};
    if (line && !dwarf_lineno(line, &number) && number > 0) {
        const char *file = dwarf_linesrc(line, NULL, NULL);

        out->line = (uint32_t)number;
        out->file = file ? clean_file(dwarf, file) : NULL;
    }
    body =
        containing(dwarf->bodies, dwarf->nbodies, sizeof(*dwarf->bodies), pc);
    out->body = body ? dwarf->scopes[body->first].low : 0;
    out->nchain = chain_at(dwarf, body, pc, chain, max);
    for (size_t i = 0; i < out->nchain; i++) {
        out->chain_files[i] = chain[i]->file;
        if (i)
            xf_buf_addf(&inliners, "%s%s", i > 1 ? " < " : "", chain[i]->name);
    }
    if (out->nchain) {
        out->function = chain[0]->name;
        out->function_file = chain[0]->file;
        if (inliners.len)
            out->inliners = intern(&dwarf->names, inliners.data);
    }
    xf_buf_release(&inliners);
}

bool xf_dwarf_calls(const struct xf_dwarf *dwarf, uint64_t pc, uint32_t length)
{
    return contains(dwarf->returns, dwarf->nreturns, pc + length) ||
           contains(dwarf->calls, dwarf->ncalls, pc);
}

bool xf_dwarf_start(const struct xf_dwarf *dwarf, uint64_t pc, uint64_t *out)
{
    const struct unit *unit;
    Dwarf_Line *line = line_at(dwarf, pc, &unit);
    Dwarf_Addr start;

    if (!line || dwarf_lineaddr(line, &start) || start > pc)
        return false;
    *out = start;
    return true;
}

const char *xf_dwarf_entry_file(const struct xf_dwarf *dwarf, uint64_t pc)
{
    const struct body *body =
        containing(dwarf->bodies, dwarf->nbodies, sizeof(*dwarf->bodies), pc);

    if (!body || body->low != pc || !body->is_entry)
        return NULL;
    return dwarf->functions[dwarf->scopes[body->first].function].file;
}

const char *xf_dwarf_normal(struct xf_dwarf *dwarf, const char *file,
                            const struct xf_place *place)
{
    char *path = xf_path_clean(file);
    const char *best = NULL;

    if (path[0] != '/') {
        /* Spelled relative to whatever folder make was in. */
        if (place->file && xf_path_ends(place->file, path))
            best = place->file;
        for (size_t i = 0; !best && i < place->nchain; i++)
            if (xf_path_ends(place->chain_files[i], path))
                best = place->chain_files[i];
        if (!best && place->unit && xf_path_ends(place->unit, path))
            best = place->unit;
    }
    if (!best)
        best = clean_file(dwarf, path);
    free(path);
    return best;
}

enum xf_presence xf_dwarf_function(const struct xf_dwarf *dwarf,
                                   const char *function, const char *file)
{
    char *key = xf_format("%s\t%s", function, file);
    uint32_t i = xf_map_find(&dwarf->functions_by_key, key);

    free(key);
    return i == XF_MAP_NONE ? XF_PRESENT_NOT : dwarf->functions[i].presence;
}

bool xf_dwarf_holds(const struct xf_dwarf *dwarf, uint64_t pc,
                    const char *function, const char *file)
{
    const struct body *body =
        containing(dwarf->bodies, dwarf->nbodies, sizeof(*dwarf->bodies), pc);

    for (uint32_t i = 0; body && i < body->count; i++) {
        const struct scope *scope = &dwarf->scopes[body->first + i];
        const struct function *f = &dwarf->functions[scope->function];

        if (!strcmp(f->name, function) && !strcmp(f->file, file))
            return true;
    }
    return false;
}

static void add_lines(struct xf_dwarf *dwarf, Dwarf_Die *unit)
{
    Dwarf_Lines *lines;
    size_t count;

    if (dwarf_getsrclines(unit, &lines, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        Dwarf_Line *line = dwarf_onesrcline(lines, i);
        const char *file = dwarf_linesrc(line, NULL, NULL);
        uint64_t key;
        int number;

        if (!file || dwarf_lineno(line, &number) || number <= 0)
            continue;
        file = clean_file(dwarf, file);
        key =
            (uint64_t)xf_map_find(&dwarf->files, file) << 32 | (uint32_t)number;
        if (dwarf->nlines && dwarf->lines[dwarf->nlines - 1] == key)
            continue;
        XF_GROW(dwarf->lines, dwarf->nlines, dwarf->clines);
        dwarf->lines[dwarf->nlines++] = key;
    }
}

bool xf_dwarf_has_line(struct xf_dwarf *dwarf, const char *file, uint32_t first,
                       uint32_t last)
{
    uint32_t index;

    if (!dwarf->clines) {
        each_unit(dwarf, add_lines);
        sort(dwarf->lines, dwarf->nlines, sizeof(*dwarf->lines));
    }
    index = xf_map_find(&dwarf->files, file);
    for (uint64_t line = first; index != XF_MAP_NONE && line <= last; line++)
        if (contains(dwarf->lines, dwarf->nlines, (uint64_t)index << 32 | line))
            return true;
    return false;
}

bool xf_dwarf_has_file(const struct xf_dwarf *dwarf, const char *file)
{
    return xf_map_find(&dwarf->code_files, file) != XF_MAP_NONE;
}

const struct xf_map *xf_dwarf_files(const struct xf_dwarf *dwarf)
{
    return &dwarf->files;
}
