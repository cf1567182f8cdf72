/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The image reader, on images made here: bytes for every frame layout and
 * every instruction set, and one program compiled and linked with the host's
 * compiler for what needs DWARF.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "image.h"
#include "map.h"
#include "match.h"
#include "path.h"
#include "proc.h"

/* ---- an ELF file with .text, .rodata and symbols */

#define TEXT_AT 0x200000u
#define RODATA_AT 0x201000u
#define STRINGS 0x400u /* where in .rodata strings start */

struct maker {
    uint16_t machine;
    uint16_t type;
    uint8_t text[256], rodata[0x800];
    struct {
        const char *name;
        uint64_t value, size;
        uint16_t section;
        uint8_t type, other;
    } symbols[32];
    size_t nsymbols, strings;
};

static struct maker maker(uint16_t machine)
{
    return (struct maker){
        .machine = machine, .type = ET_EXEC, .strings = STRINGS};
}

static void symbol(struct maker *m, const char *name, uint64_t value,
                   uint64_t size)
{
    size_t i = m->nsymbols++;

    m->symbols[i].name = name;
    m->symbols[i].value = value;
    m->symbols[i].size = size;
    m->symbols[i].section = value < RODATA_AT ? 1 : 2;
    m->symbols[i].type = size ? STT_FUNC : STT_NOTYPE;
}

/* Address of a new string in .rodata. */
static uint32_t string(struct maker *m, const char *s)
{
    size_t at = m->strings;

    strcpy((char *)m->rodata + at, s);
    m->strings += strlen(s) + 1;
    return (uint32_t)(RODATA_AT + at);
}

static void word(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void add_header(struct xf_buf *out, const struct maker *m,
                       size_t sections)
{
    Elf64_Ehdr wide = {.e_type = m->type,
                       .e_machine = m->machine,
                       .e_version = 1,
                       .e_shoff = sections,
                       .e_ehsize = sizeof(wide),
                       .e_shentsize = sizeof(Elf64_Shdr),
                       .e_shnum = 5};
    Elf32_Ehdr narrow = {.e_type = m->type,
                         .e_machine = m->machine,
                         .e_version = 1,
                         .e_shoff = (uint32_t)sections,
                         .e_ehsize = sizeof(narrow),
                         .e_shentsize = sizeof(Elf32_Shdr),
                         .e_shnum = 5};

    memcpy(wide.e_ident, "\177ELF\2\1\1", 7);
    memcpy(narrow.e_ident, "\177ELF\1\1\1", 7);
    if (m->machine == EM_ARM)
        xf_buf_add(out, &narrow, sizeof(narrow));
    else
        xf_buf_add(out, &wide, sizeof(wide));
}

/* The symbol table in the file's class. */
static void add_symbols(struct xf_buf *out, const struct maker *m,
                        const Elf64_Sym *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Elf64_Sym *s = &symbols[i];
        Elf32_Sym narrow = {s->st_name,           (uint32_t)s->st_value,
                            (uint32_t)s->st_size, s->st_info,
                            s->st_other,          s->st_shndx};

        if (m->machine == EM_ARM)
            xf_buf_add(out, &narrow, sizeof(narrow));
        else
            xf_buf_add(out, s, sizeof(*s));
    }
}

static void add_sections(struct xf_buf *out, const struct maker *m,
                         const Elf64_Shdr *sections, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Elf64_Shdr *s = &sections[i];
        Elf32_Shdr narrow = {s->sh_name,
                             s->sh_type,
                             (uint32_t)s->sh_flags,
                             (uint32_t)s->sh_addr,
                             (uint32_t)s->sh_offset,
                             (uint32_t)s->sh_size,
                             s->sh_link,
                             s->sh_info,
                             1,
                             (uint32_t)s->sh_entsize};

        if (m->machine == EM_ARM)
            xf_buf_add(out, &narrow, sizeof(narrow));
        else
            xf_buf_add(out, s, sizeof(*s));
    }
}

