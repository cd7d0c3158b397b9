/*
 * Panic: keys that are destroyed are gone, at once and in the right order;
 * what was proved before still opens.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <unistd.h>

#include "base/os_private.h"
#include "keyring_fixture.h"
#include "vault.h"
#include "vault_fixture.h"

static const char *const outside_files[] = { "outside" }, *const own_files[] = { FIXTURE_KEY },
			 *const strangers[] = { "stranger" };
static const struct evault_unlock outside = { .identity_files = outside_files,
					      .n_identity_files = 1 };
static const struct evault_unlock own = { .identity_files = own_files, .n_identity_files = 1 };
static const struct evault_unlock stranger = { .identity_files = strangers, .n_identity_files = 1 };

/* A vault with an item, a reader outside, and an export "x" of its keys. */
static bool
make(const char *dir)
{
	char recipient[EVAULT_RECIPIENT_SIZE], origin[EVAULT_ORIGIN_SIZE];
	const char *readers[] = { recipient };
	struct evault_init how = {
		.dir = dir, .to = fixture_recipient(), .readers = readers, .n_readers = 1
	};
	struct evault_add_summary summary;

	return fixture_remove(dir) && fixture_remove("x") && fixture_remove("outside") &&
	       evault_keygen("outside", recipient, NULL) == EVAULT_OK &&
	       evault_init(&how, origin, NULL) == EVAULT_OK && fixture_text("note", "seen") &&
	       fixture_add(dir, "note", &summary) == EVAULT_OK &&
	       evault_key_export(dir, "x", NULL) == EVAULT_OK;
}

static enum evault_status
arm(const char *dir, const char *exported, const struct evault_unlock *with)
{
	const struct evault_arm how = { exported, with };
	bool same = false;
	enum evault_status rc = evault_panic_arm(dir, &how, &same, NULL);

	CHECK(same == (rc == EVAULT_OK)); /* all of it lies in one temporary folder */
	return rc;
}

static enum evault_armed
state(const char *dir)
{
	enum evault_armed armed = EVAULT_ARMED_NOT;

	CHECK(evault_panic_armed(dir, &armed, NULL) == EVAULT_OK);
	return armed;
}

static enum evault_status
opens(const char *dir, const char *key)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open(dir, EVAULT_READ, key, &v, NULL);

	evault_close(v);
	return rc;
}

static void
an_export_is_what_the_log_names_and_lies_outside(void)
{
	NEED(make("v"));
	CHECK(fixture_there("x/vault") && fixture_there("x/keys/1.age") &&
	      fixture_there("x/keys/read.0.age") && fixture_there("x/keys/write.0.age"));
	CHECK(evault_key_export("v", "x", NULL) == EVAULT_E_EXISTS);
	CHECK(evault_key_export("v", "v/x", NULL) == EVAULT_E_USAGE && !fixture_there("v/x"));
	CHECK(evault_key_export("v", "v/packs/x", NULL) == EVAULT_E_USAGE);
	CHECK(evault_key_export("no", "y", NULL) == EVAULT_E_NOT_FOUND && !fixture_there("y"));
	NEED(fixture_flip("v/keys/1.age", 300));
	CHECK(evault_key_export("v", "y", NULL) == EVAULT_E_DAMAGED && !fixture_there("y/vault"));
	CHECK(fixture_remove("y"));
}

static void
unarmed_nothing_is_done_unless_it_is_asked_for(void)
{
	NEED(make("v"));
	CHECK(evault_panic("v", false, NULL) == EVAULT_E_DENIED);
	CHECK(opens("v", FIXTURE_KEY) == EVAULT_OK && fixture_is_sound("v"));
	CHECK(evault_panic("x", true, NULL) != EVAULT_OK || !fixture_there("x/keys/1.age"));
	CHECK(evault_panic("v", true, NULL) == EVAULT_OK);
	CHECK(opens("v", FIXTURE_KEY) == EVAULT_E_DAMAGED);
	CHECK(opens("v", "outside") == EVAULT_E_DAMAGED);
	CHECK(fixture_folder("empty") && evault_panic("empty", true, NULL) == EVAULT_E_NOT_VAULT);
}

