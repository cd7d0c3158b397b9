#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "message.h"
#include "session.h"

struct reading {
	const struct command *command; /* NULL before it is known */
	const struct option_def *own, *global;
	char **argv;
	bool stop_at_operand;
	struct list *operands;
};

int
options_wrong(const struct command *command, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	message_error("%s", text);
	if (command == NULL)
		message_hint(_("see: evault help"));
	else
		message_hint(_("see: evault help %s"), command->name);
	return EXIT_FAILED;
}

static bool
wrong_with(const struct reading *r, const char *fmt, const char *what, size_t len)
{
	char *cut = strndup(what, len), *shown = escape_text(cut == NULL ? "" : cut);
	char text[400];

	snprintf(text, sizeof(text), "%s", fmt);
	options_wrong(r->command, "%s: %s", text, shown);
	free(shown);
	free(cut);
	return false;
}

static const struct option_def *
find_in(const struct option_def *defs, char letter, const char *name, size_t len)
{
	const struct option_def *d;

	for (d = defs; d != NULL && (d->letter != 0 || d->name != NULL); d++) {
		if (letter != 0 && d->letter == letter)
			return d;
		if (name != NULL && d->name != NULL && strlen(d->name) == len &&
		    memcmp(d->name, name, len) == 0)
			return d;
	}
	return NULL;
}

static const struct option_def *
find(const struct reading *r, char letter, const char *name, size_t len)
{
	const struct option_def *d = find_in(r->own, letter, name, len);

	return d != NULL ? d : find_in(r->global, letter, name, len);
}

/* The options of all commands: of these --index alone is written, and is sealed. */
static bool
writes_in_clear(const struct reading *r, const struct option_def *d)
{
	return d->path == SANDBOX_OUTPUT &&
	       find_in(r->own, d->letter, d->name, strlen(d->name)) == d;
}

static bool
refuse_vault(const char *path)
{
	char *shown = escape_text(path);

	message_error(_("%s: is in a vault, and what is written there is found with it"), shown);
	message_hint(_("name a place outside of it"));
	free(shown);
	return false;
}

/* Gives the option its value: what stands in the same word, or the next one. */
static bool
set_value(struct reading *r, const struct option_def *d, const char *here, const char *word)
{
	if (here == NULL) {
		if (*r->argv == NULL)
			return wrong_with(r, _("a value is missing after"), word, strlen(word));
		here = *r->argv++;
	}
	if (writes_in_clear(r, d) && strcmp(here, "-") != 0 && session_lies_in_vault(here))
		return refuse_vault(here);
	sandbox_allow(here, d->path);
	if (d->list != NULL)
		list_add(d->list, here);
	else if (d->text != NULL && *d->text == NULL)
		*d->text = here;
	else
		return wrong_with(r, _("given twice"), word, strcspn(word, "="));
	return true;
}

static bool
read_long(struct reading *r, const char *word)
{
	const char *name = word + 2, *value = strchr(name, '=');
	size_t len = value == NULL ? strlen(name) : (size_t)(value - name);
	const struct option_def *d = find(r, 0, name, len);

	if (d == NULL)
		return wrong_with(r, _("no such option"), word, len + 2);
	if (d->flag == NULL)
		return set_value(r, d, value == NULL ? NULL : value + 1, word);
	if (value != NULL)
		return wrong_with(r, _("takes no value"), word, len + 2);
	*d->flag = true;
	return true;
}

static bool
read_letters(struct reading *r, const char *word)
{
	const struct option_def *d;
	char shown[] = "-?";
	size_t i;

	for (i = 1; word[i] != '\0'; i++) {
		shown[1] = word[i];
		d = find(r, word[i], NULL, 0);
		if (d == NULL)
			return wrong_with(r, _("no such option"), shown, 2);
		if (d->flag == NULL)
			return set_value(r, d, word[i + 1] == '\0' ? NULL : word + i + 1, shown);
		*d->flag = true;
	}
	return true;
}

static bool
read_all(struct reading *r)
{
	const char *word;
	bool options = true, good = true;

	while (good && (word = *r->argv) != NULL) {
		if (options && word[0] == '-' && word[1] != '\0') {
			r->argv++;
			if (strcmp(word, "--") == 0)
				options = false;
			else if (word[1] == '-')
				good = read_long(r, word);
			else
				good = read_letters(r, word);
			continue;
		}
		if (r->stop_at_operand)
			break;
		if (r->operands == NULL)
			return wrong_with(r, _("this is one word too many"), word, strlen(word));
		r->argv++;
		list_add(r->operands, word);
	}
	return good;
}

static bool
read_with_globals(struct reading *r, struct globals *globals)
{
	const struct option_def global[] = {
		{ 'V', "vault", .text = &globals->vault },
		{ 'i', "identity", .list = &globals->identities, .path = SANDBOX_READ },
		{ 0, "passphrase-file", .text = &globals->passphrase_file, .path = SANDBOX_READ },
		{ 0, "index", .text = &globals->index, .path = SANDBOX_OUTPUT },
		{ 0, "json", .flag = &globals->json },
		{ 0, "require-sandbox", .flag = &globals->require_sandbox },
		{ 'h', "help", .flag = &globals->help },
		{ 0, "version", .flag = &globals->version },
		{ 0 },
	};

	bool good;

	r->global = global;
	good = read_all(r);
	r->global = NULL; /* it ends here */
	return good;
}

char **
options_before_command(struct globals *globals, char **argv)
{
	struct reading r = { .argv = argv, .stop_at_operand = true };

	return read_with_globals(&r, globals) ? r.argv : NULL;
}

int
options_read(const struct command *command, const struct option_def *defs, struct globals *globals,
	     char **argv, struct list *operands)
{
	struct reading r = { .command = command, .own = defs, .argv = argv, .operands = operands };
	char *none[] = { NULL };

	if (!read_with_globals(&r, globals))
		return EXIT_FAILED;
	if (globals->help) {
		fputs(_(command->usage), stdout);
		return EXIT_SOUND;
	}
	if (globals->version) {
		globals->version = false;
		return command_version.run(globals, none);
	}
	return OPTIONS_GO_ON;
}
