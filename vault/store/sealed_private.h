/*
 * What the files of the sealed store share: sealed.c opens and reads,
 * sealed_write.c writes and publishes.
 */
#ifndef EV_STORE_SEALED_PRIVATE_H
#define EV_STORE_SEALED_PRIVATE_H

#include "store/sealed.h"

/* Bytes of the file that are held. */
enum {
	SEALED_HOLD_HEAD,   /* shared by who looks, alone while a head is written */
	SEALED_HOLD_UPDATE, /* alone */
	SEALED_HOLD_WRITER, /* alone */
};

enum {
	SEALED_WAIT = 10 * 1000,        /* milliseconds, for somebody who writes a head */
	SEALED_WAIT_LOOKING = 2 * 1000, /* for those who look */
	SEALED_WAIT_STEP = 4,
	SEALED_FRONT = 16 + EV_PAGE_RESERVED, /* of a head: tells one from another */
	SEALED_BITMAP = (EV_INDEX_BLOCKS_MAX + 7) / 8,
};

struct ev_sealed_table {
	struct ev_page_ref *refs; /* EV_PAGE_REFS of them; NULL: not read yet */
	bool changed;
};

struct ev_sealed {
	int fd; /* -1: none */
	char *shown;
	bool writable;
	bool looking, updating;
	bool apart; /* what is written stays in memory */
	bool maimed;
	bool in_doubt; /* a head may be on disk or not */
	struct ev_page_key *key;
	unsigned slot; /* where `head` is */
	uint8_t other[SEALED_FRONT];
	struct ev_index_head head;

	/* As seen now: the head's, or with what is written. */
	uint32_t n_pages, n_blocks, writes;
	struct ev_sealed_table *tables;
	uint32_t cap_tables;
	uint8_t first[EV_PAGE_SIZE]; /* page 0: each question begins there */
	bool has_first;

	/* While updating. */
	uint8_t *used, *fresh; /* blocks: of the head or written, written */
	uint32_t next;         /* no block before it is free */
	uint8_t **memory;      /* pages that are apart, by number */
	uint32_t cap_memory;
};

/* Takes the state of the head on disk.  E_VERSION, E_DAMAGED, E_IO. */
enum evault_status ev_sealed_load(struct ev_sealed *s, struct evault_error *err);
/* Forgets all that was read or written since. */
void ev_sealed_reset(struct ev_sealed *s);
/* The table with its refs read; NULL with the error told. */
struct ev_sealed_table *ev_sealed_table(struct ev_sealed *s, uint32_t n, struct evault_error *err);
/* Holds one byte, waiting so long.  E_BUSY, E_IO. */
enum evault_status ev_sealed_hold(const struct ev_sealed *s, uint64_t byte, bool alone,
				  unsigned milliseconds, struct evault_error *err);

#endif