static void
it_is_armed_only_after_proof_that_something_outside_opens_it(void)
{
	const struct evault_unlock nothing = { .n_identity_files = 0 };

	NEED(make("v") && fixture_vault("w") && fixture_remove("y") &&
	     evault_key_export("w", "y", NULL) == EVAULT_OK);
	if (!fixture_there("stranger")) {
		char recipient[EVAULT_RECIPIENT_SIZE];

		NEED(evault_keygen("stranger", recipient, NULL) == EVAULT_OK);
	}
	CHECK(arm("v", "x", &stranger) == EVAULT_E_KEY);
	CHECK(arm("v", "x", &nothing) == EVAULT_E_KEY);
	CHECK(arm("v", "y", &own) == EVAULT_E_USAGE);
	CHECK(arm("v", "none", &outside) == EVAULT_E_NOT_FOUND);
	CHECK(arm("v", "v", &outside) == EVAULT_E_USAGE);
	CHECK(state("v") == EVAULT_ARMED_NOT && !fixture_there("v/panic"));
	NEED(fixture_flip("x/keys/read.0.age", -10));
	CHECK(arm("v", "x", &outside) == EVAULT_E_DAMAGED && state("v") == EVAULT_ARMED_NOT);
	NEED(fixture_remove("x") && evault_key_export("v", "x", NULL) == EVAULT_OK);
	CHECK(arm("v", "x", &outside) == EVAULT_OK && state("v") == EVAULT_ARMED);
	CHECK(fixture_is_sound("v"));
	CHECK(evault_panic_disarm("v", NULL) == EVAULT_OK && state("v") == EVAULT_ARMED_NOT);
	CHECK(evault_panic_disarm("v", NULL) == EVAULT_OK);
	CHECK(evault_panic("v", false, NULL) == EVAULT_E_DENIED);
}

static void
armed_it_destroys_all_and_what_was_exported_opens_it_again(void)
{
	struct evault_kept kept;
	struct found f;

	keyring_on();
	NEED(make("v") && arm("v", "x", &outside) == EVAULT_OK);
	NEED(evault_unlock_keep("v", &own, 600, &kept, NULL) == EVAULT_OK && keyring_count() == 1);
	NEED(fixture_text("v/keys/2.age.new", "left by an interruption"));
	CHECK(evault_panic("v", false, NULL) == EVAULT_OK);
	CHECK(keyring_count() == 0 && !fixture_there("v/panic"));
	CHECK(!fixture_there("v/keys/1.age") && !fixture_there("v/keys/read.0.age") &&
	      !fixture_there("v/keys/write.0.age") && !fixture_there("v/keys/2.age.new"));
	CHECK(opens("v", FIXTURE_KEY) == EVAULT_E_DAMAGED &&
	      opens("v", "outside") == EVAULT_E_DAMAGED);
	CHECK(fixture_check("v", EVAULT_SEALED, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_MISSING] == 3 && f.n == 3);
	NEED(fixture_remove("v/keys") && fixture_copy("x/keys", "v/keys"));
	CHECK(opens("v", FIXTURE_KEY) == EVAULT_OK && opens("v", "outside") == EVAULT_OK);
	CHECK(fixture_is_sound("v"));
	keyring_off();
}

