/*
 * report.html of a bundle: one page for a judge or a lawyer who never heard
 * of evault (FORMAT.md, Bundle; G5, G10).  HTML in UTF-8 without scripts and
 * without anything from a network; a policy in its head forbids all that it
 * does not have.  It is made of one head, any number of items, and an end,
 * each appended to `html`, which the caller may empty in between: the same
 * input gives the same bytes, so that they can be hashed first and written
 * later.
 *
 * All text (struct ev_slice) may be any bytes; it is escaped, and changes
 * nothing of the page's structure.  The page is the sender's word: whoever
 * reads it is told which claim is whose, what was withheld, that what is
 * shown is not all there is, and what can be checked.
 */
#ifndef EV_FORMAT_REPORT_H
#define EV_FORMAT_REPORT_H

#include "format/record.h"

/* The same one for all parts of a page. */
struct ev_report_head {
	struct ev_slice sender;     /* what the sender calls themselves; may be empty */
	struct ev_slice sender_key; /* name of the actor key that signs the bundle */
	struct ev_slice to;         /* as share.note has it: age1…, `passphrase` or `folder` */
	struct ev_slice to_name;    /* what the sender calls the addressee; may be empty */
	struct ev_slice time;       /* as share.note has it */
	struct ev_slice origin;     /* of the sender's vault */
	uint64_t entries;           /* size of the tree that the proofs are to */
	struct ev_hash root;        /* its root */
	uint64_t shown;             /* how many items the page will have */
	struct ev_hash verify;      /* SHA-256 of VERIFY.txt */
};

/* An `annotate` or `retract` about an item; is itself an item of the page. */
struct ev_report_change {
	uint64_t index;
	struct ev_slice citation;
	const struct ev_record_field *fields; /* of its record; `n` of them */
	size_t n;
	bool taken_back; /* a later retraction about it holds */
};

struct ev_report_item {
	uint64_t index;
	struct ev_slice citation;             /* "3f9a01-12" */
	const struct ev_record_field *fields; /* of its record, in any order; `n` of them */
	size_t n;
	struct ev_hash digest;  /* of its record */
	struct ev_slice signer; /* name of the actor key that signed its entry */
	struct ev_slice file;   /* its file's path in the bundle, "data/0012.jpg"; or empty */
	/* Of one that was received: the vault that recorded it, and how it is cited; or empty. */
	struct ev_slice first_origin, first_citation;
	bool proved; /* the bundle has proofs of where it was received from, back to there */
	const struct ev_report_change *changes; /* about it, in order of index; `n_changes` */
	size_t n_changes;
};

/*
 * Each appends to `html`: some 8 KiB for the head, for an item 2 KiB and at
 * most five times the bytes of its fields and of its changes'.  E_NOMEM.
 */
enum evault_status ev_report_begin(const struct ev_report_head *head, struct ev_buf *html,
				   struct evault_error *err);
enum evault_status ev_report_item(const struct ev_report_head *head,
				  const struct ev_report_item *item, struct ev_buf *html,
				  struct evault_error *err);
enum evault_status ev_report_end(const struct ev_report_head *head, struct ev_buf *html,
				 struct evault_error *err);

#endif
