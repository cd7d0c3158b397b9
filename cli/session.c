#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "escape.h"
#include "failure.h"
#include "message.h"
#include "sandbox.h"
#include "terminal.h"

enum {
	ATTEMPTS = 3
};

static bool
is_trusted(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/* *trusted: nobody but this user, or root, can have put it there. */
static bool
looks_like_vault(const char *dir, bool *trusted)
{
	size_t size = strlen(dir) + sizeof("/vault");
	char *path = memory_need(size);
	struct stat note, log;
	bool is;

	snprintf(path, size, "%s/vault", dir);
	is = stat(path, &note) == 0 && S_ISREG(note.st_mode);
	snprintf(path, size, "%s/log", dir);
	is = is && stat(path, &log) == 0 && S_ISDIR(log.st_mode);
	free(path);
	*trusted = is && is_trusted(&note) && is_trusted(&log);
	return is;
}

/* `dir`, ours, or the nearest above it that is a vault; NULL if none is, and it is freed. */
static char *
climb(char *dir, bool *trusted)
{
	char *slash;

	while (dir != NULL && !looks_like_vault(dir, trusted)) {
		slash = strrchr(dir, '/');
		if (slash == NULL || slash[1] == '\0') {
			free(dir);
			return NULL;
		}
		slash[slash == dir ? 1 : 0] = '\0';
	}
	return dir;
}

/*
 * The working folder or the nearest above it that is a vault; NULL if none is.
 * Not one that was found and is somebody else's: what is added to it could be
 * meant for another one, and its maker may read it.
 */
static char *
find_upwards(bool *trusted)
{
	char *dir;

	*trusted = true;
	errno = 0;
	dir = getcwd(NULL, 0);
	if (dir == NULL && errno == ENOMEM)
		memory_exit();
	return climb(dir, trusted);
}

bool
session_lies_in_vault(const char *path)
{
	char *copy = memory_copy(path), *slash, *dir = realpath(copy, NULL);
	size_t len = strlen(copy);
	bool trusted, lies;

	/* What is not there yet will be in the folder before it. */
	if (dir == NULL) {
		while (len > 1 && copy[len - 1] == '/')
			copy[--len] = '\0';
		slash = strrchr(copy, '/');
		if (slash != NULL)
			slash[slash == copy] = '\0';
		dir = realpath(slash == NULL ? "." : copy, NULL);
	}
	dir = climb(dir, &trusted);
	lies = dir != NULL;
	free(dir);
	free(copy);
	return lies;
}

static enum evault_status
refuse_foreign(const char *dir, struct evault_error *err)
{
	char *shown = escape_text(dir);

	failure_set(err, EVAULT_E_NOT_VAULT,
		    _("%.300s: you did not name this vault, and it is another user's"), shown);
	free(shown);
	return EVAULT_E_NOT_VAULT;
}

/* Nobody at a terminal, or a file that has one passphrase only. */
static enum evault_status
ask_again(const struct session *s, unsigned attempt, struct evault_error *err)
{
	static const char wrong[] = N_("that passphrase opens no key of this vault");

	if (s->globals->passphrase_file != NULL || attempt >= ATTEMPTS)
		return failure_set(err, EVAULT_E_KEY, "%s", _(wrong));
	message_error("%s", _(wrong));
	if (attempt == 1)
		message_hint(_("the keyboard's language and Caps Lock matter"));
	return EVAULT_OK;
}

static enum evault_status
ask_person(const struct session *s, struct evault_error *err)
{
	enum evault_status rc;
	char prompt[600], *shown;

	if (!terminal_can_ask())
		return failure_set(err, EVAULT_E_KEY,
				   _("the vault is locked, and there is no terminal to ask for a "
				     "passphrase"));
	shown = escape_text(s->dir);
	snprintf(prompt, sizeof(prompt),
		 _("Passphrase of %.300s (nothing is shown while you type): "), shown);
	rc = terminal_ask_secret(prompt, s->passphrase->text, sizeof(s->passphrase->text), err);
	s->passphrase->set = rc == EVAULT_OK;
	free(shown);
	return rc;
}

static enum evault_status
session_ask(void *ctx, unsigned attempt, char *out, size_t size, struct evault_error *err)
{
	struct session *s = ctx;
	enum evault_status rc = EVAULT_OK;

	if (attempt > 0) {
		rc = ask_again(s, attempt, err);
		if (rc != EVAULT_OK)
			return rc;
		secret_wipe(s->passphrase);
	}
	if (!s->passphrase->set && s->globals->passphrase_file != NULL)
		rc = secret_read_file(s->passphrase, s->globals->passphrase_file, err);
	else if (!s->passphrase->set)
		rc = ask_person(s, err);
	if (rc != EVAULT_OK)
		return rc;
	if (strlen(s->passphrase->text) >= size)
		return failure_set(err, EVAULT_E_LIMIT, _("the passphrase is too long"));
	memcpy(out, s->passphrase->text, strlen(s->passphrase->text) + 1);
	return EVAULT_OK;
}

bool
session_has_key(const struct globals *globals)
{
	return globals->identities.n > 0 || globals->passphrase_file != NULL;
}

enum evault_status
session_init(struct session *session, const struct globals *globals, struct evault_error *err)
{
	const char *given = globals->vault != NULL ? globals->vault : getenv("EVAULT");
	bool trusted = true;

	*session = (struct session){ .globals = globals };
	session->unlock.identity_files = globals->identities.items;
	session->unlock.n_identity_files = globals->identities.n;
	if (globals->identities.n == 0 || globals->passphrase_file != NULL)
		session->unlock.ask = session_ask;
	session->unlock.kept = !session_has_key(globals);
	session->unlock.ctx = session;
	session->passphrase = secret_new();

	if (given != NULL && given[0] != '\0')
		session->dir = memory_copy(given);
	else
		session->dir = find_upwards(&trusted);
	if (session->dir == NULL)
		return failure_set(err, EVAULT_E_NOT_VAULT,
				   _("this folder is not a vault, and is not in one"));
	if (!trusted)
		return refuse_foreign(session->dir, err);
	sandbox_allow(session->dir, SANDBOX_VAULT);
	return sandbox_enter(globals->require_sandbox)
		   ? EVAULT_OK
		   : failure_set(err, EVAULT_E_IO, _("nothing was done"));
}

void
session_ask_too(struct session *session)
{
	session->unlock.ask = session_ask;
	session->unlock.kept = session->globals->passphrase_file == NULL;
}

void
session_release(struct session *session)
{
	secret_free(session->passphrase);
	free(session->dir);
	*session = (struct session){ 0 };
}

/* The library's sentences hold no bytes of evidence that are not escaped. */
static void
session_notice(void *ctx, const char *text)
{
	(void)ctx;
	message_note("%s", text);
}

enum evault_status
session_open(struct session *session, enum evault_access access, struct evault **vault,
	     struct evault_error *err)
{
	struct evault_open how = {
		.dir = session->dir,
		.access = access,
		.unlock = access == EVAULT_SEALED ? NULL : &session->unlock,
		.index = session->globals->index,
		.adding = session->adding,
		.notice = session_notice,
	};

	enum evault_status rc = evault_open(&how, vault, err);
	uint64_t behind = rc == EVAULT_OK ? evault_behind(*vault) : 0;

	if (behind > 0)
		message_note(ngettext("the index is %" PRIu64
				      " entry behind: somebody is adding to "
				      "this vault",
				      "the index is %" PRIu64 " entries behind: somebody is adding "
				      "to this vault",
				      behind),
			     behind);
	return rc;
}