static void
after_a_change_of_keys_it_is_armed_no_more(void)
{
	struct evault_key_changed changed;
	struct evault *v = NULL;

	NEED(make("v") && arm("v", "x", &outside) == EVAULT_OK);
	NEED(fixture_open("v", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	NEED(evault_key_rotate(v, &changed, NULL) == EVAULT_OK);
	evault_close(v);
	CHECK(state("v") == EVAULT_ARMED_BEFORE);
	CHECK(evault_panic("v", false, NULL) == EVAULT_E_DENIED &&
	      opens("v", FIXTURE_KEY) == EVAULT_OK);
	CHECK(arm("v", "x", &outside) == EVAULT_E_DENIED);
	NEED(fixture_remove("x") && evault_key_export("v", "x", NULL) == EVAULT_OK);
	CHECK(arm("v", "x", &outside) == EVAULT_OK && state("v") == EVAULT_ARMED);
	NEED(fixture_text("v/panic", "something else"));
	CHECK(state("v") == EVAULT_ARMED_BEFORE &&
	      evault_panic("v", false, NULL) == EVAULT_E_DENIED);
}

/* ---- the order -------------------------------------------------------------------- */

static char order[400]; /* u: a name vanished; k: the kernel forgot; s: synced; w: overwritten */
static const struct ev_os_calls *real;

static void
happened(char what)
{
	size_t n = strlen(order);

	if (n + 1 < sizeof(order)) {
		order[n] = what;
		order[n + 1] = '\0';
	}
}

static int
seen_unlinkat(int dir, const char *path, int flags)
{
	happened('u');
	return real->unlinkat(dir, path, flags);
}

static int
seen_fsync(int fd)
{
	happened('s');
	return real->fsync(fd);
}

static ssize_t
seen_pwrite(int fd, const void *data, size_t len, off_t offset)
{
	happened('w');
	return real->pwrite(fd, data, len, offset);
}

static long
seen_keyctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	if (operation == KEYCTL_INVALIDATE || operation == KEYCTL_UNLINK ||
	    operation == KEYCTL_REVOKE)
		happened('k');
	return real->keyctl(operation, a, b, c, d);
}

static void
what_keys_hold_goes_before_the_first_sync_and_names_after_it(void)
{
	struct ev_os_calls seen;
	struct evault_kept kept;
	const char *first_sync, *first_name;

	keyring_on();
	NEED(make("v") && arm("v", "x", &outside) == EVAULT_OK);
	NEED(evault_unlock_keep("v", &own, 600, &kept, NULL) == EVAULT_OK);
	/* A second name keeps the file, to look at what was left in it. */
	real = ev_os_calls();
	seen = *real;
	seen.unlinkat = seen_unlinkat;
	seen.fsync = seen_fsync;
	seen.pwrite = seen_pwrite;
	seen.keyctl = seen_keyctl;
	ev_os_calls_swap(&seen);
	order[0] = '\0';
	CHECK(evault_panic("v", false, NULL) == EVAULT_OK);
	ev_os_calls_swap(NULL);
	first_sync = strchr(order, 's');
	first_name = strchr(order, 'u');
	NEED(first_sync != NULL && first_name > first_sync);
	CHECK(strchr(order, 'k') != NULL && strchr(order, 'k') < first_sync);
	CHECK(strchr(order, 'w') < first_sync && strchr(first_sync, 'w') == NULL);
	/* Three keys, whose names are gone for good before that of what armed it. */
	CHECK(strspn(first_name, "u") == 3 && strcmp(first_name + 3, "sus") == 0);
	keyring_off();
}

/* The power goes in the middle: it is armed still, for the rest. */
static void
one_that_was_cut_short_is_armed_for_the_rest(void)
{
	enum evault_armed armed = EVAULT_ARMED_NOT;

	NEED(make("v") && arm("v", "x", &outside) == EVAULT_OK);
	NEED(fixture_flip("v/keys/read.0.age", 0));
	CHECK(evault_panic_armed("v", &armed, NULL) == EVAULT_OK && armed == EVAULT_ARMED);
	CHECK(evault_panic("v", false, NULL) == EVAULT_OK);
}

/* One that fails does not keep the others. */
static int
failing_unlinkat(int dir, const char *path, int flags)
{
	if (strcmp(path, "keys/1.age") == 0) {
		errno = EIO;
		return -1;
	}
	return real->unlinkat(dir, path, flags);
}

static bool
is_sealed_file(const char *path)
{
	char first[sizeof(EV_AGE_VERSION)] = "";
	FILE *f = fopen(path, "rb");
	bool read = f != NULL && fgets(first, sizeof(first), f) != NULL;

	if (f != NULL)
		fclose(f);
	return read && strcmp(first, EV_AGE_VERSION) == 0;
}

static void
what_fails_is_told_and_all_the_rest_is_done(void)
{
	struct ev_os_calls failing;
	struct evault_error err = { .text = "" };

	NEED(make("v") && is_sealed_file("v/keys/1.age"));
	real = ev_os_calls();
	failing = *real;
	failing.unlinkat = failing_unlinkat;
	ev_os_calls_swap(&failing);
	CHECK(evault_panic("v", true, &err) == EVAULT_E_IO &&
	      strstr(err.text, "keys/1.age") != NULL);
	ev_os_calls_swap(NULL);
	CHECK(!fixture_there("v/keys/read.0.age") && !fixture_there("v/keys/write.0.age"));
	/* Its name is there; what it held is not. */
	CHECK(fixture_there("v/keys/1.age") && !is_sealed_file("v/keys/1.age"));
}

static void
damage_to_the_vault_note_does_not_save_the_keys(void)
{
	struct evault_kept kept;

	keyring_on();
	NEED(make("v") && arm("v", "x", &outside) == EVAULT_OK);
	NEED(evault_unlock_keep("v", &own, 600, &kept, NULL) == EVAULT_OK);
	NEED(fixture_flip("v/vault", 100));
	CHECK(evault_panic("v", false, NULL) == EVAULT_OK);
	CHECK(!fixture_there("v/keys/1.age") && keyring_count() == 0);
	keyring_off();
}

static void
another_name_of_a_key_is_not_written_over(void)
{
	struct evault_error err = { .text = "" };
	size_t files = 0;
	uint64_t before;

	NEED(make("v"));
	before = fixture_bytes("v/keys", &files);
	NEED(before > 0 && fixture_folder("backup") && link("v/keys/1.age", "backup/1.age") == 0);
	CHECK(evault_panic("v", true, &err) == EVAULT_E_IO && strstr(err.text, "linked") != NULL);
	CHECK(!fixture_there("v/keys/1.age") && fixture_bytes("backup", NULL) > 0);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(an_export_is_what_the_log_names_and_lies_outside);
	UNIT_RUN(unarmed_nothing_is_done_unless_it_is_asked_for);
	UNIT_RUN(it_is_armed_only_after_proof_that_something_outside_opens_it);
	UNIT_RUN(armed_it_destroys_all_and_what_was_exported_opens_it_again);
	UNIT_RUN(after_a_change_of_keys_it_is_armed_no_more);
	UNIT_RUN(what_keys_hold_goes_before_the_first_sync_and_names_after_it);
	UNIT_RUN(one_that_was_cut_short_is_armed_for_the_rest);
	UNIT_RUN(what_fails_is_told_and_all_the_rest_is_done);
	UNIT_RUN(damage_to_the_vault_note_does_not_save_the_keys);
	UNIT_RUN(another_name_of_a_key_is_not_written_over);
	return fixture_end();
}
