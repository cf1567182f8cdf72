/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Coverage files, device tree blobs, and single faults as commands.
 */
#include "unit.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"
#include "coverage.h"
#include "error.h"
#include "mutate.h"

static int parse(struct xf_coverage *c, const char *text)
{
    return xf_coverage_parse(c, text, strlen(text), "file");
}

static double at(const struct xf_coverage *c, const char *name, uint32_t line)
{
    uint32_t i = xf_map_find(&c->names, name);

    assert_int_not_equal(i, XF_MAP_NONE);
    return xf_coverage_at(&c->files[i], line, line);
}

static void reads_gcov(void **state)
{
    struct xf_coverage c = XF_COVERAGE_INIT;

    (void)state;
    /* Two documents in a row, as gcov -t writes them. */
    assert_int_equal(
        parse(&c, "{\"files\": [{\"file\": \"a.c\", \"lines\": ["
                  "{\"line_number\": 3, \"count\": 0},"
                  "{\"line_number\": 2, \"count\": 7}]}]}\n"
                  "{\"files\": [{\"file\": \"a.c\", \"lines\": ["
                  "{\"line_number\": 2, \"count\": 1}]}]}\n"), 0);
    xf_coverage_finish(&c);
    assert_true(at(&c, "a.c", 2) == 8);
    assert_true(at(&c, "a.c", 3) == 0);
    /* No data is not the same as not executed. */
    assert_true(at(&c, "a.c", 4) == -1);
    assert_true(xf_coverage_at(&c.files[0], 1, 9) == 8);
    xf_coverage_release(&c);
}

static void reads_lcov(void **state)
{
    struct xf_coverage c = XF_COVERAGE_INIT;

    (void)state;
    assert_int_equal(parse(&c, "TN:\r\nSF:/x/a.c\r\nFN:1,f\r\nDA:1,2,sum\r\n"
                               "DA:5,0\r\nLF:2\r\nend_of_record\r\n"), 0);
    assert_int_equal(parse(&c, "SF:/x/a.c\nDA:5,4\nend_of_record\n"), 0);
    xf_coverage_finish(&c);
    assert_true(at(&c, "/x/a.c", 1) == 2);
    assert_true(at(&c, "/x/a.c", 5) == 4);
    xf_coverage_release(&c);
}

/* Found by fuzzing: a line that a NUL cuts short ends there. */
static void survives_a_nul(void **state)
{
    static const char text[] = "SF:a.c\nDA:1,2\0xxxxxxxxxxxxxxxx\r\n"
                               "end_of_record\n";
    struct xf_coverage c = XF_COVERAGE_INIT;

    (void)state;
    assert_int_equal(xf_coverage_parse(&c, text, sizeof(text) - 1, "file"), 0);
    xf_coverage_finish(&c);
    assert_true(at(&c, "a.c", 1) == 2);
    xf_coverage_release(&c);
}

static void refuses_what_is_no_coverage(void **state)
{
    static const char *const wrong[] = {
        "", "nonsense", "{", "{}", "[]", "{\"files\": 1}",
        "{\"files\": [{\"file\": \"a.c\"}]}",
        "{\"files\": [{\"file\": \"a.c\", \"lines\": [{\"count\": 1}]}]}",
        "{\"files\": [{\"file\": \"a.c\", \"lines\": ["
        "{\"line_number\": -1, \"count\": 1}]}]}",
        "{\"files\": [{\"file\": \"a.c\", \"lines\": ["
        "{\"line_number\": 1e300, \"count\": 1}]}]}",
        "{\"files\": []} trailing",
        "DA:1,2\n", "SF:a.c\nDA:1\nend_of_record\n",
        "SF:a.c\nDA:1,nan\nend_of_record\n",
        "SF:a.c\nDA:1,-3\nend_of_record\n",
        "SF:a.c\nDA:99999999999,3\nend_of_record\n", "SF:a.c\nDA:1,2\n",
        "SF:\n", "\x1f\x8b compressed"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct xf_coverage c = XF_COVERAGE_INIT;

        if (parse(&c, wrong[i]) != -1)
            fail_msg("accepted: %s", wrong[i]);
        assert_non_null(strstr(xf_error_message(), "file"));
        xf_coverage_release(&c);
    }
}

/* ---- device trees --------------------------------------------------------- */

static const fdt32_t gic_reg[] = {
    0, 0, 0, 0x80000000, 0, 0, 0, 0x20000};

