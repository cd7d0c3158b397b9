/*
 * The file of the index: numbered pages, sealed (format/page.h), that are
 * changed all at once or not at all.
 *
 * Invariants:
 *  1. A page that changes goes to a block that the head on disk does not use;
 *     a head names the blocks of all pages, and is written when they are
 *     synced.  Whoever is killed, or loses power, leaves the state before.
 *  2. One process at a time updates.  Others look at the last head meanwhile:
 *     they share a hold on the file for as long as one question takes, and a
 *     new head is written while nobody looks.
 *  3. What cannot be written stays in memory, and the update goes on.
 *
 * Memory: 8 bytes for each page that was touched, two bits for each block
 * while updating; and the pages themselves where there is no file.
 */
#ifndef EV_STORE_SEALED_H
#define EV_STORE_SEALED_H

#include "format/page.h"

struct ev_sealed;

/* No file: all pages in memory, in clear.  Is updating from the start. */
enum evault_status ev_sealed_memory(struct ev_sealed **s, struct evault_error *err);
/*
 * A file without a name, in `dir`, or in /var/tmp where that cannot have one:
 * for what is filled and asked once.  Its key is drawn for it, and is nowhere
 * else.  Is updating from the start, and never published.  In memory where
 * there is no room for a file.
 */
enum evault_status ev_sealed_scratch(int dir, struct ev_sealed **s, struct evault_error *err);
/*
 * Opens a file that is there, for writing too where that is allowed.  `key`
 * is copied into locked memory.  E_NOT_FOUND; E_VERSION: of another form or
 * schema; E_DAMAGED: altered, cut short, or of another key; E_IO: it cannot
 * be read, or there are no locks.
 */
enum evault_status ev_sealed_open(int dir, const char *path, const struct ev_page_key *key,
				  const struct ev_hash *schema, struct ev_sealed **s,
				  struct evault_error *err);
/* The same for reading alone. */
enum evault_status ev_sealed_open_to_look(int dir, const char *path, const struct ev_page_key *key,
					  const struct ev_hash *schema, struct ev_sealed **s,
					  struct evault_error *err);
/*
 * Takes the file `path`, made or emptied, for a new database.  Is updating
 * from the start.  E_BUSY when another process is making it; E_IO, E_FULL,
 * E_READ_ONLY.
 */
enum evault_status ev_sealed_create(int dir, const char *path, const struct ev_page_key *key,
				    const struct ev_hash *schema, struct ev_sealed **s,
				    struct evault_error *err);
/* Drops what is not published.  NULL is fine. */
void ev_sealed_free(struct ev_sealed *s);

/* The head that was read or published last. */
const struct ev_index_head *ev_sealed_head(const struct ev_sealed *s);
/* One of its heads does not open: the next publishing mends it. */
bool ev_sealed_is_maimed(const struct ev_sealed *s);
bool ev_sealed_is_updating(const struct ev_sealed *s);
/* Would what is published reach the disk? */
bool ev_sealed_is_kept(const struct ev_sealed *s);
/* Of a file that ev_sealed_create has taken: is that process still alive? */
bool ev_sealed_is_being_made(int fd);
/* A process that adds holds this while it is open, so that others do not wait for it. */
void ev_sealed_hold_writer(struct ev_sealed *s);
bool ev_sealed_has_writer(const struct ev_sealed *s);

/* ---- pages -------------------------------------------------------------- */

/* Before and after a question: what is published meanwhile waits.  E_BUSY, E_DAMAGED, E_IO. */
enum evault_status ev_sealed_look(struct ev_sealed *s, struct evault_error *err);
void ev_sealed_look_away(struct ev_sealed *s);

uint32_t ev_sealed_pages(const struct ev_sealed *s);
/* Page `number`, from 0; one never written is zeros.  E_DAMAGED, E_IO, E_NOMEM. */
enum evault_status ev_sealed_read(struct ev_sealed *s, uint32_t number, uint8_t out[EV_PAGE_SIZE],
				  struct evault_error *err);
/* While updating.  E_LIMIT, E_NOMEM, and what reading gives. */
enum evault_status ev_sealed_write(struct ev_sealed *s, uint32_t number,
				   const uint8_t page[EV_PAGE_SIZE], struct evault_error *err);
/* Forgets the pages from number `n` on; while updating. */
void ev_sealed_cut(struct ev_sealed *s, uint32_t n);

/* ---- updating ----------------------------------------------------------- */

/* Waits so long for another process.  E_BUSY, E_READ_ONLY, E_DAMAGED, E_IO, E_NOMEM. */
enum evault_status ev_sealed_begin(struct ev_sealed *s, unsigned milliseconds,
				   struct evault_error *err);
/* Updates in memory alone, for as long as it is open. */
enum evault_status ev_sealed_begin_private(struct ev_sealed *s, struct evault_error *err);
/*
 * What was written becomes the state that reflects this tree of the log, and
 * is durable; goes on updating.  On failure the file is what it was.
 * E_BUSY: somebody looks and does not end; E_FULL, E_IO, E_READ_ONLY.
 */
enum evault_status ev_sealed_publish(struct ev_sealed *s, uint64_t size, const struct ev_hash *root,
				     struct evault_error *err);
/*
 * Puts the hint into its place, if it is not there already, for a state that
 * was published; while updating.  A failure is no matter: without it, opening
 * takes longer.
 */
void ev_sealed_give_hint(struct ev_sealed *s, const struct ev_index_hint *hint);
/* Is it there? */
bool ev_sealed_has_hint(const struct ev_sealed *s, const struct ev_index_hint *hint);
/* The hint of a file; needs no key.  A size of 0: there is none. */
void ev_sealed_read_hint(int dir, const char *path, struct ev_index_hint *hint);
/* In the hint's place, of a file that was made just now; while updating. */
enum evault_status ev_sealed_give_salt(struct ev_sealed *s, const struct ev_import_salt *salt,
				       struct evault_error *err);
/* False when the file has none. */
bool ev_sealed_read_salt(int dir, const char *path, struct ev_import_salt *salt);
/* Drops what was not published; lets others update. */
void ev_sealed_end(struct ev_sealed *s);

#endif
