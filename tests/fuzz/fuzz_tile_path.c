/* Tile paths: one tile has one path. */
#include <stdint.h>
#include <stdlib.h>

#include "format/merkle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice bytes = ev_slice_of(data, size);
	char path[EV_TILE_PATH_SIZE];
	unsigned level, width;
	uint64_t n;

	if (!ev_tile_path_parse(bytes, &level, &n, &width))
		return 0;
	ev_tile_path(level, n, width, path);
	if (!ev_slice_is(bytes, path))
		abort();
	return 0;
}