static void make_blob(struct blob *blob)
{
    char bytes[2048];
    fdt32_t cells[8], irq[3] = {0};

    for (int i = 0; i < 8; i++)
        cells[i] = cpu_to_fdt32((uint32_t)(0x1000 * i));
    assert_int_equal(fdt_create(bytes, sizeof(bytes)), 0);
    fdt_finish_reservemap(bytes);
    fdt_begin_node(bytes, "");
    fdt_property_u32(bytes, "#address-cells", 2);
    fdt_property_u32(bytes, "#size-cells", 2);
    fdt_property_u32(bytes, "interrupt-parent", 1);
    fdt_begin_node(bytes, "intc@0");
    fdt_property(bytes, "compatible", "arm,a\0arm,b", 12);
    fdt_property(bytes, "reg", cells, sizeof(cells));
    fdt_property(bytes, "interrupts", irq, sizeof(irq));
    fdt_property_u32(bytes, "phandle", 1);
    fdt_property_u32(bytes, "#interrupt-cells", 3);
    fdt_end_node(bytes);
    fdt_end_node(bytes);
    assert_int_equal(fdt_finish(bytes), 0);
    assert_int_equal(blob_parse(blob, bytes, sizeof(bytes), "x.dtb"), 0);
}

static void reads_a_blob(void **state)
{
    struct blob blob = BLOB_INIT;
    const struct blob_property *compatible;
    size_t address;

    (void)state;
    make_blob(&blob);
    assert_int_equal(blob.nnodes, 2);
    assert_string_equal(blob.nodes[1].path, "/intc@0");
    compatible = blob_property(&blob.nodes[1], "compatible");
    assert_true(blob_has_text(compatible, "arm,b"));
    assert_false(blob_has_text(compatible, "arm"));
    assert_int_equal(blob_reg_cells(&blob, &blob.nodes[1], &address), 4);
    assert_int_equal(address, 2);
    assert_int_equal(blob_interrupt_cells(&blob, &blob.nodes[1]), 3);
    blob_release(&blob);
    assert_int_equal(blob_parse(&blob, gic_reg, sizeof(gic_reg), "x.dtb"), -1);
    assert_non_null(strstr(xf_error_message(), "x.dtb"));
    blob_release(&blob);
}

/* What `op` of the second entry of a property is; NULL: does not apply. */
static void expect_op(const struct blob *blob, const char *op,
                      const char *property, const char *command)
{
    const struct mutation m = {.blob = blob, .node = &blob->nodes[1],
                               .property = property, .entry = 1};
    struct xf_buf out = XF_BUF_INIT;

    assert_true(mutate_known(op));
    assert_int_equal(mutate(&out, op, &m), command != NULL);
    if (command)
        assert_string_equal(out.data, command);
    xf_buf_release(&out);
}

static void writes_single_faults(void **state)
{
    struct blob blob = BLOB_INIT;

    (void)state;
    make_blob(&blob);
    expect_op(&blob, "remove", "reg", "fdtput -d \"$DTB\" '/intc@0' 'reg'");
    expect_op(&blob, "remove", "none", NULL);
    expect_op(&blob, "remove-node", "", "fdtput -r \"$DTB\" '/intc@0'");
    expect_op(&blob, "empty", "reg", "fdtput -t x \"$DTB\" '/intc@0' 'reg'");
    /* The first entry stays. */
    expect_op(&blob, "cut", "reg",
              "fdtput -t x \"$DTB\" '/intc@0' 'reg' 0 1000 2000 3000");
    /* There is no second interrupt to take away. */
    expect_op(&blob, "cut", "interrupts", NULL);
    expect_op(&blob, "misalign", "reg",
              "fdtput -t x \"$DTB\" '/intc@0' 'reg' 0 1000 2000 3000 4000 "
              "5010 6000 7000");
    expect_op(&blob, "halve", "reg",
              "fdtput -t x \"$DTB\" '/intc@0' 'reg' 0 1000 2000 3000 4000 "
              "5000 6000 3800");
    expect_op(&blob, "zero", "interrupts",
              "fdtput -t x \"$DTB\" '/intc@0' 'interrupts' 0 0 0");
    expect_op(&blob, "ones", "absent",
              "fdtput -t x \"$DTB\" '/intc@0' 'absent' ffffffff");
    expect_op(&blob, "rename", "",
              "fdtput -t s \"$DTB\" '/intc@0' 'compatible' 'nobody,knows'");
    assert_false(mutate_known("explode"));
    blob_release(&blob);
}

static void quotes_for_a_shell(void **state)
{
    struct xf_buf out = XF_BUF_INIT;

    (void)state;
    assert_true(mutate_quote(&out, "/a b;$(c)"));
    assert_string_equal(out.data, "'/a b;$(c)'");
    assert_false(mutate_quote(&out, "it's"));
    assert_false(mutate_quote(&out, "a\nb"));
    assert_string_equal(out.data, "'/a b;$(c)'");
    xf_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_gcov),
        cmocka_unit_test(reads_lcov),
        cmocka_unit_test(survives_a_nul),
        cmocka_unit_test(refuses_what_is_no_coverage),
        cmocka_unit_test(reads_a_blob),
        cmocka_unit_test(writes_single_faults),
        cmocka_unit_test(quotes_for_a_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
