/* SPDX-License-Identifier: GPL-2.0-only
 *
 * How a bad input or environment is reported: the function that notices it
 * calls xf_error() with one line that names the file and the cure, and returns
 * its result, -1. Callers pass -1 on and do not overwrite the message; only
 * fmea/cli prints it and exits. A bug in xenfmea is an assert() instead, and a
 * fact about the analysed code is a row, never an error.
 */
#ifndef XF_ERROR_H
#define XF_ERROR_H

/* Set this process's last error. Always returns -1. File names and foreign
 * text may be passed as they are: the message is one line and safe for a
 * terminal (visible.h). */
int xf_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The last message, "" when none; valid until the next xf_error(). */
const char *xf_error_message(void);

#endif
