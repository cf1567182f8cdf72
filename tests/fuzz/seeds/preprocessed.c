# 1 "main.c"
# 1 "./include/xen/a.h" 1
static inline int f(int a) __attribute__((pure)) { return a ? '}' : "}\""[0]; }
struct __attribute__((packed)) s { int a; } t = { .a = f(1) };
# 3 "main.c" 2
int g(void)
{
    do { if ( f(3) ) xenfmea_bug(); } while (0);
}
