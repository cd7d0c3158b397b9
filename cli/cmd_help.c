#include <stdio.h>
#include <string.h>

#include "command.h"
#include "contact.h"
#include "key.h"
#include "message.h"
#include "options.h"

void
command_overview(FILE *out)
{
	size_t i;

	fputs(_("evault: a vault for evidence\n"
		"\n"
		"usage: evault COMMAND …\n"
		"\n"),
	      out);
	for (i = 0; command_table[i] != NULL; i++)
		fprintf(out, "  %-11s %s\n", command_table[i]->name, _(command_table[i]->summary));
	fputs(
	    _("\n"
	      "options of all commands:\n"
	      "  -V, --vault DIR          the vault; else $EVAULT, else this folder or one above "
	      "it\n"
	      "  -i, --identity FILE      unlock with an age identity; may be repeated\n"
	      "  --passphrase-file FILE   unlock with the first line of FILE; - is standard input\n"
	      "  --index DIR              keep the index in this folder, not in the vault\n"
	      "  --json                   one JSON object on each line\n"
	      "  --require-sandbox        do nothing where the kernel cannot keep evault to its "
	      "files\n"
	      "  -h, --help               about a command\n"
	      "  --version\n"
	      "\n"
	      "exit status: 0 done and sound, 1 damage was found, 2 could not run,\n"
	      "3 nothing wrong was found, but not everything was done\n"
	      "\n"
	      "to begin:\n"
	      "  evault init case.vault\n"
	      "  evault -V case.vault add photo.jpg\n"
	      "  evault -V case.vault list\n"),
	    out);
}

/* "add", or "key add"; NULL: there is none, or not one. */
static const struct command *
named(const struct list *names)
{
	if (names->n == 1)
		return command_find(names->items[0]);
	if (names->n == 2 && strcmp(names->items[0], command_key.name) == 0)
		return key_find(names->items[1]);
	if (names->n == 2 && strcmp(names->items[0], command_contact.name) == 0)
		return contact_find(names->items[1]);
	return NULL;
}

static int
run_help(struct globals *globals, char **argv)
{
	const struct command *command;
	struct list names = { 0 };
	int status = options_read(&command_help, NULL, globals, argv, &names);

	if (status != OPTIONS_GO_ON)
		goto out;
	status = EXIT_SOUND;
	command = named(&names);
	if (names.n == 0) {
		command_overview(stdout);
	} else if (names.n > 1 && command == NULL) {
		status = options_wrong(&command_help, _("help is about one command at a time"));
	} else if (command != NULL) {
		fputs(_(command->usage), stdout);
	} else {
		command_unknown(names.items[0]);
		status = EXIT_FAILED;
	}
out:
	list_release(&names);
	return status;
}

const struct command command_help = {
	.name = "help",
	.summary = N_("say how a command is used"),
	.usage = N_("usage: evault help [COMMAND]\n"
		    "\n"
		    "Lists the commands, or says how one is used.\n"
		    "\n"
		    "example:\n"
		    "  evault help add\n"),
	.run = run_help,
};
