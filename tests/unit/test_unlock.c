/*
 * Unlocking for a while: what is kept opens the vault it belongs to, and only
 * that; what is of no use is forgotten, and somebody is asked.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/os_keyring.h"
#include "keyring_fixture.h"
#include "vault.h"
#include "vault_fixture.h"

static unsigned asked;

static enum evault_status
ask(void *ctx, unsigned attempt, char *out, size_t size, struct evault_error *err)
{
	asked++;
	if (attempt > 0)
		return ev_fail(err, EVAULT_E_KEY, "gave up");
	snprintf(out, size, "%s", (const char *)ctx);
	return EVAULT_OK;
}

static char passphrase[] = "correct horse", wrong[] = "wrong";

static bool
make(const char *dir)
{
	struct evault_init how = {
		.dir = dir, .passphrase = passphrase, .work_factor = 10, .name = "Айгүл"
	};
	char origin[EVAULT_ORIGIN_SIZE];

	asked = 0;
	return fixture_remove(dir) && evault_init(&how, origin, NULL) == EVAULT_OK;
}

static enum evault_status
keep(const char *dir, char *answer, uint64_t seconds, struct evault_kept *kept,
     struct evault_error *err)
{
	struct evault_unlock unlock = { .kept = true, .ask = ask, .ctx = answer };

	return evault_unlock_keep(dir, &unlock, seconds, kept, err);
}

/* Opens with what is kept; when that is of no use, with the passphrase. */
static enum evault_status
open_kept(const char *dir, enum evault_access access, char *answer, struct evault **v,
	  struct evault_error *err)
{
	struct evault_unlock unlock = { .kept = true, .ask = ask, .ctx = answer };
	struct evault_open how = { .dir = dir, .access = access, .unlock = &unlock };

	asked = 0;
	return evault_open(&how, v, err);
}

static bool
opens_unasked(const char *dir)
{
	struct evault *v = NULL;
	enum evault_status rc = open_kept(dir, EVAULT_WRITE, wrong, &v, NULL);

	evault_close(v);
	return rc == EVAULT_OK && asked == 0;
}

static bool
opens_asking(const char *dir)
{
	struct evault *v = NULL;
	enum evault_status rc = open_kept(dir, EVAULT_READ, passphrase, &v, NULL);

	evault_close(v);
	return rc == EVAULT_OK && asked == 1;
}