static void make(struct xf_buf *out, const struct maker *m)
{
    bool narrow = m->machine == EM_ARM;
    size_t head = narrow ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
    size_t entry = narrow ? sizeof(Elf32_Sym) : sizeof(Elf64_Sym);
    size_t text = head, rodata = text + sizeof(m->text);
    size_t symtab = rodata + sizeof(m->rodata);
    size_t strtab = symtab + (m->nsymbols + 1) * entry;
    struct xf_buf names = XF_BUF_INIT;
    Elf64_Sym symbols[33] = {0};

    xf_buf_addch(&names, '\0');
    for (size_t i = 0; i < m->nsymbols; i++) {
        symbols[i + 1] = (Elf64_Sym){
            .st_name = (uint32_t)names.len,
            .st_info = ELF64_ST_INFO(STB_GLOBAL, m->symbols[i].type),
            .st_other = m->symbols[i].other,
            .st_shndx = m->symbols[i].section,
            .st_value = m->symbols[i].value,
            .st_size = m->symbols[i].size};
        xf_buf_add(&names, m->symbols[i].name, strlen(m->symbols[i].name) + 1);
    }
    Elf64_Shdr sections[5] = {
        {0},
        {.sh_type = SHT_PROGBITS,
         .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
         .sh_addr = TEXT_AT,
         .sh_offset = text,
         .sh_size = sizeof(m->text)},
        {.sh_type = SHT_PROGBITS,
         .sh_flags = SHF_ALLOC,
         .sh_addr = RODATA_AT,
         .sh_offset = rodata,
         .sh_size = sizeof(m->rodata)},
        {.sh_type = SHT_SYMTAB,
         .sh_offset = symtab,
         .sh_size = strtab - symtab,
         .sh_link = 4,
         .sh_entsize = entry,
         .sh_info = 1},
        {.sh_type = SHT_STRTAB, .sh_offset = strtab, .sh_size = names.len},
    };
    add_header(out, m, strtab + names.len);
    xf_buf_add(out, m->text, sizeof(m->text));
    xf_buf_add(out, m->rodata, sizeof(m->rodata));
    add_symbols(out, m, symbols, m->nsymbols + 1);
    xf_buf_add(out, names.data, names.len);
    add_sections(out, m, sections, 5);
    xf_buf_release(&names);
}

static struct xf_image *open_made(const struct maker *m)
{
    struct xf_buf bytes = XF_BUF_INIT;
    struct xf_image *image;

    make(&bytes, m);
    if (xf_image_open_bytes(&image, "made", bytes.data, bytes.len))
        fail_msg("%s", xf_error_message());
    xf_buf_release(&bytes);
    return image;
}

/* ---- frames in every layout */

/* Symbols of current Xen (`current`) or of 4.17; types 0 and 1 are empty. */
static void frame_symbols(struct maker *m, bool current, uint32_t bugs,
                          uint32_t asserts)
{
    static const char *const starts[] = {
        "__start_bug_frames_0", "__start_bug_frames_1", "__start_bug_frames_2",
        "__start_bug_frames_3"};
    static const char *const stops[] = {
        "__stop_bug_frames_0", "__stop_bug_frames_1", "__stop_bug_frames_2",
        "__stop_bug_frames_3"};
    uint32_t at[] = {RODATA_AT, RODATA_AT, RODATA_AT, RODATA_AT + bugs,
                     RODATA_AT + bugs + asserts};

    if (!current)
        symbol(m, "__start_bug_frames", RODATA_AT, 0);
    for (int i = 0; i < 4; i++) {
        if (current)
            symbol(m, starts[i], at[i], 0);
        symbol(m, stops[i], at[i + 1], 0);
    }
}

static void arm_frame(struct maker *m, uint32_t at, uint32_t location,
                      uint32_t line, const char *file, const char *message)
{
    uint8_t *p = m->rodata + at;

    word(p, location - (RODATA_AT + at));
    word(p + 4, string(m, file) - (RODATA_AT + at));
    word(p + 8, string(m, message) - (RODATA_AT + at));
    word(p + 12, line);
}

/* As the assembler adds it up: displacement plus line bits above it. */
static void packed_frame(struct maker *m, uint32_t at, uint32_t location,
                         uint32_t line, const char *file, const char *message)
{
    uint8_t *p = m->rodata + at;

    word(p, location - (RODATA_AT + at) + (line >> 7 << 24));
    word(p + 4, string(m, file) - (RODATA_AT + at) + ((line & 127) << 24));
    if (message)
        word(p + 12, string(m, message) - (RODATA_AT + at));
}

static void expect(const struct xf_stop *stop, enum xf_stop_class what,
                   const char *file, uint32_t line, const char *function,
                   const char *text)
{
    assert_int_equal(stop->what, what);
    assert_string_equal(stop->file, file);
    assert_int_equal(stop->line, line);
    assert_string_equal(stop->function, function);
    assert_string_equal(stop->text, text);
}

