#include "format/draft.h"

#include <stdio.h>
#include <string.h>

void
ev_draft_path(const struct ev_draft_name *name, char out[EV_DRAFT_PATH_SIZE])
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(&name->record, hex);
	snprintf(out, EV_DRAFT_PATH_SIZE, "drafts/%.16s.%06u.%s.tar.zst.age", name->id,
		 (unsigned)(name->sequence % (EV_DRAFT_SEQUENCE_MAX + 1)), hex);
}

bool
ev_draft_id_valid(struct ev_slice id)
{
	uint8_t bytes[EV_DRAFT_ID];

	return ev_hex_decode(id, bytes, sizeof(bytes));
}

static bool
take_sequence(const char *digits, uint32_t *sequence)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < 6; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(digits[i] - '0');
	}
	*sequence = n;
	return n > 0;
}

bool
ev_draft_path_parse(const char *path, struct ev_draft_name *name)
{
	const char *id = path + strlen("drafts/"), *sequence = id + 17, *record = sequence + 7;
	struct ev_draft_name found = { .id = "" };
	char expected[EV_DRAFT_PATH_SIZE];

	if (strlen(path) != EV_DRAFT_PATH_SIZE - 1 || !ev_draft_id_valid(ev_slice_of(id, 16)) ||
	    !take_sequence(sequence, &found.sequence) ||
	    !ev_hash_parse(ev_slice_of(record, 64), &found.record))
		return false;
	memcpy(found.id, id, 16);
	ev_draft_path(&found, expected);
	if (strcmp(path, expected) != 0)
		return false;
	*name = found;
	return true;
}
