/*
 * Unlocking: passphrases, identities, readers, key files that are not what
 * the log names.
 */
#include <errno.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "vault.h"
#include "vault_fixture.h"

static char reader_recipient[EVAULT_RECIPIENT_SIZE];

/* What `ask` answers, and how often it was asked. */
struct answers {
	const char *const *list; /* NULL at its end: gives up */
	unsigned asked;
	enum evault_status instead; /* of the list */
};

static enum evault_status
ask(void *ctx, unsigned attempt, char *out, size_t size, struct evault_error *err)
{
	struct answers *a = ctx;

	if (attempt != a->asked++ || size != EVAULT_PASSPHRASE_MAX + 1)
		return ev_fail(err, EVAULT_E_USAGE, "asked wrongly");
	if (a->instead != EVAULT_OK)
		return ev_fail(err, a->instead, "not now");
	if (a->list[attempt] == NULL)
		return ev_fail(err, EVAULT_E_KEY, "gave up");
	snprintf(out, size, "%s", a->list[attempt]);
	return EVAULT_OK;
}

static enum evault_status
open_asking(const char *dir, struct answers *a, struct evault_error *err)
{
	struct evault_unlock unlock = { .ask = ask, .ctx = a };
	struct evault *v = NULL;
	enum evault_status rc = evault_open(
	    &(struct evault_open){ .dir = dir, .access = EVAULT_WRITE, .unlock = &unlock }, &v,
	    err);

	evault_close(v);
	return rc;
}

static enum evault_status
open_with(const char *dir, enum evault_access access, const char *key, struct evault_error *err)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open(dir, access, key, &v, err);

	evault_close(v);
	return rc;
}

/* A vault with a further reader. */
static bool
make(const char *dir)
{
	const char *const readers[] = { reader_recipient };
	struct evault_init how = {
		.dir = dir, .to = fixture_recipient(), .readers = readers, .n_readers = 1
	};
	char origin[EVAULT_ORIGIN_SIZE];

	return fixture_remove(dir) && evault_init(&how, origin, NULL) == EVAULT_OK;
}

/* ---- passphrases ------------------------------------------------------------------ */

static void
passphrase_is_asked_for_again_until_it_is_right(void)
{
	static const char *const right[] = { "correct horse", NULL };
	static const char *const third[] = { "wrong", "", "correct horse", NULL };
	static const char *const never[] = { "wrong", "Correct horse", NULL };
	struct evault_init how = { .dir = "pass",
				   .passphrase = "correct horse",
				   .work_factor = 10 };
	char origin[EVAULT_ORIGIN_SIZE];
	struct answers a = { right, 0, EVAULT_OK };
	struct evault_error err = { 0 };

	NEED(evault_init(&how, origin, NULL) == EVAULT_OK);
	CHECK(open_asking("pass", &a, NULL) == EVAULT_OK && a.asked == 1);
	a = (struct answers){ third, 0, EVAULT_OK };
	CHECK(open_asking("pass", &a, NULL) == EVAULT_OK && a.asked == 3);
	a = (struct answers){ never, 0, EVAULT_OK };
	CHECK(open_asking("pass", &a, &err) == EVAULT_E_KEY && a.asked == 3);
	CHECK(strcmp(err.text, "pass: gave up") == 0);
	a = (struct answers){ never, 0, EVAULT_E_CANCELLED };
	CHECK(open_asking("pass", &a, NULL) == EVAULT_E_CANCELLED && a.asked == 1);
	CHECK(open_with("pass", EVAULT_READ, FIXTURE_KEY, &err) == EVAULT_E_KEY);
}

static void
nobody_is_asked_where_no_passphrase_could_help(void)
{
	static const char *const any[] = { "x", NULL };
	struct answers a = { any, 0, EVAULT_OK };
	struct evault_error err = { 0 };

	NEED(make("v"));
	CHECK(open_asking("v", &a, &err) == EVAULT_E_KEY && a.asked == 0);
	CHECK(strstr(err.text, "no key was given") != NULL);
}

