#include "read_back.h"

#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "message.h"

/* All was read from the disk, and is whole; is that all there was? */
static void
tell_whole(const struct evault_add_summary *s, bool excluded)
{
	uint64_t files = s->kept + s->already, left = s->skipped + s->refused;

	if (files == 0) {
		puts(_("No file was kept. Do not erase the card."));
		return;
	}
	if (left == 0 && !excluded) {
		printf(ngettext("Read back from the disk and compared: the file is whole. The card "
				"may be erased.\n",
				"Read back from the disk and compared: all %" PRIu64
				" files are whole. The card may be erased.\n",
				files),
		       files);
		return;
	}
	printf(ngettext("Read back from the disk and compared: %" PRIu64 " file is whole.\n",
			"Read back from the disk and compared: %" PRIu64 " files are whole.\n",
			files),
	       files);
	if (left > 0)
		printf(ngettext("%" PRIu64 " is not in the vault; it is named above. Do not erase "
				"the card.\n",
				"%" PRIu64 " are not in the vault; they are named above. Do not "
				"erase the card.\n",
				left),
		       left);
	else
		puts(_("What --exclude left out is not in the vault: look at it before you erase "
		       "the card."));
}

static void
tell_unsure(const struct evault_add_summary *s, bool json)
{
	uint64_t files = s->kept + s->already;

	if (!json)
		printf(ngettext("Read back and compared: %" PRIu64 " file is whole, as far as this "
				"computer's memory tells.\n",
				"Read back and compared: %" PRIu64
				" files are whole, as far as this "
				"computer's memory tells.\n",
				files),
		       files);
	fflush(stdout);
	if (s->read_back == EVAULT_READ_BACK_NO_DISK) {
		message_warning(_("the vault lies in this computer's memory, and is gone when it "
				  "is switched off: do not erase the card"));
		message_hint(_("make the vault on a disk, and add the files there"));
		return;
	}
	message_warning(_("this file system gives no way to read past the computer's memory: do "
			  "not erase the card yet"));
	message_hint(_("take the vault's disk out and put it in again, then run evault check; when "
		       "it says that all is sound, the card may be erased if nothing was skipped "
		       "or refused"));
}

int
read_back_tell(const struct evault_add_summary *s, bool excluded, bool json, int status)
{
	fflush(stdout);
	switch (s->read_back) {
	case EVAULT_READ_BACK_WHOLE:
		if (!json)
			tell_whole(s, excluded);
		return status;
	case EVAULT_READ_BACK_UNSURE:
	case EVAULT_READ_BACK_NO_DISK:
		tell_unsure(s, json);
		return status == EXIT_SOUND ? EXIT_PARTLY : status;
	case EVAULT_READ_BACK_DAMAGED:
		message_error(_("what was read back from the disk is not what was written: do not "
				"erase the card"));
		message_hint(_("this disk cannot be trusted: make a vault on another one, and add "
			       "the files there"));
		return EXIT_DAMAGE;
	case EVAULT_READ_BACK_UNREAD:
		message_error(_("some of what was written could not be read back from the disk: "
				"do not erase the card"));
		message_hint(_("what is wrong is said above; keep the files in a vault on another "
			       "disk, too"));
		return EXIT_PARTLY;
	case EVAULT_READ_BACK_NOT:
		break;
	}
	/* Damage that was found before it was stopped, or failed, is damage. */
	message_warning(_("not all was read back from the disk: do not erase the card"));
	return s->damage > 0 ? EXIT_DAMAGE : status == EXIT_SOUND ? EXIT_PARTLY : status;
}
