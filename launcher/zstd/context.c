/* Reaches into zstd's decoding context, whose layout no public header tells. */
#include "zstd_decompress_internal.h"

/*
 * Whether the CPU has BMI1, BMI2 and LZCNT: zstd compiles its fast paths for the three of them,
 * though it asks for two, and an LZCNT that a hypervisor masks must not be relied on. Called after
 * the context is made, which asks for itself and is told that there is none (shim.h).
 */
void mgo_zstd_set_bmi2(ZSTD_DCtx *context, int available);

void mgo_zstd_set_bmi2(ZSTD_DCtx *context, int available) {
    context->bmi2 = available;
}
