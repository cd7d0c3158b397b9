#include "key_typed.h"

#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "message.h"
#include "secret_screen.h"
#include "terminal.h"

enum {
	TYPED_SIZE = 512, /* a whole share in one line */
	ABOVE_SIZE = 1200,
};

static enum evault_status
find_origin(const char *dir, char origin[EVAULT_ORIGIN_SIZE], struct evault_error *err)
{
	struct evault_open how = { .dir = dir, .access = EVAULT_SEALED };
	struct evault_status_info info;
	struct evault *vault = NULL;
	enum evault_status rc = evault_open(&how, &vault, err);

	if (rc == EVAULT_OK)
		rc = evault_get_status(vault, &info, err);
	if (rc == EVAULT_OK)
		memcpy(origin, info.origin, EVAULT_ORIGIN_SIZE);
	evault_close(vault);
	return rc;
}

static void
make_above(const struct evault_joining *now, const char *why, char above[ABOVE_SIZE])
{
	char complete[200] = "", number[200] = "";

	if (now->have > 0 && now->threshold > 1)
		snprintf(complete, sizeof(complete), _("Complete shares: %u of %u.\n"), now->have,
			 now->threshold);
	if (now->number > 0 && now->threshold > 1)
		snprintf(number, sizeof(number), _("This is share %u.\n"), now->number);
	snprintf(above, ABOVE_SIZE, "%s\n\n%s%s%s%s\n",
		 _("Type the key from the paper, group by group or several at a time. Capitals do "
		   "not matter. Ctrl-D: leave."),
		 complete, number, why, why[0] == '\0' ? "" : "\n");
}

static enum evault_status
type_all(struct secret_screen *screen, struct evault_join *join, char *typed,
	 struct evault_error *err)
{
	struct evault_joining now = { .place = 0 };
	struct evault_error why;
	char above[ABOVE_SIZE], question[100];
	enum evault_status rc = EVAULT_OK;

	why.text[0] = '\0';
	while (rc == EVAULT_OK && !now.done) {
		make_above(&now, why.text, above);
		snprintf(question, sizeof(question), _("Group %u of %d: "), now.place + 1,
			 EVAULT_PAPER_GROUPS);
		rc = secret_screen_ask(screen, above, question, typed, TYPED_SIZE, err);
		why.text[0] = '\0';
		if (rc != EVAULT_OK || typed[0] == '\0')
			continue;
		/* What is wrong is said above the next question. */
		if (evault_join_type(join, typed, &now, &why) == EVAULT_E_NOMEM)
			rc = failure_set(err, EVAULT_E_NOMEM, "%s", why.text);
	}
	return rc;
}

enum evault_status
key_typed(const char *dir, char identity[EVAULT_IDENTITY_SIZE], struct evault_error *err)
{
	char origin[EVAULT_ORIGIN_SIZE], *typed = evault_secret_new(TYPED_SIZE);
	struct secret_screen *screen = NULL;
	struct evault_join *join = NULL;
	enum evault_status rc;

	if (typed == NULL)
		return failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
	rc = find_origin(dir, origin, err);
	if (rc == EVAULT_OK && !terminal_can_ask())
		rc = failure_set(err, EVAULT_E_KEY,
				 _("a key on paper is typed at a terminal, and there is none"));
	if (rc == EVAULT_OK)
		rc = evault_join_new(origin, &join, err);
	if (rc == EVAULT_OK)
		rc = secret_screen_begin(&screen, err);
	if (rc == EVAULT_OK)
		rc = type_all(screen, join, typed, err);
	secret_screen_end(screen);
	if (rc == EVAULT_OK)
		rc = evault_join_identity(join, identity, err);
	evault_join_free(join);
	evault_secret_free(typed);
	return rc;
}
