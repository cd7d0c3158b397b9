/*
 * What is kept in the kernel's keyring: written and read as one, and nothing
 * else read.
 */
#include <stdlib.h>

#include "base/secret.h"
#include "format/kept.h"
#include "unit.h"

static struct ev_kept
sample(void)
{
	struct ev_kept k = { .path = "keys/1.age", .until = 1795366800 };

	snprintf(k.slot.origin, sizeof(k.slot.origin), "evault/%064d", 7);
	snprintf(k.slot.name, sizeof(k.slot.name), "%s", "Гүлдария\n%");
	k.slot.role = EV_ROLE_OWNER;
	ev_hash_of("x", 1, &k.hash);
	ev_signing_seed_make(&k.slot.actor);
	ev_age_identity_make(&k.slot.identity);
	return k;
}

static bool
same(const struct ev_kept *a, const struct ev_kept *b)
{
	return strcmp(a->path, b->path) == 0 && a->until == b->until &&
	       ev_hash_equal(&a->hash, &b->hash) && strcmp(a->slot.origin, b->slot.origin) == 0 &&
	       strcmp(a->slot.name, b->slot.name) == 0 && a->slot.role == b->slot.role &&
	       memcmp(&a->slot.actor, &b->slot.actor, sizeof(a->slot.actor)) == 0 &&
	       memcmp(&a->slot.identity, &b->slot.identity, sizeof(a->slot.identity)) == 0;
}

static enum evault_status
decode(const struct ev_buf *text, size_t len, struct ev_kept *k)
{
	return ev_kept_decode(ev_slice_of(text->data, len), k, NULL);
}

static void
what_was_encoded_is_decoded_to_the_same(void)
{
	struct ev_kept k = sample(), back;
	struct ev_buf text = EV_BUF_SECRET_INIT;

	memset(&back, 0, sizeof(back));
	CHECK(ev_kept_encode(&k, &text, NULL) == EVAULT_OK);
	CHECK(decode(&text, text.len, &back) == EVAULT_OK && same(&k, &back));
	ev_buf_wipe(&text);
}

/* A user other than root has 20,000 bytes for all keys. */
static void
it_is_short_enough_for_many_vaults(void)
{
	struct ev_kept k = sample();
	struct ev_buf text = EV_BUF_SECRET_INIT;

	CHECK(ev_kept_encode(&k, &text, NULL) == EVAULT_OK && text.len < 600);
	ev_buf_wipe(&text);
	memset(k.slot.name, 1, sizeof(k.slot.name) - 1);
	CHECK(ev_kept_encode(&k, &text, NULL) == EVAULT_OK && text.len < 1600);
	ev_buf_wipe(&text);
}

static void
what_is_cut_or_longer_is_refused(void)
{
	struct ev_kept k = sample(), back = sample(), before = back;
	struct ev_buf text = EV_BUF_SECRET_INIT;
	size_t len, whole;

	NEED(ev_kept_encode(&k, &text, NULL) == EVAULT_OK);
	whole = text.len;
	for (len = 0; len < whole; len++)
		CHECK(decode(&text, len, &back) == EVAULT_E_FORMAT);
	ev_buf_puts(&text, "#");
	CHECK(decode(&text, text.len, &back) == EVAULT_E_FORMAT);
	text.len = whole;
	ev_buf_fill(&text, '.', 5000);
	CHECK(decode(&text, text.len, &back) == EVAULT_E_FORMAT);
	CHECK(same(&back, &before));
	ev_buf_wipe(&text);
}

/* A flipped byte is refused, or changes just what it says: nothing is read in two ways. */
static void
every_byte_counts(void)
{
	struct ev_kept k = sample(), back;
	struct ev_buf text = EV_BUF_SECRET_INIT, again = EV_BUF_SECRET_INIT;
	size_t i;

	NEED(ev_kept_encode(&k, &text, NULL) == EVAULT_OK);
	for (i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		if (decode(&text, text.len, &back) == EVAULT_OK) {
			ev_buf_clear(&again);
			CHECK(!same(&k, &back));
			CHECK(ev_kept_encode(&back, &again, NULL) == EVAULT_OK &&
			      ev_slice_equal(ev_slice_of(text.data, text.len),
					     ev_slice_of(again.data, again.len)));
		}
		text.data[i] ^= 1;
	}
	ev_buf_wipe(&text);
	ev_buf_wipe(&again);
}

