/*
 * A bundle in the making, as the parts of evault_share have it (FORMAT.md,
 * section 12; G5, G10).
 *
 * Invariants:
 *  1. All proofs are to one tree: the head when it was begun.
 *  2. The second pass writes what the first has hashed, byte for byte, or
 *     fails; its entry is in the log before (G2).
 *  3. Nothing that is withheld goes anywhere but into a hash.
 */
#ifndef EV_SHARE_H
#define EV_SHARE_H

#include "contact.h"
#include "format/report.h"
#include "share_out.h"
#include "share_source.h"
#include "vault.h"

enum {
	EV_SHARE_EXT_SIZE = 6,
	EV_SHARE_NAME_SIZE = 104, /* of a member, and its NUL */
	EV_SHARE_PASTS_MAX = 1000,
};

/* An item; or a correction that goes with one. */
struct ev_share_item {
	uint64_t index;
	struct ev_hash digest, actor;
	bool is_change;
	bool received; /* its record was */
	uint32_t link; /* what it was received as: in sources, n_links from there on */
	uint8_t n_links;
	bool has_file; /* in data/, of this hash and size */
	struct ev_hash sha256;
	uint64_t size;
	char ext[EV_SHARE_EXT_SIZE];
};

struct ev_share_past { /* a tree that the addressee was given */
	uint64_t size;
	struct ev_hash root;
};

enum ev_share_kind {
	EV_SHARE_DECLARATION,
	EV_SHARE_INFO,
	EV_SHARE_MANIFEST,
	EV_SHARE_TAGMANIFEST,
	EV_SHARE_NOTE,
	EV_SHARE_VERIFY,
	EV_SHARE_REPORT,
	EV_SHARE_VAULT,
	EV_SHARE_KEY_ENTRY, /* at: in keys */
	EV_SHARE_KEY_PROOF,
	EV_SHARE_CONSISTENCY,      /* at: in pasts */
	EV_SHARE_SOURCE_VAULT,     /* tree: in sources.trees */
	EV_SHARE_SOURCE_KEY_ENTRY, /* at: in its keys */
	EV_SHARE_SOURCE_KEY_PROOF,
	EV_SHARE_SOURCE_ENTRY, /* at: in its items */
	EV_SHARE_SOURCE_PROOF,
	EV_SHARE_RECORD, /* at: in items */
	EV_SHARE_ENTRY,
	EV_SHARE_PROOF,
	EV_SHARE_DATA,
	EV_SHARE_PADDING,
};
struct ev_share_member {
	enum ev_share_kind kind;
	uint32_t at, tree;
	struct ev_hash hash;
	uint64_t size;
};

struct ev_share {
	struct evault *v;
	const struct evault_share *how;
	struct evault_share_summary *summary;
	struct evault_contact *contact; /* NULL: none */
	struct ev_age_recipient recipient;
	int64_t time;
	uint64_t size; /* the tree */
	struct ev_hash root;
	struct ev_buf checkpoint; /* its note */
	struct ev_share_item *items;
	size_t n, cap;
	uint64_t *keys; /* entries that say who may sign, by number */
	size_t n_keys;
	struct ev_share_past *pasts;
	size_t n_pasts;
	struct ev_sources sources;       /* what of others' logs proves where items came from */
	struct ev_share_member *members; /* in their order */
	size_t n_members;
	struct ev_buf names; /* of fields that were withheld, each with its NUL */
	struct ev_buf manifest, tagmanifest, note;
	struct ev_entry *entry; /* scratch, which is large */
	struct ev_buf bytes;    /* scratch */
	struct evault_progress progress;
};

/* ---- share_consent.c ----------------------------------------------------- */

enum ev_consent {
	EV_CONSENT_COVERS,
	EV_CONSENT_DOES_NOT,
	EV_CONSENT_UNSTATED,
	EV_CONSENT_RETRACTED, /* and who took that back may not widen what was allowed */
};
/* Whether what was said of the item lets that audience have it, and counts. */
enum evault_status ev_share_consent(struct evault *v, const struct evault_item *item,
				    enum evault_audience audience, enum ev_consent *consent,
				    struct evault_error *err);

/* ---- what is shared (share_items.c) -------------------------------------- */

/* Fills items; those that may not be given are events. */
enum evault_status ev_share_select(struct ev_share *s, struct evault_error *err);
/* The item of that entry, or NULL. */
const struct ev_share_item *ev_share_item(const struct ev_share *s, uint64_t index);

/* ---- what is withheld (share_fields.c) ----------------------------------- */

/* E_USAGE: a field that cannot be withheld. */
enum evault_status ev_share_fields_check(const struct evault_share *how, struct evault_error *err);
/* E_USAGE: none of the records that were read has a field of a name to be withheld. */
enum evault_status ev_share_fields_used(const struct ev_share *s, struct evault_error *err);
/* Is it withheld of an item whose file is given (or not)? */
bool ev_share_hides(const struct evault_share *how, bool file, const char *name,
		    struct ev_slice value);
/* The same of one of its fields; of `about`: it names what is not in the bundle. */
bool ev_share_withholds(const struct ev_share *s, const struct ev_share_item *item,
			const char *name, struct ev_slice value);
/* Replaces `out` with the item's record, its lines withheld as they are to be. */
enum evault_status ev_share_record(struct ev_share *s, const struct ev_share_item *item,
				   struct ev_buf *out, struct evault_error *err);

/* ---- what proves it (share_keys.c) ---------------------------------------- */

/* Fills keys, for the signers of items and who shares. */
enum evault_status ev_share_keys(struct ev_share *s, struct evault_error *err);
/* Fills pasts. */
enum evault_status ev_share_pasts(struct ev_share *s, struct evault_error *err);

/* ---- members (share_member.c, share_report.c) ------------------------------ */

/* Fills members, without hashes and sizes. */
enum evault_status ev_share_members(struct ev_share *s, struct evault_error *err);
void ev_share_name(const struct ev_share *s, const struct ev_share_member *m,
		   char out[EV_SHARE_NAME_SIZE]);
/* Gives its bytes. */
enum evault_status ev_share_give(struct ev_share *s, const struct ev_share_member *m,
				 struct ev_sink out, struct evault_error *err);
enum evault_status ev_share_report(struct ev_share *s, struct ev_sink out,
				   struct evault_error *err);

/* ---- passes (share_pass.c) -------------------------------------------------- */

/* Hashes all members but originals, whose hashes are known; signs the share note. */
enum evault_status ev_share_measure(struct ev_share *s, struct evault_error *err);
/* Writes all of it. */
enum evault_status ev_share_write(struct ev_share *s, struct ev_share_out *out,
				  struct evault_error *err);

#endif
