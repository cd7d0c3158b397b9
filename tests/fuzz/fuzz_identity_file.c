/* Identity files, and the two parsers of keys: a key that is taken has that one text. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/age.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	KEYS = 4,
};

static void
need(bool good)
{
	if (!good)
		abort();
}

static void
parse_recipient(struct ev_slice text)
{
	struct ev_age_recipient r;
	char back[EVAULT_RECIPIENT_SIZE];

	if (ev_age_recipient_parse(text, &r, NULL) != EVAULT_OK)
		return;
	ev_age_recipient_text(&r, back);
	need(ev_slice_is(text, back));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = ev_slice_of(data, size);
	struct ev_age_identity ids[KEYS], again;
	struct evault_error err = { 0 };
	char back[EVAULT_IDENTITY_SIZE];
	enum evault_status rc;
	size_t n = 0, i;

	need(ev_secret_start(NULL) == EVAULT_OK);
	parse_recipient(text);
	rc = ev_age_identity_file(text, ids, KEYS, &n, &err);
	need(rc == err.status);
	need(rc == EVAULT_OK || rc == EVAULT_E_FORMAT || rc == EVAULT_E_LIMIT);
	need(rc == EVAULT_OK ? n > 0 && n <= KEYS : n == 0);
	for (i = 0; i < n; i++) {
		ev_age_identity_text(&ids[i], back);
		need(ev_age_identity_parse(ev_slice_text(back), &again, NULL) == EVAULT_OK);
		need(memcmp(&ids[i], &again, sizeof(again)) == 0);
	}
	return 0;
}
