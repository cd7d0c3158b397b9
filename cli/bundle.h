/*
 * A bundle that is verified, in the command's words: items as they are judged,
 * findings, and in the end what it is; for verify and receive.
 */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

#include "command.h"
#include "evault.h"
#include "findings.h"
#include "secret.h"

struct bundle {
	struct globals *globals;
	struct evault_verify what; /* path, signer, against, extract: to be filled before */
	struct evault_verify_summary summary;
	struct evault_unlock unlock;
	struct secret *passphrase; /* of the bundle */
	struct findings findings;
	char *forks; /* the two notes, to be shown last */
};

/* It must stay where it is until bundle_release. */
/* The sandbox is to let a bundle of this path be read. */
void bundle_allow(const char *path);
void bundle_begin(struct bundle *b, struct globals *globals);
void bundle_release(struct bundle *b);
/* Says what the bundle is; the last line is the verdict.  Returns the exit status. */
int bundle_print(struct bundle *b);
/* Says why it could not be verified.  Returns the exit status. */
int bundle_fail(const struct bundle *b, const struct evault_error *err);

#endif
