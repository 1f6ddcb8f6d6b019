/* What zstd's xxhash.h includes <string.h> for. */
#include <stddef.h>

void *memcpy(void *restrict, const void *restrict, size_t);
void *memset(void *, int, size_t);