static void
refused(const char *from, const char *to)
{
	struct ev_kept k = sample(), back;
	struct ev_buf text = EV_BUF_SECRET_INIT, other = EV_BUF_SECRET_INIT;
	const char *at;

	NEED(ev_kept_encode(&k, &text, NULL) == EVAULT_OK && ev_buf_text(&text) != NULL);
	at = strstr((const char *)text.data, from);
	NEED(at != NULL);
	ev_buf_add(&other, text.data, (size_t)(at - (const char *)text.data));
	ev_buf_puts(&other, to);
	ev_buf_puts(&other, at + strlen(from));
	CHECK(decode(&other, other.len, &back) == EVAULT_E_FORMAT);
	ev_buf_wipe(&text);
	ev_buf_wipe(&other);
}

static void
other_spellings_are_refused(void)
{
	refused("kept/v1", "kept/v2");
	refused("keys/1.age", "../1.age");
	refused("keys/1.age", "");
	refused("keys/1.age", "keys/1.age ");
	refused("until 1", "until 01");
	refused("until 1795366800", "until 0");
	refused("until 1795366800", "until -1");
	refused("until 1795366800", "until 9223372036854775808");
	refused("# role owner", "# role Owner");
	refused("# origin evault/0", "# origin evault/G");
}

static void
what_cannot_be_read_back_is_not_written(void)
{
	struct ev_kept k = sample();
	struct ev_buf text = EV_BUF_SECRET_INIT;

	k.until = 0;
	CHECK(ev_kept_encode(&k, &text, NULL) == EVAULT_E_USAGE);
	k = sample();
	k.path[0] = '/';
	CHECK(ev_kept_encode(&k, &text, NULL) == EVAULT_E_USAGE);
	k = sample();
	k.slot.origin[0] = 'E';
	CHECK(ev_kept_encode(&k, &text, NULL) == EVAULT_E_USAGE && text.len == 0);
	ev_buf_wipe(&text);
}

static void
a_readers_identity_is_read_as_it_was_written(void)
{
	struct ev_kept k = sample(), back;
	struct ev_buf text = EV_BUF_SECRET_INIT;
	size_t len, i;

	memset(&back, 0, sizeof(back));
	memset(k.path, 0, sizeof(k.path));
	NEED(ev_kept_encode(&k, &text, NULL) == EVAULT_OK);
	CHECK(decode(&text, text.len, &back) == EVAULT_OK && back.path[0] == '\0');
	CHECK(back.until == k.until && strcmp(back.slot.origin, k.slot.origin) == 0);
	CHECK(memcmp(&back.slot.identity, &k.slot.identity, sizeof(k.slot.identity)) == 0);
	for (len = 0; len < text.len; len++)
		CHECK(decode(&text, len, &back) == EVAULT_E_FORMAT);
	for (i = 0; i < text.len; i++) {
		text.data[i] ^= 0x20; /* a letter's other case is another spelling */
		CHECK(decode(&text, text.len, &back) == EVAULT_E_FORMAT ||
		      (text.data[i] >= '0' && text.data[i] <= '9'));
		text.data[i] ^= 0x20;
	}
	ev_buf_puts(&text, "\n");
	CHECK(decode(&text, text.len, &back) == EVAULT_E_FORMAT);
	memset(k.slot.origin, 0, sizeof(k.slot.origin));
	CHECK(ev_kept_encode(&k, &text, NULL) == EVAULT_E_USAGE);
	ev_buf_wipe(&text);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(a_readers_identity_is_read_as_it_was_written);
	UNIT_RUN(what_was_encoded_is_decoded_to_the_same);
	UNIT_RUN(it_is_short_enough_for_many_vaults);
	UNIT_RUN(what_is_cut_or_longer_is_refused);
	UNIT_RUN(every_byte_counts);
	UNIT_RUN(other_spellings_are_refused);
	UNIT_RUN(what_cannot_be_read_back_is_not_written);
	return unit_end();
}
