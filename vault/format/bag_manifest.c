/*
 * Manifests of bags.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format/bag.h"

/* ---- names of files ---------------------------------------------------- */

static const char *const algorithms[] = {
	[EV_DIGEST_MD5] = "md5",       [EV_DIGEST_SHA1] = "sha1",     [EV_DIGEST_SHA224] = "sha224",
	[EV_DIGEST_SHA256] = "sha256", [EV_DIGEST_SHA384] = "sha384", [EV_DIGEST_SHA512] = "sha512",
};

/* "<prefix><algorithm>.txt" at the top; some write SHA-256 for sha256. */
static bool
is_manifest(struct ev_slice name, const char *prefix, bool *known, enum ev_digest *kind)
{
	size_t head = strlen(prefix), len = 0, i;
	char plain[16];

	if (!ev_slice_starts(name, prefix) || name.len < head + 4 ||
	    memcmp(name.data + name.len - 4, ".txt", 4) != 0 ||
	    memchr(name.data, '/', name.len) != NULL)
		return false;
	for (i = head; i < name.len - 4 && len + 1 < sizeof(plain); i++)
		if (name.data[i] != '-')
			plain[len++] = (char)(name.data[i] >= 'A' && name.data[i] <= 'Z'
						  ? name.data[i] + ('a' - 'A')
						  : name.data[i]);
	plain[len] = '\0';
	*known = false;
	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (strcmp(plain, algorithms[i]) == 0) {
			*known = true;
			*kind = (enum ev_digest)i;
		}
	}
	return true;
}

enum ev_bag_file
ev_bag_file_of(struct ev_slice name, bool *known, enum ev_digest *kind)
{
	if (ev_slice_starts(name, "data/"))
		return EV_BAG_PAYLOAD;
	if (is_manifest(name, "manifest-", known, kind))
		return EV_BAG_MANIFEST;
	if (is_manifest(name, "tagmanifest-", known, kind))
		return EV_BAG_TAG_MANIFEST;
	if (ev_slice_is(name, "bagit.txt"))
		return EV_BAG_DECLARATION;
	if (ev_slice_is(name, "bag-info.txt"))
		return EV_BAG_INFO;
	return ev_slice_is(name, "fetch.txt") ? EV_BAG_FETCH : EV_BAG_TAG;
}

/* ---- writing ----------------------------------------------------------- */

void
ev_bag_line_put(struct ev_buf *out, const struct ev_hash *hash, struct ev_slice name)
{
	char hex[EVAULT_HEX_SIZE];
	size_t i;

	ev_hash_hex(hash, hex);
	ev_buf_printf(out, "%s  ", hex);
	for (i = 0; i < name.len; i++) {
		uint8_t c = name.data[i];

		if (c == '\r' || c == '\n' || c == '%')
			ev_buf_printf(out, "%%%02X", c);
		else
			ev_buf_add(out, &c, 1);
	}
	ev_buf_puts(out, "\n");
}

/* ---- reading ----------------------------------------------------------- */

