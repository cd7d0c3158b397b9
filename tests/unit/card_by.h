/*
 * Cards for the tests, signed by keys of fixed seeds.
 */
#ifndef UNIT_CARD_BY_H
#define UNIT_CARD_BY_H

#include "entry_keys.h"
#include "format/card.h"
#include "format/verify_text.h"
#include "unit.h"

static const struct ev_signing_seed owner_seed = { { 2 } }, log_seed = { { 3 } };
static const struct ev_signing_seed other_seed = { { 4 } }, third_seed = { { 5 } };

/* A card of somebody whose log began with that key. */
static inline struct ev_card
sample(const char *name, const struct ev_signing_seed *actor, const char *time)
{
	struct ev_card c = { .actor = actor_of(actor), .log = log_of(&log_seed) };

	ev_origin_of(c.log.key, c.origin);
	snprintf(c.name, sizeof(c.name), "%s", name);
	recipient(c.recipient);
	ev_verify_text_hash(&c.verify);
	snprintf(c.time, sizeof(c.time), "%s", time);
	return c;
}

/* Signs a text by these seeds' actor keys; the note, in memory that the next call takes. */
static inline const char *
signed_text(const char *text, const struct ev_signing_seed *const *seeds, size_t n)
{
	static struct ev_buf note = EV_BUF_INIT;
	struct ev_verifier key;
	size_t i;

	ev_buf_clear(&note);
	ev_note_begin(&note, ev_slice_text(text));
	for (i = 0; i < n; i++) {
		key = actor_of(seeds[i]);
		if (ev_note_sign(&note, ev_slice_text(text), &key, seeds[i], NULL) != EVAULT_OK)
			return "";
	}
	return ev_buf_text(&note);
}

/* A card, signed by one or two. */
static inline const char *
card_by(const struct ev_card *c, const struct ev_signing_seed *first,
	const struct ev_signing_seed *second)
{
	const struct ev_signing_seed *const seeds[] = { first, second };
	struct ev_buf text = EV_BUF_INIT;
	const char *note = "";

	if (ev_card_text(c, &text, NULL) == EVAULT_OK)
		note = signed_text(ev_buf_text(&text), seeds, second == NULL ? 1 : 2);
	ev_buf_release(&text);
	return note;
}

#endif
