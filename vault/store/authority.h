/*
 * Who may sign, and which files there are: what the structural lines of the
 * log add up to (FORMAT.md, section 5).
 *
 * Takes entries strictly in their order; those that change no keys may be
 * passed over.  Invariants after each entry:
 *  1. every actor was admitted by an owner who was one at that point;
 *  2. a record digest, a pack and a slot's hash was added once only;
 *  3. what a refused entry says has had no effect;
 *  4. a slot was made by an owner, and remade by an owner or by its holder.
 */
#ifndef EV_STORE_AUTHORITY_H
#define EV_STORE_AUTHORITY_H

#include "format/entry.h"
#include "store/finding.h"
#include "store/places.h"
#include "store/seen.h"

/* What a log may name of each (FORMAT.md, section 5): no vault of evault comes near. */
enum {
	EV_ACTORS_MAX = 1024,
	EV_TERMS_MAX = 4096, /* in which these may sign, of all */
	EV_FILES_MAX = 4096, /* slots are files */
	EV_EPOCHS_MAX = 1024,
};

struct ev_actor {
	struct ev_verifier verifier;
	enum ev_role role; /* the latest; what was signed is judged by that of its term */
	uint64_t since;    /* first entry it may sign */
	uint64_t until;    /* ended: the first that it may not */
	bool ended;
};
struct ev_term { /* in which an actor may sign, as one role: entries from `since` on, before `until`
		  */
	size_t actor;
	enum ev_role role;
	uint64_t since, until;
};
struct ev_named_file { /* keys/1.age, vault, README.txt … */
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	struct ev_hash hash;
	bool ended;
	bool remade;          /* a slot, sealed anew by whoever holds it */
	uint64_t since;       /* the entry that gave it this hash */
	bool held;            /* a slot whose holder is known … */
	struct ev_hash actor; /* … by the hash in the name of the actor's key */
};
struct ev_log_key { /* one after the first */
	struct ev_verifier verifier;
	uint64_t since; /* the first size of a checkpoint that it signs */
};
struct ev_pack_line {
	struct ev_hash hash; /* first, for `places` */
	uint64_t size;
	uint64_t index; /* of the entry */
	bool dropped;
};

struct ev_authority {
	struct ev_vault_note vault;
	/*
	 * Set by who has some of the entries only (a bundle): what is ended may be in one that is
	 * not there.  All else holds as it does otherwise.
	 */
	bool partial;
	uint64_t size; /* entries taken */
	struct ev_actor *actors;
	size_t n_actors;
	struct ev_term *terms; /* past and present */
	size_t n_terms;
	struct ev_named_file *files;
	size_t n_files;
	struct ev_pack_line *packs;
	size_t n_packs, cap_packs;
	struct ev_places places;                  /* of the packs */
	char (*read_keys)[EVAULT_RECIPIENT_SIZE]; /* by epoch */
	size_t n_read_keys;
	struct ev_verifier log_key; /* that signs checkpoints now */
	struct ev_log_key *log_keys;
	size_t n_log_keys;
	struct ev_seen records, slots;
};

void ev_authority_init(struct ev_authority *a, const struct ev_vault_note *vault);
void ev_authority_release(struct ev_authority *a);

/*
 * Takes the next entry; `root` is that of the tree before it.  What is wrong
 * with it is a finding about `a->size`; *taken (may be NULL) tells whether it
 * counts.  E_NOMEM, or what reporting returns.
 */
enum evault_status ev_authority_take(struct ev_authority *a, const struct ev_entry *entry,
				     const struct ev_hash *root, const struct ev_findings *findings,
				     bool *taken, struct evault_error *err);

/* Has it lines that only an owner may say, or a holder of their own slot: all but record, pack,
 * drop? */
bool ev_entry_changes_keys(const struct ev_entry *entry);
/*
 * Passes over entries that change no keys: the next one to be taken is
 * `index`, not before a->size.  The packs and records taken so far are
 * forgotten: whoever skips has them from elsewhere.
 */
void ev_authority_skip(struct ev_authority *a, uint64_t index);
/* Adds a pack that was passed over. */
enum evault_status ev_authority_add_pack(struct ev_authority *a, const struct ev_pack_line *pack,
					 struct evault_error *err);
/* What was said of the pack, or NULL. */
const struct ev_pack_line *ev_authority_pack(const struct ev_authority *a,
					     const struct ev_hash *pack);
/*
 * The key of this name, when it was one that could sign entry `index`, and as what (`role` may be
 * NULL); or NULL.
 */
const struct ev_verifier *ev_authority_signer(const struct ev_authority *a, struct ev_slice name,
					      uint64_t index, enum ev_role *role);
/*
 * Was the key with these digits an owner's or a writer's at entry `index`?  What they became later
 * takes back nothing that they said, and gives nothing weight that had none.
 */
bool ev_authority_wrote(const struct ev_authority *a, struct ev_slice hex, uint64_t index);
/* Do both name the same files and the same keys to open them for? */
bool ev_authority_names_same_keys(const struct ev_authority *a, const struct ev_authority *b);

/* The actor with this key name's 64 hex digits, or NULL. */
const struct ev_actor *ev_authority_actor(const struct ev_authority *a, struct ev_slice hex);
/* The key that signs a checkpoint of this size: of what was taken so far. */
const struct ev_verifier *ev_authority_log_key(const struct ev_authority *a, uint64_t size);
/*
 * Is this checkpoint signed by a key that the log had, at whatever size?  One by the wrong one of
 * them is of another past, or by somebody who kept a key that was replaced.
 */
bool ev_authority_log_signed(const struct ev_authority *a, struct ev_slice checkpoint);
/* The slot of the actor's key with this hash, or NULL. */
const struct ev_named_file *ev_authority_slot(const struct ev_authority *a,
					      const struct ev_hash *actor);
/* "keys/<n>.age"; and its n, or 0 for another path. */
void ev_slot_path(uint64_t n, char out[EV_ENTRY_FILE_NAME_MAX + 1]);
uint64_t ev_slot_number(const char *path);
/* The file the log names by this path, or NULL. */
const struct ev_named_file *ev_authority_file(const struct ev_authority *a, const char *path);

#endif
