#include "new_passphrase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "guarded.h"
#include "language.h"
#include "memory.h"
#include "message.h"
#include "secret_screen.h"
#include "terminal.h"

enum {
	WORK_FACTOR_MIN = 18,
	WORK_FACTOR_MAX = 20,
};

static enum evault_status
judge(const struct new_passphrase *how, const char *text, struct evault_error *err)
{
	char *part = how->dir == NULL ? NULL : memory_last_part(how->dir);
	const char *names[3], *user = getenv("USER");
	enum evault_status rc;
	size_t n = 0;

	if (how->holder != NULL && how->holder[0] != '\0')
		names[n++] = how->holder;
	if (part != NULL && part[0] != '\0')
		names[n++] = part;
	if (user != NULL && user[0] != '\0')
		names[n++] = user;
	rc = evault_passphrase_check(text, names, n, err);
	free(part);
	return rc;
}

/* ---- one that evault makes ------------------------------------------------------- */

static enum evault_status
show_made(struct secret_screen *screen, const char *made, struct evault_error *err)
{
	struct guarded text = { 0 };
	char nothing[64];
	enum evault_status rc = EVAULT_OK;

	if (!guarded_puts(&text, _("Your new passphrase:")) || !guarded_puts(&text, "\n\n    ") ||
	    !guarded_puts(&text, made) || !guarded_puts(&text, "\n\n") ||
	    !guarded_puts(&text,
			  _("Write it on paper, with the dashes. It is shown this once and is kept "
			    "nowhere: without it your key of the vault does not open.")) ||
	    !guarded_add(&text, "\n\n", 3))
		rc = failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
	if (rc == EVAULT_OK)
		rc =
		    secret_screen_ask(screen, text.data, _("Press Enter when it is written down: "),
				      nothing, sizeof(nothing), err);
	guarded_release(&text);
	return rc;
}

/* Shows it until it was typed back. */
static enum evault_status
make_one(struct secret *secret, struct evault_error *err)
{
	struct secret *again = secret_new();
	struct secret_screen *screen = NULL;
	enum evault_status rc;
	bool same = false;

	rc = evault_passphrase_make(
	    language_is_russian() ? EVAULT_WORDS_RUSSIAN : EVAULT_WORDS_ENGLISH, secret->text, err);
	while (rc == EVAULT_OK && !same) {
		rc = secret_screen_begin(&screen, err);
		if (rc == EVAULT_OK)
			rc = show_made(screen, secret->text, err);
		secret_screen_end(screen);
		screen = NULL;
		if (rc == EVAULT_OK)
			rc = terminal_ask_secret(_("Type it now, from the paper (nothing is shown "
						   "while you type): "),
						 again->text, sizeof(again->text), err);
		if (rc != EVAULT_OK)
			break;
		same = strcmp(secret->text, again->text) == 0;
		if (!same)
			message_error(_("that was something else; here it is once more"));
	}
	secret_free(again);
	return rc;
}

/* ---- one that somebody chooses ----------------------------------------------------- */

/* Asks twice; what was typed amiss is asked again. */
static enum evault_status
ask_new(const struct new_passphrase *how, struct secret *secret, struct evault_error *err)
{
	struct secret *again = secret_new();
	enum evault_status rc;
	struct evault_error why = { .text = "" };
	bool good = false;

	do {
		rc = terminal_ask_secret(_("New passphrase (nothing is shown while you type; Enter "
					   "alone, and evault makes one): "),
					 secret->text, sizeof(secret->text), err);
		if (rc == EVAULT_OK && secret->text[0] == '\0') {
			rc = make_one(secret, err);
			break;
		}
		if (rc != EVAULT_OK)
			break;
		rc = judge(how, secret->text, &why);
		if (rc == EVAULT_E_USAGE) {
			message_error("%s", why.text);
			continue;
		}
		if (rc == EVAULT_OK)
			rc = terminal_ask_secret(_("The same again: "), again->text,
						 sizeof(again->text), &why);
		if (rc != EVAULT_OK) {
			failure_set(err, rc, "%s", why.text);
			break;
		}
		good = strcmp(secret->text, again->text) == 0;
		if (!good)
			message_error(_("the two were not the same"));
	} while (!good);
	secret_free(again);
	return rc;
}

enum evault_status
new_passphrase(const struct new_passphrase *how, struct secret *secret, struct evault_error *err)
{
	enum evault_status rc;

	if (how->file != NULL) {
		rc = secret_read_file(secret, how->file, err);
		return rc != EVAULT_OK ? rc : judge(how, secret->text, err);
	}
	if (!terminal_can_ask())
		return failure_set(err, EVAULT_E_KEY, "%s", how->hint);
	return ask_new(how, secret, err);
}

bool
new_passphrase_work_factor(const char *text, unsigned *factor)
{
	char *end;
	unsigned long n;

	if (text == NULL)
		return true;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || n < WORK_FACTOR_MIN ||
	    n > WORK_FACTOR_MAX)
		return false;
	*factor = (unsigned)n;
	return true;
}
