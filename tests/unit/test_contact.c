/*
 * Making a card, and taking those of others: what is refused, and what brings
 * other keys in.
 */
#include "contact.h"

#include "card_by.h"
#include "vault_fixture.h"

static struct evault_error err;

static struct evault_contact kept;
static enum evault_contact_change change;
static struct evault_contact_news asked; /* of the last question */
static struct evault_contact asked_alike;
static unsigned questions;

static enum evault_status
agree(void *ctx, const struct evault_contact_news *news, struct evault_error *e)
{
	(void)ctx;
	(void)e;
	asked = *news;
	if (news->alike != NULL)
		asked_alike = *news->alike;
	questions++;
	return EVAULT_OK;
}

static enum evault_status
refuse(void *ctx, const struct evault_contact_news *news, struct evault_error *e)
{
	(void)agree(ctx, news, e);
	return ev_fail(e, EVAULT_E_CANCELLED, "no");
}

/* Adds by a key file, to the vault `v`. */
static enum evault_status
add_as(const char *key, const char *note, const char *name, const enum evault_audience *audience,
       bool yes)
{
	struct evault_contact_add what = {
		.note = note, .name = name, .audience = audience, .confirm = yes ? agree : refuse
	};
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_WRITE, key, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_contact_add(v, &what, &kept, &change, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
add(const char *note)
{
	return add_as(FIXTURE_KEY, note, NULL, NULL, true);
}

static enum evault_status
find(const char *name, struct evault_contact *contact)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_contact_find(v, name, contact, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
count(void *ctx, const struct evault_contact *contact, struct evault_error *e)
{
	(void)contact;
	(void)e;
	++*(size_t *)ctx;
	return EVAULT_OK;
}

static size_t
number(uint64_t *missing)
{
	struct evault *v = NULL;
	size_t n = 0;

	if (fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, &err) != EVAULT_OK ||
	    evault_contact_list(v, count, &n, missing, &err) != EVAULT_OK)
		n = 99;
	evault_close(v);
	return n;
}

static bool
make(void)
{
	return fixture_remove("v") && fixture_vault("v");
}

static void
a_contact_is_kept_and_found_and_removed(void)
{
	struct ev_card c = sample("Айгүл", &owner_seed, "2026-11-22T09:15:09Z");
	const enum evault_audience court = EVAULT_AUDIENCE_COURT;
	struct evault_contact found;
	struct evault *v = NULL;
	uint64_t missing = 9;

	NEED(make());
	CHECK(find("Айгүл", &found) == EVAULT_E_NOT_FOUND && number(&missing) == 0 && missing == 0);
	NEED(add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	CHECK(change == EVAULT_CONTACT_NEW && questions == 1 && asked.was == NULL);
	CHECK(kept.audience == EVAULT_AUDIENCE_PARTNER && kept.card.same_verify);
	NEED(find("Айгүл", &found) == EVAULT_OK);
	CHECK(strcmp(found.card.note, card_by(&c, &owner_seed, NULL)) == 0);
	CHECK(found.index == kept.index && strcmp(found.time, kept.time) == 0);
	/* The same again is nothing new, and nobody is asked. */
	NEED(add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	CHECK(change == EVAULT_CONTACT_SAME && questions == 1 && kept.index == found.index);
	NEED(add_as(FIXTURE_KEY, card_by(&c, &owner_seed, NULL), NULL, &court, true) == EVAULT_OK);
	CHECK(change == EVAULT_CONTACT_CHANGED && kept.audience == EVAULT_AUDIENCE_COURT);
	/* … and the audience stays with the next card. */
	snprintf(c.time, sizeof(c.time), "2026-11-23T09:15:09Z");
	NEED(add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	CHECK(change == EVAULT_CONTACT_CHANGED && kept.audience == EVAULT_AUDIENCE_COURT);
	CHECK(number(&missing) == 1 && missing == 0);
	NEED(fixture_open("v", EVAULT_WRITE, FIXTURE_KEY, &v, &err) == EVAULT_OK);
	CHECK(evault_contact_remove(v, "Айгүл", &kept, &err) == EVAULT_OK);
	CHECK(evault_contact_remove(v, "Айгүл", &kept, &err) == EVAULT_E_NOT_FOUND);
	evault_close(v);
	CHECK(find("Айгүл", &found) == EVAULT_E_NOT_FOUND && number(NULL) == 0);
	CHECK(fixture_is_sound("v"));
}

static void
who_says_no_keeps_nothing(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");

	NEED(make());
	CHECK(add_as(FIXTURE_KEY, card_by(&c, &owner_seed, NULL), NULL, NULL, false) ==
	      EVAULT_E_CANCELLED);
	CHECK(number(NULL) == 0);
}

static void
other_keys_under_a_known_name_are_refused(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");
	struct ev_card other = sample("Aigul", &other_seed, "2026-11-23T09:15:09Z");
	struct ev_card elsewhere = other;
	struct evault_contact found;

	NEED(make() && add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	questions = 0;
	CHECK(add(card_by(&other, &other_seed, NULL)) == EVAULT_E_EXISTS);
	CHECK(strstr(err.text, "another key") != NULL);
	/* Signed over by somebody else, or by a key that only calls itself so. */
	CHECK(add(card_by(&other, &other_seed, &third_seed)) == EVAULT_E_EXISTS);
	elsewhere.log = log_of(&third_seed);
	ev_origin_of(elsewhere.log.key, elsewhere.origin);
	CHECK(add(card_by(&elsewhere, &other_seed, NULL)) == EVAULT_E_EXISTS);
	CHECK(strstr(err.text, "another vault") != NULL);
	CHECK(add_as(FIXTURE_KEY, card_by(&other, &other_seed, NULL), "Other", NULL, true) ==
	      EVAULT_OK);
	CHECK(add_as(FIXTURE_KEY, card_by(&other, &other_seed, NULL), "Aigul", NULL, true) ==
	      EVAULT_E_EXISTS);
	CHECK(questions == 1);
	NEED(find("Aigul", &found) == EVAULT_OK);
	CHECK(strcmp(found.card.time, c.time) == 0);
}

static void
the_known_key_brings_others_in(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");
	struct ev_card other = sample("Aigul", &other_seed, "2026-11-23T09:15:09Z");

	NEED(make() && add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	NEED(add(card_by(&other, &other_seed, &owner_seed)) == EVAULT_OK);
	CHECK(change == EVAULT_CONTACT_KEYS && asked.was != NULL);
	/* The former key counts no more. */
	snprintf(c.time, sizeof(c.time), "2026-11-24T09:15:09Z");
	CHECK(add(card_by(&c, &owner_seed, NULL)) == EVAULT_E_EXISTS);
	other.actor = actor_of(&third_seed);
	CHECK(add(card_by(&other, &third_seed, &owner_seed)) == EVAULT_E_EXISTS);
	CHECK(add(card_by(&other, &third_seed, &other_seed)) == EVAULT_OK);
}

/* A card from before a rotation is sealed to keys that somebody may have. */
static void
an_older_card_does_not_come_back(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z"), new = c;
	struct ev_age_identity *identity;
	struct ev_age_recipient to;

	NEED(make() && add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	identity = ev_secret_new(sizeof(*identity));
	NEED(identity != NULL);
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, &to);
	ev_secret_free(identity);
	ev_age_recipient_text(&to, new.recipient);
	snprintf(new.time, sizeof(new.time), "2026-11-23T09:15:09Z");
	NEED(add(card_by(&new, &owner_seed, NULL)) == EVAULT_OK);
	CHECK(change == EVAULT_CONTACT_CHANGED);
	CHECK(add(card_by(&c, &owner_seed, NULL)) == EVAULT_E_EXISTS);
	CHECK(strstr(err.text, "older") != NULL);
}

static void
one_key_has_one_name_and_names_that_read_alike_are_told(void)
{
	struct ev_card c = sample("Гүлдария", &owner_seed, "2026-11-22T09:15:09Z");
	struct ev_card other = sample("Гулдария", &other_seed, "2026-11-22T09:15:09Z");

	NEED(make() && add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	CHECK(add_as(FIXTURE_KEY, card_by(&c, &owner_seed, NULL), "Bota", NULL, true) ==
	      EVAULT_E_EXISTS);
	CHECK(strstr(err.text, "Гүлдария") != NULL);
	NEED(add(card_by(&other, &other_seed, NULL)) == EVAULT_OK);
	CHECK(asked.alike != NULL && strcmp(asked_alike.name, "Гүлдария") == 0);
	CHECK(add_as(FIXTURE_KEY, card_by(&c, &owner_seed, NULL), "age1x", NULL, true) ==
	      EVAULT_E_USAGE);
}

/* ---- keys ---------------------------------------------------------------------- */

static enum evault_status
make_card(const char *key, const struct evault_card_make *how, struct evault_card *card,
	  bool *superseded)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_READ, key, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_card(v, how, card, superseded, &err);
	evault_close(v);
	return rc;
}

static bool
change_keys(const char *remove, const struct evault_key_add *who)
{
	struct evault_key_changed changed;
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_WRITE, FIXTURE_KEY, &v, &err);

	if (rc == EVAULT_OK)
		rc = remove != NULL ? evault_key_remove(v, remove, &changed, &err)
				    : evault_key_add(v, who, &changed, &err);
	evault_close(v);
	return rc == EVAULT_OK;
}

static void
a_former_key_signs_the_new_card_where_it_is_left(void)
{
	const char *const files[] = { "second" };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_card_make plain = { .name = NULL },
				over = { .former = "out/keys/2.age", .unlock = &unlock };
	char to[EVAULT_RECIPIENT_SIZE];
	struct evault_key_add bota = { .name = "Bota",
				       .role = EVAULT_ROLE_OWNER,
				       .seal = { .to = to } };
	struct evault_card old, new, signed_over;
	struct ev_verifier former;
	bool superseded = true;

	NEED(make() && evault_keygen("second", to, &err) == EVAULT_OK && change_keys(NULL, &bota));
	CHECK(make_card(FIXTURE_KEY, &over, &old, &superseded) == EVAULT_E_NOT_FOUND);
	NEED(make_card("second", &plain, &old, &superseded) == EVAULT_OK);
	CHECK(!superseded && !old.signed_over && strcmp(old.name, "Bota") == 0);
	NEED(evault_key_export("v", "out", &err) == EVAULT_OK);
	NEED(change_keys("Bota", NULL) && change_keys(NULL, &bota));
	NEED(make_card("second", &plain, &new, &superseded) == EVAULT_OK);
	CHECK(superseded && !new.signed_over &&strcmp(new.actor, old.actor) != 0);
	CHECK(strcmp(new.recipient, old.recipient) != 0);
	NEED(make_card("second", &over, &signed_over, &superseded) == EVAULT_OK);
	CHECK(!superseded && signed_over.signed_over);
	NEED(ev_verifier_parse(ev_slice_text(old.actor), &former, NULL) == EVAULT_OK);
	CHECK(ev_card_signed_by(ev_slice_text(signed_over.note), &former));
	/* It is not one's own, or no key file at all. */
	over.former = "v/keys/2.age";
	CHECK(make_card("second", &over, &new, &superseded) == EVAULT_E_USAGE);
	over.former = "v/vault";
	CHECK(make_card("second", &over, &new, &superseded) == EVAULT_E_FORMAT);
	over.former = "v/keys/1.age";
	CHECK(make_card("second", &over, &new, &superseded) == EVAULT_E_KEY);
}

static void
a_card_needs_a_name_and_a_place(void)
{
	struct evault_init nameless = { .dir = "v", .to = fixture_recipient() };
	struct evault_card_make how = { .path = "v.card" };
	struct evault_card card, again;
	char origin[EVAULT_ORIGIN_SIZE];
	bool superseded;

	NEED(fixture_remove("v") && evault_init(&nameless, origin, &err) == EVAULT_OK);
	CHECK(make_card(FIXTURE_KEY, &how, &card, &superseded) == EVAULT_E_USAGE);
	CHECK(strstr(err.text, "no name") != NULL && !fixture_there("v.card"));
	how.name = "bad\x1bname";
	CHECK(make_card(FIXTURE_KEY, &how, &card, &superseded) == EVAULT_E_USAGE);
	how.name = "HQ";
	NEED(make_card(FIXTURE_KEY, &how, &card, &superseded) == EVAULT_OK);
	CHECK(make_card(FIXTURE_KEY, &how, &card, &superseded) == EVAULT_E_EXISTS);
	NEED(evault_card_load("v.card", &again, &err) == EVAULT_OK);
	CHECK(strcmp(card.note, again.note) == 0);
	/* One's own is no contact. */
	CHECK(add(card.note) == EVAULT_E_USAGE);
}

/* Whoever takes a device that may add must not be able to put another key in a contact's place. */
static void
what_a_capture_device_says_of_contacts_does_not_count(void)
{
	struct ev_card c = sample("Aigul", &owner_seed, "2026-11-22T09:15:09Z");
	struct ev_card other = sample("Aigul", &other_seed, "2026-11-23T09:15:09Z");
	const char *const files[] = { "device" };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_open how = {
		.dir = "v", .access = EVAULT_WRITE, .unlock = &unlock, .adding = true
	};
	char to[EVAULT_RECIPIENT_SIZE];
	struct evault_key_add device = { .name = "Device",
					 .role = EVAULT_ROLE_CAPTURE,
					 .seal = { .to = to } };
	struct evault_contact forged = { .name = "Aigul" }, found;
	struct evault *v = NULL;
	uint64_t missing = 9;

	NEED(make() && evault_keygen("device", to, &err) == EVAULT_OK &&
	     change_keys(NULL, &device));
	NEED(add(card_by(&c, &owner_seed, NULL)) == EVAULT_OK);
	NEED(evault_open(&how, &v, &err) == EVAULT_OK);
	CHECK(evault_contact_find(v, "Aigul", &found, &err) == EVAULT_E_DENIED);
	NEED(ev_card_read(ev_slice_text(card_by(&other, &other_seed, NULL)), &forged.card, &err) ==
	     EVAULT_OK);
	CHECK(ev_contact_keep(v, &forged, "changed", &err) == EVAULT_OK);
	evault_close(v);
	NEED(find("Aigul", &found) == EVAULT_OK);
	CHECK(strcmp(found.card.time, c.time) == 0);
	CHECK(number(&missing) == 1 && missing == 0);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(a_contact_is_kept_and_found_and_removed);
	UNIT_RUN(who_says_no_keeps_nothing);
	UNIT_RUN(other_keys_under_a_known_name_are_refused);
	UNIT_RUN(the_known_key_brings_others_in);
	UNIT_RUN(an_older_card_does_not_come_back);
	UNIT_RUN(one_key_has_one_name_and_names_that_read_alike_are_told);
	UNIT_RUN(a_former_key_signs_the_new_card_where_it_is_left);
	UNIT_RUN(a_card_needs_a_name_and_a_place);
	UNIT_RUN(what_a_capture_device_says_of_contacts_does_not_count);
	return fixture_end();
}
