#include "format/transfer.h"

#include <string.h>
#include <strings.h>

enum ev_transfer_kind
ev_transfer_labelled(struct ev_slice label)
{
	static const struct {
		const char *label;
		enum ev_transfer_kind kind;
	} labels[] = {
		{ "", EV_TRANSFER_PLAIN },        { "7bit", EV_TRANSFER_PLAIN },
		{ "8bit", EV_TRANSFER_PLAIN },    { "binary", EV_TRANSFER_PLAIN },
		{ "base64", EV_TRANSFER_BASE64 }, { "quoted-printable", EV_TRANSFER_QUOTED },
	};
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strlen(labels[i].label) == label.len &&
		    strncasecmp(labels[i].label, (const char *)label.data, label.len) == 0)
			return labels[i].kind;
	return EV_TRANSFER_OTHER;
}

void
ev_transfer_init(struct ev_transfer *t, enum ev_transfer_kind kind, struct ev_sink out)
{
	memset(t, 0, sizeof(*t));
	t->kind = kind;
	t->out = out;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* At most three bytes of `out`; how many. */
static size_t
quoted_step(struct ev_transfer *t, uint8_t c, uint8_t out[3])
{
	size_t n = 0;

	if (t->n_held == 0 && c != '=') {
		out[n++] = c;
	} else if (t->n_held == 0) {
		t->held[t->n_held++] = c;
	} else if (t->n_held == 1 && (c == '\r' || c == ' ' || c == '\t')) {
		/* blanks before a line's end that does not count */
	} else if (t->n_held == 1 && c == '\n') {
		t->n_held = 0;
	} else if (hex_digit(c) >= 0) {
		t->held[t->n_held++] = c;
		if (t->n_held == 2)
			return 0;
	} else {
		memcpy(out, t->held, t->n_held);
		n = t->n_held;
		out[n++] = c;
		t->n_held = 0;
	}
	return n;
}

static size_t
quoted(struct ev_transfer *t, uint8_t c, uint8_t out[3])
{
	int high = hex_digit(t->held[1]), low = hex_digit(c);

	if (t->n_held == 2 && high >= 0 && low >= 0) {
		out[0] = (uint8_t)(high * 16 + low);
		t->n_held = 0;
		return 1;
	}
	return quoted_step(t, c, out);
}

static size_t
base64(struct ev_transfer *t, uint8_t c, uint8_t out[3])
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *digit = c == 0 ? NULL : strchr(digits, c);

	if (c == '=')
		t->n_bits = 0;
	if (digit == NULL)
		return 0;
	t->bits = t->bits << 6 | (uint32_t)(digit - digits);
	t->n_bits += 6;
	if (t->n_bits < 8)
		return 0;
	t->n_bits -= 8;
	out[0] = (uint8_t)(t->bits >> t->n_bits);
	return 1;
}

enum evault_status
ev_transfer_write(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_transfer *t = ctx;
	enum evault_status rc = EVAULT_OK;
	uint8_t batch[512];
	size_t i, n = 0;

	if (t->kind == EV_TRANSFER_OTHER || len == 0)
		return EVAULT_OK;
	if (t->kind == EV_TRANSFER_PLAIN)
		return t->out.write(t->out.ctx, data, len, err);
	for (i = 0; i < len && rc == EVAULT_OK; i++) {
		n += t->kind == EV_TRANSFER_QUOTED ? quoted(t, data[i], batch + n)
						   : base64(t, data[i], batch + n);
		if (n + 3 > sizeof(batch)) {
			rc = t->out.write(t->out.ctx, batch, n, err);
			n = 0;
		}
	}
	return rc == EVAULT_OK && n > 0 ? t->out.write(t->out.ctx, batch, n, err) : rc;
}