static void
kept_keys_open_the_vault_unasked_for_reading_and_writing(void)
{
	struct evault_status_info info = { 0 };
	struct evault_kept kept = { 0 };
	struct evault *v = NULL;

	keyring_on();
	NEED(make("v"));
	CHECK(opens_asking("v"));
	CHECK(keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	CHECK(kept.kept && kept.seconds > 890 && kept.seconds <= 900);
	CHECK(strlen(kept.until) == 20 && strlen(kept.clock) == 5 && kept.clock[2] == ':');
	CHECK(keyring_find("evault:") != NULL && keyring_find("evault:")->seconds == 900);
	CHECK(opens_unasked("v"));
	CHECK(open_kept("v", EVAULT_READ, wrong, &v, NULL) == EVAULT_OK &&
	      evault_get_status(v, &info, NULL) == EVAULT_OK);
	CHECK(strcmp(info.holder, "Айгүл") == 0 && strcmp(info.role, "owner") == 0);
	evault_close(v);
	keyring_off();
}

static void
keeping_again_asks_again(void)
{
	struct evault_kept kept = { 0 };

	keyring_on();
	NEED(make("v") && keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	asked = 0;
	CHECK(keep("v", wrong, 9000, &kept, NULL) == EVAULT_E_KEY && asked == 2);
	CHECK(keyring_find("evault:")->seconds == 900 && opens_unasked("v"));
	keyring_off();
}

static void
kept_keys_are_ignored_by_who_does_not_want_them(void)
{
	struct evault_kept kept = { 0 };
	struct evault_unlock unlock = { .ask = ask, .ctx = wrong };
	struct evault_open how = { .dir = "v", .access = EVAULT_READ, .unlock = &unlock };
	struct evault *v = NULL;

	keyring_on();
	NEED(make("v") && keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	CHECK(evault_open(&how, &v, NULL) == EVAULT_E_KEY);
	keyring_off();
}

static void
locked_vault_asks_and_others_stay_open(void)
{
	struct evault_kept kept = { 0 };
	bool was = false;
	uint64_t n = 0;

	keyring_on();
	NEED(make("v") && make("w"));
	NEED(keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	CHECK(opens_asking("w"));
	NEED(keep("w", passphrase, 900, &kept, NULL) == EVAULT_OK);
	CHECK(keyring_count() == 2);
	CHECK(evault_lock("v", &was, NULL) == EVAULT_OK && was);
	CHECK(opens_asking("v") && opens_unasked("w"));
	CHECK(evault_lock("v", &was, NULL) == EVAULT_OK && !was);
	NEED(keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	CHECK(evault_lock_all(&n, NULL) == EVAULT_OK && n == 2);
	CHECK(opens_asking("v") && opens_asking("w") && keyring_count() == 0);
	CHECK(evault_lock("nowhere", &was, NULL) == EVAULT_E_NOT_FOUND);
	keyring_off();
}

static void
time_is_told_without_a_key(void)
{
	struct evault_open sealed = { .dir = "v", .access = EVAULT_SEALED };
	struct evault_kept kept = { 0 };
	struct evault *v = NULL;

	keyring_on();
	NEED(make("v") && evault_open(&sealed, &v, NULL) == EVAULT_OK);
	CHECK(evault_get_kept(v, &kept, NULL) == EVAULT_OK && !kept.kept);
	NEED(keep("v", passphrase, 60, &kept, NULL) == EVAULT_OK);
	kept = (struct evault_kept){ .kept = false };
	CHECK(evault_get_kept(v, &kept, NULL) == EVAULT_OK && kept.kept && kept.seconds > 50);
	keyring_fails(KEYRING_ANY, ENOSYS);
	CHECK(evault_get_kept(v, &kept, NULL) == EVAULT_OK && !kept.kept);
	evault_close(v);
	keyring_off();
}

/* ---- of no use ------------------------------------------------------------- */

/* Whatever is in the keyring instead: somebody is asked, and it is there no more. */
static void
is_useless(const char *dir)
{
	CHECK(opens_asking(dir));
	CHECK(keyring_find("evault:") == NULL);
}

static void
garbled_value_is_forgotten(void)
{
	struct evault_kept kept = { 0 };
	struct keyring_key *k;
	size_t at, len;

	keyring_on();
	NEED(make("v") && keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	len = keyring_find("evault:")->len;
	/* In every line: the form, the hash, the time, the origin, the role, the keys. */
	for (at = 0; at < len; at += 7) {
		keyring_on();
		NEED(keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
		k = keyring_find("evault:");
		k->value[at] = (uint8_t)(k->value[at] == 'x' ? 'y' : 'x');
		/* A name is the holder's own to choose, and is not wrong in any form. */
		if (!opens_unasked("v"))
			is_useless("v");
	}
	keyring_on();
	NEED(keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	keyring_find("evault:")->len /= 2;
	is_useless("v");
	keyring_off();
}

static void
value_of_another_vault_is_forgotten(void)
{
	struct evault_kept kept = { 0 };
	uint8_t value[2000];
	char name[128];
	struct keyring_key *k;
	size_t len;

	keyring_on();
	NEED(make("v") && make("w") && keep("w", passphrase, 900, &kept, NULL) == EVAULT_OK);
	k = keyring_find("evault:");
	len = k->len;
	NEED(len <= sizeof(value));
	memcpy(value, k->value, len);
	keyring_on();
	NEED(keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	k = keyring_find("evault:");
	snprintf(name, sizeof(name), "%s", k->name);
	keyring_on();
	keyring_plant(name, value, len);
	is_useless("v");
	keyring_off();
}

/* A vault whose log names another file for the slot, or ended it. */
static void
value_of_a_slot_that_was_replaced_is_forgotten(void)
{
	struct evault_open sealed = { .dir = "v", .access = EVAULT_SEALED };
	struct evault_kept kept = { 0 };
	struct evault *v = NULL;
	struct ev_named_file *slot = NULL;
	size_t i;

	keyring_on();
	NEED(make("v") && keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	NEED(evault_open(&sealed, &v, NULL) == EVAULT_OK);
	for (i = 0; i < v->authority.n_files; i++)
		if (strcmp(v->authority.files[i].path, "keys/1.age") == 0)
			slot = &v->authority.files[i];
	NEED(slot != NULL && evault_get_kept(v, &kept, NULL) == EVAULT_OK && kept.kept);
	slot->hash.b[0] ^= 1;
	CHECK(evault_get_kept(v, &kept, NULL) == EVAULT_OK && !kept.kept);
	CHECK(keyring_count() == 0);
	slot->hash.b[0] ^= 1;
	NEED(keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	slot->ended = true;
	CHECK(evault_get_kept(v, &kept, NULL) == EVAULT_OK && !kept.kept && keyring_count() == 0);
	evault_close(v);
	keyring_off();
}

/* The kernel should have forgotten it: we do not rely on that. */
static void
value_past_its_time_is_forgotten(void)
{
	struct evault_kept kept = { 0 };
	struct keyring_key *k;
	char *at;

	keyring_on();
	NEED(make("v") && keep("v", passphrase, 900, &kept, NULL) == EVAULT_OK);
	k = keyring_find("evault:");
	at = strstr((char *)k->value, "until 1");
	NEED(at != NULL);
	memcpy(at, "until 10", 8);
	is_useless("v");
	keyring_off();
}

/* ---- where it cannot be ------------------------------------------------------- */

static void
kernel_without_a_keyring_is_told_and_harms_nothing(void)
{
	struct evault_kept kept = { 0 };
	struct evault_error err = { 0 };
	bool was = false;
	uint64_t n = 0;

	keyring_on();
	NEED(make("v"));
	keyring_fails(KEYRING_ANY, ENOSYS);
	CHECK(opens_asking("v"));
	CHECK(keep("v", passphrase, 900, &kept, &err) == EVAULT_E_NO_KEYRING && !kept.kept);
	CHECK(strstr(err.text, "has no keyring") != NULL);
	CHECK(evault_lock("v", &was, &err) == EVAULT_E_NO_KEYRING);
	CHECK(evault_lock_all(&n, &err) == EVAULT_E_NO_KEYRING);
	keyring_fails(KEYRING_ADD, EDQUOT);
	CHECK(keep("v", passphrase, 900, &kept, &err) == EVAULT_E_NO_KEYRING);
	keyring_off();
}

static void
what_cannot_be_kept_is_refused(void)
{
	struct evault_init how = { .dir = "r", .to = fixture_recipient() };
	const char *files[] = { FIXTURE_KEY }, *others[] = { "reader", "stranger" }, *readers[1];
	struct evault_unlock key = { .identity_files = files, .n_identity_files = 1 };
	struct evault_unlock both = { .identity_files = others, .n_identity_files = 2 };
	char origin[EVAULT_ORIGIN_SIZE], recipient[EVAULT_RECIPIENT_SIZE];
	struct evault_kept kept = { 0 };

	keyring_on();
	NEED(evault_keygen("stranger", recipient, NULL) == EVAULT_OK);
	NEED(evault_keygen("reader", recipient, NULL) == EVAULT_OK);
	readers[0] = recipient;
	how.readers = readers;
	how.n_readers = 1;
	NEED(evault_init(&how, origin, NULL) == EVAULT_OK);
	CHECK(evault_unlock_keep("r", &both, 60, &kept, NULL) == EVAULT_E_DENIED);
	CHECK(evault_unlock_keep("r", &key, 0, &kept, NULL) == EVAULT_E_USAGE);
	CHECK(evault_unlock_keep("r", &key, EVAULT_KEEP_MAX + 1, &kept, NULL) == EVAULT_E_USAGE);
	CHECK(keyring_count() == 0 && !kept.kept);
	CHECK(evault_unlock_keep("r", &key, EVAULT_KEEP_MAX, &kept, NULL) == EVAULT_OK);
	CHECK(opens_unasked("r"));
	keyring_off();
}

/* The one line of an identity file that is no comment, into `out`. */
static bool
identity_of(const char *path, char out[EVAULT_IDENTITY_SIZE])
{
	FILE *f = fopen(path, "r");
	bool found = false;

	while (f != NULL && !found && fgets(out, EVAULT_IDENTITY_SIZE, f) != NULL)
		found = out[0] == 'A';
	if (f != NULL)
		fclose(f);
	out[strcspn(out, "\n")] = '\0';
	return found;
}

static void
a_readers_identity_in_memory_is_kept_and_opens_until_they_are_removed(void)
{
	struct evault_init how = { .dir = "s", .to = fixture_recipient() };
	char identity[EVAULT_IDENTITY_SIZE], recipient[EVAULT_RECIPIENT_SIZE];
	struct evault_unlock reader = { .identity = identity };
	const char *readers[1] = { recipient };
	struct evault_key_changed changed;
	struct evault_status_info info;
	char origin[EVAULT_ORIGIN_SIZE];
	struct evault_kept kept = { 0 };
	struct evault *v = NULL;

	keyring_on();
	NEED(evault_keygen("second", recipient, NULL) == EVAULT_OK &&
	     identity_of("second", identity));
	how.readers = readers;
	how.n_readers = 1;
	NEED(evault_init(&how, origin, NULL) == EVAULT_OK);
	CHECK(evault_unlock_keep("s", &reader, 60, &kept, NULL) == EVAULT_OK && kept.kept);
	CHECK(open_kept("s", EVAULT_READ, wrong, &v, NULL) == EVAULT_OK && asked == 0);
	NEED(v != NULL && evault_get_status(v, &info, NULL) == EVAULT_OK);
	CHECK(strcmp(info.role, "reader") == 0 && info.ways == 2);
	CHECK(evault_get_kept(v, &kept, NULL) == EVAULT_OK && kept.kept);
	evault_close(v);
	/* Who may not write, may not with a kept key either. */
	v = NULL;
	CHECK(open_kept("s", EVAULT_WRITE, wrong, &v, NULL) == EVAULT_E_DENIED && v == NULL);
	CHECK(keyring_count() == 1);
	NEED(fixture_open("s", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_key_remove(v, recipient, &changed, NULL) == EVAULT_OK);
	evault_close(v);
	v = NULL;
	CHECK(open_kept("s", EVAULT_READ, wrong, &v, NULL) == EVAULT_E_KEY && v == NULL);
	CHECK(keyring_count() == 0);
	snprintf(identity, sizeof(identity), "AGE-SECRET-KEY-1NONSENSE");
	CHECK(evault_unlock_keep("s", &reader, 60, &kept, NULL) == EVAULT_E_FORMAT);
	keyring_off();
}

/* More entries than one bundle holds, all in the index. */
static bool
make_long(const char *dir)
{
	const char *const paths[] = { "many" };
	struct evault_add what = { .paths = paths, .n_paths = 1 };
	struct evault_add_summary summary = { 0 };
	struct evault *v = NULL;
	char path[32], text[32];
	bool good = make(dir) && fixture_folder("many");
	unsigned i;

	for (i = 0; good && i < 300; i++) {
		snprintf(path, sizeof(path), "many/%u", i);
		snprintf(text, sizeof(text), "text %u", i);
		good = fixture_text(path, text);
	}
	good = good && open_kept(dir, EVAULT_WRITE, passphrase, &v, NULL) == EVAULT_OK &&
	       evault_add(v, &what, &summary, NULL) == EVAULT_OK && summary.kept == 300;
	evault_close(v);
	return good;
}

static void
what_the_index_vouches_for_is_not_read_to_unlock(void)
{
	struct evault_kept kept;
	bool was;

	NEED(make_long("long") && keep("long", passphrase, 60, &kept, NULL) == EVAULT_OK);
	CHECK(evault_lock("long", &was, NULL) == EVAULT_OK && was);
	/* Entry 256 and those after it, of which none changes keys. */
	NEED(fixture_flip("long/log/tile/entries/001.p/46", 200));
	CHECK(keep("long", passphrase, 60, &kept, NULL) == EVAULT_OK);
	CHECK(evault_lock("long", &was, NULL) == EVAULT_OK && was);
	/* The index of another vault vouches for nothing, nor one that is not there. */
	NEED(fixture_flip("long/index.db", 100) && fixture_flip("long/index.db", 4 * 4096 + 100));
	CHECK(keep("long", passphrase, 60, &kept, NULL) == EVAULT_E_DAMAGED);
	NEED(fixture_remove("long/index.db"));
	CHECK(keep("long", passphrase, 60, &kept, NULL) == EVAULT_E_DAMAGED);
	CHECK(evault_lock("long", &was, NULL) == EVAULT_OK && !was);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(kept_keys_open_the_vault_unasked_for_reading_and_writing);
	UNIT_RUN(keeping_again_asks_again);
	UNIT_RUN(kept_keys_are_ignored_by_who_does_not_want_them);
	UNIT_RUN(locked_vault_asks_and_others_stay_open);
	UNIT_RUN(time_is_told_without_a_key);
	UNIT_RUN(garbled_value_is_forgotten);
	UNIT_RUN(value_of_another_vault_is_forgotten);
	UNIT_RUN(value_of_a_slot_that_was_replaced_is_forgotten);
	UNIT_RUN(value_past_its_time_is_forgotten);
	UNIT_RUN(kernel_without_a_keyring_is_told_and_harms_nothing);
	UNIT_RUN(what_cannot_be_kept_is_refused);
	UNIT_RUN(a_readers_identity_in_memory_is_kept_and_opens_until_they_are_removed);
	UNIT_RUN(what_the_index_vouches_for_is_not_read_to_unlock);
	return fixture_end();
}
