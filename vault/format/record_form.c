/*
 * Withholding: the withheld form of a record, its digest, and the record with
 * some of its lines withheld.  All start from a parsed record, so that what
 * is no record, or has two faces, never gets a digest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/record.h"

enum {
	SALT_AND_SPACE = 22 + 1,
	/* "- <name> <key>=<hash>", LF and NUL; a byte of a key may take three. */
	FORM_SIZE = 2 + EV_RECORD_NAME_MAX + 1 + 3 * EV_RECORD_KEY_MAX + 1 + 64 + 1 + 1,
};

struct form {
	char text[FORM_SIZE];
};

/* "- <name> <hash>": most are that, and printing takes longer than hashing. */
static void
put_form(struct form *out, const char *name, const char hex[EVAULT_HEX_SIZE])
{
	size_t len = strlen(name);
	char *at = out->text;

	memcpy(at, "- ", 2);
	memcpy(at + 2, name, len);
	at += 2 + len;
	*at++ = ' ';
	memcpy(at, hex, EVAULT_HEX_SIZE - 1);
	memcpy(at + EVAULT_HEX_SIZE - 1, "\n", 2);
}

/* `line` has no LF. */
static void
form_of(const struct ev_record_field *field, struct ev_slice line, struct form *out)
{
	char hex[EVAULT_HEX_SIZE];
	struct ev_hash hash;
	struct ev_slice key;
	struct ev_cursor c;

	if (field->withheld) {
		snprintf(out->text, sizeof(out->text), "%.*s\n", (int)line.len,
			 (const char *)line.data);
		return;
	}
	ev_hash_of(line.data, line.len, &hash);
	ev_hash_hex(&hash, hex);
	/* The K of a field K=V stays, as it is spelled: or a record could have two of one name. */
	c = ev_cursor_of(line.data, line.len);
	ev_cursor_take(&c, SALT_AND_SPACE);
	ev_cursor_expect(&c, "field ");
	key = ev_cursor_until(&c, '=');
	if (c.bad) {
		put_form(out, field->name, hex);
		return;
	}
	snprintf(out->text, sizeof(out->text), "- %s %.*s=%s\n", field->name, (int)key.len,
		 (const char *)key.data, hex);
}

/* The parsed record's lines: field i is on the i-th line after the first. */
static struct ev_cursor
lines_of(const struct ev_record *r, struct ev_slice *first)
{
	struct ev_cursor c = ev_cursor_of(r->text.data, r->text.len);
	struct ev_slice line = ev_cursor_line(&c);

	*first = ev_slice_of(line.data, line.len + 1);
	return c;
}

/* What is sorted: forms are too long to be moved. */
struct place {
	const struct form *form;
};

/* All are LF-ended ASCII of which none begins another, so strcmp is the byte order. */
static int
compare_forms(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return strcmp(x->form->text, y->form->text);
}

static enum evault_status
withheld_form_of(const struct ev_record *r, struct ev_buf *out, struct evault_error *err)
{
	struct form *forms = malloc((r->n + 1) * sizeof(*forms));
	struct place *order = malloc((r->n + 1) * sizeof(*order));
	enum evault_status rc = EVAULT_OK;
	struct ev_slice first;
	struct ev_cursor c;
	size_t i;

	if (forms == NULL || order == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	c = lines_of(r, &first);
	for (i = 0; i < r->n; i++) {
		form_of(&r->fields[i], ev_cursor_line(&c), &forms[i]);
		order[i].form = &forms[i];
	}
	qsort(order, r->n, sizeof(*order), compare_forms);
	ev_buf_add(out, first.data, first.len);
	for (i = 0; i < r->n; i++)
		ev_buf_puts(out, order[i].form->text);
	rc = ev_buf_ask(out, err);
out:
	free(order);
	free(forms);
	return rc;
}

enum evault_status
ev_record_withheld_form(struct ev_slice text, struct ev_buf *out, struct evault_error *err)
{
	struct ev_record r;
	enum evault_status rc;

	ev_record_init(&r);
	rc = ev_record_parse(text, &r, err);
	if (rc == EVAULT_OK)
		rc = withheld_form_of(&r, out, err);
	ev_record_release(&r);
	return rc;
}

enum evault_status
ev_record_digest_of(const struct ev_record *r, struct ev_hash *digest, struct evault_error *err)
{
	struct ev_buf form = EV_BUF_INIT;
	enum evault_status rc;

	if (ev_record_find(r, "action") == NULL || ev_record_find(r, "time") == NULL)
		return ev_fail(err, EVAULT_E_FORMAT, "record: no action, or no time");
	rc = withheld_form_of(r, &form, err);
	if (rc == EVAULT_OK)
		ev_hash_of(form.data, form.len, digest);
	ev_buf_release(&form);
	return rc;
}

enum evault_status
ev_record_digest(struct ev_slice text, struct ev_hash *digest, struct evault_error *err)
{
	struct ev_record r;
	enum evault_status rc;

	ev_record_init(&r);
	rc = ev_record_parse(text, &r, err);
	if (rc == EVAULT_OK)
		rc = ev_record_digest_of(&r, digest, err);
	ev_record_release(&r);
	return rc;
}

enum evault_status
ev_record_withhold_if(struct ev_slice text, ev_record_hides_fn *hides, void *ctx,
		      struct ev_buf *out, struct evault_error *err)
{
	const struct ev_record_field *field;
	enum evault_status rc;
	struct ev_slice line;
	struct ev_cursor c;
	struct ev_record r;
	struct form form;
	size_t i;

	ev_record_init(&r);
	rc = ev_record_parse(text, &r, err);
	if (rc != EVAULT_OK)
		goto out;
	c = lines_of(&r, &line);
	ev_buf_add(out, line.data, line.len);
	for (i = 0; i < r.n; i++) {
		line = ev_cursor_line(&c);
		field = &r.fields[i];
		if (!field->withheld && strcmp(field->name, "action") != 0 &&
		    strcmp(field->name, "time") != 0 && hides(ctx, field)) {
			form_of(field, line, &form);
			ev_buf_puts(out, form.text);
		} else {
			ev_buf_add(out, line.data, line.len + 1);
		}
	}
	rc = ev_buf_ask(out, err);
out:
	ev_record_release(&r);
	return rc;
}

struct names {
	const char *const *names;
	size_t n;
};

static bool
is_named(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (strcmp(name, names->names[i]) == 0)
			return true;
	return false;
}

static bool
hides_named(void *ctx, const struct ev_record_field *field)
{
	return is_named(ctx, field->name);
}

enum evault_status
ev_record_withhold(struct ev_slice text, const char *const *names, size_t n, struct ev_buf *out,
		   struct evault_error *err)
{
	struct names named = { names, n };

	if (is_named(&named, "action") || is_named(&named, "time"))
		return ev_fail(err, EVAULT_E_USAGE, "action and time cannot be withheld");
	return ev_record_withhold_if(text, hides_named, &named, out, err);
}

void
ev_record_withheld_names(const struct ev_record *r, struct ev_buf *out)
{
	const struct ev_record_field *f;
	bool first = true;
	size_t i;

	for (i = 0; i < r->n; i++) {
		f = &r->fields[i];
		if (!f->withheld)
			continue;
		ev_buf_printf(out, "%s%s", first ? "" : ", ", f->name);
		if (strcmp(f->name, "field") == 0 && memchr(f->value, '\0', f->len) == NULL) {
			ev_buf_puts(out, " ");
			ev_buf_add(out, f->value, f->len);
		}
		first = false;
	}
}
