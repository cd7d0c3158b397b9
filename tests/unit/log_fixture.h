/*
 * Keys and entries of a log that is made by hand, so that each of its rules
 * can be broken.
 */
#ifndef UNIT_LOG_FIXTURE_H
#define UNIT_LOG_FIXTURE_H

#include "format/entry.h"
#include "format/merkle.h"

struct log_actor {
	struct ev_signing_seed seed;
	struct ev_verifier key;
};
struct log_keys {
	struct log_actor log, owner, writer, capture, stranger;
	struct ev_vault_note vault;
};

/* New keys; `log` is named by its origin, the others as actors are. */
void log_keys_make(struct log_keys *k);
/* Another log key for this log. */
void log_key_make(const struct log_keys *k, struct log_actor *key);

/* Lines, appended; each with its LF. */
void log_line_actor(struct ev_buf *lines, const struct log_actor *actor, const char *role);
void log_line_end(struct ev_buf *lines, const struct log_actor *actor);
/* "<word> <64 hex of a hash that n gives><rest>" */
void log_line_hash(struct ev_buf *lines, const char *word, unsigned n, const char *rest);
/* What entry 0 must have. */
void log_line_first(struct ev_buf *lines, const struct log_keys *k);

/* The signed entry, into `note`, which is emptied before; `second` may be NULL. */
void log_entry(struct ev_buf *note, const char *origin, uint64_t after, const struct ev_hash *root,
	       const struct ev_buf *lines, const struct log_actor *by,
	       const struct log_actor *second);

#endif
