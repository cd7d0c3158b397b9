#include "correct.h"

#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "item.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "session.h"

static void
print_json(const struct correcting *c, const struct evault_corrected *done)
{
	struct json json = json_begin(stdout);

	json_text(&json, "event", c->event);
	if (done->entries > 0) {
		json_number(&json, "item", done->index);
		json_text(&json, "citation", done->citation);
	}
	json_number(&json, "items", done->items);
	json_number(&json, "already", done->already);
	json_number(&json, "entries", done->entries);
	json_end(&json);
}

/* One of the items, to name it. */
struct naming {
	char citation[EVAULT_CITATION_SIZE];
	bool warn;
};

static enum evault_status
name_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct naming *n = ctx;

	(void)err;
	memcpy(n->citation, item->citation, sizeof(n->citation));
	if (n->warn)
		item_warn_retracted(item);
	return EVAULT_OK;
}

static enum evault_status
act(struct correcting *c, struct evault *vault, struct evault_error *err)
{
	struct picked picked = { .items = NULL };
	struct evault_corrected done = { 0 };
	struct naming first = { .warn = false };
	uint64_t retracted = 0;
	enum evault_status rc = refs_pick(&c->refs, vault, true, &picked, &retracted, err);
	size_t i;

	first.warn = c->warn && retracted > 0;
	for (i = 0; rc == EVAULT_OK && (i == 0 || first.warn) && i < c->refs.items.n; i++)
		rc = refs_find(&c->refs, i, vault, name_item, &first, err);
	if (rc == EVAULT_OK)
		rc = c->act(c, vault, &picked, &done, err);
	if (rc == EVAULT_OK && c->globals->json)
		print_json(c, &done);
	else if (rc == EVAULT_OK && done.items > 0)
		c->say(c, &done, first.citation);
	picked_release(&picked);
	return rc;
}

int
correct(const struct command *command, struct correcting *c)
{
	struct session session;
	struct evault *vault = NULL;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status = refs_take(command, c->globals, &c->operands, &c->refs);

	if (status != OPTIONS_GO_ON)
		return status;
	rc = session_init(&session, c->globals, &err);
	session.adding = true;
	if (rc == EVAULT_OK)
		rc = session_open(&session, EVAULT_WRITE, &vault, &err);
	if (rc == EVAULT_OK)
		rc = act(c, vault, &err);
	status = rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, c->globals);
	evault_close(vault);
	session_release(&session);
	return status;
}
