#include <stdio.h>

#include "bundle.h"
#include "failure.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "session.h"

/* One's own vault is looked into only when it is named. */
static enum evault_status
open_vault(struct session *session, const struct globals *globals, struct evault **vault,
	   struct evault_error *err)
{
	enum evault_status rc;

	if (globals->vault == NULL)
		return sandbox_enter(globals->require_sandbox)
			   ? EVAULT_OK
			   : failure_set(err, EVAULT_E_IO, _("nothing was done"));
	rc = session_init(session, globals, err);
	return rc == EVAULT_OK ? session_open(session, EVAULT_READ, vault, err) : rc;
}

static int
verify(struct bundle *b)
{
	struct session session = { .globals = NULL };
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	int status;

	rc = open_vault(&session, b->globals, &b->what.vault, &err);
	if (rc != EVAULT_OK) {
		status = failure_report(&err, b->globals);
	} else {
		interrupt_watch();
		progress_begin(NULL);
		rc = evault_verify(&b->what, &b->summary, &err);
		progress_end();
		findings_print(&b->findings, stdout);
		status = rc == EVAULT_OK ? bundle_print(b) : bundle_fail(b, &err);
	}
	evault_close(b->what.vault);
	session_release(&session);
	return status;
}

static int
run_verify(struct globals *globals, char **argv)
{
	struct bundle b = { .globals = globals };
	struct list operands = { 0 };
	const struct option_def options[] = {
		{ 0, "signer", .text = &b.what.signer, .path = SANDBOX_READ },
		{ 0, "against", .text = &b.what.against, .path = SANDBOX_READ },
		{ 0, "extract", .text = &b.what.extract, .path = SANDBOX_OUTPUT },
		{ 0 },
	};
	int status = options_read(&command_verify, options, globals, argv, &operands);

	if (status == OPTIONS_GO_ON && operands.n != 1)
		status = options_wrong(&command_verify, _("name one bundle: a file, its first "
							  "volume, or a folder"));
	if (status == OPTIONS_GO_ON) {
		b.what.path = operands.items[0];
		bundle_allow(b.what.path);
		bundle_begin(&b, globals);
		status = verify(&b);
		bundle_release(&b);
	}
	list_release(&operands);
	return status;
}

const struct command command_verify = {
	.name = "verify",
	.summary = N_("check a bundle that you were given"),
	.usage = N_(
	    "usage: evault verify BUNDLE [-i FILE] [--signer CARD|KEY] [--against CHECKPOINT]\n"
	    "                            [--extract FOLDER]\n"
	    "\n"
	    "Checks what somebody has shared: each file against its record, each record\n"
	    "against its entry in the sender's log, the entry against the log's head, who\n"
	    "signed it and who admitted them, and that nothing is missing or too much. BUNDLE\n"
	    "is an age file, the first of its volumes (NAME.001), the tar in it, or a folder;\n"
	    "- is standard input. It needs no vault.\n"
	    "\n"
	    "  -i, --identity FILE    your age identity, which opens it\n"
	    "  --signer CARD|KEY      the card of who should have signed it, as you got it from\n"
	    "                         them; or a verifier key\n"
	    "  --against CHECKPOINT   a checkpoint of the sender's vault from before: a file, or\n"
	    "                         what checkpoint --short printed, as you type it\n"
	    "  --extract FOLDER       write the originals to this new or empty folder\n"
	    "  -V, --vault DIR        your vault: its keys open the bundle, its contacts are\n"
	    "                         signers whom you know\n"
	    "\n"
	    "It ends with one of these words:\n"
	    "  verified                all holds, and the signer is whom you named (0)\n"
	    "  intact, signer unknown  all holds; you have not said whose key it is (3)\n"
	    "  consistency not shown   nothing joins the log to the checkpoint given (3)\n"
	    "  damaged                 something is altered, missing, forged or too much (1)\n"
	    "  not addressed to you    it was made for somebody else, and sealed anew (1)\n"
	    "  fork                    the log has signed two different pasts (1)\n"
	    "\n"
	    "exit status: the number in brackets; 2 when it could not run\n"
	    "\n"
	    "example:\n"
	    "  evault verify case.bag.tar.age -i me.key --signer aigul.card --extract case\n"),
	.run = run_verify,
};