static void check_frames(const struct maker *m, const char *arch)
{
    struct xf_image *image = open_made(m);
    const struct xf_stop *stops;
    size_t count;

    assert_string_equal(xf_image_arch(image), arch);
    if (xf_image_frames(image, &stops, &count))
        fail_msg("%s", xf_error_message());
    assert_int_equal(count, 2);
    expect(&stops[0], XF_STOP_BUG, "common/a.c", 16000, "first", "");
    expect(&stops[1], XF_STOP_ASSERT, "include/b.h", 127, "second", "x == 1");
    assert_int_equal(stops[1].address, TEXT_AT + 0x24);
    xf_image_close(image);
}

static struct maker with_functions(uint16_t machine)
{
    struct maker m = maker(machine);

    symbol(&m, "first", TEXT_AT, 0x20);
    symbol(&m, "second.isra.0", TEXT_AT + 0x20, 0x20);
    return m;
}

static void check_arm(uint16_t machine, const char *arch, bool current)
{
    struct maker m = with_functions(machine);

    frame_symbols(&m, current, 16, 16);
    arm_frame(&m, 0, TEXT_AT + 4, 16000, "common/a.c", "");
    arm_frame(&m, 16, TEXT_AT + 0x24, 127, "./include/b.h", "x == 1");
    check_frames(&m, arch);
}

static void check_packed(uint16_t machine, const char *arch, bool current)
{
    struct maker m = with_functions(machine);

    frame_symbols(&m, current, 8, 16);
    packed_frame(&m, 0, TEXT_AT + 4, 16000, "common/a.c", NULL);
    packed_frame(&m, 8, TEXT_AT + 0x24, 127, "./include/b.h", "x == 1");
    check_frames(&m, arch);
}

static void test_layouts(void **state)
{
    (void)state;
    check_arm(EM_AARCH64, "arm64", true);
    check_arm(EM_AARCH64, "arm64", false);
    check_arm(EM_ARM, "arm32", true);
    check_arm(EM_ARM, "arm32", false);
    check_packed(EM_X86_64, "x86_64", true);
    check_packed(EM_X86_64, "x86_64", false);
    check_packed(EM_RISCV, "riscv64", true);
    check_packed(EM_PPC64, "ppc64", true);
    check_packed(EM_AARCH64, "arm64", true);
}

/* Arm until 4.13: warn is type 0, bug 1, assert 2. */
static void test_arm_without_run_fn(void **state)
{
    struct maker m = with_functions(EM_AARCH64);

    (void)state;
    symbol(&m, "__start_bug_frames", RODATA_AT, 0);
    symbol(&m, "__stop_bug_frames_0", RODATA_AT, 0);
    symbol(&m, "__stop_bug_frames_1", RODATA_AT + 16, 0);
    symbol(&m, "__stop_bug_frames_2", RODATA_AT + 32, 0);
    arm_frame(&m, 0, TEXT_AT + 4, 16000, "common/a.c", "");
    arm_frame(&m, 16, TEXT_AT + 0x24, 127, "./include/b.h", "x == 1");
    check_frames(&m, "arm64");
}

static void test_no_frames(void **state)
{
    struct maker m = with_functions(EM_PPC64);
    struct xf_image *image;
    const struct xf_stop *stops;
    size_t count = 1;

    (void)state;
    frame_symbols(&m, true, 0, 0);
    image = open_made(&m);
    assert_int_equal(xf_image_frames(image, &stops, &count), 0);
    assert_int_equal(count, 0);
    xf_image_close(image);
}

static void expect_frame_error(const struct maker *m, const char *words)
{
    struct xf_image *image = open_made(m);
    const struct xf_stop *stops;
    size_t count;

    assert_int_equal(xf_image_frames(image, &stops, &count), -1);
    assert_non_null(strstr(xf_error_message(), words));
    xf_image_close(image);
}

static void test_bad_frames(void **state)
{
    struct maker m = with_functions(EM_X86_64);

    (void)state;
    expect_frame_error(&m, "no symbol __stop_bug_frames_2");
    frame_symbols(&m, true, 8, 16);
    expect_frame_error(&m, "of no known layout");
    packed_frame(&m, 0, TEXT_AT + 4, 5, "common/a.c", NULL);
    packed_frame(&m, 8, TEXT_AT + 4, 5, "common/\001a.c", "x");
    expect_frame_error(&m, "0x201008");
    packed_frame(&m, 8, RODATA_AT + 4, 5, "common/a.c", "x");
    expect_frame_error(&m, "0x201008");

    m = with_functions(EM_X86_64);
    frame_symbols(&m, true, 8, 0x10000);
    expect_frame_error(&m, "outside");
}

