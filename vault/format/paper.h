/*
 * Keys on paper (FORMAT.md, Keys on paper): an age identity, whole
 * (`recovery`) or split by Shamir's scheme (`share`), as a text to be printed
 * or written down, and typed in again by hand.
 *
 * The text is 16 groups of six letters, four in a line.  The sixth letter of
 * a group checks the other five and the group's place: one wrong letter, two
 * that changed places, and a group in another's place are always noticed, and
 * located, as soon as the group is typed; anything else in 31 of 32 cases.  Four
 * bytes over all of it notice what is left.  The first five groups say what
 * it is, and of which vault.
 *
 * Typed text may be in capitals or not, with spaces, line breaks and dashes
 * anywhere; O is read as 0, I and L as 1, and Cyrillic letters as the Latin
 * ones that look like them.
 *
 * Nothing here tells the number of shares that were made: who finds one need
 * not learn how many more there are.
 */
#ifndef EV_FORMAT_PAPER_H
#define EV_FORMAT_PAPER_H

#include "format/age.h"
#include "format/shamir.h"

enum {
	EV_PAPER_GROUPS = 16,
	EV_PAPER_GROUP = 6, /* letters of a group */
	EV_PAPER_HEAD = 5,  /* groups that say all but the secret */
	EV_PAPER_LINE = 4,  /* groups of a line */
	EV_PAPER_TEXT_SIZE = EV_PAPER_GROUPS * (EV_PAPER_GROUP + 1) + 1,
	EV_PAPER_TYPED_MAX = 2048,                    /* bytes of typed text; more is E_LIMIT */
	EV_PAPER_VAULT = 8,                           /* bytes of the origin */
	EV_PAPER_VAULT_SIZE = 2 * EV_PAPER_VAULT + 1, /* in hex, and its NUL */
	EV_PAPER_SET = 4,
};

enum ev_paper_kind {
	EV_PAPER_RECOVERY = 0, /* a whole identity */
	EV_PAPER_SHARE = 1,
};

/* Lives in locked memory. */
struct ev_paper {
	enum ev_paper_kind kind;
	unsigned threshold;            /* shares that are needed; of a recovery key 1 */
	unsigned number;               /* of the share, from 1; of a recovery key 1 */
	uint8_t vault[EV_PAPER_VAULT]; /* the first bytes of the hash in the vault's origin */
	uint8_t set[EV_PAPER_SET];     /* random, one for all shares of a splitting */
	uint8_t secret[32];
};

/* Of the vault `origin` ("evault/<64 hex>"); E_USAGE when it is none. */
enum evault_status ev_paper_recovery(const struct ev_age_identity *identity, const char *origin,
				     struct ev_paper *paper, struct evault_error *err);
/* Shares 1 to n, any k of which give the identity.  Statuses as ev_shamir_split, and as above. */
enum evault_status ev_paper_split(const struct ev_age_identity *identity, const char *origin,
				  unsigned k, unsigned n, struct ev_paper *papers,
				  struct evault_error *err);

/* Four lines, each with its LF, and a NUL.  `out` is in locked memory. */
void ev_paper_text(const struct ev_paper *paper, char out[EV_PAPER_TEXT_SIZE]);
/* The vault as it is shown to people: 16 hex digits, the first of the origin's. */
void ev_paper_vault(const struct ev_paper *paper, char out[EV_PAPER_VAULT_SIZE]);

enum ev_paper_typo {
	EV_PAPER_RIGHT = 0,
	EV_PAPER_WRONG_LETTER = 1, /* a character that no group has */
	EV_PAPER_WRONG_LENGTH = 2, /* more or fewer than six letters */
	EV_PAPER_MISTYPED = 3,     /* some letter is wrong, or it is the group of another place */
};

/* One group as it was typed, for place 0 to EV_PAPER_GROUPS - 1. */
enum ev_paper_typo ev_paper_group(struct ev_slice typed, unsigned place);

/*
 * A whole text.  `wrong` (may be NULL) receives on every return the groups
 * that are mistyped, as far as they can be told: bit p for the group in place
 * p.  E_FORMAT with a sentence that names the first one, or the two that
 * changed places; E_VERSION when a newer evault made it; E_LIMIT; E_NOMEM.
 * `paper` is left alone on failure.  No message repeats what was typed.
 */
enum evault_status ev_paper_parse(struct ev_slice typed, struct ev_paper *paper, uint32_t *wrong,
				  struct evault_error *err);
/* The first EV_PAPER_HEAD groups, no more and no fewer: all but the secret, which is zero. */
enum evault_status ev_paper_parse_head(struct ev_slice typed, struct ev_paper *paper,
				       uint32_t *wrong, struct evault_error *err);

/* Is it of this vault?  E_KEY with a sentence that names both. */
enum evault_status ev_paper_belongs(const struct ev_paper *paper, const char *origin,
				    struct evault_error *err);
/*
 * Can `next` (its secret is not looked at) be joined with the n that are there?
 * E_USAGE it is no share; E_KEY it is of another vault or another splitting;
 * E_EXISTS a share of its number is there.
 */
enum evault_status ev_paper_fits(const struct ev_paper *there, size_t n,
				 const struct ev_paper *next, struct evault_error *err);
/*
 * The identity, out of one recovery key or as many shares as are needed;
 * E_USAGE for another number of them, otherwise statuses as ev_paper_fits.
 * Whether it is the right one shows when it opens something.
 */
enum evault_status ev_paper_join(const struct ev_paper *papers, size_t n,
				 struct ev_age_identity *identity, struct evault_error *err);

#endif
