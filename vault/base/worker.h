/*
 * A stage of work on a thread of its own, and a ring of buffers between it
 * and who started it, its owner.  Bytes go one way: the worker gives them, as
 * who reads and opens ahead of who judges; or it takes them, as who seals and
 * writes behind who reads.  Stages in a row are workers whose owner is one.
 *
 * Invariants:
 *  1. All bytes arrive, in the order in which they were put, before the end
 *     or the failure behind them does: no result depends on timing.
 *  2. A piece of the ring is touched by one side at a time.
 *  3. Who waits sleeps.  Neither side waits for one that is over.
 *  4. When ev_worker_free has returned, the thread is gone, and what passed
 *     through the ring, and what the thread left on its stack, is wiped.
 *  5. The thread gets no signal but that of its own crash; the application's
 *     functions (progress, findings) are the owner's to call.
 *
 * What `ctx` has is the worker's alone while it runs, but for what both only
 * read.  The library may be used on both threads, a vault on one of them.
 * It takes a stack of memory, and as much of the ring as ever waited at once.
 */
#ifndef EV_BASE_WORKER_H
#define EV_BASE_WORKER_H

#include "base/bytes.h"

enum {
	/* Bytes that are handed over at once, at most: a chunk of age fits, open or sealed. */
	EV_WORKER_PIECE = (64 << 10) + 64,
	EV_WORKER_PIECES = 16, /* of the ring, where neither side works in bursts */
	EV_WORKER_PIECES_MAX = 128,
};

enum ev_worker_way {
	EV_WORKER_GIVES, /* the worker puts, its owner takes */
	EV_WORKER_TAKES, /* its owner puts, the worker takes */
};

struct ev_worker;

/*
 * What the thread does.  Where putting or taking fails, it returns that.
 * What it has not taken when it returns is dropped.
 */
typedef enum evault_status ev_worker_fn(void *ctx, struct ev_worker *worker,
					struct evault_error *err);

/*
 * Starts it, with 2 to EV_WORKER_PIECES_MAX pieces of at most `size` bytes
 * between both; EV_WORKER_PIECE, where nothing speaks for more.  E_NOMEM;
 * E_IO: the system starts no thread.
 */
enum evault_status ev_worker_new(enum ev_worker_way way, size_t size, size_t pieces,
				 ev_worker_fn *run, void *ctx, struct ev_worker **worker,
				 struct evault_error *err);
/*
 * Copies the bytes into the ring, where they are handed over when a piece is
 * full, and at the end; waits, when there is no room, until half of it is free.  To the worker:
 * E_CANCELLED when its owner wants no more.  To its owner: what the worker has
 * failed with; which of the calls after that one tells is a matter of timing,
 * so who fails by himself asks ev_worker_finish before he says with what.
 */
enum evault_status ev_worker_put(struct ev_worker *w, const uint8_t *data, size_t len,
				 struct evault_error *err);
/*
 * The same without the copy, and at once: room for `size` bytes, the same until
 * `len` of them are given, 1 or more.  NULL where it fails, and where the
 * other side is over, and well: it wants nothing more.
 */
enum evault_status ev_worker_room(struct ev_worker *w, uint8_t **room, struct evault_error *err);
void ev_worker_give(struct ev_worker *w, size_t len);
/* To who puts: does half of the ring wait to be taken?  A matter of timing. */
bool ev_worker_is_behind(struct ev_worker *w);
/* A sink that puts. */
struct ev_sink ev_worker_sink(struct ev_worker *w);
/*
 * Waits, when there is none, until an eighth of the ring is full or no more
 * comes; then gives the next piece, which is lent until the next call; an empty one
 * is the end.  To the owner: behind the last piece, what the worker returned.
 * To the worker: E_CANCELLED when its owner gave up before the end.
 */
enum evault_status ev_worker_take(struct ev_worker *w, struct ev_slice *piece,
				  struct evault_error *err);
/* For the owner of one that takes: that was all. */
void ev_worker_end(struct ev_worker *w);
/* The same; waits, and returns what it returned. */
enum evault_status ev_worker_finish(struct ev_worker *w, struct evault_error *err);
/* To the worker: does its owner still take what it gives?  For work that takes long. */
bool ev_worker_is_wanted(struct ev_worker *w);
/* For its owner: lets it stop where it is not over, and waits for that.  NULL is fine. */
void ev_worker_free(struct ev_worker *w);

#endif
