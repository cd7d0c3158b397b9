#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "message.h"

enum evault_status
failure_set(struct evault_error *err, enum evault_status status, const char *fmt, ...)
{
	va_list args;

	if (err == NULL)
		return status;
	err->status = status;
	err->sys = 0;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return status;
}

int
failure_exit(enum evault_status status)
{
	switch (status) {
	case EVAULT_OK:
		return EXIT_SOUND;
	case EVAULT_E_DAMAGED:
		return EXIT_DAMAGE;
	case EVAULT_E_CANCELLED:
		return EXIT_PARTLY;
	default:
		return EXIT_FAILED;
	}
}

static const char *
key_advice(const struct globals *globals)
{
	if (globals->identities.n > 0)
		return _("give the identity file that belongs to a recipient named when the vault "
			 "was made, or leave -i out to be asked for the passphrase");
	return _("give a key: an age identity with -i FILE, or the passphrase on a terminal "
		 "or with --passphrase-file FILE");
}

static const char *
advice(enum evault_status status, const struct globals *globals)
{
	switch (status) {
	case EVAULT_E_NOT_VAULT:
		return _("name a vault with -V DIR or the variable EVAULT, or make one: evault "
			 "init DIR");
	case EVAULT_E_VERSION:
		return _("a newer evault made this vault; nothing was changed: get that version");
	case EVAULT_E_DAMAGED:
		return _("nothing was changed; to see all that is damaged: evault check");
	case EVAULT_E_KEY:
		return key_advice(globals);
	case EVAULT_E_BUSY:
		return _("wait until it is done and run this again; list, show, get and check work "
			 "meanwhile");
	case EVAULT_E_READ_ONLY:
		return _("list, show, get and check work here; what writes needs a copy elsewhere");
	case EVAULT_E_FULL:
		return _("make room and run the same command again");
	case EVAULT_E_NOMEM:
		return _("close other programs, or allow more locked memory: ulimit -l");
	case EVAULT_E_NO_KEYRING:
		return _("here evault can only ask each time; or give the key with -i FILE or "
			 "--passphrase-file FILE");
	case EVAULT_E_DENIED:
		return _("ask an owner of the vault");
	default:
		return NULL;
	}
}

int
failure_say(const struct evault_error *err, const char *hint)
{
	message_error("%s", err->text);
	if (hint != NULL)
		message_hint("%s", hint);
	return failure_exit(err->status);
}

int
failure_report(const struct evault_error *err, const struct globals *globals)
{
	return failure_say(err, advice(err->status, globals));
}
