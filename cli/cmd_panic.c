/* Destroying the keys that lie in a vault; and arming it for that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "evault.h"
#include "failure.h"
#include "interrupt.h"
#include "json.h"
#include "key_typed.h"
#include "message.h"
#include "options.h"
#include "session.h"
#include "terminal.h"

struct panicking {
	bool arm, disarm;
	const char *exported;
};

/* What somebody types who means it. */
static const char word[] = "panic";

/*
 * Nobody is asked when it is armed.  Otherwise whoever sits there must know
 * what it ends.
 */
static enum evault_status
ask_first(const char *dir, enum evault_armed armed, struct evault_error *err)
{
	char question[900], *shown;
	bool go_on;

	if (!terminal_can_ask())
		return failure_set(
		    err, EVAULT_E_USAGE,
		    _("the vault is not armed for panic, and there is no terminal to "
		      "ask: nothing was done"));
	shown = escape_text(dir);
	if (armed == EVAULT_ARMED_BEFORE)
		message_warning(_("the keys were changed since %s was armed: the copy that was "
				  "exported then does not open it"),
				shown);
	message_warning(_("this destroys all keys that lie in %s. Without a copy of them that was "
			  "kept elsewhere, nobody can ever open it again: no passphrase, no "
			  "recovery key, no share"),
			shown);
	free(shown);
	/* TRANSLATORS: the word %s is not translated. */
	snprintf(question, sizeof(question), _("To do it, type the word %s: "), word);
	go_on = terminal_ask_word(question, word);
	return go_on ? EVAULT_OK : failure_set(err, EVAULT_E_CANCELLED, _("nothing was done"));
}

/* Who closes the terminal over it, or types Ctrl-C, does not keep the half of it. */
static enum evault_status
destroy(const char *dir, bool unarmed, struct evault_error *err)
{
	enum evault_status rc;

	interrupt_hold();
	rc = evault_panic(dir, unarmed, err);
	interrupt_let();
	return rc;
}

static int
report(const struct evault_error *err, const struct globals *globals)
{
	if (err->status == EVAULT_E_IO || err->status == EVAULT_E_READ_ONLY ||
	    err->status == EVAULT_E_FULL)
		return failure_say(err, _("keys may still lie there: run it again where it can be "
					  "written, or destroy the medium"));
	return failure_report(err, globals);
}

static int
run_now(const struct globals *globals)
{
	struct evault_error err = { .text = "" };
	enum evault_armed armed = EVAULT_ARMED_NOT;
	struct session session;
	enum evault_status rc = session_init(&session, globals, &err);

	if (rc == EVAULT_OK)
		rc = destroy(session.dir, false, &err);
	/* It was not armed: then there is time. */
	if (rc == EVAULT_E_DENIED) {
		rc = evault_panic_armed(session.dir, &armed, &err);
		if (rc == EVAULT_OK)
			rc = ask_first(session.dir, armed, &err);
		if (rc == EVAULT_OK)
			rc = destroy(session.dir, true, &err);
		if (rc == EVAULT_OK)
			message_note(_("the keys are destroyed"));
	}
	session_release(&session);
	return rc == EVAULT_OK ? EXIT_SOUND : report(&err, globals);
}

static void
print_armed(const struct globals *globals, const char *dir, bool same_disk)
{
	struct json json;
	char *shown;

	if (globals->json) {
		json = json_begin(stdout);
		json_text(&json, "path", dir);
		json_bool(&json, "armed", true);
		json_bool(&json, "same_disk", same_disk);
		json_end(&json);
	} else {
		shown = escape_text(dir);
		printf(_("%s is armed: evault panic destroys its keys at once and asks nobody\n"),
		       shown);
		free(shown);
		fflush(stdout);
	}
	if (same_disk)
		message_warning(
		    _("the exported keys lie on the same disk as the vault: whoever takes "
		      "the one has the other; move them elsewhere"));
	message_note(_("after each change of keys, export them and arm it anew"));
}

