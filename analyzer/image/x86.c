/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The length of x86-64 instructions, to tell where they start. Nothing else
 * of them is decoded. Source: Intel SDM vol. 2, 2.1-2.7 and appendix A; UDB
 * (0xd6) from its 2024 edition.
 */
#include "internal.h"

/* What follows an opcode: n nothing; m ModRM; 1, 2, 4 immediate bytes; z an
 * immediate of 4 bytes, 2 with prefix 66; v the same, 8 with REX.W; a an
 * address of 8 bytes; 3 ENTER's 2 + 1; M, Z ModRM and one byte, or z; t ModRM
 * and a byte for TEST only, T the same with z; p prefix; - not in 64-bit mode
 * or handled apart. */
static const char one_byte[] = "mmmm1z--mmmm1z--" /* 00; 0f is the escape */
                               "mmmm1z--mmmm1z--"
                               "mmmm1zp-mmmm1zp-"
                               "mmmm1zp-mmmm1zp-"
                               "----------------" /* 40: REX */
                               "nnnnnnnnnnnnnnnn"
                               "---mppppzZ1Mnnnn" /* 62: EVEX */
                               "1111111111111111"
                               "MZ-Mmmmmmmmmmmmm"
                               "nnnnnnnnnn-nnnnn"
                               "aaaannnn1znnnnnn"
                               "11111111vvvvvvvv"
                               "MM2n--MZ3n2nn1-n" /* c4, c5: VEX */
                               "mmmm--nnmmmmmmmm"
                               "1111111144-1nnnn"
                               "pnppnntTnnnnnnmm";

static const char two_bytes[] = "mmmm-nnnnn-n-mnM"
                                "mmmmmmmmmmmmmmmm"
                                "mmmm----mmmmmmmm"
                                "nnnnnnnn--------" /* 38, 3a: escapes */
                                "mmmmmmmmmmmmmmmm"
                                "mmmmmmmmmmmmmmmm"
                                "mmmmmmmmmmmmmmmm"
                                "MMMMmmmnmmmmmmmm"
                                "4444444444444444"
                                "mmmmmmmmmmmmmmmm"
                                "nnnmMmmmnnnmMmmm"
                                "mmmmmmmmmmMmmmmm"
                                "mmMmMMMmnnnnnnnn"
                                "mmmmmmmmmmmmmmmm"
                                "mmmmmmmmmmmmmmmm"
                                "mmmmmmmmmmmmmmmm";

struct insn {
    const uint8_t *p;
    uint32_t left, at;
    bool wide, narrow; /* REX.W; prefix 66 */
};

/* The next byte; beyond the end `at` grows past `left`, which is the error. */
static uint8_t next(struct insn *i)
{
    uint8_t byte = i->at < i->left ? i->p[i->at] : 0;

    i->at++;
    return byte;
}

/* ModRM, SIB and displacement. Returns the ModRM byte. */
static uint8_t skip_modrm(struct insn *i)
{
    uint8_t modrm = next(i), mod = modrm >> 6, base = modrm & 7;

    if (mod == 3)
        return modrm;
    if (base == 4)
        base = next(i) & 7;
    if (mod == 1)
        i->at += 1;
    else if (mod == 2 || base == 5) /* no base, or relative to RIP */
        i->at += 4;
    return modrm;
}

static void skip_operands(struct insn *i, char kind)
{
    uint32_t z = i->narrow ? 2 : 4;
    uint8_t modrm = 0;

    switch (kind) {
    case 'm':
    case 'M':
    case 'Z':
    case 't':
    case 'T':
        modrm = skip_modrm(i);
        break;
    default:
        break;
    }
    switch (kind) {
    case '1':
    case '2':
    case '3':
    case '4':
        i->at += (uint32_t)(kind - '0');
        break;
    case 'M':
        i->at += 1;
        break;
    case 'z':
    case 'Z':
        i->at += z;
        break;
    case 'v':
        i->at += i->wide ? 8 : z;
        break;
    case 'a':
        i->at += 8;
        break;
    case 't':
        i->at += modrm & 0x30 ? 0 : 1;
        break;
    case 'T':
        i->at += modrm & 0x30 ? 0 : z;
        break;
    case '-':
        i->at = i->left + 1;
        break;
    default:
        break;
    }
}

/* An opcode of map 1 (0f), 2 (0f 38) or 3 (0f 3a). */
static void skip_mapped(struct insn *i, unsigned int map)
{
    uint8_t opcode = next(i);

    if (map == 1)
        skip_operands(i, two_bytes[opcode]);
    else
        skip_operands(i, map == 3 ? 'M' : 'm');
}

static void skip_escape(struct insn *i)
{
    uint8_t second = i->at < i->left ? i->p[i->at] : 0;

    if (second == 0x38 || second == 0x3a) {
        i->at++;
        skip_mapped(i, second == 0x38 ? 2 : 3);
    } else {
        skip_mapped(i, 1);
    }
}

/* VEX (c5: two bytes, c4: three) and EVEX (62: four). */
static void skip_vector(struct insn *i, uint8_t opcode)
{
    unsigned int map = opcode == 0xc5 ? 1 : next(i) & (opcode == 0x62 ? 7 : 31);

    i->at += opcode == 0x62 ? 2 : 1;
    skip_mapped(i, map);
}

uint32_t xf_x86_length(const uint8_t *p, uint64_t left)
{
    struct insn i = {.p = p, .left = left < 15 ? (uint32_t)left : 15};
    uint8_t opcode = next(&i);

    while (i.at <= i.left && one_byte[opcode] == 'p') {
        i.narrow |= opcode == 0x66;
        opcode = next(&i);
    }
    if ((opcode & 0xf0) == 0x40) {
        i.wide = opcode & 8;
        opcode = next(&i);
    }
    if (opcode == 0x0f)
        skip_escape(&i);
    else if (opcode == 0xc4 || opcode == 0xc5 || opcode == 0x62)
        skip_vector(&i, opcode);
    else
        skip_operands(&i, one_byte[opcode]);
    return i.at <= i.left ? i.at : 0;
}
