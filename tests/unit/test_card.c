/* Cards as bytes: what is one, and what says otherwise than it seems. */
#include "card_by.h"

/* Of VERIFY.txt, as FORMAT.md has it. */
#define VERIFY_HASH "b44584658ece88da4f1fc5992b5ea3944977ff6972d453a642659abdf09f6d41"

static struct evault_error err;

static enum evault_status
open_note(const char *note)
{
	struct ev_card c;

	return ev_card_open(ev_slice_text(note), &c, &err);
}

/* The sample's text with `from` replaced by `to`, signed as it should be. */
static enum evault_status
open_changed(const char *from, const char *to)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");
	const struct ev_signing_seed *const seeds[] = { &owner_seed };
	struct ev_buf text = EV_BUF_INIT, changed = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	const char *all, *at;

	if (ev_card_text(&c, &text, NULL) == EVAULT_OK) {
		all = ev_buf_text(&text);
		at = strstr(all, from);
		if (at != NULL) {
			ev_buf_add(&changed, all, (size_t)(at - all));
			ev_buf_puts(&changed, to);
			ev_buf_puts(&changed, at + strlen(from));
			rc = open_note(signed_text(ev_buf_text(&changed), seeds, 1));
		}
	}
	ev_buf_release(&text);
	ev_buf_release(&changed);
	return rc;
}

static void
a_card_returns_as_it_was(void)
{
	struct ev_card c = sample("Айгүл 50%", &owner_seed, "2026-11-22T09:15:09Z"), again;
	const char *note = card_by(&c, &owner_seed, NULL);

	NEED(ev_card_open(ev_slice_text(note), &again, &err) == EVAULT_OK);
	CHECK(strcmp(again.name, c.name) == 0 && strcmp(again.origin, c.origin) == 0);
	CHECK(strcmp(again.recipient, c.recipient) == 0 && strcmp(again.time, c.time) == 0);
	CHECK(ev_verifier_equal(&again.actor, &c.actor) && ev_verifier_equal(&again.log, &c.log));
	CHECK(ev_hash_equal(&again.verify, &c.verify) && !again.signed_over);
	CHECK(strlen(note) < EVAULT_CARD_MAX);
}

static void
the_longest_card_fits(void)
{
	struct ev_card c = sample("", &owner_seed, "2026-11-22T09:15:09Z");
	const char *note;

	memset(c.name, '%', sizeof(c.name) - 1);
	note = card_by(&c, &owner_seed, &other_seed);
	CHECK(note[0] != '\0' && strlen(note) <= EVAULT_CARD_MAX);
	CHECK(open_note(note) == EVAULT_OK);
}

static void
a_fingerprint_is_of_all_but_the_time(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");
	struct ev_card later = sample("Aigul", &owner_seed, "2027-11-22T09:15:09Z");
	struct ev_card other = sample("Aigul", &other_seed, "2026-11-22T09:15:09Z");
	struct ev_card named = sample("Aigull", &owner_seed, "2026-11-22T09:15:09Z");
	char a[EVAULT_FINGERPRINT_SIZE], b[EVAULT_FINGERPRINT_SIZE];
	size_t i;

	ev_card_fingerprint(&c, a);
	NEED(strlen(a) == EVAULT_FINGERPRINT_SIZE - 1);
	for (i = 0; i < strlen(a); i++)
		CHECK(i % 6 == 5 ? a[i] == ' ' : a[i] >= '0' && a[i] <= '9');
	ev_card_fingerprint(&later, b);
	CHECK(strcmp(a, b) == 0);
	ev_card_fingerprint(&other, b);
	CHECK(strcmp(a, b) != 0);
	ev_card_fingerprint(&named, b);
	CHECK(strcmp(a, b) != 0);
	later.verify.b[31] ^= 1;
	ev_card_fingerprint(&later, b);
	CHECK(strcmp(a, b) != 0);
	/* FORMAT.md gives this one as an example. */
	memset(&c.verify, 0, sizeof(c.verify));
	ev_card_fingerprint(&c, b);
	CHECK(strcmp(b, "61547 43580 38686 58016 10419 49589") == 0);
}

