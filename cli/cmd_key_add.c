/* Giving somebody a key; and sealing one's own anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "failure.h"
#include "key.h"
#include "message.h"
#include "new_passphrase.h"
#include "options.h"

static const char instead[] = N_("there is no terminal to ask for the new passphrase: give --to "
				 "age1… or --new-passphrase-file FILE");

struct adding {
	struct evault_key_add who;
	const char *role, *passphrase_file, *work_factor;
};

static void
print_added(const struct globals *globals, const struct evault_key_changed *changed)
{
	const struct evault_holder *h = &changed->holder;
	char *name;

	if (globals->json) {
		key_print_changed("added", changed);
		return;
	}
	name = key_person(h);
	if (h->number == 0)
		printf(_("%s may read the vault now; recorded as %s\n"), name, changed->citation);
	else
		printf(_("%s has key %llu of the vault now; recorded as %s\n"), name,
		       (unsigned long long)h->number, changed->citation);
	fflush(stdout);
	if (h->role == EVAULT_ROLE_CAPTURE)
		message_note(_("they can add, and read nothing"));
	else
		message_note(_("they can read everything, also what was kept before"));
	if (h->passphrase)
		message_hint(_("tell them the passphrase by another way than the vault, and let "
			       "them change it: evault key passphrase"));
	free(name);
}

/* The passphrase is asked for when it is known that it is of use. */
static enum evault_status
choose(const struct new_passphrase *pass, const char *work_factor, struct evault_key_seal *seal,
       struct secret *secret, struct evault_error *err)
{
	enum evault_status rc;

	if (!new_passphrase_work_factor(work_factor, &seal->work_factor))
		return failure_set(err, EVAULT_E_USAGE,
				   _("--work-factor is a number from 18 to 20"));
	if (seal->to != NULL)
		return EVAULT_OK;
	rc = new_passphrase(pass, secret, err);
	seal->passphrase = secret->text;
	return rc;
}

