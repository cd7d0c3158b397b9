/*
 * The payload of age, after a sound header that is made here: what comes in
 * stands in the place of some of the sealed bytes.  All three ways of opening
 * must agree, and release only what was sealed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/age.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	PLAIN_MAX = 140000,
};

static const uint8_t plain[PLAIN_MAX]; /* zeros */

static void
need(bool good)
{
	if (!good)
		abort();
}

/* Bytes 0 to 3: size of the plaintext; 4 to 7: what is cut off; 8 to 11: offset of the rest. */
static void
damage(struct ev_cursor *c, const struct ev_age_to *to, struct ev_buf *sealed)
{
	size_t len = ev_cursor_be32(c) % (PLAIN_MAX + 1);
	size_t cut = ev_cursor_be32(c), at = ev_cursor_be32(c), i;

	need(ev_age_seal(to, ev_slice_of(plain, len), sealed, NULL) == EVAULT_OK);
	sealed->len -= cut % (sealed->len + 1);
	at = at % (sealed->len + 1);
	for (i = 0; i < c->left && at + i < sealed->len; i++)
		sealed->data[at + i] ^= c->at[i];
	if (i < c->left)
		ev_buf_add(sealed, c->at + i, c->left - i);
}

static enum evault_status
open_stream(const struct ev_age_with *with, struct ev_slice sealed, size_t piece,
	    struct ev_buf *out)
{
	struct ev_age_opener *o = NULL;
	enum evault_status rc;
	size_t n;

	need(ev_age_opener_new(with, ev_sink_buf(out), &o, NULL) == EVAULT_OK);
	do {
		n = sealed.len < piece ? sealed.len : piece;
		rc = ev_age_opener_update(o, sealed.data, n, NULL);
		sealed.data += n;
		sealed.len -= n;
	} while (rc == EVAULT_OK && sealed.len > 0);
	if (rc == EVAULT_OK)
		rc = ev_age_opener_finish(o, NULL);
	ev_age_opener_free(o);
	return rc;
}

static enum evault_status
read_all(const struct ev_age_with *with, struct ev_slice sealed)
{
	static uint8_t out[PLAIN_MAX];
	struct ev_age_reader *r = NULL;
	enum evault_status rc = ev_age_reader_new(with, ev_source_memory(&sealed), &r, NULL);

	if (rc == EVAULT_OK) {
		need(ev_age_reader_size(r) <= PLAIN_MAX);
		rc = ev_age_reader_at(r, 0, out, (size_t)ev_age_reader_size(r), NULL);
	}
	if (rc == EVAULT_OK)
		need(memcmp(out, plain, (size_t)ev_age_reader_size(r)) == 0);
	ev_age_reader_free(r);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_age_identity identity;
	struct ev_age_recipient recipient;
	struct ev_age_to to = { &recipient, 1, NULL, 0 };
	struct ev_age_with with = { &identity, 1, NULL };
	struct ev_cursor c = ev_cursor_of(data, size);
	struct ev_buf sealed = EV_BUF_INIT, whole = EV_BUF_INIT, stream = EV_BUF_INIT;
	enum evault_status rc;
	struct ev_slice s;

	need(ev_secret_start(NULL) == EVAULT_OK);
	memset(identity.b, 0x42, sizeof(identity.b));
	ev_age_identity_recipient(&identity, &recipient);
	damage(&c, &to, &sealed);
	s = ev_slice_of(sealed.data, sealed.len);
	rc = ev_age_open(&with, s, &whole, NULL);
	need(open_stream(&with, s, 1 + size * 97 % 70000, &stream) == rc);
	need(read_all(&with, s) == rc);
	need(stream.len <= PLAIN_MAX &&
	     (stream.len == 0 || memcmp(stream.data, plain, stream.len) == 0));
	need(rc == EVAULT_OK ? whole.len == stream.len : whole.len == 0);
	ev_buf_release(&sealed);
	ev_buf_release(&whole);
	ev_buf_release(&stream);
	return 0;
}
