/* Records: any fields can be withheld, and the digest stays. */
#include <stdint.h>
#include <stdlib.h>

#include "format/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

/* Those of the record's names whose bit is set; action and time cannot be. */
static void
withhold(const struct ev_record *r, uint32_t bits, const struct ev_hash *digest)
{
	struct ev_slice text = ev_slice_of(r->text.data, r->text.len);
	struct ev_buf out = EV_BUF_INIT;
	struct ev_record again;
	struct ev_hash found;
	const char *names[32];
	size_t i, n = 0;

	for (i = 0; i < r->n && n < 32; i++) {
		if (ev_slice_is(ev_slice_text(r->fields[i].name), "action") ||
		    ev_slice_is(ev_slice_text(r->fields[i].name), "time"))
			continue;
		if ((bits >> i % 32 & 1) != 0)
			names[n++] = r->fields[i].name;
	}
	must(ev_record_withhold(text, names, n, &out, NULL) == EVAULT_OK);
	must(ev_record_digest(ev_slice_of(out.data, out.len), &found, NULL) == EVAULT_OK);
	must(ev_hash_equal(&found, digest));
	ev_record_init(&again);
	must(ev_record_parse(ev_slice_of(out.data, out.len), &again, NULL) == EVAULT_OK);
	must(again.n == r->n);
	for (i = 0; i < n; i++)
		must(ev_record_find(&again, names[i])->withheld);
	ev_record_release(&again);
	ev_buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = ev_slice_of(data, size);
	struct ev_hash digest;
	struct ev_record r;
	uint32_t bits;
	size_t i;

	ev_record_init(&r);
	if (ev_record_parse(text, &r, NULL) != EVAULT_OK) {
		must(r.n == 0 && r.text.data == NULL && r.fields == NULL);
		must(ev_record_digest(text, &digest, NULL) != EVAULT_OK);
		return 0;
	}
	must(ev_slice_equal(ev_slice_of(r.text.data, r.text.len), text));
	for (i = 0; i < r.n; i++)
		must(r.fields[i].value[r.fields[i].len] == 0);
	must(ev_record_digest(text, &digest, NULL) == EVAULT_OK);
	bits = (uint32_t)digest.b[0] << 8 | digest.b[1];
	withhold(&r, bits, &digest);
	withhold(&r, UINT32_MAX, &digest);
	ev_record_release(&r);
	return 0;
}
