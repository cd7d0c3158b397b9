#include "format/provenance.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

#define FROM "from-"

enum {
	SALT_AND_SPACE = 22 + 1
};

bool
ev_provenance_parse(struct ev_slice value, struct ev_provenance *p)
{
	struct ev_cursor c = ev_cursor_of(value.data, value.len);
	struct ev_provenance found = { .index = 0 };

	if (!ev_hash_parse(ev_cursor_until(&c, ' '), &found.origin))
		return false;
	found.index = ev_cursor_decimal(&c, INT64_MAX);
	ev_cursor_expect(&c, " ");
	if (c.bad || !ev_hash_parse(ev_slice_of(c.at, c.left), &found.digest))
		return false;
	*p = found;
	return true;
}

void
ev_provenance_text(const struct ev_provenance *p, char out[EV_PROVENANCE_TEXT_SIZE])
{
	char origin[EVAULT_HEX_SIZE], digest[EVAULT_HEX_SIZE];

	ev_hash_hex(&p->origin, origin);
	ev_hash_hex(&p->digest, digest);
	snprintf(out, EV_PROVENANCE_TEXT_SIZE, "%s %llu %s", origin, (unsigned long long)p->index,
		 digest);
}

/* Is it a name that means something in the vault that has the record? */
static bool
is_of_vault(const char *name)
{
	return strcmp(name, "about") == 0 || strcmp(name, "source") == 0;
}

static bool
is_moved(const char *name)
{
	return strncmp(name, FROM, sizeof(FROM) - 1) == 0;
}

/* The record's lines after the first; field i is on line i. */
static struct ev_cursor
lines_of(const struct ev_record *r, struct ev_slice *first)
{
	struct ev_cursor c = ev_cursor_of(r->text.data, r->text.len);
	struct ev_slice line = ev_cursor_line(&c);

	*first = ev_slice_of(line.data, line.len + 1);
	return c;
}

/* Salt and value as they are, the name with `prefix` before it, or without its first `cut` bytes.
 */
static void
put_line(struct ev_buf *out, struct ev_slice line, const char *prefix, size_t cut)
{
	ev_buf_add(out, line.data, SALT_AND_SPACE);
	ev_buf_puts(out, prefix);
	ev_buf_add(out, line.data + SALT_AND_SPACE + cut, line.len - SALT_AND_SPACE - cut);
	ev_buf_puts(out, "\n");
}

static void
put_new(struct ev_buf *out, const char *name, const char *value)
{
	uint8_t salt[EV_RECORD_SALT];

	ev_random(salt, sizeof(salt));
	ev_base64_encode(out, EV_BASE64_URL_RAW, salt, sizeof(salt));
	ev_buf_printf(out, " %s %s\n", name, value);
	ev_wipe(salt, sizeof(salt));
}

static enum evault_status
wrap_lines(const struct ev_record *r, struct ev_buf *out, struct evault_error *err)
{
	struct ev_slice line;
	struct ev_cursor c = lines_of(r, &line);
	const char *name;
	bool moves;
	size_t i;

	ev_buf_add(out, line.data, line.len);
	for (i = 0; i < r->n; i++) {
		line = ev_cursor_line(&c);
		name = r->fields[i].name;
		moves = is_of_vault(name) || is_moved(name);
		/* Its hash is of the line with the name that it had where it was withheld. */
		if (r->fields[i].withheld && strcmp(name, "about") != 0 && moves)
			return ev_fail(err, EVAULT_E_FORMAT,
				       "its record withholds where it was received from");
		if (r->fields[i].withheld) {
			ev_buf_add(out, line.data, line.len + 1);
			continue;
		}
		if (moves && strlen(name) + sizeof(FROM) - 1 > EV_RECORD_NAME_MAX)
			return ev_fail(err, EVAULT_E_LIMIT,
				       "it went through more vaults than a record can tell of");
		put_line(out, line, moves ? FROM : "", 0);
	}
	return EVAULT_OK;
}

enum evault_status
ev_provenance_wrap(struct ev_slice text, const struct ev_provenance *from,
		   const struct ev_provenance_about *abouts, size_t n, struct ev_buf *out,
		   struct evault_error *err)
{
	char value[EV_PROVENANCE_TEXT_SIZE], hex[EVAULT_HEX_SIZE];
	struct ev_buf made = EV_BUF_INIT;
	struct ev_record r;
	enum evault_status rc;
	size_t i;

