/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Graphs of small trees. guards("f") says what dominates the call of f: each
 * guard as the condition's text and + (true), - (false), = (case), d (default)
 * or j (jump).
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "cfg.h"
#include "value.h"

static struct xf_tree *tree;
static struct xf_cfg *cfg;
static const struct xf_node *root;

static bool never_returns(const struct xf_node *callee, void *payload)
{
    (void)payload;
    return !strcmp(callee->name, "panic");
}

/* %name: variable, &name: call of a function without arguments. */
static char *expand(const char *text)
{
    struct xf_buf out = XF_BUF_INIT;

    for (; *text; text++) {
        size_t len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz");

        if (*text == '%' && len)
            xf_buf_addf(&out, "(var =%.*s $l%d #0)", (int)len, text + 1,
                        text[1] - 'a');
        else if (*text == '&' && len)
            xf_buf_addf(&out, "(call #0(fn =%.*s))", (int)len, text + 1);
        else {
            xf_buf_addch(&out, *text);
            continue;
        }
        text += len;
    }
    return xf_buf_detach(&out);
}

static void use(const char *body)
{
    char *text = xf_format("(function =f(param =a $l0 #0)(block %s))", body);
    char *full = expand(text);

    xf_cfg_free(cfg);
    xf_tree_free(tree);
    tree = xf_tree_read(full, "int\x1f_Bool\x1funsigned int");
    assert_non_null(tree);
    root = xf_tree_root(tree);
    cfg = xf_cfg_build(root, 64, never_returns, NULL);
    free(text);
    free(full);
}

static const struct xf_node *find(const struct xf_node *n, const char *name)
{
    const struct xf_node *found;

    if (n->op == XF_OP_CALL && !strcmp(n->kids[0]->name, name))
        return n;
    for (uint32_t i = 0; i < n->nkids; i++)
        if ((found = find(n->kids[i], name)))
            return found;
    return NULL;
}

static struct xf_point point_of(const char *name)
{
    const struct xf_node *n = find(root, name);
    struct xf_point point = {0, 0};

    assert_non_null(n);
    assert_true(xf_cfg_point(cfg, n, &point));
    return point;
}

static char *list(uint32_t *guards, size_t n)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        const struct xf_block *b = xf_cfg_block(cfg, guards[i]);

        if (i)
            xf_buf_addch(&out, ' ');
        if (b->condition)
            xf_tree_print(&out, b->condition);
        for (size_t k = 0; k < b->nlabels; k++)
            if (b->labels[k]->op == XF_OP_CASE)
                xf_tree_print(&out, b->labels[k]->kids[0]);
        xf_buf_addch(&out, " +-=dj"[b->guard]);
        if (b->never)
            xf_buf_addch(&out, '!');
    }
    free(guards);
    return xf_buf_detach(&out);
}

static void check_guards(const char *name, const char *expected)
{
    uint32_t *guards;
    size_t n = xf_cfg_guards(cfg, point_of(name).block, &guards);
    char *text = list(guards, n);

    assert_string_equal(text, expected);
    free(text);
}

static void check_depends(const char *name, const char *expected)
{
    uint32_t *guards;
    size_t n = xf_cfg_depends(cfg, point_of(name).block, &guards);
    char *text = list(guards, n);

    assert_string_equal(text, expected);
    free(text);
}

static void decisions(void **state)
{
    (void)state;
    use("(if %a &x &y) &z");
    check_guards("x", "a+");
    check_guards("y", "a-");
    check_guards("z", "");
    check_depends("x", "a+");
    check_depends("z", "");
    use("(if (un =! #0 %a) &x) &z");
    check_guards("x", "a-");
    use("(if (call(fn =__builtin_expect)(un =! #0(un =! #0 %a))(int $0)) &x)");
    check_guards("x", "a+");
}

static void short_circuits(void **state)
{
    (void)state;
    use("(if (bin =&& #0 %a %b) &x &y)");
    check_guards("x", "a+ b+ a && b+");
    check_guards("y", "a && b-");
    use("(if (bin =|| #0 %a %b) &x &y)");
    check_guards("x", "a || b+");
    check_guards("y", "a- b- a || b-");
    use("(if (bin =&& #0 %a &q) &x)");
    check_guards("q", "a+");
    use("(asg == #0 %c (bin =&& #0 %a &q)) &z");
    check_guards("q", "a+");
    check_guards("z", "");
    use("(if (cond #0 %a %b %c) &x)");
    check_guards("x", "a ? b : c+");
    use("(asg == #0 %c (cond #0 %a &x &y)) &z");
    check_guards("x", "a+");
    check_guards("y", "a-");
    check_guards("z", "");
    use("(asg == #0 %c (elvis #0 %a &y))");
    check_guards("y", "a-");
}

