/* Records from other vaults: what is received is made again as it was; what says where it is from
 * is that. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/provenance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

/* A record can be received, and is made again byte for byte. */
static void
send(struct ev_slice text, const struct ev_hash *digest)
{
	struct ev_provenance from = { { { 1 } }, 12, *digest }, chain[EV_PROVENANCE_MAX];
	struct ev_provenance_about about = { 3, *digest };
	struct ev_buf out = EV_BUF_INIT, again = EV_BUF_INIT;
	struct ev_record r;
	size_t n = 0;

	ev_record_init(&r);
	if (ev_provenance_wrap(text, &from, &about, 1, &out, NULL) == EVAULT_OK) {
		must(ev_provenance_unwrap(ev_slice_of(out.data, out.len), &again, NULL) ==
		     EVAULT_OK);
		must(ev_slice_equal(ev_slice_of(again.data, again.len), text));
		must(ev_record_parse(ev_slice_of(out.data, out.len), &r, NULL) == EVAULT_OK);
		if (ev_provenance_read(&r, chain, &n, NULL) == EVAULT_OK)
			must(n >= 1 && ev_hash_equal(&chain[0].digest, digest) &&
			     chain[0].index == 12);
	} else {
		must(out.len == 0);
	}
	ev_record_release(&r);
	ev_buf_release(&out);
	ev_buf_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = ev_slice_of(data, size);
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct ev_buf again = EV_BUF_INIT;
	struct ev_hash digest, was;
	struct ev_record r;
	size_t n = 0;

	ev_record_init(&r);
	if (ev_record_parse(text, &r, NULL) == EVAULT_OK) {
		must(ev_record_digest(text, &digest, NULL) == EVAULT_OK);
		if (ev_provenance_read(&r, chain, &n, NULL) == EVAULT_OK && n > 0) {
			must(ev_provenance_unwrap(text, &again, NULL) == EVAULT_OK);
			must(ev_record_digest(ev_slice_of(again.data, again.len), &was, NULL) ==
			     EVAULT_OK);
			must(ev_hash_equal(&was, &chain[0].digest));
		}
		send(text, &digest);
	}
	ev_record_release(&r);
	ev_buf_release(&again);
	return 0;
}
