/* Who has keys of a vault: the table of what `evault key` can do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "json.h"
#include "key.h"
#include "message.h"
#include "options.h"

const struct command *const key_table[] = {
	&command_key_list,   &command_key_add,
	&command_key_remove, &command_key_rename,
	&command_key_rotate, &command_key_passphrase,
	&command_key_split,  &command_key_join,
	&command_key_export, NULL,
};

enum evault_status
key_open(struct session *session, const struct globals *globals, enum evault_access access,
	 struct evault **vault, struct evault_error *err)
{
	enum evault_status rc = session_init(session, globals, err);

	session->adding = true;
	return rc == EVAULT_OK ? session_open(session, access, vault, err) : rc;
}

void
key_warn_armed(const struct session *session)
{
	enum evault_armed armed = EVAULT_ARMED_NOT;

	if (evault_panic_armed(session->dir, &armed, NULL) != EVAULT_OK ||
	    armed != EVAULT_ARMED_BEFORE)
		return;
	message_warning(_("the vault is no longer armed for panic, since its keys were changed"));
	message_hint(_("export the keys and arm it anew: evault help panic"));
}

char *
key_person(const struct evault_holder *holder)
{
	char number[40];

	if (holder->name[0] != '\0')
		return escape_text(holder->name);
	if (holder->number == 0)
		return escape_text(holder->recipient);
	snprintf(number, sizeof(number), _("key %llu"), (unsigned long long)holder->number);
	return escape_text(number);
}

void
key_print_changed(const char *change, const struct evault_key_changed *changed)
{
	const struct evault_holder *h = &changed->holder;
	struct json json = json_begin(stdout);

	json_text(&json, "change", change);
	if (h->number != 0)
		json_number(&json, "number", h->number);
	if (h->key[0] != '\0' || h->recipient[0] != '\0') {
		json_bytes(&json, "name", h->name, strlen(h->name));
		json_text(&json, "role", evault_role_word(h->role));
	}
	if (h->key[0] != '\0')
		json_text(&json, "key", h->key);
	if (h->recipient[0] != '\0')
		json_text(&json, "recipient", h->recipient);
	json_number(&json, "item", changed->index);
	json_text(&json, "citation", changed->citation);
	json_bool(&json, "new_epoch", changed->new_epoch);
	json_end(&json);
}

/* "remove" of "key remove" */
static const char *
own_word(const struct command *command)
{
	return strchr(command->name, ' ') + 1;
}

const struct command *
key_find(const char *word)
{
	size_t i;

	for (i = 0; key_table[i] != NULL; i++) {
		if (strcmp(word, own_word(key_table[i])) == 0)
			return key_table[i];
	}
	return NULL;
}

static int
run_key(struct globals *globals, char **argv)
{
	char **rest = options_before_command(globals, argv), *shown;
	const struct command *command;

	if (rest == NULL)
		return EXIT_FAILED;
	if (*rest == NULL && globals->help) {
		fputs(_(command_key.usage), stdout);
		return EXIT_SOUND;
	}
	if (*rest == NULL)
		return options_wrong(&command_key,
				     _("say what to do with the keys: evault key list"));
	command = key_find(*rest);
	if (command != NULL)
		return command->run(globals, rest + 1);
	shown = escape_text(*rest);
	options_wrong(&command_key, _("there is no command key %s"), shown);
	free(shown);
	return EXIT_FAILED;
}

const struct command command_key = {
	.name = "key",
	.summary = N_("say who can open the vault, and change that"),
	.usage =
	    N_("usage: evault key list\n"
	       "       evault key add NAME --role ROLE [--to age1…]\n"
	       "       evault key remove NAME|N [--yes]\n"
	       "       evault key rename NAME|N NEWNAME\n"
	       "       evault key rotate\n"
	       "       evault key passphrase [--to age1…]\n"
	       "       evault key split -k K -n N [--paper FILE]\n"
	       "       evault key join [--for TIME | --print]\n"
	       "       evault key export -o DIR\n"
	       "\n"
	       "Each person who works with a vault has a key of their own to it. What they do\n"
	       "is signed with it. Only owners change keys; everybody can change their own\n"
	       "passphrase. Each change is recorded.\n"
	       "\n"
	       "  list         who has a key, and who had one\n"
	       "  add          give somebody a key. Roles:\n"
	       "                 owner    reads, writes, and changes keys\n"
	       "                 writer   reads and writes\n"
	       "                 capture  adds, and cannot read anything, not even their own\n"
	       "                 reader   reads, and cannot write; always with --to\n"
	       "  remove       take somebody's key away; says first what that cannot undo\n"
	       "  rename       call somebody otherwise from now on\n"
	       "  rotate       new keys of the vault itself, for the same people: when an old\n"
	       "               copy of a key may be in wrong hands\n"
	       "  passphrase   a new passphrase for your own key, or with --to another key\n"
	       "  split        a further key, in shares on paper: any K of N open the vault\n"
	       "  join         open it with such shares, or with a recovery key\n"
	       "  export       copy the key files, sealed as they are, to keep them elsewhere\n"
	       "\n"
	       "  --role ROLE                  owner, writer, capture or reader\n"
	       "  --to age1…                   opens with that person's own key (see: evault\n"
	       "                               help keygen), not with a passphrase\n"
	       "  --new-passphrase-file FILE   the new passphrase is the first line of FILE\n"
	       "  -y, --yes                    remove without asking\n"
	       "\n"
	       "example:\n"
	       "  evault -V case.vault key add Aigul --role writer\n"
	       "  evault -V case.vault key list\n"),
	.run = run_key,
};