static void
names_that_show_otherwise_are_none(void)
{
	static const char *const bad[] = {
		"",
		" Aigul",
		"Aigul ",
		"age1aigul",
		"Aig\\ul",
		"Ai\ngul",
		"Ai\x1b"
		"gul",
		"Ai\x7F"
		"gul",
		"Ai\xC2\x80"
		"gul",
		"Ai\xE2\x80\xAE"
		"gul",
		"\xE2\x81\xA6"
		"gul",
		"Ai\xE2\x80\x8B"
		"gul",
		"\xFF",
		"Ai\xEF\xBB\xBF"
		"gul",
		"\xC0\x80",
	};
	static const char *const good[] = { "Aigul", "Гүлдария",        "محمد",
					    "李",    "A. B. (HQ), 50%", "می\xE2\x80\x8Cخواهم" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!ev_card_name_valid(ev_slice_text(bad[i])));
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(ev_card_name_valid(ev_slice_text(good[i])));
	CHECK(!ev_card_name_valid(ev_slice_of("Ai\0gul", 6)));
	CHECK(open_changed("name Aigul", "name Ai%0Agul") == EVAULT_E_FORMAT);
	CHECK(open_changed("name Aigul", "name Ai\xE2\x80\xAE"
					 "gul") == EVAULT_E_FORMAT);
	CHECK(open_changed("name Aigul", "name ") == EVAULT_E_FORMAT);
	CHECK(open_changed("name Aigul", "name %41igul") == EVAULT_E_FORMAT);
	CHECK(open_changed("name Aigul", "name Aigu%FF") == EVAULT_E_FORMAT);
	CHECK(open_changed("name Aigul", "name Bota") == EVAULT_OK);
}

static void
a_card_of_another_form_is_refused(void)
{
	CHECK(open_changed("evault/card/v1", "evault/card/v2") == EVAULT_E_VERSION);
	CHECK(open_changed("evault/card/v1", "evault/card/v01") == EVAULT_E_FORMAT);
	CHECK(open_changed("evault/card/v1", "evault/vault/v1") == EVAULT_E_FORMAT);
	CHECK(open_changed("evault/card/v1", "evault/receipt/v1") == EVAULT_E_FORMAT);
	CHECK(open_changed("origin evault/", "origin Evault/") == EVAULT_E_FORMAT);
	CHECK(open_changed("recipient age1", "recipient AGE1") == EVAULT_E_FORMAT);
	CHECK(open_changed("actor evault/actor/", "actor evault/") == EVAULT_E_FORMAT);
	CHECK(open_changed("log-key evault/", "log-key evault/actor/") == EVAULT_E_FORMAT);
	CHECK(open_changed("verify ", "verify 0") == EVAULT_E_FORMAT);
	CHECK(open_changed("time 2026", "time 26") == EVAULT_E_FORMAT);
	CHECK(open_changed("09Z", "09.5Z") == EVAULT_E_FORMAT);
	CHECK(open_changed("09Z\n", "09Z\nmore x\n") == EVAULT_E_FORMAT);
	CHECK(open_changed("name Aigul\n", "name Aigul\nname Aigul\n") == EVAULT_E_FORMAT);
	CHECK(open_changed("name Aigul\n", "") == EVAULT_E_FORMAT);
	CHECK(open_changed("name ", "name  ") == EVAULT_E_FORMAT);
}

