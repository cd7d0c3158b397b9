#include "kept.h"

#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "format.h"
#include "json.h"
#include "message.h"

void
kept_print(const struct globals *globals, const char *dir, const struct evault_kept *kept)
{
	char left[FORMAT_SIZE], *shown;
	struct json json;

	if (globals->json) {
		json = json_begin(stdout);
		json_text(&json, "path", dir);
		json_text(&json, "unlocked_until", kept->until);
		json_number(&json, "seconds", kept->seconds);
		json_end(&json);
		return;
	}
	shown = escape_text(dir);
	/* TRANSLATORS: a path, a time of day like 17:15, hours and minutes like 8:00:00. */
	printf(_("unlocked %s until %s (for %s)\n"), shown, kept->clock,
	       format_duration(kept->seconds, left));
	free(shown);
	fflush(stdout);
	message_hint(_("whoever uses this session can open it until then; to end it sooner: "
		       "evault lock"));
}
