/* Reaches into zstd's block decoder, for the literals alone, which no public header gives. */
#include "zstd_decompress_internal.h"

/* zstd declares it where it is defined only, "exposed for fullbench". */
size_t ZSTD_decodeLiteralsBlock_wrapper(ZSTD_DCtx *context, const void *source, size_t source_size,
                                        void *scratch, size_t scratch_size);

size_t mgo_zstd_literals(ZSTD_DCtx *context, const void *source, size_t source_size, void *scratch,
                         size_t scratch_size, const unsigned char **literals);

/*
 * The literals of a compressed block whose content is at `source`, and in `*literals` where they are:
 * in the scratch memory if it has room for two blocks and 64 bytes. Zero where zstd refuses them.
 * A context knows the Huffman table of the block before.
 */
size_t mgo_zstd_literals(ZSTD_DCtx *context, const void *source, size_t source_size, void *scratch,
                         size_t scratch_size, const unsigned char **literals) {
    size_t const used = ZSTD_decodeLiteralsBlock_wrapper(context, source, source_size, scratch, scratch_size);
    if (ZSTD_isError(used)) return 0;
    *literals = context->litPtr;
    return context->litSize;
}
