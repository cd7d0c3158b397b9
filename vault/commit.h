/*
 * One commit: records and members into packs, entries into the log, and in
 * the end a new checkpoint.  What is staged is in the catalog at once; it is
 * acknowledged only when ev_commit_finish has returned EVAULT_OK (G2).
 */
#ifndef EV_COMMIT_H
#define EV_COMMIT_H

#include "vault.h"

/* The change of keys that a commit has; all is borrowed. */
struct ev_commit_keys {
	struct ev_slice lines;             /* structural lines of its entry */
	const char *recipient;             /* of a new vault identity; NULL: it stays */
	const struct ev_verifier *log_key; /* a new one, that signs the commit; NULL: it stays */
	const struct ev_signing_seed *log_seed;
};

struct ev_commit {
	struct evault *v;                  /* open for writing; borrowed */
	const struct ev_commit_keys *keys; /* NULL: they stay; to be set before anything is kept */
	struct ev_line *packs;             /* finished, or to be dropped; not yet in the log */
	size_t n_packs;

	/* Set by who keeps many files: of small ones in a row, the packs and entries may be made on
	 * another thread (commit_behind.c).  Then the catalog has members of packs later. */
	bool may_go_behind;
	struct ev_commit_behind *behind; /* NULL: there is none */
	size_t in_a_row;                 /* small members */

	/* Its alone while there is one, as the log's staged entries are: */
	struct ev_pack_writer *writer;
	struct ev_pack_writer *closing; /* the one before it, large enough: it is being written */
	struct ev_commit_done {
		struct ev_hash name;
		uint64_t size;
		struct ev_member *members;
		size_t n;
	} * done; /* packs that are durable, and not filed yet */
	size_t n_done;
	struct ev_buf note;             /* scratch */
	struct ev_signing_key *signing; /* of the holder; NULL: nothing was signed yet */
};

/* E_DENIED unless open for writing; E_IO after a commit that failed. */
enum evault_status ev_commit_init(struct ev_commit *c, struct evault *v, struct evault_error *err);
/*
 * Drops what is not finished: the pack being written, the entries staged.  If
 * there is any, the vault takes no other commit until it is opened again.
 * Fine for one that ev_commit_init refused, or all zero.
 */
void ev_commit_release(struct ev_commit *c);

/* Appends a member to the current pack; closes it when it is large enough. */
enum evault_status ev_commit_member(struct ev_commit *c, enum ev_member_kind kind,
				    const struct ev_hash *id, uint32_t part, struct ev_slice body,
				    struct evault_error *err);
/* What comes next is in another pack than what came before. */
enum evault_status ev_commit_close_pack(struct ev_commit *c, struct evault_error *err);
/* Keeps the record and stages its entry, whose index is *index. */
enum evault_status ev_commit_record(struct ev_commit *c, const struct ev_record *record,
				    uint64_t *index, struct evault_error *err);
/* Stages an entry for a record that a pack has already (adopted ones). */
enum evault_status ev_commit_adopt(struct ev_commit *c, const struct ev_hash *digest,
				   struct evault_error *err);
/* Names a pack that is on disk already. */
enum evault_status ev_commit_pack(struct ev_commit *c, const struct ev_hash *pack, uint64_t size,
				  struct evault_error *err);
/* The pack no longer belongs to the vault; the record of this digest says why. */
enum evault_status ev_commit_drop(struct ev_commit *c, const struct ev_hash *pack,
				  const struct ev_hash *record, struct evault_error *err);
/*
 * After a failure: bytes of the packs that are complete and that the log does
 * not name yet.  Completes the one that had its end, if it can.
 */
uint64_t ev_commit_left(struct ev_commit *c);
/*
 * Finishes the pack, names the packs, signs.  Durable on success.  After a
 * change of keys the vault takes no other commit until it is opened again.
 */
enum evault_status ev_commit_finish(struct ev_commit *c, struct evault_error *err);

/* Adds `about` to a record: this entry, which has a record. */
enum evault_status ev_commit_about(const struct ev_catalog_entry *entry, struct ev_record *record,
				   struct evault_error *err);
/*
 * The fields that every record begins with: action, time, offset, clock,
 * actor, software.
 */
enum evault_status ev_commit_begin_record(const struct evault *v, const char *action,
					  struct ev_record *record, struct evault_error *err);

#endif
