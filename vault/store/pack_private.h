/*
 * What the reading of a pack shares: pack_read.c opens one and reads members,
 * pack_frames.c its frames, pack_walk.c the whole of it.
 */
#ifndef EV_STORE_PACK_PRIVATE_H
#define EV_STORE_PACK_PRIVATE_H

#include "base/worker.h"
#include "store/pack.h"

enum {
	EV_PACK_AHEAD = 3, /* frames in a row that are worth a thread */
	EV_PACK_RING = 4,  /* frames that it opens ahead */
	/* Who reads an item reads of its record's frame and of its file's, in turn. */
	EV_PACK_FRAMES = 2,
};

struct ev_pack_frame {
	uint8_t *content; /* EV_FRAME_MAX bytes */
	size_t number;    /* which frame this is the content of; ev_pack.n: of none */
};

struct ev_pack {
	char path[EV_PACK_AT_SIZE];

	/* The worker's alone while there is one: */
	int fd;
	struct ev_age_reader *reader;
	struct ev_frame_decoder *decoder;
	struct ev_buf sealed; /* compressed bytes of the frame read last */

	struct ev_worker *worker;   /* or NULL; it gives the frames … */
	size_t ahead, next, end;    /* … from `ahead` on, below `end`; `next` comes next */
	struct ev_slice lent;       /* the content of the one before, … */
	size_t row;                 /* the frame behind those that were read in a row last */
	size_t n;                   /* frames, the seek table not counted */
	struct ev_frame_seek *seek; /* n of them */
	uint64_t *sealed_at;        /* n: where each begins in the plaintext of age */
	uint64_t *plain_at;         /* n: where its content begins in the tar stream */
	uint64_t plain_size;        /* of the tar stream */
	size_t n_data;              /* data frames: the first n_data ones */
	struct ev_buf table;        /* the member table */
	struct ev_pack_frame frames[EV_PACK_FRAMES];
	size_t last; /* which of these was used last */
};

enum evault_status ev_pack_damaged(const struct ev_pack *p, const char *what,
				   struct evault_error *err);
/* Reads len bytes of the plaintext at offset, appended to out.  Not while there is a worker. */
enum evault_status ev_pack_plain(struct ev_pack *p, uint64_t offset, size_t len, struct ev_buf *out,
				 struct evault_error *err);
/*
 * Gives frame i's content, the first of those below `until` that are wanted.
 * It stays until the frame after the next one is loaded, or the next of its row.
 */
enum evault_status ev_pack_load(struct ev_pack *p, size_t i, size_t until, const uint8_t **content,
				struct evault_error *err);
/* Ends the worker, where there is one. */
void ev_pack_stop(struct ev_pack *p);

#endif
