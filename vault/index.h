/*
 * The index: the catalog as a sealed file, brought up to date with the log
 * when a vault is opened, and after each commit (FORMAT.md, section 10).
 *
 * Invariants:
 *  1. It is used only when the log is a continuation of the tree that it
 *     reflects, and has a row for each entry of that.  It is published only
 *     by who has verified all of that log, or found it vouched for.
 *  2. Whatever is wrong with it, the answer is right: it is made anew, on disk
 *     or in memory, and nothing of the vault depends on it.
 *  3. What it finds is compared with the log's entry and the record.
 */
#ifndef EV_INDEX_H
#define EV_INDEX_H

#include "format/entry.h"
#include "store/catalog.h"

struct evault;

struct ev_index {
	int dir;       /* where the file is; the vault's folder, or `own` */
	int own;       /* -1: none */
	char name[40]; /* of the file, and of the one that becomes it */
	char fresh[48];
	struct ev_index_hint hint; /* by which the log was opened last */
	bool has_packs;            /* the authority has been given those that were passed over */
	struct ev_page_key *key;   /* NULL: the vault has no index, its catalog is filled at once */
	uint64_t behind;           /* entries that are not in it yet: a writer is at work */
	void (*notice)(void *ctx, const char *text);
	void *ctx;
};

/* Where it is.  E_NOMEM, E_IO, E_NOT_FOUND: for the folder that was asked for. */
enum evault_status ev_index_init(struct evault *v, const struct evault_open *how,
				 struct evault_error *err);
/*
 * Sets v->catalog, of an unlocked vault whose log was loaded.  E_CHANGED: the
 * index is of no use, and it does not vouch for what was passed over in the
 * log, which must be read in full.  E_NOMEM, E_IO.
 */
enum evault_status ev_index_open(struct evault *v, struct evault_error *err);
/*
 * Does the index on disk vouch for what was passed over in the log?  Of an
 * unlocked vault; nothing is filled, and v->catalog stays as it is.
 */
bool ev_index_vouches(struct evault *v);
/* After a commit of the log: what was staged is in it now.  A failure is made good later. */
void ev_index_commit(struct evault *v);
enum ev_index_verdict {
	EV_INDEX_TRUE,
	EV_INDEX_NO_ITEM, /* or none of the log that was read: a writer may have gone on since */
	EV_INDEX_DAMAGED, /* the log's entry is not there, or not what was signed */
};
/*
 * Is what the catalog says of this entry what the log says (invariant 3)?  If
 * not, `entry` becomes that, and the index is made anew.
 */
enum evault_status ev_index_confirm(struct evault *v, struct ev_catalog_entry *entry,
				    enum ev_index_verdict *verdict, struct evault_error *err);
/* The catalog, which is full, becomes what the next opening finds, with its hint. */
enum evault_status ev_index_publish(struct evault *v, struct ev_catalog *c,
				    struct evault_error *err);
/* Before v->catalog is freed. */
void ev_index_close(struct evault *v);

/* ---- making it anew (index_make.c) ---------------------------------------- */

/* v->index.key becomes that of the newest vault identity; *has: whoever unlocked has one. */
void ev_index_key(const struct evault *v, bool *has);
/* Gives the sentence to the person. */
void ev_index_tell(const struct evault *v, const struct evault_error *said);
/* `why` is what was wrong with the one that there was; empty: nothing to speak of. */
enum evault_status ev_index_make(struct evault *v, const struct evault_error *why,
				 struct ev_catalog **c, struct evault_error *err);
/* An ev_catalog_broken_fn, of the vault: a page did not open while v->catalog was asked. */
enum evault_status ev_index_make_again(void *v, const struct evault_error *why,
				       struct evault_error *err);

/* ---- filling (index_fill.c) ---------------------------------------------- */

/*
 * Files the log's entries from `from` on, their packs' members and records,
 * and packs that could not be read before.  E_CHANGED: a pack was dropped, and
 * all of it must be filed anew; or one is not there, and the log went on since
 * it was read.
 */
enum evault_status ev_index_fill(struct evault *v, struct ev_catalog *c, uint64_t from,
				 struct evault_error *err);
/* Gives the authority the packs that were passed over in the log. */
enum evault_status ev_index_packs(struct evault *v, struct ev_catalog *c, struct evault_error *err);
/* Files the words of all entries that wait for it (index_text.c). */
enum evault_status ev_index_texts(struct evault *v, struct ev_catalog *c, struct evault_error *err);
/* Is there an index on disk, in which words are filed? */
bool ev_index_has_words(const struct evault *v);
/*
 * Files the words of an entry that is staged.  `body`: all of its file; NULL:
 * its text waits.  `text` is scratch.
 */
enum evault_status ev_index_words(struct evault *v, uint64_t index, const struct ev_record *record,
				  const struct ev_slice *body, struct ev_buf *text,
				  struct evault_error *err);
/* Is there a pack to be tried again that may be read now? */
enum evault_status ev_index_has_unread(struct evault *v, struct ev_catalog *c, bool *has,
				       struct evault_error *err);
/* SHA-256 of the key that signed the entry first. */
void ev_index_actor(const struct ev_entry *entry, struct ev_hash *actor);

#endif