static void
identity_that_opens_nothing_is_said_so(void)
{
	char other[EVAULT_RECIPIENT_SIZE];
	struct evault_error err = { 0 };

	NEED(make("v") && evault_keygen("stranger", other, NULL) == EVAULT_OK);
	CHECK(open_with("v", EVAULT_READ, "stranger", &err) == EVAULT_E_KEY);
	CHECK(strcmp(err.text, "v: the identity given opens no key of this vault") == 0);
	CHECK(open_with("v", EVAULT_READ, "nowhere", &err) == EVAULT_E_NOT_FOUND);
	NEED(fixture_text("nokey", "hello\n"));
	CHECK(open_with("v", EVAULT_READ, "nokey", &err) == EVAULT_E_FORMAT);
	CHECK(strstr(err.text, "nokey") != NULL);
}

static void
more_than_sixteen_identities_are_refused(void)
{
	const char *files[18];
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 17 };
	struct evault *v = NULL;
	size_t i;

	NEED(make("v"));
	for (i = 0; i < 17; i++)
		files[i] = FIXTURE_KEY;
	CHECK(evault_open(
		  &(struct evault_open){ .dir = "v", .access = EVAULT_READ, .unlock = &unlock }, &v,
		  NULL) == EVAULT_E_LIMIT);
	unlock.n_identity_files = 16;
	CHECK(evault_open(
		  &(struct evault_open){ .dir = "v", .access = EVAULT_READ, .unlock = &unlock }, &v,
		  NULL) == EVAULT_OK);
	evault_close(v);
}

/* ---- readers ------------------------------------------------------------------------- */

static void
reader_without_a_slot_reads_and_does_not_write(void)
{
	struct evault_status_info info;
	struct evault_error err = { 0 };
	struct evault *v = NULL;

	NEED(make("v"));
	NEED(fixture_open("v", EVAULT_READ, "reader", &v, NULL) == EVAULT_OK);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK);
	CHECK(info.unlocked && strcmp(info.role, "reader") == 0 && info.holder[0] == '\0');
	evault_close(v);
	CHECK(open_with("v", EVAULT_WRITE, "reader", &err) == EVAULT_E_DENIED);
	CHECK(strstr(err.text, "may read and not write") != NULL);
}

static void
damaged_slot_of_a_holder_does_not_keep_a_reader_out(void)
{
	NEED(make("v") && fixture_flip("v/keys/1.age", 100));
	CHECK(open_with("v", EVAULT_READ, "reader", NULL) == EVAULT_OK);
	NEED(fixture_remove("v/keys/1.age"));
	CHECK(open_with("v", EVAULT_READ, "reader", NULL) == EVAULT_OK);
	CHECK(open_with("v", EVAULT_WRITE, "reader", NULL) == EVAULT_E_DENIED);
}

/* ---- damaged key files ------------------------------------------------------------------ */

static void
damaged_or_missing_slot_is_said_to_be_so(void)
{
	static const char *const any[] = { "x", NULL };
	struct answers a = { any, 0, EVAULT_OK };
	struct evault_error err = { 0 };

	NEED(make("v") && fixture_flip("v/keys/1.age", -1));
	CHECK(open_with("v", EVAULT_READ, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "keys/1.age") != NULL && strstr(err.text, "altered") != NULL);
	NEED(fixture_remove("v/keys/1.age"));
	CHECK(open_with("v", EVAULT_READ, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "keys/1.age") != NULL && strstr(err.text, "missing") != NULL);
	CHECK(open_asking("v", &a, &err) == EVAULT_E_DAMAGED && a.asked == 0);
}

static void
damaged_read_key_is_said_to_be_so(void)
{
	struct evault_error err = { 0 };

	NEED(make("v") && fixture_flip("v/keys/read.0.age", -1));
	CHECK(open_with("v", EVAULT_READ, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "keys/read.0.age") != NULL);
	CHECK(open_with("v", EVAULT_READ, "reader", &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "keys/read.0.age") != NULL);
}

