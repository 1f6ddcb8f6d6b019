/*
 * Included before every zstd source file. It stands in for the two headers of zstd that reach
 * outside of it: zstd_deps.h, the C library, and cpu.h, the CPUID instruction.
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

/* There is no heap: only contexts in memory that the caller brings work. */
#define ZSTD_DEPS_MALLOC
#define ZSTD_malloc(s) ((void)(s), NULL)
#define ZSTD_calloc(n, s) ((void)(n), (void)(s), NULL)
#define ZSTD_free(p) ((void)(p))

/*
 * CPUID traps in a virtual machine, so it is executed once, by cpu.zig, and each context is told
 * afterwards (context.c): the launcher has no memory for a variable that zstd could read here.
 */
#define ZSTD_COMMON_CPU_H
typedef int ZSTD_cpuid_t;
static inline ZSTD_cpuid_t ZSTD_cpuid(void) { return 0; }
static inline int ZSTD_cpuid_bmi1(ZSTD_cpuid_t cpuid) { return cpuid; }
static inline int ZSTD_cpuid_bmi2(ZSTD_cpuid_t cpuid) { return cpuid; }

#endif
#endif
