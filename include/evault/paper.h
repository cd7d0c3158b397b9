/* Keys on paper: a recovery key, or shares of one. */
#ifndef EVAULT_PAPER_H
#define EVAULT_PAPER_H

#include "common.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	EVAULT_SHARES_MAX = 16,
	EVAULT_PAPER_GROUPS = 16, /* of a text, each of EVAULT_PAPER_GROUP letters */
	EVAULT_PAPER_GROUP = 6,
	EVAULT_PAPER_LINE = 4, /* groups of a line */
	EVAULT_PAPER_TEXT_SIZE = 113,
	EVAULT_PAPER_NAME_SIZE = 64,
};

/*
 * A reader's key that is kept on paper: whole (a recovery key), or split into
 * shares.  It is in memory alone, which is locked.
 */
struct evault_paper;

/*
 * Makes one: n shares, any k of which open the vault; or with n = 1, k = 1, a
 * recovery key.  E_USAGE for other numbers than 2 ≤ k ≤ n ≤ EVAULT_SHARES_MAX; E_NOMEM.
 */
enum evault_status evault_paper_new(unsigned k, unsigned n, struct evault_paper **paper,
				    struct evault_error *err);
/* Wipes.  NULL is fine. */
void evault_paper_free(struct evault_paper *paper);
/* "age1…", of the reader. */
const char *evault_paper_recipient(const struct evault_paper *paper);
/* Writes it for the vault of this name; once, before what follows. */
enum evault_status evault_paper_for(struct evault_paper *paper, const char *origin,
				    struct evault_error *err);
/* What the reader may be called: "recovery", or "shares 9f3a01bc, 3 of 5"; the number is on all. */
void evault_paper_name(const struct evault_paper *paper, char out[EVAULT_PAPER_NAME_SIZE]);
/*
 * Share `number`, from 1, in four lines.  `out` is in memory of evault_secret_new.
 */
void evault_paper_text(const struct evault_paper *paper, unsigned number,
		       char out[EVAULT_PAPER_TEXT_SIZE]);
/* Is that its group in place `place`, from 0, as somebody typed it?  E_FORMAT; E_NOMEM. */
enum evault_status evault_paper_proves(const struct evault_paper *paper, unsigned number,
				       unsigned place, const char *typed, struct evault_error *err);
/*
 * Pages to be printed, as HTML: into a new file (mode 0600, never over an
 * existing one; synced), or where `path` is NULL to `fd`.  `label` (may be
 * NULL) is what people call the vault.  E_EXISTS, E_IO, E_FULL, E_NOMEM.
 */
enum evault_status evault_paper_pages(const struct evault_paper *paper, const char *label,
				      const char *path, int fd, struct evault_error *err);

/* Shares, or a recovery key, as somebody types them; in locked memory. */
struct evault_join;

struct evault_joining {
	unsigned place;     /* of the group that is expected, from 0 */
	unsigned number;    /* of the share that is being typed; 0: not known yet */
	unsigned have;      /* shares that are complete */
	unsigned threshold; /* that are needed; 0: not known yet */
	bool done;
};

/* For the vault of this name. */
enum evault_status evault_join_new(const char *origin, struct evault_join **join,
				   struct evault_error *err);
/* Wipes.  NULL is fine. */
void evault_join_free(struct evault_join *join);
/*
 * Takes one group or several, in order.  On failure those before the wrong
 * one were taken, and `now` says where to go on: E_FORMAT a group is mistyped;
 * E_KEY it is of another vault or of another set, E_EXISTS the share was
 * given already, E_USAGE it is no share: the share then begins anew.  No
 * message repeats what was typed.
 */
enum evault_status evault_join_type(struct evault_join *join, const char *typed,
				    struct evault_joining *now, struct evault_error *err);
/* "AGE-SECRET-KEY-1…", once it is done; into memory of evault_secret_new.  E_USAGE. */
enum evault_status evault_join_identity(const struct evault_join *join,
					char out[EVAULT_IDENTITY_SIZE], struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
