#include "entry_keys.h"
#include "unit.h"

static const struct ev_signing_seed owner_seed = { { 2 } }, log_seed = { { 3 } };
static const struct ev_signing_seed other_seed = { { 4 } };

static struct ev_vault_note
sample_vault(void)
{
	struct ev_vault_note v = { .log = log_of(&log_seed), .owner = actor_of(&owner_seed) };

	ev_origin_of(v.log.key, v.origin);
	recipient(v.recipient);
	return v;
}

/* Signs `text` by the keys and seeds in turn, and opens it. */
static enum evault_status
open_signed(struct ev_slice text, const struct ev_verifier *const *keys,
	    const struct ev_signing_seed *const *seeds, size_t n)
{
	struct ev_buf note = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	struct ev_vault_note v;
	size_t i;

	ev_note_begin(&note, text);
	for (i = 0; i < n && rc == EVAULT_OK; i++)
		rc = ev_note_sign(&note, text, keys[i], seeds[i], NULL);
	if (rc == EVAULT_OK)
		rc = ev_vault_note_open(ev_slice_of(note.data, note.len), &v, NULL);
	else
		rc = EVAULT_OK; /* what cannot be signed is no test */
	ev_buf_release(&note);
	return rc;
}

/* The same, signed as it should be. */
static enum evault_status
open_text(const char *text)
{
	struct ev_vault_note v = sample_vault();
	const struct ev_verifier *const keys[] = { &v.log, &v.owner };
	const struct ev_signing_seed *const seeds[] = { &log_seed, &owner_seed };

	return open_signed(ev_slice_text(text), keys, seeds, 2);
}

static void
a_vault_note_returns_as_it_was(void)
{
	struct ev_vault_note v = sample_vault(), again;
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_slice t;

	ev_vault_note_text(&v, &text);
	t = ev_slice_of(text.data, text.len);
	ev_note_begin(&note, t);
	NEED(ev_note_sign(&note, t, &v.log, &log_seed, NULL) == EVAULT_OK);
	NEED(ev_note_sign(&note, t, &v.owner, &owner_seed, NULL) == EVAULT_OK);
	NEED(ev_vault_note_open(ev_slice_of(note.data, note.len), &again, NULL) == EVAULT_OK);
	CHECK(strcmp(again.origin, v.origin) == 0);
	CHECK(strcmp(again.recipient, v.recipient) == 0);
	CHECK(ev_verifier_equal(&again.log, &v.log));
	CHECK(ev_verifier_equal(&again.owner, &v.owner));
	ev_buf_release(&text);
	ev_buf_release(&note);
}