	ev_record_init(&r);
	rc = ev_record_parse(text, &r, err);
	if (rc == EVAULT_OK)
		rc = wrap_lines(&r, &made, err);
	if (rc != EVAULT_OK)
		goto out;
	ev_provenance_text(from, value);
	put_new(&made, "source", value);
	for (i = 0; i < n; i++) {
		ev_hash_hex(&abouts[i].digest, hex);
		snprintf(value, sizeof(value), "%llu %s", (unsigned long long)abouts[i].index, hex);
		put_new(&made, "about", value);
	}
	rc = ev_buf_ask(&made, err);
	if (rc == EVAULT_OK &&
	    (made.len > EVAULT_RECORD_MAX || r.n + 1 + n > EV_RECORD_LINES_MAX - 1))
		rc = ev_fail(err, EVAULT_E_LIMIT,
			     "its record is too long for what is added when it is received");
	if (rc == EVAULT_OK) {
		ev_buf_add(out, made.data, made.len);
		rc = ev_buf_ask(out, err);
	}
out:
	ev_buf_wipe(&made);
	ev_record_release(&r);
	return rc;
}

static void
unwrap_lines(const struct ev_record *r, struct ev_buf *out)
{
	struct ev_slice line;
	struct ev_cursor c = lines_of(r, &line);
	size_t i;

	ev_buf_add(out, line.data, line.len);
	for (i = 0; i < r->n; i++) {
		line = ev_cursor_line(&c);
		/* A withheld line is the hash of one with the name that it has here. */
		if (r->fields[i].withheld)
			ev_buf_add(out, line.data, line.len + 1);
		else if (!is_of_vault(r->fields[i].name))
			put_line(out, line, "", is_moved(r->fields[i].name) ? sizeof(FROM) - 1 : 0);
	}
}

enum evault_status
ev_provenance_unwrap(struct ev_slice text, struct ev_buf *out, struct evault_error *err)
{
	struct ev_record r;
	enum evault_status rc;

	ev_record_init(&r);
	rc = ev_record_parse(text, &r, err);
	if (rc == EVAULT_OK) {
		unwrap_lines(&r, out);
		rc = ev_buf_ask(out, err);
	}
	ev_record_release(&r);
	return rc;
}

/* Makes the record again that `r` was received as, in its place. */
static enum evault_status
step_back(struct ev_record *r, const struct ev_provenance *from, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash digest;
	enum evault_status rc;

	unwrap_lines(r, &text);
	rc = ev_buf_ask(&text, err);
	ev_record_release(r);
	if (rc == EVAULT_OK)
		rc = ev_record_parse(ev_slice_of(text.data, text.len), r, err);
	if (rc == EVAULT_OK)
		rc = ev_record_digest(ev_slice_of(text.data, text.len), &digest, err);
	if (rc == EVAULT_OK && !ev_hash_equal(&digest, &from->digest))
		rc = EVAULT_E_FORMAT;
	ev_buf_wipe(&text);
	if (rc == EVAULT_OK || rc == EVAULT_E_NOMEM)
		return rc;
	return ev_fail(err, EVAULT_E_DAMAGED,
		       "its record is not the one that it says it was received as");
}

enum evault_status
ev_provenance_read(const struct ev_record *record, struct ev_provenance chain[EV_PROVENANCE_MAX],
		   size_t *n, struct evault_error *err)
{
	const struct ev_record_field *f = ev_record_find(record, "source");
	enum evault_status rc = EVAULT_OK;
	struct ev_record r;
	size_t found = 0;

	*n = 0;
	if (f == NULL || f->withheld)
		return EVAULT_OK;
	ev_record_init(&r);
	rc = ev_record_parse(ev_slice_of(record->text.data, record->text.len), &r, err);
	while (rc == EVAULT_OK && (f = ev_record_find(&r, "source")) != NULL && !f->withheld) {
		/* A name of one more vault would be none. */
		if (found == EV_PROVENANCE_MAX ||
		    !ev_provenance_parse(ev_slice_of(f->value, f->len), &chain[found]))
			rc = ev_fail(err, EVAULT_E_DAMAGED,
				     "its record does not say where it was received from");
		else
			rc = step_back(&r, &chain[found++], err);
	}
	if (rc == EVAULT_OK)
		*n = found;
	ev_record_release(&r);
	return rc;
}