static void early_ends(void **state)
{
    (void)state;
    use("(if %a (return)) &z");
    check_guards("z", "a-");
    use("(if %a &panic) &z");
    check_guards("z", "a-");
    check_depends("z", "a-");
    use("(if %a (call(fn =__builtin_unreachable))) &z");
    check_guards("z", "a-");
    use("&panic &z");
    assert_false(xf_cfg_block(cfg, point_of("z").block)->reachable);
    use("(if %a (goto =out)) &x (if %b (goto =out)) (return) (label =out &z)");
    check_guards("x", "a-");
    check_guards("z", "");
    check_depends("z", "a+ b+");
}

static void loops(void **state)
{
    (void)state;
    use("(while %a (block &x (if %b (break)) (if %c (continue)) &y)) &z");
    check_guards("x", "a+");
    check_guards("y", "a+ b- c-");
    check_guards("z", "");
    use("(for (nil) %a &s &x) &z");
    check_guards("x", "a+");
    check_guards("s", "a+");
    check_guards("z", "a-");
    use("(do (block &x (if %b (continue)) &y) %a) &z");
    check_guards("x", "");
    check_guards("y", "b-");
    check_guards("z", "a-");
    use("(for (nil) (nil) (nil) (block (if %a (break)) &x)) &z");
    check_guards("x", "a-");
    check_guards("z", "a+");
    use("(while (int #0 $1) &x) &z");
    check_guards("x", "1+");
    check_guards("z", "1-!");
    assert_false(xf_cfg_block(cfg, point_of("z").block)->live);
    use("(do (block (if %a &x)) (int #0 $0)) &z");
    check_guards("z", "0-");
    check_depends("x", "a+");
    check_depends("z", "");
}

static void switches(void **state)
{
    (void)state;
    use("(switch %a (block (case (int #0 $1) (case (int #0 $2) &x)) (break)"
        " (case (int #0 $3) &y) (default &d))) &z");
    check_guards("x", "a12=");
    check_guards("y", "a3=");
    check_guards("d", "");
    check_depends("d", "a3= ad");
    check_guards("z", "");
    use("(switch (int #0 $2) (block (case (int #0 $1) &x) (break)"
        " (case (int #0 $2) &y) (break))) &z");
    check_guards("x", "21=!");
    check_guards("y", "22=");
    assert_true(xf_cfg_block(cfg, point_of("z").block)->live);
    use("(switch %a (block (case (int #0 $1) (return)))) &z");
    check_guards("z", "ad");
}

static void jumps(void **state)
{
    (void)state;
    use("(asm %a (&& =out)) &x (return) (label =out &z)");
    check_guards("x", "j");
    check_guards("z", "j");
    use("(asg == %b (&& =one)) (asg == %b (&& =two)) (goto* %b)"
        " (label =one &x) (return) (label =two &y)");
    check_guards("x", "j");
    check_guards("y", "j");
    use("(goto =in) (while %a (block &x (label =in &y)))");
    check_guards("x", "a+");
    check_guards("y", "");
}

static void statement_expressions(void **state)
{
    (void)state;
    use("(if (stmts #0 (block (decl =b $l1 #0 &x) (bin =&& #0 %b %c))) &y)");
    check_guards("x", "");
    check_guards("y", "b+ c+ b && c+");
    use("(call(fn =g) &x &y)");
    assert_true(point_of("x").index < point_of("y").index);
    assert_true(point_of("y").index < point_of("g").index);
}

static void dead_code(void **state)
{
    (void)state;
    use("(if (int #0 $0) &x) (if %a &y) &z");
    check_guards("x", "0+!");
    check_guards("y", "0- a+");
    check_guards("z", "0-");
    check_depends("y", "a+");
}

static void privilege(void **state)
{
    const struct xf_node *statement, *literal;
    struct xf_definitions *d;

    (void)state;
    use("(decl =r $l17 #0) (asg == #0 %r &xsm) (if %r (return %r)) &z");
    d = xf_definitions_build(cfg, root);
    statement = root->kids[1]->kids[2];
    literal = statement->kids[0];
    assert_true(xf_cfg_passes(cfg, find(root, "z"), literal, false));
    assert_false(xf_cfg_passes(cfg, find(root, "z"), literal, true));
    assert_ptr_equal(xf_definitions_call(cfg, d, literal), find(root, "xsm"));
    xf_definitions_free(d);
    use("(if %a &z) (if (bin =< #0 (asg == #0 %r &xsm) (int #0 $0)) (return)) "
        "&y");
    d = xf_definitions_build(cfg, root);
    literal = root->kids[1]->kids[1]->kids[0];
    assert_true(xf_cfg_passes(cfg, find(root, "y"), literal, false));
    assert_false(xf_cfg_passes(cfg, find(root, "z"), literal, false));
    assert_ptr_equal(xf_definitions_call(cfg, d, literal), find(root, "xsm"));
    xf_definitions_free(d);
}

