/* Media types: always one, "type/subtype", the same each time. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice start = ev_slice_of(data, size < EV_MEDIA_SAMPLE ? size : EV_MEDIA_SAMPLE);
	const char *type = ev_media_type(start);

	if (type == NULL || strchr(type, '/') == NULL || strchr(type, ' ') != NULL)
		abort();
	if (strcmp(type, ev_media_type(start)) != 0)
		abort();
	if ((start.len == 0) != (strcmp(type, "application/x-empty") == 0))
		abort();
	return 0;
}
