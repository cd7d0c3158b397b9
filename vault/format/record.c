#include "format/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define FIRST_LINE  "evault/record/v1"
#define ANY_VERSION "evault/record/v"
#define WITHHELD    "- "

enum {
	SALT_TEXT = 22, /* 16 bytes in base64url */
	HASH_TEXT = 64,
	FIELDS_MAX = EV_RECORD_LINES_MAX - 1,
	FIELDS_START = 16,
	RECORD_START = 1024, /* bytes */
};

void
ev_record_init(struct ev_record *r)
{
	*r = (struct ev_record){ .text = EV_BUF_INIT, .values = EV_BUF_INIT };
}

void
ev_record_release(struct ev_record *r)
{
	ev_buf_wipe(&r->text);
	ev_buf_wipe(&r->values);
	ev_wipe(r->salts, sizeof(r->salts));
	free(r->fields);
	ev_record_init(r);
}

const struct ev_record_field *
ev_record_find(const struct ev_record *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->fields[i].name, name) == 0)
			return &r->fields[i];
	return NULL;
}

static bool
name_valid(struct ev_slice name)
{
	size_t i;
	uint8_t c;

	if (name.len == 0 || name.len > EV_RECORD_NAME_MAX)
		return false;
	for (i = 0; i < name.len; i++) {
		c = name.data[i];
		if (c >= 'a' && c <= 'z')
			continue;
		if (i == 0 || (c != '-' && (c < '0' || c > '9')))
			return false;
	}
	return true;
}

/* ---- the fields ------------------------------------------------------ */

static bool
fields_reserve(struct ev_record *r)
{
	size_t cap = r->cap == 0 ? FIELDS_START : r->cap * 2;
	struct ev_record_field *grown;

	if (r->n < r->cap)
		return true;
	grown = realloc(r->fields, cap * sizeof(*grown));
	if (grown == NULL)
		return false;
	r->fields = grown;
	r->cap = cap;
	return true;
}

/* `values` holds name, NUL, value, NUL for each field in order; the first `i` point there already.
 */
static void
fields_point(struct ev_record *r, size_t i)
{
	const uint8_t *at = r->values.data;

	if (i > 0)
		at = r->fields[i - 1].value + r->fields[i - 1].len + 1;
	for (; i < r->n; i++) {
		r->fields[i].name = (const char *)at;
		at += strlen(r->fields[i].name) + 1;
		r->fields[i].value = at;
		at += r->fields[i].len + 1;
	}
}

static enum evault_status
fields_append(struct ev_record *r, struct ev_slice name, struct ev_slice value, bool withheld,
	      struct evault_error *err)
{
	if (!fields_reserve(r))
		return ev_fail_nomem(err);
	ev_buf_add(&r->values, name.data, name.len);
	ev_buf_fill(&r->values, 0, 1);
	ev_buf_add(&r->values, value.data, value.len);
	ev_buf_fill(&r->values, 0, 1);
	r->fields[r->n++] = (struct ev_record_field){ .len = value.len, .withheld = withheld };
	return ev_buf_ask(&r->values, err);
}

/* What a record may have once: a name, or the K of a field K=V. */
struct face {
	const struct ev_record_field *field;
};

static int
compare_faces(const void *a, const void *b)
{
	const struct ev_record_field *x = ((const struct face *)a)->field;
	const struct ev_record_field *y = ((const struct face *)b)->field;
	int by_name = strcmp(x->name, y->name);

	if (by_name != 0 || strcmp(x->name, "field") != 0)
		return by_name;
	return ev_slice_compare(ev_record_key(ev_slice_of(x->value, x->len)),
				ev_record_key(ev_slice_of(y->value, y->len)));
}

/* ---- making ---------------------------------------------------------- */

static bool
has_same(const struct ev_record *r, struct ev_slice name, struct ev_slice value)
{
	const struct ev_record_field *f;
	bool same = false;
	size_t i;

	for (i = 0; i < r->n && !same; i++) {
		f = &r->fields[i];
		same = ev_slice_is(name, f->name) &&
		       (!ev_slice_is(name, "field") ||
			ev_slice_equal(ev_record_key(value),
				       ev_record_key(ev_slice_of(f->value, f->len))));
	}
	return same;
}

static enum evault_status
check_new(const struct ev_record *r, const char *name, struct ev_slice value,
	  struct evault_error *err)
{
	struct ev_slice n = ev_slice_text(name);
	char shown[EV_SHOW_SIZE];