static void
every_flipped_bit_of_a_vault_note_is_noticed(void)
{
	struct ev_vault_note v = sample_vault(), again;
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	enum evault_status rc;
	struct ev_slice t;
	size_t i;

	ev_vault_note_text(&v, &text);
	t = ev_slice_of(text.data, text.len);
	ev_note_begin(&note, t);
	NEED(ev_note_sign(&note, t, &v.log, &log_seed, NULL) == EVAULT_OK);
	NEED(ev_note_sign(&note, t, &v.owner, &owner_seed, NULL) == EVAULT_OK);
	for (i = 0; i < note.len * 8; i++) {
		note.data[i / 8] ^= (uint8_t)(1U << i % 8);
		rc = ev_vault_note_open(ev_slice_of(note.data, note.len), &again, NULL);
		CHECK(rc == EVAULT_E_DAMAGED || rc == EVAULT_E_VERSION ||
		      (i < 14 * 8 && rc == EVAULT_E_NOT_VAULT));
		note.data[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	for (i = 0; i < note.len; i++)
		CHECK(ev_vault_note_open(ev_slice_of(note.data, i), &again, NULL) != EVAULT_OK);
	ev_buf_release(&text);
	ev_buf_release(&note);
}

static void
a_vault_note_is_signed_by_log_and_owner_in_this_order_and_nobody_else(void)
{
	struct ev_vault_note v = sample_vault();
	struct ev_verifier forged_log = key_named(v.log.name, &other_seed);
	struct ev_verifier forged_owner = key_named(v.owner.name, &other_seed);
	struct ev_verifier other = actor_of(&other_seed);
	const struct ev_verifier *keys[3] = { &v.log, &v.owner, &other };
	const struct ev_signing_seed *seeds[3] = { &log_seed, &owner_seed, &other_seed };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_slice t;

	ev_vault_note_text(&v, &text);
	t = ev_slice_of(text.data, text.len);
	CHECK(open_signed(t, keys, seeds, 2) == EVAULT_OK);
	CHECK(open_signed(t, keys, seeds, 3) == EVAULT_E_DAMAGED);
	CHECK(open_signed(t, keys, seeds, 1) == EVAULT_E_DAMAGED);
	CHECK(open_signed(t, keys + 1, seeds + 1, 1) == EVAULT_E_DAMAGED);
	keys[1] = &other;
	seeds[1] = &other_seed;
	CHECK(open_signed(t, keys, seeds, 2) == EVAULT_E_DAMAGED);
	keys[1] = &forged_owner;
	CHECK(open_signed(t, keys, seeds, 2) == EVAULT_E_DAMAGED);
	keys[0] = &forged_log;
	seeds[0] = &other_seed;
	keys[1] = &v.owner;
	seeds[1] = &owner_seed;
	CHECK(open_signed(t, keys, seeds, 2) == EVAULT_E_DAMAGED);
	keys[0] = &v.owner;
	seeds[0] = &owner_seed;
	keys[1] = &v.log;
	seeds[1] = &log_seed;
	CHECK(open_signed(t, keys, seeds, 2) == EVAULT_E_DAMAGED);
	keys[0] = &v.log;
	seeds[0] = &log_seed;
	CHECK(open_signed(t, keys, seeds, 2) == EVAULT_E_DAMAGED);
	ev_buf_release(&text);
}

/* The note with lines put differently, signed by the keys that it names. */
static enum evault_status
open_with(const char *origin, const struct ev_verifier *log, const struct ev_verifier *owner,
	  const char *rest)
{
	const struct ev_verifier *const keys[] = { log, owner };
	const struct ev_signing_seed *const seeds[] = { &log_seed, &owner_seed };
	char log_text[EV_NOTE_VKEY_SIZE], owner_text[EV_NOTE_VKEY_SIZE], text[2048];

	snprintf(text, sizeof(text), "evault/vault/v1\norigin %s\nlog-key %s\nowner %s\n%s", origin,
		 vkey_of(log, log_text), vkey_of(owner, owner_text), rest);
	return open_signed(ev_slice_text(text), keys, seeds, 2);
}

static void
a_vault_note_whose_names_are_forged_is_damaged(void)
{
	struct ev_vault_note v = sample_vault();
	struct ev_verifier log2 = key_named(ORIGIN, &log_seed);
	struct ev_verifier log3 = key_named(v.owner.name, &log_seed);
	struct ev_verifier owner2 = key_named("evault/actor/" HEX, &owner_seed);
	char age[EVAULT_RECIPIENT_SIZE], read[128];

	snprintf(read, sizeof(read), "read-key %s\n", recipient(age));
	CHECK(open_with(v.origin, &v.log, &v.owner, read) == EVAULT_OK);
	CHECK(open_with(ORIGIN, &v.log, &v.owner, read) == EVAULT_E_DAMAGED);
	CHECK(open_with(ORIGIN, &log2, &v.owner, read) == EVAULT_E_DAMAGED);
	CHECK(open_with(v.origin, &log2, &v.owner, read) == EVAULT_E_DAMAGED);
	CHECK(open_with(v.origin, &v.log, &owner2, read) == EVAULT_E_DAMAGED);
	CHECK(open_with(v.origin, &log3, &v.owner, read) == EVAULT_E_DAMAGED);
	CHECK(open_with(v.origin, &v.log, &v.owner, "") == EVAULT_E_DAMAGED);
	CHECK(open_with(v.origin, &v.log, &v.owner, "read-key age1\n") == EVAULT_E_DAMAGED);
	snprintf(read, sizeof(read), "read-key %s\nmore\n", age);
	CHECK(open_with(v.origin, &v.log, &v.owner, read) == EVAULT_E_DAMAGED);
	snprintf(read, sizeof(read), "read-key  %s\n", age);
	CHECK(open_with(v.origin, &v.log, &v.owner, read) == EVAULT_E_DAMAGED);
}

static void
another_version_and_no_vault_note_are_told_apart_from_damage(void)
{
	CHECK(open_text("evault/vault/v2\nsomething new\n") == EVAULT_E_VERSION);
	CHECK(open_text("evault/vault/v10\nsomething new\n") == EVAULT_E_VERSION);
	CHECK(open_text("evault/vault/v\n") == EVAULT_E_DAMAGED);
	CHECK(open_text("evault/vault/v01\n") == EVAULT_E_DAMAGED);
	CHECK(open_text("evault/vault/v1\n") == EVAULT_E_DAMAGED);
	CHECK(open_text("evault/entry/v1\n") == EVAULT_E_NOT_VAULT);
	CHECK(ev_vault_note_open(ev_slice_text(""), &(struct ev_vault_note){ 0 }, NULL) ==
	      EVAULT_E_NOT_VAULT);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(a_vault_note_returns_as_it_was);
	UNIT_RUN(every_flipped_bit_of_a_vault_note_is_noticed);
	UNIT_RUN(a_vault_note_is_signed_by_log_and_owner_in_this_order_and_nobody_else);
	UNIT_RUN(a_vault_note_whose_names_are_forged_is_damaged);
	UNIT_RUN(another_version_and_no_vault_note_are_told_apart_from_damage);
	return unit_end();
}
