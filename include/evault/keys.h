/* Who holds keys of a vault, and what becomes of the keys. */
#ifndef EVAULT_KEYS_H
#define EVAULT_KEYS_H

#include "common.h"
#include "unlock.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- who holds keys -------------------------------------------------- */

enum evault_role {
	EVAULT_ROLE_OWNER = 0,   /* reads, writes, and changes keys */
	EVAULT_ROLE_WRITER = 1,  /* reads and writes */
	EVAULT_ROLE_CAPTURE = 2, /* adds, and reads nothing */
	EVAULT_ROLE_READER = 3,  /* reads, and writes nothing */
};
/* "owner" …; and back: E_USAGE. */
const char *evault_role_word(enum evault_role role);
enum evault_status evault_role_parse(const char *word, enum evault_role *role,
				     struct evault_error *err);

enum {
	EVAULT_HOLDERS_MAX = 64, /* holders and readers of a vault at one time */
};

/* Somebody who has a key of the vault, or had one. */
struct evault_holder {
	uint64_t number; /* of their key slot; 0: a reader, who has none, or a former holder */
	char name[EVAULT_HOLDER_NAME_SIZE]; /* raw bytes; "": not known, or not given */
	enum evault_role role;
	char key[EVAULT_HEX_SIZE];             /* of the actor key that signs; "" for a reader */
	char recipient[EVAULT_RECIPIENT_SIZE]; /* of a reader; otherwise "" */
	bool passphrase;                       /* a passphrase opens the slot, no key file */
	bool me;                               /* whose key the vault was opened with */
	bool ended;                            /* removed */
	uint64_t since, until; /* entry that admitted, and that removed; readers: 0 */
};

typedef enum evault_status evault_holder_fn(void *ctx, const struct evault_holder *holder,
					    struct evault_error *err);

/*
 * Calls `fn` for those who hold keys: holders by number, then readers, then
 * former holders.  Names and readers are known only to who may read; a vault
 * that is sealed tells numbers, roles and keys alone.
 */
enum evault_status evault_key_list(struct evault *vault, evault_holder_fn *fn, void *ctx,
				   struct evault_error *err);
/*
 * Whom a person named: by number, name or recipient; nobody who was removed.
 * E_NOT_FOUND; E_USAGE when several are called so.
 */
enum evault_status evault_key_find(struct evault *vault, const char *who,
				   struct evault_holder *holder, struct evault_error *err);
/*
 * The name of the holder whose key signed, also of one who was removed, by
 * the 64 hex digits of evault_item.actor_key; until the vault is closed.
 * NULL when it is not known.
 */
const char *evault_key_name(struct evault *vault, const char *actor_key);

/*
 * Changes of keys.  Each is one commit, with a record of who did what; it
 * needs EVAULT_WRITE.  Afterwards the vault must be opened again before
 * anything else is written.  Whatever happens meanwhile, the vault opens with
 * the old keys or with the new ones.  E_DENIED unless an owner does it;
 * E_DAMAGED when the vault's own list of holders is not what its log says;
 * E_IO, E_FULL.
 */
struct evault_key_changed {
	struct evault_holder holder; /* whom it concerned, as they were before */
	uint64_t index;              /* of its record */
	char citation[EVAULT_CITATION_SIZE];
	bool new_epoch; /* the vault's own keys are new, too */
};

/* How a key slot is sealed. */
struct evault_key_seal {
	const char *to;         /* age recipient; NULL: passphrase */
	const char *passphrase; /* used when `to` is NULL */
	unsigned work_factor;   /* log2 of scrypt's N; 0: 18; 10 to 20 */
};
struct evault_key_add {
	const char *name;
	enum evault_role role;
	struct evault_key_seal seal; /* of a reader: `to` */
};
/*
 * Admits somebody.  The name must not be empty, nobody else's, longer than
 * 255 bytes, or look like a number or a recipient: E_USAGE, E_EXISTS.  E_LIMIT for more than
 * EVAULT_HOLDERS_MAX.  Who may read can read all that was kept before.
 */
enum evault_status evault_key_add(struct evault *vault, const struct evault_key_add *who,
				  struct evault_key_changed *changed, struct evault_error *err);
/*
 * Removes whom evault_key_find would find, and begins a new epoch.  What they
 * have seen or copied they keep, and the keys to what was kept before.
 * E_NOT_FOUND, E_USAGE; E_DENIED for the last owner.
 */
enum evault_status evault_key_remove(struct evault *vault, const char *who,
				     struct evault_key_changed *changed, struct evault_error *err);
/* Another name, under the same conditions as in evault_key_add. */
enum evault_status evault_key_rename(struct evault *vault, const char *who, const char *name,
				     struct evault_key_changed *changed, struct evault_error *err);
/* Begins a new epoch: new keys of the vault, for the same people. */
enum evault_status evault_key_rotate(struct evault *vault, struct evault_key_changed *changed,
				     struct evault_error *err);
/*
 * Seals the slot of who opened the vault anew; each holder can do that.
 * E_DENIED for a reader, who has none.
 */
enum evault_status evault_key_passphrase(struct evault *vault, const struct evault_key_seal *seal,
					 struct evault_key_changed *changed,
					 struct evault_error *err);

/*
 * Copies the vault note and all key files, sealed as they are, to a new or
 * empty folder; needs no key.  Put back (FOLDER/keys over the vault's keys), they open the
 * vault as it opens now, until its keys are changed.  E_USAGE: inside
 * the vault; E_EXISTS, E_DAMAGED, E_IO, E_FULL.
 */
enum evault_status evault_key_export(const char *dir, const char *out, struct evault_error *err);

/* ---- panic ----------------------------------------------------------- */

enum evault_armed {
	EVAULT_ARMED_NOT = 0,
	EVAULT_ARMED = 1,
	EVAULT_ARMED_BEFORE = 2, /* its keys were changed since: evault_panic takes it for NOT */
};

struct evault_arm {
	const char *exported; /* a folder of evault_key_export, of the keys as they are now */
	const struct evault_unlock *unlock; /* a key that is not in the vault: nobody is asked */
};

/*
 * Lets evault_panic do its work unasked, by a file `panic` in the vault, which
 * is plain to see.  Proves first that the vault does not end with it: the key
 * given opens what was exported.  *same_disk: the export lies on the vault's
 * own file system.  E_KEY, E_USAGE (of another vault, inside the vault), E_DENIED (it opens not
 * all of the vault), E_DAMAGED (it is no export of these keys).
 */
enum evault_status evault_panic_arm(const char *dir, const struct evault_arm *how, bool *same_disk,
				    struct evault_error *err);
/* No error when it was not armed. */
enum evault_status evault_panic_disarm(const char *dir, struct evault_error *err);
enum evault_status evault_panic_armed(const char *dir, enum evault_armed *armed,
				      struct evault_error *err);
/*
 * Destroys all key files of the vault and what the kernel keeps of it: makes
 * their names vanish, then overwrites what they held.  It waits for nobody,
 * and goes on where one step fails; the first failure is returned.  E_DENIED,
 * and nothing was done: it is not armed, and `unarmed` does not ask for it all the same.
 */
enum evault_status evault_panic(const char *dir, bool unarmed, struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
