/*
 * Looking for the keys that a log has had, before anything of it is verified:
 * a head's signature cannot be judged without them.
 */
#include <stdlib.h>
#include <string.h>

#include "store/log_private.h"

enum {
	MISSING_MAX = 1024 /* bundles in a row; a size that nobody signed has no end */
};

/* A `log-key` line, in bytes of which nothing is known yet. */
static bool
may_name_key(struct ev_slice entry)
{
	static const char line[] = "\nlog-key ";

	return memmem(entry.data, entry.len, line, sizeof(line) - 1) != NULL;
}

static void
take_keys(struct ev_entry *entry, struct ev_slice bytes, const char *origin,
	  struct ev_log_keys *keys)
{
	struct ev_cursor lines;
	struct ev_line line;

	if (ev_entry_parse(bytes, entry, NULL) != EVAULT_OK || strcmp(entry->origin, origin) != 0 ||
	    entry->is_record)
		return;
	lines = ev_cursor_of(entry->lines.data, entry->lines.len);
	while (ev_entry_next(&lines, &line)) {
		if (line.kind != EV_LINE_LOG_KEY)
			continue;
		keys->named = line.vkey;
		if (ev_note_verify(&entry->note, &keys->chained, NULL) == EVAULT_OK)
			keys->chained = line.vkey;
	}
}

static void
take_bundle(const struct ev_buf *bundle, struct ev_entry *entry, const char *origin,
	    struct ev_log_keys *keys)
{
	struct ev_cursor c = ev_cursor_of(bundle->data, bundle->len);
	struct ev_slice bytes;

	while (!c.bad && c.left > 0) {
		bytes = ev_tile_entry_next(&c);
		if (!c.bad && may_name_key(bytes))
			take_keys(entry, bytes, origin, keys);
	}
}

enum evault_status
ev_log_find_keys(int dir, const char *origin, uint64_t size, struct ev_log_keys *keys,
		 struct evault_error *err)
{
	struct ev_entry *entry = malloc(sizeof(*entry));
	uint64_t n, bundles = (size + EV_TILE_WIDTH - 1) / EV_TILE_WIDTH;
	enum evault_status rc, worst = EVAULT_OK;
	struct ev_buf bundle = EV_BUF_INIT;
	struct evault_error why = { 0 };
	unsigned missing = 0;

	if (entry == NULL)
		return ev_fail_nomem(err);
	for (n = 0; n < bundles && missing < MISSING_MAX && worst != EVAULT_E_NOMEM; n++) {
		ev_buf_clear(&bundle);
		rc = ev_log_load_bundle(dir, n, size, &bundle, &why);
		missing = rc == EVAULT_E_NOT_FOUND ? missing + 1 : 0;
		if (rc == EVAULT_OK)
			take_bundle(&bundle, entry, origin, keys);
		if (rc == EVAULT_E_IO || rc == EVAULT_E_NOMEM) {
			worst = rc;
			if (err != NULL)
				*err = why;
		}
	}
	ev_buf_release(&bundle);
	free(entry);
	return worst;
}
