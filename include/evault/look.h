/* Finding items, and what was done: lists, search, citations, history. */
#ifndef EVAULT_LOOK_H
#define EVAULT_LOOK_H

#include "common.h"
#include "item.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- lists ------------------------------------------------------------- */

enum evault_retracted {
	EVAULT_RETRACTED_OUT = 0,  /* what was retracted is left out */
	EVAULT_RETRACTED_ONLY = 1, /* only what was retracted */
	EVAULT_RETRACTED_TOO = 2,
};

/*
 * NULL or 0 does not filter.  Of case and tag, what holds counts: the latest
 * annotation's case, else the record's; tags of both.  Times are prefixes of RFC 3339
 * in UTC ("2026-11").
 */
struct evault_filter {
	const char *case_name;
	const char *tag;
	const char *action; /* NULL: what keeps evidence (add, testify, also when received) */
	bool all_actions;
	const char *since; /* inclusive */
	const char *until; /* inclusive, as a prefix */
	enum evault_retracted retracted;
};

/* Calls `fn` for each item in the order of the log; stops at its first failure. */
enum evault_status evault_list(struct evault *vault, const struct evault_filter *filter,
			       evault_item_fn *fn, void *ctx, struct evault_error *err);

/* ---- search ---------------------------------------------------------- */

enum {
	EVAULT_SEARCH_TERMS_MAX = 64
};

struct evault_range {
	size_t from, to; /* bytes */
};

/* A line that has something of what is looked for. */
struct evault_found {
	const char *field; /* the record's ("witness"), the user's own ("K"), or "text" */
	bool is_own;       /* the user's own */
	uint64_t index;    /* the entry that says it: the item's, or of what is about the item */
	char citation[EVAULT_CITATION_SIZE];
	const char *line; /* raw bytes, about 160 at most; value or text around the place */
	size_t len;
	const struct evault_range *ranges; /* in `line`, in order, apart from each other */
	size_t n_ranges;
};

/* An item in which all terms are; all pointers live until the callback returns. */
struct evault_hit {
	const struct evault_item *item;
	const struct evault_found *found; /* as many as it takes to show each term once */
	size_t n_found;
};

typedef enum evault_status evault_hit_fn(void *ctx, const struct evault_hit *hit,
					 struct evault_error *err);

struct evault_search {
	/*
	 * Each a term: `word`, `several words` in this order, `beginn*`; limited to a
	 * field as `witness:word` (one that evault knows, the user's own, or
	 * `text`).  What is in quotes (`"10:30"`) has no field.
	 */
	const char *const *terms;
	size_t n_terms;
	const struct evault_filter *filter; /* NULL: all items */
};

struct evault_search_summary {
	uint64_t hits;
	uint64_t unread;   /* items that may be hits, and whose record or text could not be read */
	uint64_t wordless; /* entries whose words are not in the index: they could not be read */
};

/*
 * Calls `fn` for each item in which all terms are, in the order of the log:
 * in its record, in annotations and retractions of it (replaced ones, too), in the text
 * of its file (of plain text, HTML, mail and documents; the first 8 MiB).
 * Capitals, accents, vowel marks and letters of related alphabets do not
 * matter.  The index says only where to look: what is given was found in the
 * record or in the file's text.  Stops at the first failure of `fn`.
 * E_USAGE: no term, or one without a word; E_LIMIT; E_KEY: not unlocked.
 */
enum evault_status evault_search(struct evault *vault, const struct evault_search *how,
				 evault_hit_fn *fn, void *ctx,
				 struct evault_search_summary *summary, struct evault_error *err);

/* ---- by citation ------------------------------------------------------- */

/*
 * What a person wrote to name items: "12", "3f9a01-12", "12-40", or at least
 * six hex digits of a SHA-256.  A citation is of this vault, or of one that
 * items were received from.  Calls `fn` for each; E_NOT_FOUND when there
 * is none, and the text says what entry 13 is when it is no item.  E_USAGE
 * for a citation that is of neither, or of two; for an ambiguous prefix.
 */
enum evault_status evault_find(struct evault *vault, const char *ref, evault_item_fn *fn, void *ctx,
			       struct evault_error *err);

/* One line of an entry that has no record ("pack 77ab… 67108864"), for `show`. */
enum evault_status evault_entry_text(struct evault *vault, uint64_t index, char *out, size_t size,
				     struct evault_error *err);

/* ---- history ----------------------------------------------------------- */

/* A line of a structural entry (FORMAT.md, Entry). */
enum evault_change_kind {
	EVAULT_CHANGE_PACK = 0,
	EVAULT_CHANGE_DROP = 1,
	EVAULT_CHANGE_SLOT = 2,
	EVAULT_CHANGE_SLOT_END = 3,
	EVAULT_CHANGE_ACTOR = 4,
	EVAULT_CHANGE_ACTOR_END = 5,
	EVAULT_CHANGE_READ_KEY = 6,
	EVAULT_CHANGE_LOG_KEY = 7,
	EVAULT_CHANGE_FILE = 8,
};
struct evault_change {
	enum evault_change_kind kind;
	uint64_t number;                  /* PACK: bytes; SLOT, SLOT_END: which */
	char hash[EVAULT_HEX_SIZE];       /* of the file; ACTOR, ACTOR_END, LOG_KEY: of the key */
	char text[EVAULT_RECIPIENT_SIZE]; /* ACTOR: role; READ_KEY: recipient; FILE: name */
};

/* An entry of the log.  All pointers live until the callback returns. */
struct evault_event {
	uint64_t index;
	char citation[EVAULT_CITATION_SIZE];
	char actor_key[EVAULT_HEX_SIZE]; /* SHA-256 of the signer's key */
	const struct evault_item *item;  /* its record; NULL: it is structural */
	const struct evault_change *changes;
	size_t n_changes;
};
typedef enum evault_status evault_event_fn(void *ctx, const struct evault_event *event,
					   struct evault_error *err);

/*
 * Calls `fn` for what was done, in the order of the log: with `item` for the
 * entry of that index and all that are about it, or about one of those;
 * without (NULL) for the whole log.  Stops at its first failure.
 * E_NOT_FOUND.
 */
enum evault_status evault_history(struct evault *vault, const uint64_t *item, evault_event_fn *fn,
				  void *ctx, struct evault_error *err);

#ifdef __cplusplus
}
#endif
#endif
