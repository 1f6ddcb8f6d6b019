/*
 * Included before every zstd source file. It stands in for zstd_deps.h, the C library, which is all
 * that they reach outside for.
 */
#ifndef MGO_ZSTD_SHIM_H
#define MGO_ZSTD_SHIM_H
#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>
#include <limits.h>

#define ZSTD_DEPS_COMMON
#define ZSTD_memcpy(d, s, l) __builtin_memcpy((d), (s), (l))
#define ZSTD_memmove(d, s, l) __builtin_memmove((d), (s), (l))
#define ZSTD_memset(p, v, l) __builtin_memset((p), (v), (l))

/* There is no heap: tables are in memory that the caller brings. */
#define ZSTD_DEPS_MALLOC
#define ZSTD_malloc(s) ((void)(s), NULL)
#define ZSTD_calloc(n, s) ((void)(n), (void)(s), NULL)
#define ZSTD_free(p) ((void)(p))

#endif
#endif
