/*
 * Keys for the tests of entries and vault notes, made from fixed seeds.
 */
#ifndef UNIT_ENTRY_KEYS_H
#define UNIT_ENTRY_KEYS_H

#include <stdlib.h>

#include "base/secret.h"
#include "format/age.h"
#include "format/entry.h"

#define HEX    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define ORIGIN "evault/" HEX

static inline struct ev_verifier
actor_of(const struct ev_signing_seed *seed)
{
	struct ev_verifier v;
	uint8_t key[32];

	ev_signing_seed_public(seed, key);
	ev_actor_verifier(key, &v);
	return v;
}

/* A key by any name. */
static inline struct ev_verifier
key_named(const char *name, const struct ev_signing_seed *seed)
{
	struct ev_verifier v;
	uint8_t key[32];

	ev_signing_seed_public(seed, key);
	if (!ev_verifier_init(&v, name, key))
		abort();
	return v;
}

/* The log's key, named by its origin. */
static inline struct ev_verifier
log_of(const struct ev_signing_seed *seed)
{
	char origin[EVAULT_ORIGIN_SIZE];
	uint8_t key[32];

	ev_signing_seed_public(seed, key);
	ev_origin_of(key, origin);
	return key_named(origin, seed);
}

static inline const char *
vkey_of(const struct ev_verifier *v, char out[EV_NOTE_VKEY_SIZE])
{
	ev_verifier_text(v, out);
	return out;
}

/* "age1…" of a fixed identity. */
static inline const char *
recipient(char out[EVAULT_RECIPIENT_SIZE])
{
	static const struct ev_age_identity identity = { { 9 } };
	struct ev_age_recipient r;

	ev_age_identity_recipient(&identity, &r);
	ev_age_recipient_text(&r, out);
	return out;
}

#endif
