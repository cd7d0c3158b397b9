/*
 * A log that an authority takes entry by entry, for the tests of what it takes.
 */
#ifndef UNIT_AUTHORITY_TAKEN_H
#define UNIT_AUTHORITY_TAKEN_H

#include "base/secret.h"
#include "log_fixture.h"
#include "store/authority.h"
#include "vault_fixture.h"

#define SOME_HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static struct log_keys k;
static struct ev_authority a;
static struct ev_merkle tree;
static struct ev_buf lines, note;
static struct found found;
static bool taken;

/* Gives the entry in `note` to the authority, and appends it to the tree. */
static inline bool
give_note(void)
{
	struct ev_findings findings = found_in(&found);
	static struct ev_entry entry;
	struct ev_hash root, leaf;

	ev_buf_clear(&lines);
	if (ev_entry_parse(ev_slice_of(note.data, note.len), &entry, NULL) != EVAULT_OK)
		return false;
	ev_merkle_root(&tree, &root);
	if (ev_authority_take(&a, &entry, &root, &findings, &taken, NULL) != EVAULT_OK)
		return false;
	ev_merkle_leaf(note.data, note.len, &leaf);
	ev_merkle_append(&tree, &leaf);
	return a.size == tree.size;
}

static inline bool
give_by(const struct log_actor *by, const struct log_actor *second)
{
	struct ev_hash root;

	ev_merkle_root(&tree, &root);
	log_entry(&note, k.vault.origin, tree.size, &root, &lines, by, second);
	return give_note();
}

static inline bool
accepted(const struct log_actor *by)
{
	return give_by(by, NULL) && taken && found.n == 0;
}

/* One finding, of an entry that does not count. */
static inline bool
forged(const struct log_actor *by)
{
	return give_by(by, NULL) && !taken && found.n == 1 &&
	       found.of[EVAULT_FINDING_FORGED] == 1 && found.index == a.size - 1;
}

/* A log with its first entry; the writer and the capture device are admitted. */
static inline bool
begin(void)
{
	ev_authority_release(&a);
	log_keys_make(&k);
	ev_authority_init(&a, &k.vault);
	ev_merkle_init(&tree);
	ev_buf_clear(&lines);
	log_line_first(&lines, &k);
	if (!accepted(&k.owner))
		return false;
	log_line_actor(&lines, &k.writer, "writer");
	log_line_actor(&lines, &k.capture, "capture");
	return accepted(&k.owner);
}

/* One line of each kind, with a number that makes it fresh. */
static inline void
line_of(enum ev_entry_kind kind, unsigned n)
{
	struct log_keys other;
	char head[40];

	switch (kind) {
	case EV_LINE_RECORD:
		log_line_hash(&lines, "record", n, "");
		return;
	case EV_LINE_PACK:
		log_line_hash(&lines, "pack", n, " 65536");
		return;
	case EV_LINE_DROP:
		log_line_hash(&lines, "drop", n, " " SOME_HASH);
		return;
	case EV_LINE_SLOT:
		snprintf(head, sizeof(head), "slot %u", n);
		log_line_hash(&lines, head, n, "");
		return;
	case EV_LINE_SLOT_END:
		ev_buf_printf(&lines, "slot-end %u\n", n - 1); /* the slot before */
		return;
	case EV_LINE_ACTOR:
		log_line_actor(&lines, &k.stranger, "capture");
		return;
	case EV_LINE_ACTOR_END:
		log_line_end(&lines, &k.stranger);
		return;
	case EV_LINE_READ_KEY:
		log_keys_make(&other);
		ev_buf_printf(&lines, "read-key %s\n", other.vault.recipient);
		return;
	case EV_LINE_LOG_KEY:
		return;
	case EV_LINE_FILE:
		log_line_hash(&lines, "file keys/read.1.age", n, "");
		return;
	}
}

#endif