/* ---- bad files */

static int open_status(const struct xf_buf *bytes, size_t len)
{
    struct xf_image *image;
    const struct xf_stop *stops;
    size_t count;
    int rc = xf_image_open_bytes(&image, "made", bytes->data, len);

    if (!rc)
        rc = xf_image_frames(image, &stops, &count);
    xf_image_close(image);
    return rc;
}

static void test_bad_files(void **state)
{
    struct maker m = with_functions(EM_AARCH64);
    struct xf_buf bytes = XF_BUF_INIT;

    (void)state;
    frame_symbols(&m, true, 16, 0);
    arm_frame(&m, 0, TEXT_AT + 4, 7, "a.c", "");
    make(&bytes, &m);
    assert_int_equal(open_status(&bytes, bytes.len), 0);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(open_status(&bytes, len), -1);
    bytes.data[EI_DATA] = ELFDATA2MSB;
    assert_int_equal(open_status(&bytes, bytes.len), -1);
    assert_non_null(strstr(xf_error_message(), "big-endian"));

    xf_buf_clear(&bytes);
    m.type = ET_REL;
    make(&bytes, &m);
    assert_int_equal(open_status(&bytes, bytes.len), -1);
    assert_non_null(strstr(xf_error_message(), "not linked"));

    xf_buf_clear(&bytes);
    m.type = ET_EXEC;
    m.machine = EM_S390;
    make(&bytes, &m);
    assert_int_equal(open_status(&bytes, bytes.len), -1);
    assert_non_null(strstr(xf_error_message(), "machine"));
    xf_buf_release(&bytes);
}

/* Any single damaged byte may give an error, never a crash. */
static void test_damage(void **state)
{
    struct maker m = with_functions(EM_X86_64);
    struct xf_buf bytes = XF_BUF_INIT;

    (void)state;
    frame_symbols(&m, true, 8, 16);
    packed_frame(&m, 0, TEXT_AT + 4, 5, "a.c", NULL);
    packed_frame(&m, 8, TEXT_AT + 4, 5, "a.c", "x");
    make(&bytes, &m);
    for (size_t i = 0; i < bytes.len; i++) {
        char old = bytes.data[i];

        bytes.data[i] = (char)(old ^ 0xff);
        open_status(&bytes, bytes.len);
        bytes.data[i] = old;
    }
    xf_buf_release(&bytes);
}

/* ---- calls */

/* panic is at TEXT_AT + 0x80; `addresses` of the calls, 0 ended. */
static void check_calls(const struct maker *m, const uint64_t *addresses)
{
    static const struct xf_stop_function panic = {"panic", "", false};
    struct xf_image *image = open_made(m);
    const struct xf_stop *stops;
    size_t count, doubtful;

    assert_int_equal(
        xf_image_calls(image, &panic, 1, &stops, &count, &doubtful), 0);
    assert_int_equal(doubtful, 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(stops[i].address, addresses[i]);
        assert_string_equal(stops[i].text, "panic");
        assert_string_equal(stops[i].function, "f");
        assert_int_equal(stops[i].line, 0);
    }
    assert_int_equal(addresses[count], 0);
    xf_image_close(image);
}

static struct maker with_panic(uint16_t machine)
{
    struct maker m = maker(machine);

    symbol(&m, "f", TEXT_AT, 0x80);
    symbol(&m, "panic", TEXT_AT + 0x80, 0x40);
    symbol(&m, "panic.cold", TEXT_AT + 0xc0, 0x40);
    return m;
}

static void test_calls_arm64(void **state)
{
    struct maker m = with_panic(EM_AARCH64);

    (void)state;
    word(m.text + 0x00, 0x94000020); /* bl +0x80 */
    word(m.text + 0x04, 0x1400001f); /* b +0x7c */
    word(m.text + 0x08, 0x540003c1); /* b.ne +0x78 */
    word(m.text + 0x0c, 0xb40003a0); /* cbz x0, +0x74 */
    word(m.text + 0x10, 0x37000380); /* tbnz w0, #0, +0x70 */
    word(m.text + 0x14, 0x94000001); /* bl to something else */
    word(m.text + 0x18, 0x1400002a); /* b panic.cold: not an entry */
    word(m.text + 0x20, 0x94000018); /* data that looks like bl */
    word(m.text + 0x90, 0x17fffffc); /* b -0x10: panic's own loop */
    symbol(&m, "$x", TEXT_AT, 0);
    symbol(&m, "$d", TEXT_AT + 0x20, 0);
    symbol(&m, "$x.1", TEXT_AT + 0x24, 0);
    check_calls(&m, (uint64_t[]){TEXT_AT, TEXT_AT + 4, TEXT_AT + 8,
                                 TEXT_AT + 12, TEXT_AT + 16, 0});
}

