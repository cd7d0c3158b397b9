/* Cards, and the contacts whose cards a vault keeps. */
#ifndef EVAULT_CONTACT_H
#define EVAULT_CONTACT_H

#include "common.h"
#include "unlock.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	EVAULT_CARD_MAX = 2048,       /* bytes of a card */
	EVAULT_FINGERPRINT_SIZE = 36, /* six groups of five digits, and a NUL */
	EVAULT_CONTACTS_MAX = 1000,   /* of a vault at one time */
};

/*
 * What somebody gives away of themselves and their vault, signed (FORMAT.md, section 13):
 * bundles are sealed to `recipient` and known by `actor`.
 */
struct evault_card {
	char name[EVAULT_HOLDER_NAME_SIZE]; /* as they call themselves; nothing hidden in it */
	char fingerprint[EVAULT_FINGERPRINT_SIZE]; /* to be compared by voice */
	char origin[EVAULT_ORIGIN_SIZE];
	char recipient[EVAULT_RECIPIENT_SIZE];
	char actor[EVAULT_VKEY_SIZE];
	char actor_key[EVAULT_HEX_SIZE]; /* the 64 digits in the name of `actor` */
	char log_key[EVAULT_VKEY_SIZE];
	char verify[EVAULT_HEX_SIZE];   /* SHA-256 of VERIFY.txt */
	char time[EVAULT_TIME_SIZE];    /* when it was made, by the clock of who made it */
	bool signed_over;               /* a former key signed it, too; whose, is not said here */
	bool same_verify;               /* VERIFY.txt is the one that this evault writes */
	char note[EVAULT_CARD_MAX + 1]; /* the card itself */
};

/*
 * Reads a card from a file ("-" is standard input) and verifies it: it is
 * signed by the key that it names.  Whose that is, it does not prove.  E_FORMAT it is no card;
 * E_VERSION, E_LIMIT; E_DAMAGED; E_NOT_FOUND, E_IO.
 */
enum evault_status evault_card_load(const char *path, struct evault_card *card,
				    struct evault_error *err);

struct evault_card_make {
	const char *name; /* NULL: what the holder is called */
	const char *path; /* written to a new file, synced; NULL: it is not */
	/*
	 * A key slot of before ("keys/1.age" of evault_key_export, of this vault or of one
	 * before it), whose actor key signs the card, too; NULL: none.
	 */
	const char *former;
	const struct evault_unlock *unlock; /* opens `former` */
};
/*
 * Makes the card of the vault and of who unlocked it.  *superseded: somebody
 * of the same name had a key to sign with that was removed, and that did not
 * sign this card.  E_DENIED for who cannot read, or has no key to
 * sign with; E_USAGE for a name that cannot be on a card; E_EXISTS, E_IO;
 * E_KEY: what was given does not open `former`.
 */
enum evault_status evault_card(struct evault *vault, const struct evault_card_make *how,
			       struct evault_card *card, bool *superseded,
			       struct evault_error *err);

/* Whom consent must cover before something is given to a contact. */
enum evault_audience {
	EVAULT_AUDIENCE_COURT = 0,
	EVAULT_AUDIENCE_PARTNER = 1,
	EVAULT_AUDIENCE_PUBLIC = 2,
};
/* "court" …; and back: E_USAGE. */
const char *evault_audience_word(enum evault_audience audience);
enum evault_status evault_audience_parse(const char *word, enum evault_audience *audience,
					 struct evault_error *err);

/* Somebody whose card the vault keeps. */
struct evault_contact {
	char name[EVAULT_HOLDER_NAME_SIZE]; /* as they are called here */
	enum evault_audience audience;
	struct evault_card card;
	uint64_t index; /* of the record that holds */
	char citation[EVAULT_CITATION_SIZE];
	char time[EVAULT_TIME_SIZE]; /* of the record */
};

enum evault_contact_change {
	EVAULT_CONTACT_NEW = 0,     /* nobody was called so */
	EVAULT_CONTACT_SAME = 1,    /* nothing is new, and nothing is recorded */
	EVAULT_CONTACT_CHANGED = 2, /* signed by the key that is known here */
	EVAULT_CONTACT_KEYS = 3,    /* other keys, signed over by the key that was known */
};

/* What would be kept. */
struct evault_contact_news {
	enum evault_contact_change change;
	const struct evault_contact *contact;
	const struct evault_contact *was;   /* NULL: new */
	const struct evault_contact *alike; /* another one, whose name reads alike; NULL: none */
	uint64_t missing; /* records that cannot be read: one may be of this contact */
};

struct evault_contact_add {
	const char *note; /* the card */
	const char *name; /* NULL: as the card says */
	/* NULL: as it was; of a new one EVAULT_AUDIENCE_PARTNER. */
	const enum evault_audience *audience;
	/* Called before anything is kept, unless it is the same; what it returns, if not EVAULT_OK,
	 * ends it.  May be NULL. */
	enum evault_status (*confirm)(void *ctx, const struct evault_contact_news *news,
				      struct evault_error *err);
	void *ctx;
};
/*
 * Keeps a card as that of a contact, in one commit (G2).  *change (may be
 * NULL) says what that was.  E_EXISTS: the name is known with other keys, and the key that is known
 * did not sign this card; or the card is older than the one known; or its key is known under
 * another name.  E_USAGE: a name that cannot be, or a card of this vault.  E_LIMIT.  What
 * evault_card_load returns of cards, and what writing returns.
 */
enum evault_status evault_contact_add(struct evault *vault, const struct evault_contact_add *what,
				      struct evault_contact *kept,
				      enum evault_contact_change *change, struct evault_error *err);

typedef enum evault_status evault_contact_fn(void *ctx, const struct evault_contact *contact,
					     struct evault_error *err);
/*
 * Calls `fn` for each contact, in the order in which they were added.  What
 * was signed by somebody who may only add does not count.  *missing (may be NULL): how many
 * records of the vault could not be read, of whatever kind.  E_DENIED for who cannot read.
 */
enum evault_status evault_contact_list(struct evault *vault, evault_contact_fn *fn, void *ctx,
				       uint64_t *missing, struct evault_error *err);
/* E_NOT_FOUND; E_DAMAGED, E_IO: there is none among the records that can be read. */
enum evault_status evault_contact_find(struct evault *vault, const char *name,
				       struct evault_contact *contact, struct evault_error *err);
/* A record of the removal; the cards that were kept stay in the vault.  E_NOT_FOUND. */
enum evault_status evault_contact_remove(struct evault *vault, const char *name,
					 struct evault_contact *removed, struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