static int
add(const struct globals *globals, struct adding *a)
{
	struct new_passphrase pass = { a->passphrase_file, _(instead), a->who.name, NULL };
	struct secret *secret = secret_new();
	struct evault_key_changed changed;
	struct evault_error err = { .text = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;

	rc = key_open(&session, globals, EVAULT_WRITE, &vault, &err);
	pass.dir = session.dir;
	if (rc == EVAULT_OK && a->who.role != EVAULT_ROLE_READER)
		rc = choose(&pass, a->work_factor, &a->who.seal, secret, &err);
	if (rc == EVAULT_OK)
		rc = evault_key_add(vault, &a->who, &changed, &err);
	a->who.seal.passphrase = NULL;
	secret_free(secret);
	evault_close(vault);
	if (rc == EVAULT_OK)
		key_warn_armed(&session);
	session_release(&session);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	print_added(globals, &changed);
	return EXIT_SOUND;
}

static int
run_add(struct globals *globals, char **argv)
{
	struct adding a = { .role = NULL };
	struct list names = { 0 };
	const struct option_def options[] = {
		{ 0, "role", .text = &a.role },
		{ 0, "to", .text = &a.who.seal.to, .path = SANDBOX_READ },
		{ 0, "new-passphrase-file", .text = &a.passphrase_file, .path = SANDBOX_READ },
		{ 0, "work-factor", .text = &a.work_factor },
		{ 0 },
	};
	struct evault_error err = { .text = "" };
	int status = options_read(&command_key_add, options, globals, argv, &names);

	if (status != OPTIONS_GO_ON)
		goto out;
	if (names.n != 1)
		status = options_wrong(&command_key_add, _("name one person"));
	else if (a.role == NULL)
		status = options_wrong(&command_key_add,
				       _("say what they may do: --role owner, writer, capture or "
					 "reader"));
	else if (evault_role_parse(a.role, &a.who.role, &err) != EVAULT_OK)
		status = options_wrong(&command_key_add, "%s", err.text);
	else if (a.who.seal.to != NULL && a.passphrase_file != NULL)
		status = options_wrong(&command_key_add,
				       _("choose one: --to, or --new-passphrase-file"));
	else if (a.who.role == EVAULT_ROLE_READER && a.who.seal.to == NULL)
		status = options_wrong(&command_key_add,
				       _("a reader opens the vault with a key of their own: --to "
					 "age1…"));
	if (status != OPTIONS_GO_ON)
		goto out;
	a.who.name = names.items[0];
	status = add(globals, &a);
out:
	list_release(&names);
	return status;
}

const struct command command_key_add = {
	.name = "key add",
	.summary = N_("give somebody a key"),
	.usage =
	    N_("usage: evault key add NAME --role owner|writer|capture|reader [--to age1…]\n"
	       "\n"
	       "Gives somebody a key of their own to the vault. It opens with a passphrase,\n"
	       "which is asked for twice, or with the key that --to names. Who may read can\n"
	       "read everything, also what was kept before.\n"
	       "\n"
	       "  --role ROLE                  owner reads, writes and changes keys; writer reads\n"
	       "                               and writes; capture adds and reads nothing; reader\n"
	       "                               reads and writes nothing, and needs --to\n"
	       "  --to age1…                   open it with this key (see: evault help keygen)\n"
	       "  --new-passphrase-file FILE   the passphrase is the first line of FILE\n"
	       "  --work-factor N              what guessing the passphrase costs: 18 (usual),\n"
	       "                               19 twice as much, 20\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key add Aigul --role writer\n"),
	.run = run_add,
};

/* ---- one's own ---------------------------------------------------------------- */

struct sealing {
	struct evault_key_seal seal;
	const char *passphrase_file, *work_factor;
};

static int
seal_anew(const struct globals *globals, struct sealing *s)
{
	struct secret *secret = secret_new();
	struct evault_key_changed changed;
	struct evault_error err = { .text = "" };
	struct evault_status_info info = { .holder = "" };
	struct evault *vault = NULL;
	struct session session;
	enum evault_status rc;
	struct new_passphrase pass = { s->passphrase_file, _(instead), info.holder, NULL };

	rc = key_open(&session, globals, EVAULT_WRITE, &vault, &err);
	pass.dir = session.dir;
	if (rc == EVAULT_OK)
		rc = evault_get_status(vault, &info, &err);
	if (rc == EVAULT_OK)
		rc = choose(&pass, s->work_factor, &s->seal, secret, &err);
	if (rc == EVAULT_OK)
		rc = evault_key_passphrase(vault, &s->seal, &changed, &err);
	s->seal.passphrase = NULL;
	secret_free(secret);
	evault_close(vault);
	if (rc == EVAULT_OK)
		key_warn_armed(&session);
	session_release(&session);
	if (rc != EVAULT_OK)
		return failure_report(&err, globals);
	if (globals->json) {
		key_print_changed("sealed", &changed);
		return EXIT_SOUND;
	}
	if (s->seal.to != NULL)
		printf(_("your key of the vault opens with the new key now; recorded as %s\n"),
		       changed.citation);
	else
		printf(_("your key of the vault opens with the new passphrase now; recorded as "
			 "%s\n"),
		       changed.citation);
	fflush(stdout);
	message_note(_("copies of the vault from before still open as they did"));
	return EXIT_SOUND;
}

static int
run_passphrase(struct globals *globals, char **argv)
{
	struct sealing s = { .work_factor = NULL };
	const struct option_def options[] = {
		{ 0, "to", .text = &s.seal.to },
		{ 0, "new-passphrase-file", .text = &s.passphrase_file, .path = SANDBOX_READ },
		{ 0, "work-factor", .text = &s.work_factor },
		{ 0 },
	};
	int status = options_read(&command_key_passphrase, options, globals, argv, NULL);

	if (status != OPTIONS_GO_ON)
		return status;
	if (s.seal.to != NULL && s.passphrase_file != NULL)
		return options_wrong(&command_key_passphrase,
				     _("choose one: --to, or --new-passphrase-file"));
	return seal_anew(globals, &s);
}

const struct command command_key_passphrase = {
	.name = "key passphrase",
	.summary = N_("change your own passphrase"),
	.usage =
	    N_("usage: evault key passphrase [--to age1…]\n"
	       "\n"
	       "Changes how your own key of the vault opens: with a new passphrase, which is\n"
	       "asked for twice, or with the key that --to names. Copies of the vault from\n"
	       "before still open with the old one; if somebody may have both a copy and the\n"
	       "old passphrase, an owner should also do: evault key rotate\n"
	       "\n"
	       "  --to age1…                   open it with this key (see: evault help keygen)\n"
	       "  --new-passphrase-file FILE   the passphrase is the first line of FILE\n"
	       "  --work-factor N              what guessing the passphrase costs: 18 (usual),\n"
	       "                               19 twice as much, 20\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key passphrase\n"),
	.run = run_passphrase,
};