static void test_calls_arm32(void **state)
{
    struct maker m = with_panic(EM_ARM);

    (void)state;
    word(m.text + 0x00, 0xeb00001e); /* bl +0x80 */
    word(m.text + 0x04, 0x0b00001d); /* bleq */
    word(m.text + 0x08, 0x1a00001c); /* bne */
    word(m.text + 0x0c, 0xfa00001b); /* blx: Thumb */
    word(m.text + 0x10, 0xeb00001a); /* literal pool */
    symbol(&m, "$a", TEXT_AT, 0);
    symbol(&m, "$d", TEXT_AT + 0x10, 0);
    check_calls(&m, (uint64_t[]){TEXT_AT, TEXT_AT + 4, TEXT_AT + 8, 0});
}

static void test_calls_ppc64(void **state)
{
    struct maker m = with_panic(EM_PPC64);

    (void)state;
    m.symbols[1].other = 3 << 5;     /* local entry 8 bytes in */
    word(m.text + 0x00, 0x48000081); /* bl +0x80 */
    word(m.text + 0x04, 0x48000085); /* bl +0x84: the local entry */
    word(m.text + 0x08, 0x48000080); /* b +0x80: also the local entry */
    word(m.text + 0x0c, 0x48000079); /* bl +0x78: between the two */
    check_calls(&m, (uint64_t[]){TEXT_AT, TEXT_AT + 4, TEXT_AT + 8, 0});
}

static void test_calls_riscv(void **state)
{
    struct maker m = with_panic(EM_RISCV);

    (void)state;
    word(m.text + 0x00, 0x00000097); /* auipc ra, 0 */
    word(m.text + 0x04, 0x080080e7); /* jalr 0x80(ra) */
    word(m.text + 0x08, 0x078000ef); /* jal +0x78 */
    word(m.text + 0x0c, 0xa0950001); /* c.nop; c.j +0x72: not panic */
    word(m.text + 0x10, 0xa0bd0001); /* c.nop; c.j +0x6e */
    word(m.text + 0x14, 0x00ef0037); /* lui whose upper half is ... */
    word(m.text + 0x18, 0x00010680); /* ... with this one "jal +0x6a" */
    check_calls(&m, (uint64_t[]){TEXT_AT, TEXT_AT + 8, TEXT_AT + 0x12, 0});
}

static void test_calls_x86(void **state)
{
    struct maker m = with_panic(EM_X86_64);

    (void)state;
    m.text[0] = 0xe8; /* call */
    word(m.text + 1, 0x7b);
    m.text[5] = 0xe9; /* jmp */
    word(m.text + 6, 0x76);
    m.text[10] = 0x0f; /* jne */
    m.text[11] = 0x85;
    word(m.text + 12, 0x70);
    m.text[0x90] = 0xeb; /* jmp to its own start */
    m.text[0x91] = 0xee;
    check_calls(&m, (uint64_t[]){TEXT_AT, TEXT_AT + 5, TEXT_AT + 10, 0});
}

/* ---- paths */

static void test_paths(void **state)
{
    struct xf_map files = XF_MAP_INIT, others = XF_MAP_INIT;
    struct xf_path_set set;

    (void)state;
    assert_true(xf_path_ends("/x/xen/common/a.c", "a.c"));
    assert_true(xf_path_ends("/x/xen/common/a.c", "common/a.c"));
    assert_false(xf_path_ends("/x/xen/common/ba.c", "a.c"));
    assert_false(xf_path_ends("a.c", "common/a.c"));
    assert_true(xf_path_ends("include/asm-x86/a.h", "asm/a.h"));

    xf_map_add(&files, "common/efi/boot.c", NULL);
    xf_map_add(&files, "arch/x86/boot.c", NULL);
    xf_map_add(&files, "arch/x86/one.c", NULL);
    xf_path_set_init(&set, &files);
    assert_string_equal(xf_path_set_find(&set, "arch/x86/boot.c", NULL),
                        "arch/x86/boot.c");
    assert_string_equal(xf_path_set_find(&set, "arch/x86/efi/boot.c", NULL),
                        "common/efi/boot.c");
    assert_string_equal(xf_path_set_find(&set, "one.c", NULL),
                        "arch/x86/one.c");
    assert_null(xf_path_set_find(&set, "boot.c", NULL));
    assert_null(xf_path_set_find(&set, "none.c", NULL));
    xf_map_add(&others, "arch/x86/one.c", NULL);
    assert_null(xf_path_set_find(&set, "one.c", &others));
    xf_map_release(&others);
    xf_path_set_release(&set);
    xf_map_release(&files);
}