/* The log key of a later epoch has the origin's name and another hash. */
static void
a_log_key_of_a_later_epoch_is_taken(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");
	uint8_t key[32];

	ev_signing_seed_public(&third_seed, key);
	NEED(ev_verifier_init(&c.log, c.origin, key));
	CHECK(open_note(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	NEED(ev_verifier_init(&c.log, "evault/other", key));
	CHECK(open_note(card_by(&c, &owner_seed, NULL)) == EVAULT_E_FORMAT);
}

static void
signatures_are_the_actors_and_at_most_one_more(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");
	const struct ev_signing_seed *const three[] = { &owner_seed, &other_seed, &third_seed };
	const struct ev_signing_seed *const twice[] = { &owner_seed, &owner_seed };
	struct ev_verifier owner = actor_of(&owner_seed), other = actor_of(&other_seed),
			   third = actor_of(&third_seed), log = log_of(&log_seed);
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	const char *good;
	struct ev_slice t;

	NEED(ev_card_text(&c, &text, NULL) == EVAULT_OK);
	t = ev_slice_text(ev_buf_text(&text));
	CHECK(open_note(signed_text((const char *)t.data, three, 1)) == EVAULT_OK);
	CHECK(open_note(signed_text((const char *)t.data, three, 2)) == EVAULT_OK);
	CHECK(open_note(signed_text((const char *)t.data, three, 3)) == EVAULT_E_DAMAGED);
	CHECK(open_note(signed_text((const char *)t.data, three + 1, 1)) == EVAULT_E_DAMAGED);
	CHECK(open_note(signed_text((const char *)t.data, three + 1, 2)) == EVAULT_E_DAMAGED);
	CHECK(open_note(signed_text((const char *)t.data, twice, 2)) != EVAULT_OK);
	CHECK(open_note(signed_text((const char *)t.data, three, 0)) == EVAULT_E_FORMAT);
	/* A second one that is no actor's. */
	ev_note_begin(&note, t);
	NEED(ev_note_sign(&note, t, &owner, &owner_seed, NULL) == EVAULT_OK);
	NEED(ev_note_sign(&note, t, &log, &log_seed, NULL) == EVAULT_OK);
	CHECK(open_note(ev_buf_text(&note)) == EVAULT_E_DAMAGED);
	good = card_by(&c, &owner_seed, &other_seed);
	CHECK(ev_card_signed_by(ev_slice_text(good), &owner));
	CHECK(ev_card_signed_by(ev_slice_text(good), &other));
	CHECK(!ev_card_signed_by(ev_slice_text(good), &third));
	CHECK(!ev_card_signed_by(ev_slice_text("nothing"), &owner));
	ev_buf_release(&text);
	ev_buf_release(&note);
}

static void
every_byte_of_a_card_counts(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z"), opened;
	struct ev_verifier other = actor_of(&other_seed);
	char *note = strdup(card_by(&c, &owner_seed, &other_seed));
	size_t i, len;

	NEED(note != NULL);
	len = strlen(note);
	for (i = 0; i < len; i++) {
		note[i] ^= 1;
		/* The second signature is for who knows its key. */
		CHECK(ev_card_open(ev_slice_of(note, len), &opened, NULL) != EVAULT_OK ||
		      !ev_card_signed_by(ev_slice_of(note, len), &other));
		note[i] ^= 1;
		CHECK(ev_card_open(ev_slice_of(note, i), &opened, NULL) != EVAULT_OK ||
		      !opened.signed_over);
	}
	free(note);
}

static void
the_text_of_verify_is_what_format_says(void)
{
	struct ev_hash hash;
	char hex[EVAULT_HEX_SIZE];
	const char *at;
	size_t lines = 0;

	for (at = ev_verify_text; *at != '\0'; at++) {
		lines += *at == '\n';
		CHECK((*at >= ' ' && *at <= '~') || *at == '\n');
	}
	CHECK(lines <= 100);
	ev_verify_text_hash(&hash);
	ev_hash_hex(&hash, hex);
	CHECK(strcmp(hex, VERIFY_HASH) == 0);
}

int
main(void)
{
	if (ev_secret_start(&err) != EVAULT_OK)
		return 1;
	UNIT_RUN(a_card_returns_as_it_was);
	UNIT_RUN(the_longest_card_fits);
	UNIT_RUN(a_fingerprint_is_of_all_but_the_time);
	UNIT_RUN(names_that_show_otherwise_are_none);
	UNIT_RUN(a_card_of_another_form_is_refused);
	UNIT_RUN(a_log_key_of_a_later_epoch_is_taken);
	UNIT_RUN(signatures_are_the_actors_and_at_most_one_more);
	UNIT_RUN(every_byte_of_a_card_counts);
	UNIT_RUN(the_text_of_verify_is_what_format_says);
	return unit_end();
}
