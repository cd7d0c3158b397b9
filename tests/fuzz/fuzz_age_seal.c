/*
 * Sealing, as the input says: to whom, how much, given in pieces of which
 * size, at once or by a worker; then the passphrase, or bytes of the keys.
 * Who it is for opens it, whoever else does not, and twice it is never the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/age_behind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	PASSPHRASE = 1,
	BEHIND = 2,
	LITTLE = 200000, /* bytes, mostly … */
	MUCH = 1 << 20,  /* … and what is worth a worker */
	WORK_MAX = 4,
	KEYS_MAX = 3,
};

struct sealing {
	struct ev_age_identity identities[KEYS_MAX], other;
	struct ev_age_recipient recipients[KEYS_MAX];
	char passphrase[40];
	struct ev_age_to to;
	size_t len, step;
	bool behind;
};

static const uint8_t plain[MUCH]; /* zeros */

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
read_keys(struct sealing *s, struct ev_cursor *c, size_t n)
{
	struct ev_slice bytes = ev_cursor_take(c, c->left < 32 ? c->left : 32);
	size_t i;

	memset(&s->other, 0xA5, sizeof(s->other));
	for (i = 0; i < n; i++) {
		if (bytes.len > 0)
			memcpy(&s->identities[i], bytes.data, bytes.len);
		*(uint8_t *)&s->identities[i] = (uint8_t)(i + 1);
		ev_age_identity_recipient(&s->identities[i], &s->recipients[i]);
	}
	s->to = (struct ev_age_to){ .recipients = s->recipients, .n_recipients = n };
}

static void
read_passphrase(struct sealing *s, struct ev_cursor *c, unsigned factor)
{
	struct ev_slice bytes = ev_cursor_take(c, c->left < 32 ? c->left : 32);

	memcpy(s->passphrase, "x", 2);
	if (bytes.len > 0)
		memcpy(s->passphrase + 1, bytes.data, bytes.len);
	s->to =
	    (struct ev_age_to){ .passphrase = s->passphrase, .work_factor = 1 + factor % WORK_MAX };
}

static void
seal_behind(const struct sealing *s, struct ev_buf *out)
{
	struct ev_age_behind *b = NULL;
	size_t at, take;

	must(ev_age_behind_new(&s->to, ev_sink_buf(out), &b, NULL) == EVAULT_OK);
	for (at = 0; at < s->len; at += take) {
		take = s->len - at < s->step ? s->len - at : s->step;
		must(ev_age_behind_update(b, plain + at, take, NULL) == EVAULT_OK);
	}
	must(ev_age_behind_finish(b, NULL) == EVAULT_OK);
	ev_age_behind_free(b);
}

static void
seal(const struct sealing *s, struct ev_buf *out)
{
	struct ev_age_sealer *sealer = NULL;
	size_t at, take;

	if (s->behind) {
		seal_behind(s, out);
		return;
	}
	must(ev_age_sealer_new(&s->to, ev_sink_buf(out), &sealer, NULL) == EVAULT_OK);
	for (at = 0; at < s->len; at += take) {
		take = s->len - at < s->step ? s->len - at : s->step;
		must(ev_age_sealer_update(sealer, plain + at, take, NULL) == EVAULT_OK);
	}
	must(ev_age_sealer_finish(sealer, NULL) == EVAULT_OK);
	ev_age_sealer_free(sealer);
}

static void
open_it(const struct sealing *s, const struct ev_buf *sealed)
{
	struct ev_slice bytes = ev_slice_of(sealed->data, sealed->len);
	struct ev_buf back = EV_BUF_INIT;
	struct ev_age_with with = { .passphrase = s->passphrase };
	size_t i;

	for (i = 0; i < s->to.n_recipients || (i == 0 && s->to.passphrase != NULL); i++) {
		if (s->to.passphrase == NULL)
			with = (struct ev_age_with){ &s->identities[i], 1, NULL };
		ev_buf_clear(&back);
		must(ev_age_open(&with, bytes, &back, NULL) == EVAULT_OK);
		must(back.len == s->len && memcmp(back.data, plain, s->len) == 0);
	}
	with = (struct ev_age_with){ &s->other, 1, NULL };
	if (s->to.passphrase != NULL)
		with = (struct ev_age_with){ .passphrase = "y" };
	ev_buf_clear(&back);
	must(ev_age_open(&with, bytes, &back, NULL) == EVAULT_E_KEY && back.len == 0);
	ev_buf_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_cursor c = ev_cursor_of(data, size);
	uint8_t how = ev_cursor_u8(&c), factor = ev_cursor_u8(&c);
	struct ev_buf once = EV_BUF_INIT, twice = EV_BUF_INIT;
	struct sealing s = { .behind = (how & BEHIND) != 0 };

	must(ev_secret_start(NULL) == EVAULT_OK);
	s.len = ev_cursor_be32(&c) % (s.behind ? MUCH : LITTLE);
	s.step = 1 + 16 * (size_t)ev_cursor_be16(&c);
	if (s.len / s.step > 1000)
		s.step = s.len / 1000;
	if (how & PASSPHRASE)
		read_passphrase(&s, &c, factor);
	else
		read_keys(&s, &c, 1 + factor % KEYS_MAX);
	seal(&s, &once);
	open_it(&s, &once);
	seal(&s, &twice);
	must(!ev_slice_equal(ev_slice_of(once.data, once.len), ev_slice_of(twice.data, twice.len)));
	ev_buf_release(&once);
	ev_buf_release(&twice);
	return 0;
}
