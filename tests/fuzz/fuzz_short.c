/*
 * Short checkpoints: what is taken prints as a text that is taken again and says the same; one
 * wrong letter in a group is always noticed.
 */
#include <stdlib.h>
#include <string.h>

#include "format/short.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
round_trip(const char *origin, uint64_t size, const struct ev_hash *root, size_t change)
{
	struct ev_short back;
	char text[EV_SHORT_SIZE];
	size_t groups, at;

	ev_short_text(origin, size, root, text);
	must(ev_short_parse(ev_slice_text(text), &back, NULL) == EVAULT_OK);
	must(back.size == size && ev_hash_equal(&back.root, root) && ev_short_fits(&back, origin));
	groups = strlen(text) - (size_t)EV_SHORT_GROUPS * (EV_SHORT_GROUP + 1);
	at = groups + 1 + change % ((size_t)EV_SHORT_GROUPS * (EV_SHORT_GROUP + 1) - 1);
	if (text[at] == '-')
		return;
	text[at] = text[at] == 'A' ? 'B' : 'A';
	must(ev_short_parse(ev_slice_text(text), &back, NULL) == EVAULT_E_FORMAT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char origin[EVAULT_ORIGIN_SIZE] = "evault/";
	struct ev_hash hash, root = { { 0 } };
	struct ev_short s;

	if (ev_short_parse(ev_slice_of(data, size), &s, NULL) == EVAULT_OK)
		must(ev_short_looks_so(ev_slice_of(data, size)));
	ev_hash_of(data, size, &hash);
	ev_hash_hex(&hash, origin + strlen(origin));
	memcpy(root.b, data, size < sizeof(root.b) ? size : sizeof(root.b));
	round_trip(origin, size * size * size, &root, hash.b[0] * 256U + hash.b[1]);
	return 0;
}
