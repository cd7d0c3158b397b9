/*
 * Packs on disk (FORMAT.md, section 3): writing one, reading members out of
 * one, verifying a whole one.
 *
 * Invariants:
 *  1. A pack has its name only when it is complete and synced, and the
 *     folders above it are synced before its name is given out (G2).
 *  2. Records share no frame with anything else: what somebody else chose
 *     is never compressed together with what we say about it.
 */
#ifndef EV_STORE_PACK_H
#define EV_STORE_PACK_H

#include "format/age.h"
#include "format/frame.h"
#include "format/member.h"
#include "store/finding.h"

enum {
	EV_PACK_CLOSE = 64 << 20,                /* a pack of this many bytes is closed */
	EV_PACK_PATH_SIZE = 6 + 3 + 64 + 12 + 1, /* "packs/3f/<64 hex>.tar.zst.age" and its NUL */
	EV_PACK_AT_SIZE = 128,
};
/* A pack above this size was not written by evault, and is E_LIMIT. */
#define EV_PACK_SIZE_MAX (UINT64_C(1) << 32)

void ev_pack_path(const struct ev_hash *name, char out[EV_PACK_PATH_SIZE]);
/* The name in such a path; false when it is none. */
bool ev_pack_path_parse(const char *path, struct ev_hash *name);

/* ---- writing ------------------------------------------------------------- */

struct ev_pack_writer;

/* Where a member went, told when a pack is finished. */
typedef enum evault_status ev_pack_member_fn(void *ctx, const struct ev_member *m,
					     struct evault_error *err);

/* Begins a pack in a temporary file.  Takes 6 MiB; where it gets large, 8 more, and a thread. */
enum evault_status ev_pack_writer_new(int dir, const struct ev_age_recipient *to,
				      struct ev_pack_writer **w, struct evault_error *err);
/* The same in memory: its bytes are appended to `out`, which is borrowed, and nothing is stored. */
enum evault_status ev_pack_writer_memory(const struct ev_age_recipient *to, struct ev_buf *out,
					 struct ev_pack_writer **w, struct evault_error *err);
/* Appends a member whose body is in memory (at most EV_MEMBER_OBJECT_MAX bytes). */
enum evault_status ev_pack_append(struct ev_pack_writer *w, enum ev_member_kind kind,
				  const struct ev_hash *id, uint32_t part, struct ev_slice body,
				  struct evault_error *err);
/* Sealed bytes so far, about: the same for the same members. */
uint64_t ev_pack_written(const struct ev_pack_writer *w);
/*
 * Nothing more comes: what is left of it is written while others are; ev_pack_finish
 * is to come.  To be called once, or not at all.
 */
enum evault_status ev_pack_end(struct ev_pack_writer *w, struct evault_error *err);
/*
 * Completes the pack: durable under its name on success.  Sets *name and
 * *size, then calls `member` (may be NULL) for each member, in order.
 */
enum evault_status ev_pack_finish(struct ev_pack_writer *w, struct ev_hash *name, uint64_t *size,
				  ev_pack_member_fn *member, void *ctx, struct evault_error *err);
/* After that: hands them over, in order, to be freed with free(). */
void ev_pack_take_members(struct ev_pack_writer *w, struct ev_member **members, size_t *n);
/* Removes the temporary file of a pack that was not finished.  NULL is fine. */
void ev_pack_writer_free(struct ev_pack_writer *w);

/* ---- reading ------------------------------------------------------------- */

struct ev_pack;

/*
 * Opens a pack and reads its tables.  E_NOT_FOUND; E_DAMAGED; E_KEY (sealed
 * to somebody else).  Takes 2 MiB and the size of the tables.
 */
enum evault_status ev_pack_open(int dir, const struct ev_hash *name, const struct ev_age_with *with,
				struct ev_pack **pack, struct evault_error *err);
/* The same for a file that lies elsewhere: `path` has less than EV_PACK_AT_SIZE bytes. */
enum evault_status ev_pack_open_at(int dir, const char *path, const struct ev_age_with *with,
				   struct ev_pack **pack, struct evault_error *err);
void ev_pack_close(struct ev_pack *pack);
/* Calls `member` for each line of the member table, in order. */
enum evault_status ev_pack_members(struct ev_pack *pack, ev_pack_member_fn *member, void *ctx,
				   struct evault_error *err);
/* Gives the body of a member to `out`, after comparing its header.  E_DAMAGED. */
enum evault_status ev_pack_read(struct ev_pack *pack, const struct ev_member *m, struct ev_sink out,
				struct evault_error *err);
/* Reads the whole tar stream through `events`, and compares headers with the table. */
enum evault_status ev_pack_walk(struct ev_pack *pack, struct ev_tar_events events,
				struct evault_error *err);
/*
 * SHA-256 and size of a file as it lies; `tick` (may be NULL) is called with
 * bytes read.  E_LIMIT, at once, when it has more than `max` bytes.
 */
enum evault_status
ev_pack_hash(int dir, const char *path, uint64_t max, struct ev_hash *hash, uint64_t *size,
	     enum evault_status (*tick)(void *ctx, uint64_t bytes, struct evault_error *err),
	     void *ctx, struct evault_error *err);

#endif
