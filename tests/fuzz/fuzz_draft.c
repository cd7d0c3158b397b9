/* Drafts: a path that is taken for one is just the one that is made of what it says. */
#include <stdlib.h>
#include <string.h>

#include "format/draft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[2 * EV_DRAFT_PATH_SIZE] = "", again[EV_DRAFT_PATH_SIZE];
	struct ev_draft_name name;

	memcpy(path, data, size < sizeof(path) ? size : sizeof(path) - 1);
	if (!ev_draft_path_parse(path, &name))
		return 0;
	must(name.sequence > 0 && name.sequence <= EV_DRAFT_SEQUENCE_MAX);
	must(ev_draft_id_valid(ev_slice_text(name.id)));
	ev_draft_path(&name, again);
	must(strcmp(path, again) == 0);
	return 0;
}