	if (!name_valid(n))
		return ev_fail(err, EVAULT_E_USAGE, "%s: not a name that a field can have",
			       ev_show_path(name, shown));
	if (ev_slice_is(n, "field") && has_same(r, n, value))
		return ev_fail(err, EVAULT_E_USAGE, "field %s: given twice",
			       ev_show_path((const char *)value.data, shown));
	if (!ev_record_repeatable(n) && has_same(r, n, value))
		return ev_fail(err, EVAULT_E_USAGE, "field %s: given twice", name);
	if (value.len <= EVAULT_RECORD_MAX && !ev_record_value_fits(n, value))
		return ev_fail(err, EVAULT_E_USAGE, "field %s: not a value that it can have", name);
	if (value.len > EVAULT_RECORD_MAX || r->n == FIELDS_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "field %s: too much for one record", name);
	return EVAULT_OK;
}

/* Many at once: each drawing is a call of the system. */
static const uint8_t *
next_salt(struct ev_record *r)
{
	if (r->n_salts == 0) {
		ev_random(r->salts, sizeof(r->salts));
		r->n_salts = sizeof(r->salts) / EV_RECORD_SALT;
	}
	r->n_salts--;
	return r->salts + sizeof(r->salts) - (r->n_salts + 1) * EV_RECORD_SALT;
}

/* Room for most records at once: growing copies and wipes. */
static void
reserve(struct ev_buf *buf, size_t len)
{
	if (ev_buf_extend(buf, len) != NULL)
		ev_buf_clear(buf);
}

static void
append_line(struct ev_record *r, const char *name, struct ev_slice value)
{
	if (r->text.len == 0) {
		reserve(&r->text, RECORD_START);
		reserve(&r->values, RECORD_START);
		ev_buf_puts(&r->text, FIRST_LINE "\n");
	}
	ev_base64_encode(&r->text, EV_BASE64_URL_RAW, next_salt(r), EV_RECORD_SALT);
	ev_buf_puts(&r->text, " ");
	ev_buf_puts(&r->text, name);
	ev_buf_puts(&r->text, " ");
	ev_percent_encode(&r->text, value);
	ev_buf_puts(&r->text, "\n");
}

enum evault_status
ev_record_add(struct ev_record *r, const char *name, struct ev_slice value,
	      struct evault_error *err)
{
	const uint8_t *values = r->values.data;
	size_t before = r->text.len;
	enum evault_status rc;

	rc = check_new(r, name, value, err);
	if (rc != EVAULT_OK)
		return rc;
	append_line(r, name, value);
	rc = ev_buf_ask(&r->text, err);
	if (rc == EVAULT_OK && r->text.len > EVAULT_RECORD_MAX) {
		ev_wipe(r->text.data + before, r->text.len - before);
		r->text.len = before;
		return ev_fail(err, EVAULT_E_LIMIT, "field %s: too much for one record", name);
	}
	if (rc == EVAULT_OK)
		rc = fields_append(r, ev_slice_text(name), value, false, err);
	if (rc == EVAULT_OK)
		fields_point(r, values != NULL && values == r->values.data ? r->n - 1 : 0);
	else
		ev_record_release(r);
	return rc;
}

enum evault_status
ev_record_add_text(struct ev_record *r, const char *name, const char *value,
		   struct evault_error *err)
{
	return ev_record_add(r, name, ev_slice_text(value), err);
}

/* ---- parsing --------------------------------------------------------- */

static enum evault_status
bad_line(struct evault_error *err, size_t field, const char *what)
{
	return ev_fail(err, EVAULT_E_FORMAT, "record, line %zu: %s", field + 2, what);
}

/* "- <name> <hash>", or "- field <K>=<hash>": the K is kept as the value. */
static enum evault_status
parse_withheld(struct ev_slice line, struct ev_buf *plain, struct ev_record *r,
	       struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(line.data, line.len);
	struct ev_slice name, key = { NULL, 0 };
	struct ev_hash hash;

	ev_cursor_expect(&c, WITHHELD);
	name = ev_cursor_until(&c, ' ');
	if (c.bad || !name_valid(name))
		return bad_line(err, r->n, _("no name of a field"));
	if (ev_slice_is(name, "field"))
		key = ev_cursor_until(&c, '=');
	if (!ev_hash_parse(ev_cursor_take(&c, HASH_TEXT), &hash) || !ev_cursor_done(&c))
		return bad_line(err, r->n, _("withheld, and its hash is none"));
	if (ev_slice_is(name, "action") || ev_slice_is(name, "time"))
		return bad_line(err, r->n, "action and time cannot be withheld");
	ev_buf_clear(plain);
	if (!ev_percent_decode(plain, key) || plain->len > EV_RECORD_KEY_MAX ||
	    (ev_slice_is(name, "field") && plain->len == 0))
		return plain->bad ? ev_fail_nomem(err)
				  : bad_line(err, r->n, _("withheld, and has no K"));
	return fields_append(r, name, ev_slice_of(plain->data, plain->len), true, err);
}