void
ev_bag_reader_init(struct ev_bag_reader *r, enum ev_bag_file file, enum ev_digest kind,
		   unsigned version, ev_bag_line_fn *line, void *ctx)
{
	assert(file == EV_BAG_MANIFEST || file == EV_BAG_TAG_MANIFEST);
	r->line = line;
	r->ctx = ctx;
	r->kind = kind;
	r->tags = file == EV_BAG_TAG_MANIFEST;
	r->version = version;
	r->number = 1;
	r->after_cr = false;
	r->have = 0;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The hash, in small letters or capitals. */
static bool
take_hash(struct ev_cursor *c, size_t size, struct ev_bag_line *line)
{
	struct ev_slice hex = ev_cursor_take(c, 2 * size);
	size_t i;

	if (c->bad)
		return false;
	for (i = 0; i < hex.len; i++) {
		int digit = hex_digit(hex.data[i]);

		if (digit < 0)
			return false;
		if (hex.data[i] >= 'A' && hex.data[i] <= 'F')
			line->odd |= EV_BAG_ODD_CASE;
		line->hash[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : line->hash[i / 2] | digit);
	}
	return true;
}

/* White space, one at least; and md5sum's sign for a binary file. */
static bool
take_space(struct ev_cursor *c, struct ev_bag_line *line)
{
	const uint8_t *start = c->at;
	size_t n = 0;

	while (n < c->left && (c->at[n] == ' ' || c->at[n] == '\t'))
		n++;
	(void)ev_cursor_take(c, n);
	if (n == 1 && c->left > 0 && c->at[0] == '*') {
		line->odd |= EV_BAG_ODD_STAR;
		(void)ev_cursor_take(c, 1);
	} else if (n != 2 || memcmp(start, "  ", 2) != 0) {
		line->odd |= EV_BAG_ODD_SPACE;
	}
	return n > 0;
}

/*
 * In place: %0A, %0D, and %25 from 1.0 on.  Nothing else is encoded, and
 * before 1.0 a % stands for itself.
 */
static size_t
decode(uint8_t *name, size_t len, unsigned version, struct ev_bag_line *line)
{
	size_t from, to = 0;

	for (from = 0; from < len; from++, to++) {
		int high = len - from > 2 ? hex_digit(name[from + 1]) : -1;
		int low = len - from > 2 ? hex_digit(name[from + 2]) : -1;
		int c = high < 0 || low < 0 ? -1 : high * 16 + low;

		name[to] = name[from];
		if (name[from] != '%')
			continue;
		if (c == '\r' || c == '\n' || (c == '%' && version >= EV_BAG_1_0)) {
			if (name[from + 2] >= 'a')
				line->odd |= EV_BAG_ODD_CODE;
			name[to] = (uint8_t)c;
			from += 2;
		} else {
			line->odd |= EV_BAG_ODD_CODE;
		}
	}
	return to;
}

/* "./" is passed over; below data/, or not. */
static enum evault_status
check_name(struct ev_slice *name, bool tags, struct evault_error *err)
{
	enum evault_status rc;

	*name = ev_path_plain(*name);
	rc = ev_path_check(*name, err);
	if (rc != EVAULT_OK || ev_slice_starts(*name, "data/") != tags)
		return rc;
	if (tags)
		return ev_fail(err, EVAULT_E_FORMAT, "a file below data/, which is no tag file");
	return ev_fail(err, EVAULT_E_FORMAT, "a file that is not below data/");
}

static enum evault_status
prefixed(uint64_t number, enum evault_status rc, struct evault_error *err)
{
	char prefix[64];

	if (rc == EVAULT_OK)
		return rc;
	snprintf(prefix, sizeof(prefix), _("line %llu"), (unsigned long long)number);
	return ev_error_prefix(err, rc, prefix);
}

static enum evault_status
take_name(const struct ev_bag_reader *r, struct ev_bag_line *line, struct evault_error *err)
{
	size_t len = line->name.len;
	enum evault_status rc = check_name(&line->name, r->tags, err);

	if (line->name.len != len)
		line->odd |= EV_BAG_ODD_DOT;
	return prefixed(r->number, rc, err);
}

static enum evault_status
take_line(struct ev_bag_reader *r, bool plain_end, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(r->text, r->have);
	struct ev_bag_line line = { .odd = plain_end ? 0 : EV_BAG_ODD_SPACE };
	enum evault_status rc;
	size_t head;

	if (r->have == 0)
		return EVAULT_OK;
	if (!take_hash(&c, ev_digest_size(r->kind), &line) || !take_space(&c, &line))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "line %" PRIu64 ": not a hash of this manifest's kind, and a name",
			       r->number);
	head = r->have - c.left;
	line.name = ev_slice_of(r->text + head, decode(r->text + head, c.left, r->version, &line));
	rc = take_name(r, &line, err);
	return rc == EVAULT_OK ? r->line(r->ctx, &line, err) : rc;
}

static enum evault_status
end_line(struct ev_bag_reader *r, bool plain_end, struct evault_error *err)
{
	enum evault_status rc = take_line(r, plain_end, err);

	r->have = 0;
	r->number++;
	return rc;
}

enum evault_status
ev_bag_reader_update(struct ev_bag_reader *r, const uint8_t *data, size_t len,
		     struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < len && rc == EVAULT_OK; i++) {
		uint8_t c = data[i];

		if (c == '\n' && r->after_cr) {
			r->after_cr = false;
			continue;
		}
		r->after_cr = c == '\r';
		if (c == '\n' || c == '\r')
			rc = end_line(r, c == '\n', err);
		else if (r->have == sizeof(r->text))
			return ev_fail(err, EVAULT_E_LIMIT,
				       "line %" PRIu64 ": longer than %d bytes", r->number,
				       EV_BAG_LINE_MAX);
		else
			r->text[r->have++] = c;
	}
	return rc;
}

enum evault_status
ev_bag_reader_finish(struct ev_bag_reader *r, struct evault_error *err)
{
	return end_line(r, false, err);
}

/* ---- fetch.txt --------------------------------------------------------- */

/* "<url> <length> <name>": passes over a word, and the white space after it. */
static bool
skip_word(struct ev_slice *s)
{
	size_t n = 0, space;

	while (n < s->len && s->data[n] != ' ' && s->data[n] != '\t')
		n++;
	for (space = n; space < s->len && (s->data[space] == ' ' || s->data[space] == '\t');)
		space++;
	if (n == 0 || space == n)
		return false;
	*s = ev_slice_of(s->data + space, s->len - space);
	return true;
}

enum evault_status
ev_bag_fetch_check(struct ev_slice text, uint64_t *files, struct evault_error *err)
{
	const uint8_t *at = text.data, *end = text.data + text.len;
	enum evault_status rc = EVAULT_OK;
	uint64_t n = 0, number;

	for (number = 1; at < end && rc == EVAULT_OK; number++) {
		const uint8_t *start = at;
		struct ev_slice line;
		bool form;

		while (at < end && *at != '\n' && *at != '\r')
			at++;
		line = ev_slice_of(start, (size_t)(at - start));
		if (at < end)
			at++;
		if (line.len == 0)
			continue;
		n++;
		form = skip_word(&line);
		form = form && skip_word(&line);
		if (!form)
			rc = ev_fail(err, EVAULT_E_FORMAT, "not an address, a length and a name");
		else
			rc = check_name(&line, false, err);
		rc = prefixed(number, rc, err);
	}
	if (rc == EVAULT_OK)
		*files = n;
	return rc;
}
