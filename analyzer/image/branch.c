/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Direct calls and jumps of the architectures that Xen runs on. Only what a
 * compiler or an assembler emits to reach a function is decoded.
 * Sources: Arm DDI 0487 C6.2 (B, BL, B.cond, CBZ, TBZ) and F5.1 (A32 B, BL);
 * Intel SDM vol. 2 (CALL, JMP, Jcc); RISC-V Unprivileged ISA 2.5 (JAL, JALR,
 * AUIPC) and 26.4 (C.J); Power ISA 3.1 Book I 2.4 (b, bl).
 */
#include "internal.h"

/* The low `bits` bits of `value` as a signed number. */
static int64_t sign_extend(uint64_t value, unsigned int bits)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);

    value &= (sign << 1) - 1;
    return (int64_t)((value ^ sign) - sign);
}

static bool arm64(uint32_t insn, uint64_t pc, struct xf_branch *out)
{
    int64_t words;

    out->is_call = false;
    if ((insn & 0x7c000000) == 0x14000000) { /* B, BL */
        words = sign_extend(insn, 26);
        out->is_call = insn >> 31;
    } else if ((insn & 0xff000000) == 0x54000000 || /* B.cond */
               (insn & 0x7e000000) == 0x34000000) { /* CBZ, CBNZ */
        words = sign_extend(insn >> 5, 19);
    } else if ((insn & 0x7e000000) == 0x36000000) { /* TBZ, TBNZ */
        words = sign_extend(insn >> 5, 14);
    } else {
        return false;
    }
    out->target = pc + (uint64_t)words * 4;
    return true;
}

static bool arm32(uint32_t insn, uint64_t pc, struct xf_branch *out)
{
    /* Condition 15 is BLX to Thumb, which Xen does not use. */
    if ((insn & 0x0e000000) != 0x0a000000 || insn >> 28 == 15)
        return false;
    out->is_call = insn >> 24 & 1;
    out->target = (uint32_t)(pc + 8 + (uint64_t)sign_extend(insn, 24) * 4);
    return true;
}

static bool ppc64(uint32_t insn, uint64_t pc, struct xf_branch *out)
{
    if ((insn & 0xfc000002) != 0x48000000) /* b, bl; not the absolute forms */
        return false;
    out->is_call = insn & 1;
    out->target = pc + (uint64_t)sign_extend(insn & 0x03fffffc, 26);
    return true;
}

static bool x86_64(const uint8_t *p, uint64_t left, uint64_t pc,
                   struct xf_branch *out)
{
    uint32_t opcode = 0;
    int64_t distance;

    if (left >= 5 && (p[0] == 0xe8 || p[0] == 0xe9))
        opcode = 1;
    else if (left >= 6 && p[0] == 0x0f && (p[1] & 0xf0) == 0x80)
        opcode = 2;
    if (opcode) {
        out->length = opcode + 4;
        distance = sign_extend(xf_le32(p + opcode), 32);
    } else if (left >= 2 && (p[0] == 0xeb || (p[0] & 0xf0) == 0x70)) {
        out->length = 2;
        distance = sign_extend(p[1], 8);
    } else {
        return false;
    }
    out->is_call = p[0] == 0xe8;
    out->target = pc + out->length + (uint64_t)distance;
    return true;
}

static int64_t riscv_jal_offset(uint32_t insn)
{
    return sign_extend((insn >> 31 & 1) << 20 | (insn >> 12 & 0xff) << 12 |
                           (insn >> 20 & 1) << 11 | (insn >> 21 & 0x3ff) << 1,
                       21);
}

static int64_t riscv_cj_offset(uint32_t insn)
{
    return sign_extend((insn >> 12 & 1) << 11 | (insn >> 11 & 1) << 4 |
                           (insn >> 9 & 3) << 8 | (insn >> 8 & 1) << 10 |
                           (insn >> 7 & 1) << 6 | (insn >> 6 & 1) << 7 |
                           (insn >> 3 & 7) << 1 | (insn >> 2 & 1) << 5,
                       12);
}

/* auipc rd, hi; jalr link, lo(rd): what "call" and "tail" become. */
static bool riscv_far(const uint8_t *p, uint64_t left, uint64_t pc,
                      struct xf_branch *out)
{
    uint32_t auipc, jalr;

    if (left < 8)
        return false;
    auipc = xf_le32(p);
    jalr = xf_le32(p + 4);
    if ((auipc & 0x7f) != 0x17 || (jalr & 0x707f) != 0x67 ||
        (jalr >> 15 & 31) != (auipc >> 7 & 31))
        return false;
    out->length = 8;
    out->is_call = jalr >> 7 & 31;
    out->target = pc + (uint64_t)sign_extend(auipc & 0xfffff000, 32) +
                  (uint64_t)sign_extend(jalr >> 20, 12);
    return true;
}

static bool riscv64(const uint8_t *p, uint64_t left, uint64_t pc,
                    struct xf_branch *out)
{
    if (left >= 2 && (xf_le16(p) & 0xe003) == 0xa001) { /* C.J */
        out->length = 2;
        out->is_call = false;
        out->target = pc + (uint64_t)riscv_cj_offset(xf_le16(p));
        return true;
    }
    if (left >= 4 && (p[0] & 0x7f) == 0x6f) { /* JAL */
        out->length = 4;
        out->is_call = xf_le32(p) >> 7 & 31;
        out->target = pc + (uint64_t)riscv_jal_offset(xf_le32(p));
        return true;
    }
    return riscv_far(p, left, pc, out);
}

uint32_t xf_branch_riscv_length(uint16_t half)
{
    return (half & 3) == 3 ? 4 : 2;
}

uint32_t xf_branch_step(uint16_t machine)
{
    return machine == EM_X86_64 ? 1 : machine == EM_RISCV ? 2 : 4;
}

bool xf_branch_decode(uint16_t machine, const uint8_t *p, uint64_t left,
                      uint64_t pc, struct xf_branch *out)
{
    *out = (struct xf_branch){.length = 4};
    if (machine == EM_X86_64)
        return x86_64(p, left, pc, out);
    if (machine == EM_RISCV)
        return riscv64(p, left, pc, out);
    if (left < 4)
        return false;
    switch (machine) {
    case EM_AARCH64:
        return arm64(xf_le32(p), pc, out);
    case EM_ARM:
        return arm32(xf_le32(p), pc, out);
    case EM_PPC64:
        return ppc64(xf_le32(p), pc, out);
    default:
        return false;
    }
}