/* ---- the join */

static struct xf_stop stop(enum xf_stop_class what, uint64_t address,
                           const char *file, uint32_t line, const char *text)
{
    return (struct xf_stop){what, address, file, line, "f", "", text, 0};
}

static struct xf_claim claim(enum xf_stop_class what, const char *file,
                             uint32_t line, uint32_t end_line, const char *text)
{
    return (struct xf_claim){.what = what,
                             .file = file,
                             .line = line,
                             .end_line = end_line,
                             .function = "f",
                             .text = text,
                             .condition = "",
                             .callee = what == XF_STOP_CALL ? text : "",
                             .callee_file = ""};
}

static void test_match(void **state)
{
    const struct xf_stop stops[] = {
        stop(XF_STOP_BUG, 0x10, "x/efi/boot.c", 7, ""),
        stop(XF_STOP_BUG, 0x20, "x/efi/boot.c", 7, ""), /* inlined twice */
        stop(XF_STOP_ASSERT, 0x30, "common/a.c", 5, "b"),
        stop(XF_STOP_ASSERT, 0x40, "common/a.c", 5, "a == 1"),
        stop(XF_STOP_CALL, 0x50, "common/a.c", 9, "panic"),
        stop(XF_STOP_CALL, 0x60, "common/a.c", 9, "machine_halt"),
        stop(XF_STOP_CALL, 0x70, "", 0, "panic"),
        stop(XF_STOP_CALL, 0x80, "", 0, "panic"),
    };
    struct xf_claim claims[] = {
        claim(XF_STOP_BUG, "common/efi/boot.c", 6, 8, ""),
        claim(XF_STOP_BUG, "common/efi/boot.c", 7, 7, ""),
        claim(XF_STOP_BUG, "common/efi/boot.c", 7, 7, ""), /* same line */
        claim(XF_STOP_ASSERT, "common/a.c", 5, 5, "a==1"),
        claim(XF_STOP_ASSERT, "common/a.c", 5, 5, "something else"),
        claim(XF_STOP_ASSERT, "common/a.c", 5, 5, "c"),
        claim(XF_STOP_CALL, "common/a.c", 8, 9, "panic"),
    };
    const bool matched[] = {false, true, true, true, true, false, true};
    struct maker m = with_functions(EM_X86_64);
    struct xf_image *image = open_made(&m);
    struct xf_map tree = XF_MAP_INIT;
    struct xf_finding *findings;
    size_t count;

    (void)state;
    xf_map_add(&tree, "common/efi/boot.c", NULL);
    xf_map_add(&tree, "common/a.c", NULL);
    xf_findings(&findings, &count, image, stops, 8, &tree);
    assert_int_equal(count, 7);
    xf_match(image, &tree, findings, count, claims, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(claims[i].is_matched, matched[i]);
    assert_int_equal(claims[0].reason, XF_REASON_UNKNOWN); /* no DWARF */
    for (size_t i = 0; i < count; i++) {
        const struct xf_finding *f = &findings[i];

        if (f->stop->what == XF_STOP_BUG)
            assert_int_equal(f->copies, 2);
        assert_int_equal(f->claim == XF_NO_CLAIM,
                         !f->stop->line ||
                             !strcmp(f->stop->text, "machine_halt"));
    }
    free(findings);
    xf_map_release(&tree);
    xf_image_close(image);
}

/* One place with a text per compilation is one row; two texts in the code of
 * one function are two. */
static void test_variants(void **state)
{
    struct xf_stop stops[] = {
        stop(XF_STOP_ASSERT, 0x10, "multi.c", 5, "level == 2"),
        stop(XF_STOP_ASSERT, 0x20, "multi.c", 5, "level == 3"),
        stop(XF_STOP_ASSERT, 0x30, "one.c", 5, "a"),
        stop(XF_STOP_ASSERT, 0x40, "one.c", 5, "b"),
    };
    struct xf_claim claims[] = {
        claim(XF_STOP_ASSERT, "multi.c", 5, 5, "level == LEVEL"),
        claim(XF_STOP_ASSERT, "one.c", 5, 5, "a"),
    };
    struct maker m = with_functions(EM_X86_64);
    struct xf_image *image = open_made(&m);
    struct xf_finding *findings;
    size_t count;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        stops[i].body = i == 3 ? 0x30 : stops[i].address;
    xf_findings(&findings, &count, image, stops, 4, NULL);
    assert_int_equal(count, 4);
    xf_match(image, NULL, findings, count, claims, 2);
    assert_int_equal(findings[0].claim, 0);
    assert_int_equal(findings[1].claim, 0);
    assert_int_equal(findings[2].claim, 1);
    assert_true(findings[3].claim == XF_NO_CLAIM);
    free(findings);
    xf_image_close(image);
}

/* ---- a linked program with DWARF (hosts that are x86-64 only) */

static const char program_h[] =
    "void panic(const char *s) __attribute__((noreturn, noinline));\n"
    "static inline void check(int x)\n"
    "{\n"
    "    if (x > 3)\n"
    "        panic(\"check\");\n"
    "}\n"
    "static inline void never(void) { panic(\"never\"); }\n"
    "extern volatile int v;\n"
    "static inline int zero(int x) { if (x != x) panic(\"z\"); return v++; }\n";

static const char program_c[] =
    "#include \"program.h\"\n"
    "volatile int v;\n"
    "#define FRAME(line) asm volatile(\"1: .byte 0xd6\\n\"\\\n"
    "  \".pushsection .bug_frames.2, \\\"a\\\"\\n2: .long 1b - 2b\\n\"\\\n"
    "  \".long %c0 - 2b + \" #line \" * 0x1000000\\n.popsection\" ::\\\n"
    "  \"i\" (__FILE__))\n"
    "void panic(const char *s) { v = s[0]; for (;;) ; }\n"
    "static inline void inner(void) { FRAME(9); }\n"
    "int outer(int x) { inner(); check(x); return zero(x); }\n"
    "int folded(int x) { if (0)\n"
    "    panic(\"no\");\n"
    "  return x; }\n"
    "int fake(void)\n"
    "{\n"
    "    asm volatile(\".byte 0x48, 0xb8, 0xe8\\n.long panic - . - 4\\n\"\n"
    "                 \".byte 0, 0, 0\" ::: \"rax\");\n"
    "    return 0;\n"
    "}\n"
    "void hop(void) { asm volatile(\"nop\\n\\tjmp panic\"); }\n"
    "void odd(void) { asm volatile(\".byte 6\\n\\tjmp panic\"); }\n"
    "static __attribute__((always_inline, noreturn)) inline void stop(void)\n"
    "{ v = 9; for (;;) ; }\n"
    "int _start(int x) { if (fake()) stop();\n"
    "  return outer(x) + folded(x); }\n";

static const char program_lds[] =
    "SECTIONS { . = 0x200000; .text : { *(.text*) }\n"
    ".rodata : { *(.rodata*) __start_bug_frames_2 = .; *(.bug_frames.2)\n"
    "__stop_bug_frames_2 = .; __start_bug_frames_3 = .;\n"
    "__stop_bug_frames_3 = .; } }\n";

struct program {
    char dir[32], *image;
};

static void write_file(const char *dir, const char *name, const char *text)
{
    char *path = xf_path_join(dir, name);

    assert_int_equal(xf_file_write_atomic(path, text, strlen(text)), 0);
    free(path);
}

static int build_program(void **state)
{
    struct program *p = xf_calloc(1, sizeof(*p));
    const char *const compile[] = {"cc",
                                   "-O1",
                                   "-g",
                                   "-fno-pie",
                                   "-no-pie",
                                   "-static",
                                   "-nostdlib",
                                   "-fno-stack-protector",
                                   "-fcf-protection=none",
                                   "-Wl,-T,program.lds",
                                   "-Wl,--build-id=none",
                                   "common/domain.c",
                                   "-o",
                                   "image",
                                   NULL};
    struct xf_proc how = {.dir = p->dir, .seconds = 60};
    char *common, *log;

    *state = p;
    strcpy(p->dir, "/tmp/xf-image-XXXXXX");
    if (!mkdtemp(p->dir))
        return -1;
    common = xf_path_join(p->dir, "common");
    assert_int_equal(xf_mkdirs(common), 0);
    write_file(p->dir, "common/domain.c", program_c);
    write_file(p->dir, "common/program.h", program_h);
    write_file(p->dir, "program.lds", program_lds);
    log = xf_path_join(p->dir, "log");
    how.log = log;
#ifdef __x86_64__
    if (xf_proc_found("cc") && !xf_proc_run(&how, compile))
        p->image = xf_path_join(p->dir, "image");
#else
    (void)compile;
#endif
    free(log);
    free(common);
    return 0;
}

static int drop_program(void **state)
{
    struct program *p = *state;

    xf_remove_tree(p->dir);
    free(p->image);
    free(p);
    return 0;
}

static void test_dwarf_frames(void **state)
{
    const struct program *p = *state;
    struct xf_image *image;
    const struct xf_stop *stops;
    size_t count;

    if (!p->image)
        skip();
    if (xf_image_open(&image, p->image) ||
        xf_image_frames(image, &stops, &count))
        fail_msg("%s", xf_error_message());
    assert_true(xf_image_has_dwarf(image));
    assert_int_equal(count, 1);
    expect(&stops[0], XF_STOP_BUG, "common/domain.c", 9, "inner", "");
    assert_string_equal(stops[0].inliners, "outer");
    xf_image_close(image);
}

static void test_dwarf_calls(void **state)
{
    static const struct xf_stop_function functions[] = {{"panic", "", false},
                                                        {"stop", "", false}};
    const struct program *p = *state;
    struct xf_image *image;
    const struct xf_stop *stops;
    size_t count, doubtful;

    if (!p->image)
        skip();
    assert_int_equal(xf_image_open(&image, p->image), 0);
    xf_image_calls(image, functions, 2, &stops, &count, &doubtful);
    assert_int_equal(count, 2);    /* and not fake()'s operand */
    assert_int_equal(doubtful, 1); /* odd() has no instruction 06 */
    expect(&stops[0], XF_STOP_CALL, "common/program.h", 5, "check", "panic");
    expect(&stops[1], XF_STOP_CALL, "common/domain.c", 19, "hop", "panic");
    assert_string_equal(stops[0].inliners, "outer");
    xf_image_close(image);
}

static struct xf_claim call(const char *file, uint32_t line,
                            const char *function, const char *callee,
                            bool is_inline)
{
    struct xf_claim c = claim(XF_STOP_CALL, file, line, line, callee);

    c.function = function;
    c.callee_file = "common/domain.c";
    c.is_inline = is_inline;
    return c;
}

static void test_reasons(void **state)
{
    const struct xf_stop_function panic = {"panic", "", false};
    const struct program *p = *state;
    struct xf_claim claims[] = {
        call("common/program.h", 5, "check", "panic", true),
        call("common/program.h", 7, "never", "panic", true),
        call("common/program.h", 8, "zero", "panic", true),
        call("common/domain.c", 11, "folded", "panic", false),
        call("common/domain.c", 23, "_start", "stop", false),
        call("common/domain.c", 23, "_start", "unheard_of", false),
        call("common/other.c", 1, "g", "panic", false),
        call("common/domain.c", 1, "not_there", "panic", false),
    };
    const enum xf_reason reasons[] = {
        XF_REASON_NONE,       XF_REASON_UNREFERENCED,   XF_REASON_INLINE_FOLDED,
        XF_REASON_FOLDED,     XF_REASON_CALLEE_INLINED, XF_REASON_CALLEE_ABSENT,
        XF_REASON_NOT_LINKED, XF_REASON_UNKNOWN,
    };
    struct xf_image *image;
    const struct xf_stop *stops;
    struct xf_finding *findings;
    size_t count, doubtful;

    if (!p->image)
        skip();
    assert_int_equal(xf_image_open(&image, p->image), 0);
    xf_image_calls(image, &panic, 1, &stops, &count, &doubtful);
    xf_findings(&findings, &count, image, stops, count, NULL);
    xf_match(image, NULL, findings, count, claims, 8);
    for (size_t i = 0; i < 8; i++)
        assert_string_equal(xf_reason_text(claims[i].reason),
                            xf_reason_text(reasons[i]));
    free(findings);
    xf_image_close(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_arm_without_run_fn),
        cmocka_unit_test(test_no_frames),
        cmocka_unit_test(test_bad_frames),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_calls_arm64),
        cmocka_unit_test(test_calls_arm32),
        cmocka_unit_test(test_calls_ppc64),
        cmocka_unit_test(test_calls_riscv),
        cmocka_unit_test(test_calls_x86),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_dwarf_frames),
        cmocka_unit_test(test_dwarf_calls),
        cmocka_unit_test(test_reasons),
    };

    return cmocka_run_group_tests(tests, build_program, drop_program);
}