/* "<salt> <name> <value>" */
static enum evault_status
parse_disclosed(struct ev_slice line, struct ev_buf *value, struct ev_record *r,
		struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(line.data, line.len);
	struct ev_slice salt = ev_cursor_until(&c, ' ');
	struct ev_slice name = ev_cursor_until(&c, ' ');
	uint8_t bytes[EV_RECORD_SALT];
	size_t len;

	if (salt.len != SALT_TEXT ||
	    !ev_base64_decode(salt, EV_BASE64_URL_RAW, bytes, sizeof(bytes), &len))
		return bad_line(err, r->n, _("no salt"));
	if (c.bad || !name_valid(name))
		return bad_line(err, r->n, _("no name of a field"));
	ev_buf_clear(value);
	if (!ev_percent_decode(value, ev_slice_of(c.at, c.left)))
		return value->bad
			   ? ev_fail_nomem(err)
			   : bad_line(err, r->n, _("a value that is not spelled as it must be"));
	if (!ev_record_value_fits(name, ev_slice_of(value->data, value->len)))
		return bad_line(err, r->n, _("a value that this field cannot have"));
	return fields_append(r, name, ev_slice_of(value->data, value->len), false, err);
}

static enum evault_status
parse_lines(struct ev_cursor *c, struct ev_buf *value, struct ev_record *r,
	    struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_slice line;

	while (rc == EVAULT_OK && c->left > 0) {
		if (r->n == FIELDS_MAX)
			return ev_fail(err, EVAULT_E_LIMIT, "a record of more than %d lines",
				       EV_RECORD_LINES_MAX);
		line = ev_cursor_line(c);
		if (c->bad)
			return bad_line(err, r->n, _("it does not end"));
		if (ev_slice_starts(line, WITHHELD))
			rc = parse_withheld(line, value, r, err);
		else
			rc = parse_disclosed(line, value, r, err);
	}
	return rc;
}

/* Sorted, because a hostile record has thousands of names. */
static enum evault_status
check_single(const struct ev_record *r, struct evault_error *err)
{
	struct face *faces = calloc(r->n + 1, sizeof(*faces));
	enum evault_status rc = EVAULT_OK;
	size_t i, n = 0;

	if (faces == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < r->n; i++)
		if (!ev_record_repeatable(ev_slice_text(r->fields[i].name)))
			faces[n++].field = &r->fields[i];
	qsort(faces, n, sizeof(faces[0]), compare_faces);
	for (i = 1; i < n && rc == EVAULT_OK; i++)
		if (compare_faces(&faces[i - 1], &faces[i]) == 0)
			rc = ev_fail(err, EVAULT_E_FORMAT, "record: two fields %s, and one may be",
				     faces[i].field->name);
	free(faces);
	return rc;
}

enum evault_status
ev_record_parse(struct ev_slice text, struct ev_record *r, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_buf value = EV_BUF_INIT;
	struct ev_record made;
	enum evault_status rc;

	ev_record_init(&made);
	if (text.len > EVAULT_RECORD_MAX) {
		rc = ev_fail(err, EVAULT_E_LIMIT, "a record of more than %d bytes",
			     EVAULT_RECORD_MAX);
		goto out;
	}
	ev_cursor_expect(&c, FIRST_LINE "\n");
	if (c.bad) {
		rc = ev_slice_starts(text, ANY_VERSION) && !ev_slice_starts(text, FIRST_LINE)
			 ? ev_fail(err, EVAULT_E_VERSION, "a record of another version")
			 : ev_fail(err, EVAULT_E_FORMAT, "not a record");
		goto out;
	}
	ev_buf_add(&made.text, text.data, text.len);
	/* A line's salt has more bytes than the NULs behind its name and its value. */
	reserve(&made.values, text.len);
	rc = ev_buf_ask(&made.text, err);
	if (rc == EVAULT_OK)
		rc = parse_lines(&c, &value, &made, err);
	if (rc != EVAULT_OK)
		goto out;
	fields_point(&made, 0);
	rc = check_single(&made, err);
	if (rc != EVAULT_OK)
		goto out;
	if (ev_record_find(&made, "action") == NULL || ev_record_find(&made, "time") == NULL) {
		rc = ev_fail(err, EVAULT_E_FORMAT, "record: no action, or no time");
		goto out;
	}
	*r = made;
	ev_record_init(&made);
out:
	ev_buf_wipe(&value);
	ev_record_release(&made);
	return rc;
}
