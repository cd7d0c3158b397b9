/*
 * The receipt for a bundle (FORMAT.md, Receipt): what its receiver found,
 * item by item.  Signed by who received it, and by nobody else.
 */
#ifndef EV_FORMAT_RECEIPT_H
#define EV_FORMAT_RECEIPT_H

#include "format/entry.h"

enum ev_receipt_result {
	EV_RECEIPT_VERIFIED, /* entry, proof, record, and the bytes if it has any */
	EV_RECEIPT_DAMAGED,  /* one of them is not what it should be */
	EV_RECEIPT_MISSING,  /* one of them is not there */
};
/* "verified" … */
const char *ev_receipt_word(enum ev_receipt_result result);

struct ev_receipt {
	char origin[EVAULT_ORIGIN_SIZE]; /* of the receiver's vault */
	char of[EVAULT_ORIGIN_SIZE];     /* of the vault that the bundle is from */
	struct ev_hash tagmanifest;      /* as in its share note */
	int64_t time;                    /* seconds since 1970 */
};

/* What was found of an item; of all items of the bundle between two. */
struct ev_receipt_item {
	uint64_t index;
	enum ev_receipt_result result;
};
struct ev_receipt_line {
	uint64_t from, to; /* from <= to */
	enum ev_receipt_result result;
};

/*
 * Appends the text.  `items` are all items of the bundle, one or more, by
 * index, each once; neighbours with one result share a line.
 */
void ev_receipt_text(const struct ev_receipt *r, const struct ev_receipt_item *items, size_t n,
		     struct ev_buf *out);
/*
 * Parses the signed note; *note and *lines are of `bytes`.  Checks the form,
 * and that there is one signature, in an actor's name; whose that is, and
 * whether it verifies (ev_note_verify), is for the caller to check.
 * E_FORMAT; E_LIMIT above EV_NOTE_MAX; E_VERSION.
 */
enum evault_status ev_receipt_parse(struct ev_slice bytes, struct ev_receipt *r,
				    struct ev_note *note, struct ev_slice *lines,
				    struct evault_error *err);
/* Walks the results: start with a cursor over *lines; false at the end. */
bool ev_receipt_next(struct ev_cursor *lines, struct ev_receipt_line *line);
/* The result of one item; false when no line has it. */
bool ev_receipt_find(struct ev_slice lines, uint64_t index, enum ev_receipt_result *result);

#endif
