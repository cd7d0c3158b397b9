#include "format/bag.h"

#include <inttypes.h>
#include <string.h>

#define VERSION_LABEL  "BagIt-Version:"
#define ENCODING_LABEL "Tag-File-Character-Encoding:"

static uint8_t
small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct ev_slice
without_blanks(struct ev_slice s)
{
	while (s.len > 0 && is_blank(s.data[s.len - 1]))
		s.len--;
	while (s.len > 0 && is_blank(s.data[0]))
		s = ev_slice_of(s.data + 1, s.len - 1);
	return s;
}

bool
ev_bag_label_is(struct ev_slice label, const char *name)
{
	size_t i;

	for (i = 0; i < label.len && name[i] != '\0'; i++)
		if (small(label.data[i]) != small((uint8_t)name[i]))
			return false;
	return i == label.len && name[i] == '\0';
}

/* A line that ends in LF, CR, CRLF or the text; false when nothing is left. */
static bool
next_line(struct ev_cursor *c, struct ev_slice *line)
{
	size_t len = 0;

	if (c->bad || c->left == 0)
		return false;
	while (len < c->left && c->at[len] != '\n' && c->at[len] != '\r')
		len++;
	*line = ev_cursor_take(c, len);
	if (c->left > 0)
		(void)ev_cursor_take(c,
				     c->left > 1 && c->at[0] == '\r' && c->at[1] == '\n' ? 2 : 1);
	return true;
}

/* ---- bagit.txt --------------------------------------------------------- */

void
ev_bag_declaration_put(struct ev_buf *out)
{
	ev_buf_puts(out, VERSION_LABEL " 1.0\n" ENCODING_LABEL " UTF-8\n");
}

/* The value of the line, which must have this label. */
static bool
take_value(struct ev_cursor *c, const char *label, struct ev_slice *value)
{
	struct ev_slice line;

	if (!next_line(c, &line) || !ev_slice_starts(line, label))
		return false;
	*value = without_blanks(ev_slice_of(line.data + strlen(label), line.len - strlen(label)));
	return value->len > 0;
}

/* "<major>.<minor>" */
static bool
take_version(struct ev_slice value, uint64_t *major, uint64_t *minor)
{
	struct ev_cursor c = ev_cursor_of(value.data, value.len);

	*major = ev_cursor_decimal(&c, 999);
	ev_cursor_expect(&c, ".");
	*minor = ev_cursor_decimal(&c, 999);
	return ev_cursor_done(&c);
}

static bool
has_ascii(struct ev_slice encoding)
{
	return ev_bag_label_is(encoding, "UTF-8") || ev_bag_label_is(encoding, "UTF8") ||
	       ev_bag_label_is(encoding, "US-ASCII") || ev_bag_label_is(encoding, "ASCII") ||
	       ev_bag_label_is(encoding, "ISO-8859-1");
}

enum evault_status
ev_bag_declaration_parse(struct ev_slice text, struct ev_bag_declaration *d,
			 struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_slice version, encoding;
	uint64_t major, minor;

	if (!take_value(&c, VERSION_LABEL, &version) ||
	    !take_value(&c, ENCODING_LABEL, &encoding) || !ev_cursor_done(&c) ||
	    !take_version(version, &major, &minor))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "bagit.txt: not the two lines that say that this is a bag");
	if (!(major == 1 && minor == 0) && !(major == 0 && minor >= 93 && minor <= 97))
		return ev_fail(err, EVAULT_E_VERSION,
			       "bagit.txt: evault does not know version %" PRIu64 ".%" PRIu64
			       " of BagIt",
			       major, minor);
	if (!has_ascii(encoding))
		return ev_fail(err, EVAULT_E_VERSION,
			       "bagit.txt: the tag files are in an encoding that evault does not "
			       "read");
	d->version = (unsigned)(major * 100 + minor);
	return EVAULT_OK;
}

/* ---- bag-info.txt ------------------------------------------------------ */

void
ev_bag_info_put(struct ev_buf *out, const char *label, const char *value)
{
	ev_buf_printf(out, "%s: ", label);
	for (; *value != '\0'; value++)
		ev_buf_add(out, *value == '\n' || *value == '\r' ? " " : value, 1);
	ev_buf_puts(out, "\n");
}

void
ev_bag_oxum_put(struct ev_buf *out, uint64_t bytes, uint64_t files)
{
	ev_buf_printf(out, "Payload-Oxum: %" PRIu64 ".%" PRIu64 "\n", bytes, files);
}

/* Before 1.0 there may be white space before the colon. */
static bool
split(struct ev_slice line, unsigned version, struct ev_slice *label, struct ev_slice *value)
{
	struct ev_cursor c = ev_cursor_of(line.data, line.len);
	struct ev_slice trimmed;

	*label = ev_cursor_until(&c, ':');
	*value = without_blanks(ev_slice_of(c.at, c.left));
	trimmed = without_blanks(*label);
	if (c.bad || trimmed.len == 0 || trimmed.data != label->data ||
	    (version >= EV_BAG_1_0 && trimmed.len != label->len))
		return false;
	*label = trimmed;
	return true;
}

bool
ev_bag_info_next(struct ev_cursor *c, unsigned version, struct ev_slice *label,
		 struct ev_buf *value)
{
	struct ev_slice line, part;

	do {
		if (!next_line(c, &line))
			return false;
	} while (line.len == 0);
	if (!split(line, version, label, &part)) {
		c->bad = true;
		return false;
	}
	ev_buf_clear(value);
	ev_buf_add(value, part.data, part.len);
	while (c->left > 0 && is_blank(c->at[0]) && next_line(c, &line)) {
		part = without_blanks(line);
		ev_buf_puts(value, " ");
		ev_buf_add(value, part.data, part.len);
	}
	return !value->bad;
}

bool
ev_bag_oxum_parse(struct ev_slice value, uint64_t *bytes, uint64_t *files)
{
	struct ev_cursor c = ev_cursor_of(value.data, value.len);
	uint64_t b = ev_cursor_decimal(&c, UINT64_MAX), f;

	ev_cursor_expect(&c, ".");
	f = ev_cursor_decimal(&c, UINT64_MAX);
	if (!ev_cursor_done(&c))
		return false;
	*bytes = b;
	*files = f;
	return true;
}
