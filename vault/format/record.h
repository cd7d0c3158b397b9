/*
 * Records: everything that is said about an item, one line per field, each
 * with its own salt (FORMAT.md, Record).  To withhold a field is to replace
 * its line by its hash; the record's digest stays (G5).
 */
#ifndef EV_FORMAT_RECORD_H
#define EV_FORMAT_RECORD_H

#include "format/hash.h"

enum {
	EV_RECORD_LINES_MAX = 4096,
	EV_RECORD_NAME_MAX = 32,
	EV_RECORD_KEY_MAX = 64, /* bytes of the K of a field K=V */
	EV_RECORD_SALT = 16,
};

/*
 * A record under construction, or parsed.  Lines keep their order.  `value`
 * of a disclosed field is decoded (raw bytes); of a withheld one empty, but
 * for the K of a `field`.
 */
struct ev_record_field {
	const char *name; /* in the record's own memory */
	const uint8_t *value;
	size_t len;
	bool withheld;
};
struct ev_record {
	struct ev_buf text;   /* the record's own bytes */
	struct ev_buf values; /* what `name` and `value` point into */
	struct ev_record_field *fields;
	size_t n;
	size_t cap;
	uint8_t salts[16 * EV_RECORD_SALT]; /* drawn, and not yet used: the last `n_salts` */
	size_t n_salts;
};

/* Holds nothing, and has no memory yet. */
void ev_record_init(struct ev_record *r);
/* Wipes and frees what it holds; it can be used again. */
void ev_record_release(struct ev_record *r);

/*
 * Adds a field with a fresh random salt; pointers into the record from before
 * may be void afterwards.  E_USAGE: the name is none ([a-z][a-z0-9-]*, at
 * most 32), the field may occur once and is there already, or the value is
 * none for it (ev_record_value_fits); E_LIMIT: EVAULT_RECORD_MAX or
 * EV_RECORD_LINES_MAX (the first line counts) is passed.  The record is then
 * as it was; after E_NOMEM it holds nothing.
 */
enum evault_status ev_record_add(struct ev_record *r, const char *name, struct ev_slice value,
				 struct evault_error *err);
enum evault_status ev_record_add_text(struct ev_record *r, const char *name, const char *value,
				      struct evault_error *err);

/*
 * Parses a record's bytes into `r`, which holds nothing before, and nothing
 * again on failure; copies what it keeps.  Strict: the first line, names,
 * canonical salts and values, values that fit, each name once (known or not;
 * `field` once for each K, G5) unless it is repeatable, `action` and `time` present and disclosed.
 * E_FORMAT; E_LIMIT; E_VERSION.
 */
enum evault_status ev_record_parse(struct ev_slice text, struct ev_record *r,
				   struct evault_error *err);

/* The first field of that name, or NULL. */
const struct ev_record_field *ev_record_find(const struct ev_record *r, const char *name);
/* Appends "witness, field place of birth": the names of the fields that are withheld. */
void ev_record_withheld_names(const struct ev_record *r, struct ev_buf *out);
/* True for names that may occur several times: tag, about, from-about … */
bool ev_record_repeatable(struct ev_slice name);
/* The K of a value "K=V" of `field`, or all of it where it has no "=". */
struct ev_slice ev_record_key(struct ev_slice value);
/*
 * Can a field of that name have that value (raw bytes)?  False for what
 * FORMAT.md gives another form: time, modified, size, sha256, pack, field,
 * about, source (also moved, provenance.h), and NULs in name and folder.  All other values fit.
 */
bool ev_record_value_fits(struct ev_slice name, struct ev_slice value);

/*
 * What follows appends to `out`, refuses what ev_record_parse refuses, and
 * leaves `out` alone then.
 */

/* The withheld form: first line, then the withheld forms of all lines in byte order. */
enum evault_status ev_record_withheld_form(struct ev_slice text, struct ev_buf *out,
					   struct evault_error *err);
/* Its SHA-256. */
enum evault_status ev_record_digest(struct ev_slice text, struct ev_hash *digest,
				    struct evault_error *err);
/* The same of a record that is parsed, or made: not read again.  E_FORMAT: no action, or no time.
 */
enum evault_status ev_record_digest_of(const struct ev_record *r, struct ev_hash *digest,
				       struct evault_error *err);
/*
 * The record with all lines of the named fields withheld, in place; names
 * that it does not have change nothing.  action and time cannot be: E_USAGE.
 */
enum evault_status ev_record_withhold(struct ev_slice text, const char *const *names, size_t n,
				      struct ev_buf *out, struct evault_error *err);
/*
 * The same with each line that `hides` says; it is not asked for action, time
 * and lines that are withheld.
 */
typedef bool ev_record_hides_fn(void *ctx, const struct ev_record_field *field);
enum evault_status ev_record_withhold_if(struct ev_slice text, ev_record_hides_fn *hides, void *ctx,
					 struct ev_buf *out, struct evault_error *err);

#endif
