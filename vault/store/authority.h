/*
 * Who may sign, and which files there are: what the structural lines of the
 * log add up to (FORMAT.md, section 5).
 *
 * Takes entries strictly in their order.  Invariants after each entry:
 *  1. every actor was admitted by an owner who was one at that point;
 *  2. a record digest, a pack and a slot's hash was added once only;
 *  3. what a refused entry says has had no effect.
 */
#ifndef EV_STORE_AUTHORITY_H
#define EV_STORE_AUTHORITY_H

#include "format/entry.h"
#include "store/finding.h"
#include "store/set.h"

struct ev_actor {
	struct ev_verifier verifier;
	enum ev_role role;
	uint64_t since; /* first entry it may sign */
	bool ended;
};
struct ev_named_file { /* keys/1.age, vault, README.txt … */
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	struct ev_hash hash;
	bool ended;
};
struct ev_pack_line {
	struct ev_hash hash;
	uint64_t size;
	uint64_t index; /* of the entry */
	bool dropped;
};

struct ev_authority {
	struct ev_vault_note vault;
	uint64_t size; /* entries taken */
	struct ev_actor *actors;
	size_t n_actors;
	struct ev_named_file *files;
	size_t n_files;
	struct ev_pack_line *packs;
	size_t n_packs, cap_packs;
	char (*read_keys)[EVAULT_RECIPIENT_SIZE]; /* by epoch */
	size_t n_read_keys;
	struct ev_verifier log_key; /* that signs checkpoints now */
	struct ev_set records, pack_set, slots;
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

/* The actor with this key name's 64 hex digits, or NULL. */
const struct ev_actor *ev_authority_actor(const struct ev_authority *a, struct ev_slice hex);
/* The file the log names by this path, or NULL. */
const struct ev_named_file *ev_authority_file(const struct ev_authority *a, const char *path);

#endif
