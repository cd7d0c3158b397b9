/*
 * Headers of tar as others write them, and those of ours.
 */
#include <string.h>

#include "base/os.h"
#include "format/archive_private.h"
#include "format/tar_private.h"

/* ---- reading ----------------------------------------------------------- */

/*
 * Octal digits, spaces before them, spaces or NULs after them; or, where the
 * first byte is 0x80, a number in base 256, big-endian, that fits 63 bits.
 */
static bool
number(const uint8_t *field, size_t len, uint64_t *out)
{
	uint64_t value = 0;
	size_t i = 0, digits = 0;

	if (field[0] == 0x80) {
		for (i = 1; i < len; i++) {
			if (value >> 55 != 0)
				return false;
			value = value << 8 | field[i];
		}
		*out = value;
		return true;
	}
	while (i < len && field[i] == ' ')
		i++;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++, digits++)
		value = value << 3 | (uint64_t)(field[i] - '0');
	while (i < len && (field[i] == ' ' || field[i] == 0))
		i++;
	*out = value;
	return digits > 0 && i == len;
}

static size_t
text_len(const uint8_t *field, size_t cap)
{
	const uint8_t *end = memchr(field, 0, cap);

	return end != NULL ? (size_t)(end - field) : cap;
}

/* GNU has other things where ustar has the prefix, and v7 has nothing. */
static void
read_name(const uint8_t block[EV_TAR_BLOCK], bool ustar, char *out)
{
	size_t prefix = ustar ? text_len(block + EV_TAR_PREFIX_AT, EV_TAR_PREFIX_LEN) : 0;
	size_t len = text_len(block + EV_TAR_NAME_AT, EV_TAR_NAME_LEN);

	if (prefix > 0) {
		memcpy(out, block + EV_TAR_PREFIX_AT, prefix);
		out[prefix++] = '/';
	}
	memcpy(out + prefix, block + EV_TAR_NAME_AT, len);
	out[prefix + len] = '\0';
}

static const struct {
	char type;
	enum ev_archive_kind kind;
	const char *other;
} types[] = {
	{ '0', EV_ARCHIVE_FILE, NULL },
	{ '\0', EV_ARCHIVE_FILE, NULL },
	{ '7', EV_ARCHIVE_FILE, NULL }, /* contiguous: a file to everybody */
	{ '5', EV_ARCHIVE_FOLDER, NULL },
	{ 'x', EV_ARCHIVE_PAX, NULL },
	{ 'g', EV_ARCHIVE_PAX_ALL, NULL },
	{ 'L', EV_ARCHIVE_LONG_NAME, NULL },
	{ 'K', EV_ARCHIVE_LONG_LINK, NULL },
	{ '1', EV_ARCHIVE_OTHER, N_("a hard link, not a file") },
	{ '2', EV_ARCHIVE_OTHER, N_("a symbolic link, not a file") },
	{ '3', EV_ARCHIVE_OTHER, N_("a device, not a file") },
	{ '4', EV_ARCHIVE_OTHER, N_("a device, not a file") },
	{ '6', EV_ARCHIVE_OTHER, N_("a pipe, not a file") },
	{ 'S', EV_ARCHIVE_OTHER, N_("a file with holes, which evault does not read") },
	{ 'M', EV_ARCHIVE_OTHER, N_("a part of a file whose rest is in another archive") },
};

static void
read_type(char type, struct ev_archive_header *h)
{
	size_t i;

	h->kind = EV_ARCHIVE_OTHER;
	h->other = N_("something of a kind that evault does not read");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type) {
			h->kind = types[i].kind;
			h->other = types[i].other;
		}
	}
}

const char *
ev_archive_header_read(const uint8_t block[EV_TAR_BLOCK], struct ev_archive_header *h)
{
	static const uint8_t none[8] = { 0 };
	const uint8_t *magic = block + EV_TAR_MAGIC_AT;
	bool ustar = memcmp(magic, "ustar\0", 6) == 0;
	uint64_t sum;

	if (!number(block + EV_TAR_SUM_AT, EV_TAR_SUM_LEN, &sum) || sum != ev_tar_sum(block))
		return N_("what is there is no header, or has another checksum");
	if (!ustar && memcmp(magic, "ustar  \0", 8) != 0 && memcmp(magic, none, 8) != 0)
		return N_("a header of a kind of tar that evault does not know");
	read_type((char)block[EV_TAR_TYPE_AT], h);
	read_name(block, ustar, h->name);
	/* What is refused for its kind may have no size. */
	if (!number(block + EV_TAR_SIZE_AT, EV_TAR_SIZE_LEN, &h->size) &&
	    h->kind != EV_ARCHIVE_OTHER)
		return N_("a header with a malformed size");
	return NULL;
}

/* ---- writing ----------------------------------------------------------- */

/* "<length of the whole> size=<n>" LF. */
static void
put_size_record(struct ev_buf *body, uint64_t size)
{
	size_t len = 0, before;

	/* The length counts its own digits. */
	do {
		before = len;
		ev_buf_clear(body);
		ev_buf_printf(body, "%zu size=%llu\n", before, (unsigned long long)size);
		len = body->len;
	} while (len != before);
}

static bool
name_is_portable(struct ev_slice name)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		uint8_t c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    (c == 0 || strchr("._-/", c) == NULL))
			return false;
	}
	return name.len <= EV_TAR_NAME_MAX && ev_path_check(name, NULL) == EVAULT_OK;
}

enum evault_status
ev_archive_header(struct ev_buf *out, struct ev_slice name, uint64_t size, struct evault_error *err)
{
	static const char pax_name[] = "PaxHeaders/size";
	struct ev_buf body = EV_BUF_INIT;
	uint8_t block[EV_TAR_BLOCK];
	bool large = size > EV_TAR_SIZE_MAX;

	if (!name_is_portable(name) || size > EV_ARCHIVE_SIZE_MAX)
		return ev_fail(err, EVAULT_E_USAGE,
			       "a name or size that a member of a bundle cannot have");
	if (large) {
		put_size_record(&body, size);
		ev_tar_header_of(block, ev_slice_text(pax_name), body.len, EV_OS_CONSTANT_TIME,
				 'x');
		ev_buf_add(out, block, sizeof(block));
		ev_buf_add(out, body.data, body.len);
		ev_buf_fill(out, 0, ev_tar_padding(body.len));
		out->bad = out->bad || body.bad;
	}
	ev_tar_header_of(block, name, large ? 0 : size, EV_OS_CONSTANT_TIME, '0');
	ev_buf_add(out, block, sizeof(block));
	ev_buf_release(&body);
	return ev_buf_ask(out, err);
}

uint64_t
ev_archive_member_size(uint64_t size)
{
	return ev_tar_member_size(size) + (size > EV_TAR_SIZE_MAX ? 2 * EV_TAR_BLOCK : 0);
}