static void check_reaching(const char *call, uint32_t local,
                           const char *expected)
{
    struct xf_definitions *d = xf_definitions_build(cfg, root);
    const struct xf_definition **defs;
    size_t n = xf_definitions_reaching(d, local, point_of(call), &defs);
    struct xf_buf out = XF_BUF_INIT;

    xf_buf_reserve(&out, 1);
    for (size_t i = 0; i < n; i++)
        xf_buf_addch(&out, "pnvcmafu"[defs[i]->kind]);
    assert_string_equal(out.data ? out.data : "", expected);
    xf_buf_release(&out);
    free(defs);
    xf_definitions_free(d);
}

static void definitions(void **state)
{
    (void)state;
    use("&x (if %c (asg == #0 %a (int $1))) &y (asg == #0 %a (int $2)) &z");
    check_reaching("x", 0, "p");
    check_reaching("y", 0, "pv");
    check_reaching("z", 0, "v");
    use("(decl =b $l1 #0) (call(fn =g) (addr %b)) &z");
    check_reaching("z", 1, "nf");
    use("(decl =b $l1 #0) (asm %b) &z");
    check_reaching("z", 1, "na");
    use("(decl =b $l1 #0) (asg == (mem =m %b) (int $1)) &z");
    check_reaching("z", 1, "nm");
    use("(decl =b $l1 #0 (int $0)) (asg == %c (addr %b)) &x &z");
    check_reaching("z", 1, "vu");
    use("(decl =b $l1 #0 (int $0)) (while %c (block &x (un =x++ %b))) &z");
    check_reaching("x", 1, "vc");
    check_reaching("z", 1, "vc");
}

static void check_value(const char *text, bool known, int64_t expected)
{
    char *all = xf_format("(function =f(block %s))", text);
    struct xf_tree *t = xf_tree_read(
        all, "int\x1f_Bool\x1funsigned int\x1funsigned long\x1f"
             "unsigned char\x1f" "enum e\x1f" "char *\x1flong");
    int64_t value = 0;

    assert_non_null(t);
    assert_int_equal(
        xf_tree_value(xf_tree_root(t)->kids[0]->kids[0], 64, &value), known);
    if (known)
        assert_int_equal(value, expected);
    xf_tree_free(t);
    free(all);
}

static void values(void **state)
{
    (void)state;
    check_value("(bin =+ #0(int #0 $2)(int #0 $3))", true, 5);
    check_value("(bin =< #0(int #0 $-1)(int #2 $1))", true, 0);
    check_value("(bin =< #0(int #0 $-1)(int #0 $1))", true, 1);
    check_value("(bin =< #0(int #0 $-1)(int #4 $1))", true, 1);
    check_value("(un =~ #3(int #3 $0))", true, -1);
    check_value("(bin =>> #3(un =~ #3(int #3 $0))(int #0 $60))", true, 15);
    check_value("(un =~ #2(int #2 $0))", true, 4294967295);
    check_value("(cast #4(int #0 $257))", true, 1);
    check_value("(cast #1(int #0 $2))", true, 1);
    check_value("(bin =+ #0(int #0 $2147483647)(int #0 $1))", false, 0);
    check_value("(bin =+ #2(int #2 $4294967295)(int #2 $1))", true, 0);
    check_value("(bin =/ #0(int #0 $1)(int #0 $0))", false, 0);
    check_value("(bin =&& #0(int #0 $0)(var =x #0))", true, 0);
    check_value("(bin =|| #0(int #0 $1)(var =x #0))", true, 1);
    check_value("(cast #5(int #0 $-1))", false, 0);
    check_value("(bin === #0(cast #6(int #0 $0))(cast #6(int #0 $0)))", true,
                1);
    check_value("(bin =+ #6(cast #6(int #0 $0))(int #0 $1))", false, 0);
    check_value("(bin =<< #0(int #0 $1)(int #0 $31))", false, 0);
    check_value("(bin =<< #2(int #2 $1)(int #0 $31))", true, 2147483648);
    check_value("(cond #0(int #0 $0)(var =x #0)(int #0 $7))", true, 7);
}

static int release(void **state)
{
    (void)state;
    xf_cfg_free(cfg);
    xf_tree_free(tree);
    cfg = NULL;
    tree = NULL;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions),
        cmocka_unit_test(short_circuits),
        cmocka_unit_test(early_ends),
        cmocka_unit_test(loops),
        cmocka_unit_test(switches),
        cmocka_unit_test(jumps),
        cmocka_unit_test(statement_expressions),
        cmocka_unit_test(dead_code),
        cmocka_unit_test(privilege),
        cmocka_unit_test(definitions),
        cmocka_unit_test(values),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