/* The slot and an older key are damaged, and the newest key is whole and for others. */
static void
what_is_damaged_is_told_and_not_what_is_for_others(void)
{
	struct evault_key_changed changed;
	struct evault_error err = { 0 };
	struct evault *v = NULL;

	NEED(make("v") && fixture_open("v", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_key_rotate(v, &changed, NULL) == EVAULT_OK);
	evault_close(v);
	NEED(fixture_flip("v/keys/1.age", -1) && fixture_flip("v/keys/read.0.age", -1));
	CHECK(open_with("v", EVAULT_READ, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
	CHECK(err.status == EVAULT_E_DAMAGED && strstr(err.text, "keys/read.0.age") != NULL);
}

static void
damaged_log_key_keeps_from_writing_and_not_from_reading(void)
{
	struct evault_error err = { 0 };

	NEED(make("v") && fixture_flip("v/keys/write.0.age", -1));
	CHECK(open_with("v", EVAULT_READ, FIXTURE_KEY, NULL) == EVAULT_OK);
	CHECK(open_with("v", EVAULT_WRITE, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "keys/write.0.age") != NULL);
}

static void
key_files_of_two_vaults_cannot_be_swapped(void)
{
	static const char *const names[] = { "1.age", "read.0.age", "write.0.age" };
	struct evault_error err = { 0 };
	char from[40], to[40];
	size_t i;

	for (i = 0; i < 3; i++) {
		NEED(make("v") && make("other"));
		snprintf(from, sizeof(from), "other/keys/%s", names[i]);
		snprintf(to, sizeof(to), "v/keys/%s", names[i]);
		NEED(fixture_copy(from, to));
		CHECK(open_with("v", EVAULT_WRITE, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
		CHECK(strstr(err.text, names[i]) != NULL);
	}
}

/* Loads vault and log, which `change` may alter then, and unlocks. */
static enum evault_status
unlock_changed(void (*change)(struct ev_authority *a), const char *key, struct evault_error *err)
{
	const char *const files[] = { key };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct ev_findings strict = ev_findings_strict();
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin("v", EVAULT_WRITE, &v, err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(v, err);
	if (rc == EVAULT_OK)
		rc = ev_vault_load_log(v, &strict, NULL, 0, err);
	if (rc == EVAULT_OK) {
		change(&v->authority);
		rc = ev_vault_unlock(v, &unlock, err);
	}
	evault_close(v);
	return rc;
}

static void
change_nothing(struct ev_authority *a)
{
	(void)a;
}

static void
change_read_key(struct ev_authority *a)
{
	memcpy(a->read_keys[0], reader_recipient, sizeof(reader_recipient));
}

static void
change_log_key(struct ev_authority *a)
{
	a->log_key.key[0] ^= 1;
}

static void
change_origin(struct ev_authority *a)
{
	a->vault.origin[10] = a->vault.origin[10] == '0' ? '1' : '0';
}

static void
end_actor(struct ev_authority *a)
{
	a->actors[0].ended = true;
}

static void
change_role(struct ev_authority *a)
{
	a->actors[0].role = EV_ROLE_WRITER;
}

static void
keys_whose_public_parts_the_log_does_not_name_are_not_used(void)
{
	struct evault_error err = { 0 };

	NEED(make("v"));
	CHECK(unlock_changed(change_nothing, FIXTURE_KEY, &err) == EVAULT_OK);
	CHECK(unlock_changed(change_read_key, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "not the key that the log names") != NULL);
	CHECK(unlock_changed(change_log_key, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "not the key that the log names") != NULL);
	CHECK(unlock_changed(change_origin, FIXTURE_KEY, &err) == EVAULT_E_DAMAGED);
}

static void
holder_who_was_removed_or_has_another_role_is_denied(void)
{
	struct evault_error err = { 0 };

	NEED(make("v"));
	CHECK(unlock_changed(end_actor, FIXTURE_KEY, &err) != EVAULT_OK);
	CHECK(unlock_changed(change_role, FIXTURE_KEY, &err) != EVAULT_OK);
}

static void
key_file_that_cannot_be_read_is_an_error_of_the_disk(void)
{
	const struct fault_plan plan = { FAULT_OPENAT, 0, EIO, true, "keys/1.age" };

	NEED(make("v"));
	faults_on(&plan);
	CHECK(open_with("v", EVAULT_READ, FIXTURE_KEY, NULL) == EVAULT_E_IO);
	CHECK(faults_off());
}

/* ---- names -------------------------------------------------------------------------------- */

static void
holders_name_is_kept_byte_for_byte(void)
{
	static const char *const names[] = { "\xd3\x98\xd1\x81\xd0\xb5\xd0\xbb",
					     "100% \n\033[31m\"'\\ \x7f", "\xff\xfe not UTF-8", " ",
					     "\xe2\x80\xaetxet" };
	struct evault_init how = { .dir = "n", .to = fixture_recipient() };
	char origin[EVAULT_ORIGIN_SIZE], longest[300];
	struct evault_status_info info;
	struct evault *v;
	size_t i;

	memset(longest, '%', sizeof(longest));
	for (i = 0; i <= 5; i++) {
		v = NULL;
		longest[255] = '\0';
		how.name = i < 5 ? names[i] : longest;
		NEED(fixture_remove("n") && evault_init(&how, origin, NULL) == EVAULT_OK);
		NEED(fixture_open("n", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
		CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK);
		CHECK(strcmp(info.holder, how.name) == 0 && strcmp(info.role, "owner") == 0);
		evault_close(v);
	}
	longest[255] = '%';
	longest[256] = '\0';
	NEED(fixture_remove("n"));
	CHECK(evault_init(&how, origin, NULL) == EVAULT_E_USAGE && !fixture_there("n/vault"));
}

static void
no_secret_is_in_any_file_of_the_vault(void)
{
	struct evault *v = NULL;
	struct ev_buf file = EV_BUF_INIT;
	static const char *const files[] = { "v/vault", "v/keys/1.age", "v/keys/read.0.age",
					     "v/keys/write.0.age", "v/log/tile/entries/000.p/1" };
	size_t i;

	NEED(make("v") && fixture_open("v", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		ev_buf_clear(&file);
		NEED(ev_os_load(EV_OS_CWD, files[i], 1 << 20, &file, NULL) == EVAULT_OK);
		CHECK(memmem(file.data, file.len, v->keys->slot->identity.b, 32) == NULL);
		CHECK(memmem(file.data, file.len, v->keys->slot->actor.b, 32) == NULL);
		CHECK(memmem(file.data, file.len, v->keys->reads[0].b, 32) == NULL);
		CHECK(memmem(file.data, file.len, v->keys->write->log.b, 32) == NULL);
		CHECK(memmem(file.data, file.len, "AGE-SECRET-KEY", 14) == NULL);
	}
	ev_buf_release(&file);
	evault_close(v);
}

int
main(void)
{
	if (!fixture_start() || evault_keygen("reader", reader_recipient, NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(passphrase_is_asked_for_again_until_it_is_right);
	UNIT_RUN(nobody_is_asked_where_no_passphrase_could_help);
	UNIT_RUN(identity_that_opens_nothing_is_said_so);
	UNIT_RUN(more_than_sixteen_identities_are_refused);
	UNIT_RUN(reader_without_a_slot_reads_and_does_not_write);
	UNIT_RUN(damaged_slot_of_a_holder_does_not_keep_a_reader_out);
	UNIT_RUN(damaged_or_missing_slot_is_said_to_be_so);
	UNIT_RUN(damaged_read_key_is_said_to_be_so);
	UNIT_RUN(what_is_damaged_is_told_and_not_what_is_for_others);
	UNIT_RUN(damaged_log_key_keeps_from_writing_and_not_from_reading);
	UNIT_RUN(key_files_of_two_vaults_cannot_be_swapped);
	UNIT_RUN(keys_whose_public_parts_the_log_does_not_name_are_not_used);
	UNIT_RUN(holder_who_was_removed_or_has_another_role_is_denied);
	UNIT_RUN(key_file_that_cannot_be_read_is_an_error_of_the_disk);
	UNIT_RUN(holders_name_is_kept_byte_for_byte);
	UNIT_RUN(no_secret_is_in_any_file_of_the_vault);
	return fixture_end();
}