static int
arm(const struct globals *globals, const char *exported)
{
	char *identity = evault_secret_new(EVAULT_IDENTITY_SIZE);
	struct evault_unlock unlock = { .identity_files = globals->identities.items,
					.n_identity_files = globals->identities.n };
	struct evault_arm how = { exported, &unlock };
	struct evault_error err = { .text = "" };
	struct session session;
	bool same_disk = false;
	enum evault_status rc = session_init(&session, globals, &err);

	if (rc == EVAULT_OK && identity == NULL)
		rc = failure_set(&err, EVAULT_E_NOMEM, _("out of memory"));
	if (rc == EVAULT_OK && globals->identities.n == 0) {
		rc = key_typed(session.dir, identity, &err);
		unlock.identity = identity;
	}
	if (rc == EVAULT_OK)
		rc = evault_panic_arm(session.dir, &how, &same_disk, &err);
	evault_secret_free(identity);
	if (rc == EVAULT_OK)
		print_armed(globals, session.dir, same_disk);
	session_release(&session);
	return rc == EVAULT_OK ? EXIT_SOUND : failure_report(&err, globals);
}

static int
disarm(const struct globals *globals)
{
	struct evault_error err = { .text = "" };
	struct session session;
	enum evault_status rc = session_init(&session, globals, &err);

	if (rc == EVAULT_OK)
		rc = evault_panic_disarm(session.dir, &err);
	session_release(&session);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	if (!globals->json)
		puts(_("evault panic asks first now"));
	return EXIT_SOUND;
}

static int
run_panic(struct globals *globals, char **argv)
{
	struct panicking p = { .arm = false };
	const struct option_def options[] = {
		{ 0, "arm", .flag = &p.arm },
		{ 0, "disarm", .flag = &p.disarm },
		{ 0, "exported", .text = &p.exported, .path = SANDBOX_READ },
		{ 0 },
	};
	int status = options_read(&command_panic, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (p.arm && p.disarm)
		return options_wrong(&command_panic, _("choose one: --arm, or --disarm"));
	if (p.arm != (p.exported != NULL))
		return options_wrong(
		    &command_panic,
		    _("--arm and --exported DIR belong together: DIR is what evault key "
		      "export has written"));
	if (p.arm)
		return arm(globals, p.exported);
	return p.disarm ? disarm(globals) : run_now(globals);
}

const struct command command_panic = {
	.name = "panic",
	.summary = N_("destroy the keys that lie in the vault, at once"),
	.usage =
	    N_("usage: evault panic\n"
	       "       evault panic --arm --exported DIR [-i FILE]\n"
	       "       evault panic --disarm\n"
	       "\n"
	       "Destroys all key files of the vault and what evault unlock has left with the\n"
	       "kernel: first their names, then what they held. A vault that is armed is not\n"
	       "asked about, and nothing is said. Then no passphrase, no recovery key and no\n"
	       "share opens this copy of the vault. Its keys, exported before and put back,\n"
	       "open it again: cp -r DIR/keys VAULT\n"
	       "\n"
	       "What it cannot do: other copies of the vault still open. Flash memory (sticks,\n"
	       "cards, SSDs), snapshots and backups may keep what was overwritten; with that, a\n"
	       "passphrase or a key still opens what they kept. A program that has the vault\n"
	       "open goes on until it ends.\n"
	       "\n"
	       "  --arm            from now on, do it without asking. Proves first that the\n"
	       "                   vault does not end with it: a key that is not in the vault\n"
	       "                   (-i FILE; without it, a recovery key or shares are typed)\n"
	       "                   must open what was exported. Everybody who sees the folder\n"
	       "                   sees that it is armed: there is a file panic in it.\n"
	       "  --exported DIR   what evault key export -o DIR has written\n"
	       "  --disarm         ask again\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key export -o /media/stick/keys-of-case\n"
	       "  evault -V case.vault panic --arm --exported /media/stick/keys-of-case\n"
	       "  evault -V case.vault panic\n"),
	.run = run_panic,
};
