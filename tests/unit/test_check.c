/*
 * Checking: what is found in whole and damaged vaults.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "commit.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

static bool
add_text(const char *dir, const char *path, const char *text)
{
	struct evault_add_summary s;

	return fixture_text(path, text) && fixture_add(dir, path, &s) == EVAULT_OK && s.kept == 1;
}

/* A vault "c" of two items, as it was made once. */
static bool
begin(void)
{
	if (!fixture_there("whole") && !(fixture_vault("whole") && add_text("whole", "a", "one") &&
					 add_text("whole", "b", "two")))
		return false;
	return fixture_remove("c") && fixture_copy("whole", "c");
}

static enum evault_status
check(enum evault_access access, enum evault_check_depth depth, struct found *f,
      struct evault_check_summary *s)
{
	return fixture_check("c", access, depth, f, s);
}

/* ---- whole ones --------------------------------------------------------------------- */

static void
whole_vault_is_sound_to_every_depth(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin());
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.n == 0 && s.sound && s.log_checked && s.packs_checked && s.content_checked);
	CHECK(s.entries == 5 && s.items == 2 && s.packs == 2 && s.objects == 2 && s.records == 2);
	CHECK(s.packs_read == 2);
	CHECK(s.bytes_read > 100000 && !s.against_checked);
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.n == 0 && s.sound && s.packs_checked && !s.content_checked && s.items == 0);
	NEED(check(EVAULT_READ, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.n == 0 && s.sound && !s.packs_checked && !s.content_checked);
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.n == 0 && s.sound && s.entries == 5);
}

static void
check_writes_nothing(void)
{
	struct found f;
	uint64_t before;
	size_t files, files_after;

	NEED(begin());
	before = fixture_bytes("c", &files);
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_OK);
	CHECK(fixture_bytes("c", &files_after) == before && files == files_after);
}

static void
folder_that_is_no_vault_cannot_be_checked(void)
{
	struct found f;

	NEED(fixture_remove("c") && fixture_folder("c"));
	CHECK(check(EVAULT_SEALED, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_E_NOT_VAULT);
	NEED(fixture_remove("c"));
	CHECK(check(EVAULT_SEALED, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_E_NOT_FOUND);
}

static void
every_finding_has_a_word_of_its_own(void)
{
	int a, b;

	for (a = EVAULT_FINDING_MISSING; a <= EVAULT_FINDING_UNREADABLE; a++) {
		for (b = EVAULT_FINDING_MISSING; b < a; b++)
			CHECK(strcmp(evault_finding_word((enum evault_finding_kind)a),
				     evault_finding_word((enum evault_finding_kind)b)) != 0);
	}
}

/* ---- every file of the vault ------------------------------------------------------------- */

/* Files of the vault, with "c/" before them. */
static bool
all_files(const char *path, char names[][200], size_t *n)
{
	struct ev_os_list list = { NULL, 0 };
	char below[200];
	bool good = true;
	size_t i;

	if (ev_os_list(EV_OS_CWD, path, &list, NULL) != EVAULT_OK) {
		snprintf(names[(*n)++], 200, "%s", path);
		return true;
	}
	for (i = 0; i < list.n && good; i++) {
		snprintf(below, sizeof(below), "%s/%s", path, list.names[i]);
		good = *n < 60 && all_files(below, names, n);
	}
	ev_os_list_free(&list);
	return good;
}

static bool
may_change_unseen(const char *path)
{
	return strcmp(path, "c/writer") == 0 || strcmp(path, "c/index.db") == 0;
}

static void
any_file_that_is_altered_or_missing_is_found_without_the_key(void)
{
	static char names[60][200];
	struct evault_check_summary s;
	struct found f;
	size_t i, n = 0;
	int how;

	NEED(begin() && all_files("c", names, &n) && n > 10);
	for (i = 0; i < n; i++) {
		for (how = 0; how < 3; how++) {
			NEED(begin());
			if (may_change_unseen(names[i]))
				continue;
			if (how == 0)
				NEED(fixture_flip(names[i], 20));
			else if (how == 1)
				NEED(fixture_remove(names[i]));
			else
				NEED(fixture_cut(names[i], 0));
			if (!CHECK(check(EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) != EVAULT_OK ||
				   (s.damage > 0 && !s.sound)))
				printf("# %s, %d: not found\n", names[i], how);
			if (strncmp(names[i], "c/packs/", 8) == 0)
				CHECK(s.packs == 2 && s.packs_read == (how == 0 ? 2 : 1));
			if (!CHECK(f.n == 0 || strstr(f.all, names[i] + 2) != NULL ||
				   strstr(f.all, "[]") != NULL))
				printf("# %s, %d: %s\n", names[i], how, f.all);
		}
	}
}

static void
item_whose_pack_is_gone_is_named(void)
{
	struct evault_check_summary s;
	struct found f;
	char pack[300];

	NEED(begin() && fixture_pack("c", 0, pack, sizeof(pack)) && fixture_remove(pack));
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_MISSING] == 2 && !s.sound && (f.index == 1 || f.index == 3));
	CHECK(strstr(f.all, pack + 2) != NULL);
	NEED(check(EVAULT_READ, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_MISSING] >= 1 && !s.sound);
}

static void
flipped_byte_of_a_pack_is_found_by_a_full_check_alone(void)
{
	struct evault_check_summary s;
	struct found f;
	char pack[300];

	NEED(begin() && fixture_pack("c", 0, pack, sizeof(pack)) && fixture_flip(pack, 1000));
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_ALTERED] >= 1 && !s.sound);
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_ALTERED] == 1 && !s.sound);
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.n == 0);
	NEED(fixture_cut(pack, 70000));
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_ALTERED] == 1 && strstr(f.detail, "bytes") != NULL);
}

static void
pack_that_cannot_be_read_is_no_alteration(void)
{
	struct fault_plan plan = { FAULT_OPENAT, 0, EIO, true, NULL };
	struct evault_check_summary s;
	struct found f;
	char pack[300];

	NEED(begin() && fixture_pack("c", 0, pack, sizeof(pack)));
	plan.name = pack + 10;
	faults_on(&plan);
	CHECK(check(EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(faults_off() && f.n == 1 && f.of[EVAULT_FINDING_UNREADABLE] == 1);
	CHECK(s.damage == 0 && s.unreadable == 1 && !s.sound);
}

/* Whatever the word of the system for it: no room and read-only are said of a read too. */
static void
records_and_originals_that_cannot_be_read_are_no_damage(void)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EROFS };
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, true, ".age" };
	struct evault_check_summary s;
	enum evault_status rc;
	bool unreadable;
	struct found f;
	size_t i;

	for (i = 0; i < 4; i++) {
		NEED(begin());
		plan.sys = errors[i];
		unreadable = false;
		/* The vault's keys are files of this kind too. */
		for (plan.nth = 0; plan.nth < 12; plan.nth++) {
			faults_on(&plan);
			rc = check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s);
			faults_off();
			CHECK(rc == EVAULT_E_IO || (rc == EVAULT_OK && s.damage == 0));
			unreadable = unreadable || (rc == EVAULT_OK && s.unreadable > 0);
		}
		CHECK(unreadable);
	}
}

static void
what_does_not_belong_is_found(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin() && fixture_text("c/extra", "x") && fixture_folder("c/empty") &&
	     fixture_folder("c/full") && fixture_text("c/full/x", "x") &&
	     fixture_text("c/keys/9.age", "x") && fixture_text("c/log/tile/0/x", "x") &&
	     symlink("vault", "c/link") == 0);
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_UNKNOWN] >= 5 && !s.sound);
	CHECK(strstr(f.all, "[extra]") != NULL && strstr(f.all, "[full/x]") != NULL);
	CHECK(strstr(f.all, "[keys/9.age]") != NULL && strstr(f.all, "[link]") != NULL);
	CHECK(strstr(f.all, "[log/tile/0/x]") != NULL);
	NEED(begin() && fixture_text("c/index.db", "x") && fixture_text("c/writer", "x"));
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.n == 0 && s.sound);
}

static void
temporary_files_and_old_tiles_are_no_damage(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin() && fixture_text("c/packs/0123456789abcdef.tmp", "x") &&
	     fixture_text("c/log/tile/0/000.p/3", "x") &&
	     fixture_text("c/log/tile/0/000.p/9", "x"));
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_QUICK, &f, &s) == EVAULT_OK);
	CHECK(f.n == 2 && f.of[EVAULT_FINDING_INTERRUPTED] == 2 && s.sound && s.interrupted == 2);
}

static void
damaged_slot_is_found_by_a_check_with_the_key(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin() && fixture_flip("c/keys/1.age", 50));
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_ALTERED] >= 1 && strstr(f.all, "[keys/1.age]") != NULL);
	CHECK(!s.sound && !s.content_checked);
}

static void
wrong_key_is_an_error_and_no_finding(void)
{
	const char *const files[] = { "stranger" };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL };
	struct evault_check_summary s;
	char recipient[EVAULT_RECIPIENT_SIZE];

	NEED(begin() && evault_keygen("stranger", recipient, NULL) == EVAULT_OK);
	CHECK(evault_check("c", EVAULT_READ, &unlock, &what, &s, NULL) == EVAULT_E_KEY);
	CHECK(!s.sound);
}

/* ---- content that is wrong under a good signature ----------------------------------------------
 */

/* An item made by hand: a record that claims this hash, and the object that is kept for it. */
static bool
keep_by_hand(const char *claimed, const char *kept, const char *record_digest_of)
{
	struct ev_commit c;
	struct ev_record r;
	struct evault *v = NULL;
	struct ev_hash sha, digest;
	struct ev_slice text;
	char hex[EVAULT_HEX_SIZE];
	uint64_t index;
	bool good = fixture_open("c", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    ev_commit_init(&c, v, NULL) == EVAULT_OK;

	if (!good) {
		evault_close(v);
		return false;
	}
	ev_record_init(&r);
	ev_hash_of(claimed, strlen(claimed), &sha);
	ev_hash_hex(&sha, hex);
	good = ev_commit_begin_record(v, "add", &r, NULL) == EVAULT_OK &&
	       ev_record_add_text(&r, "name", "by hand", NULL) == EVAULT_OK &&
	       ev_record_add_text(&r, "size", "4", NULL) == EVAULT_OK &&
	       ev_record_add_text(&r, "sha256", hex, NULL) == EVAULT_OK;
	if (kept != NULL)
		good = good && ev_commit_member(&c, EV_MEMBER_OBJECT, &sha, 0, ev_slice_text(kept),
						NULL) == EVAULT_OK;
	if (record_digest_of != NULL) {
		/* A record in the pack under a name that is not its digest. */
		text = ev_slice_of(r.text.data, r.text.len);
		ev_hash_of(record_digest_of, strlen(record_digest_of), &digest);
		good =
		    good &&
		    ev_commit_member(&c, EV_MEMBER_RECORD, &digest, 0, text, NULL) == EVAULT_OK &&
		    ev_commit_adopt(&c, &digest, NULL) == EVAULT_OK;
	} else {
		good = good && ev_commit_record(&c, &r, &index, NULL) == EVAULT_OK;
	}
	good = good && ev_commit_finish(&c, NULL) == EVAULT_OK;
	ev_record_release(&r);
	ev_commit_release(&c);
	evault_close(v);
	return good;
}

static void
item_whose_bytes_are_not_the_ones_it_names_is_found(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin() && keep_by_hand("BODY", "body", NULL));
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_ALTERED] >= 2 && f.n == f.of[EVAULT_FINDING_ALTERED]);
	CHECK(f.index == 5 && !s.sound);
	/* Without the key, the packs are what was signed. */
	NEED(check(EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(s.sound);
}

static void
item_whose_bytes_nobody_kept_is_found(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin() && keep_by_hand("never", NULL, NULL));
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_MISSING] == 1 && f.index == 5 && !s.sound);
}

static void
record_under_another_ones_name_is_found(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(begin() && keep_by_hand("body", "body", "another record"));
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_ALTERED] >= 1 && f.index == 5 && !s.sound);
}

/* An entry for a record of the action `add` that lacks one of its fields. */
static bool
keep_lacking(const char *field)
{
	static const char *const fields[][2] = {
		{ "name", "by hand" },
		{ "size", "3" }, /* of "one", which is kept */
		{ "sha256", "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed" },
	};
	struct ev_commit c = { .v = NULL };
	struct ev_record r;
	struct evault *v = NULL;
	uint64_t index;
	bool good = fixture_open("c", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    ev_commit_init(&c, v, NULL) == EVAULT_OK;
	size_t i;

	ev_record_init(&r);
	good = good && ev_commit_begin_record(v, "add", &r, NULL) == EVAULT_OK;
	for (i = 0; i < 3 && good; i++)
		good = strcmp(fields[i][0], field) == 0 ||
		       ev_record_add_text(&r, fields[i][0], fields[i][1], NULL) == EVAULT_OK;
	good = good && ev_commit_record(&c, &r, &index, NULL) == EVAULT_OK && index == 5 &&
	       ev_commit_finish(&c, NULL) == EVAULT_OK;
	ev_record_release(&r);
	ev_commit_release(&c);
	evault_close(v);
	return good;
}

static void
added_item_whose_record_lacks_what_it_must_say_is_found(void)
{
	static const char *const lacking[] = { "name", "size", "sha256" };
	struct evault_check_summary s;
	struct found f;
	size_t i;

	for (i = 0; i < 3; i++) {
		NEED(begin() && keep_lacking(lacking[i]));
		NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
		CHECK(f.n == 1 && f.of[EVAULT_FINDING_FORGED] == 1 && f.index == 5 && !s.sound);
	}
	NEED(begin() && keep_lacking("nothing") && fixture_is_sound("c"));
}

/* ---- against a checkpoint
 * ------------------------------------------------------------------------ */

static enum evault_status check_against(const char *checkpoint, struct found *f,
					struct evault_check_summary *s);

static struct found *against_found;

static void
on_against(void *ctx, const struct evault_finding *finding)
{
	(void)ctx;
	against_found->n++;
	against_found->of[finding->kind]++;
}

static enum evault_status
check_against(const char *checkpoint, struct found *f, struct evault_check_summary *s)
{
	struct evault_check what = { .depth = EVAULT_CHECK_QUICK, .against = checkpoint };

	memset(f, 0, sizeof(*f));
	against_found = f;
	what.finding = on_against;
	return evault_check("c", EVAULT_SEALED, NULL, &what, s, NULL);
}

static void
vault_is_compared_with_a_checkpoint_from_before(void)
{
	struct evault_check_summary s;
	struct evault *v = NULL;
	struct found f;
	char *note = NULL;

	NEED(begin());
	NEED(evault_open(&(struct evault_open){ .dir = "c", .access = EVAULT_SEALED }, &v, NULL) ==
		 EVAULT_OK &&
	     evault_checkpoint(v, &note, NULL) == EVAULT_OK && fixture_text("before", note));
	evault_close(v);
	evault_free(note);
	NEED(check_against("before", &f, &s) == EVAULT_OK);
	CHECK(f.n == 0 && s.sound && s.against_checked);
	NEED(add_text("c", "c3", "three"));
	NEED(check_against("before", &f, &s) == EVAULT_OK && f.n == 0 && s.sound);
	/* A vault that was put back to an older state. */
	NEED(fixture_copy("c/log/checkpoint", "later") && begin());
	NEED(check_against("later", &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_HISTORY] == 1 && !s.sound);
	/* The same length, and another past. */
	NEED(add_text("c", "other", "other"));
	NEED(check_against("later", &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_HISTORY] == 1 && !s.sound);
	/* Another vault altogether. */
	NEED(fixture_vault("another") &&
	     check_against("another/log/checkpoint", &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_HISTORY] == 1 && !s.sound);
	CHECK(check_against("key", &f, &s) == EVAULT_E_FORMAT);
	CHECK(check_against("nowhere", &f, &s) == EVAULT_E_NOT_FOUND);
}

/* ---- cancelled
 * ---------------------------------------------------------------------------------------- */

static bool
stop(void *ctx, const struct evault_progress *p)
{
	(void)ctx;
	return p->bytes_done > 20000;
}

static void
cancelled_check_says_so_and_is_not_sound(void)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL, .progress = stop };
	struct evault_check_summary s;

	NEED(begin());
	CHECK(evault_check("c", EVAULT_READ, &unlock, &what, &s, NULL) == EVAULT_OK);
	CHECK(s.cancelled && !s.sound);
}

/* ---- long originals
 * ------------------------------------------------------------------------------------- */

static void
originals_in_parts_are_checked_and_a_damaged_one_is_named(void)
{
	struct evault_check_summary s;
	struct evault_add_summary added;
	struct found f;
	uint8_t *data = malloc(20 << 20);
	char pack[300];

	NEED(data != NULL && fixture_remove("c") && fixture_vault("c"));
	fixture_noise(data, 20 << 20, 5);
	NEED(fixture_file("long", data, 20 << 20));
	free(data);
	NEED(fixture_add("c", "long", &added) == EVAULT_OK && added.kept == 1);
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.n == 0 && s.objects == 1 && s.items == 1 && s.sound);
	NEED(fixture_pack("c", 0, pack, sizeof(pack)) && fixture_flip(pack, 12 << 20));
	NEED(check(EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_ALTERED] + f.of[EVAULT_FINDING_MISSING] >= 2 && f.index == 1);
	CHECK(!s.sound);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(whole_vault_is_sound_to_every_depth);
	UNIT_RUN(check_writes_nothing);
	UNIT_RUN(folder_that_is_no_vault_cannot_be_checked);
	UNIT_RUN(every_finding_has_a_word_of_its_own);
	UNIT_RUN(any_file_that_is_altered_or_missing_is_found_without_the_key);
	UNIT_RUN(item_whose_pack_is_gone_is_named);
	UNIT_RUN(flipped_byte_of_a_pack_is_found_by_a_full_check_alone);
	UNIT_RUN(pack_that_cannot_be_read_is_no_alteration);
	UNIT_RUN(records_and_originals_that_cannot_be_read_are_no_damage);
	UNIT_RUN(what_does_not_belong_is_found);
	UNIT_RUN(temporary_files_and_old_tiles_are_no_damage);
	UNIT_RUN(damaged_slot_is_found_by_a_check_with_the_key);
	UNIT_RUN(wrong_key_is_an_error_and_no_finding);
	UNIT_RUN(item_whose_bytes_are_not_the_ones_it_names_is_found);
	UNIT_RUN(item_whose_bytes_nobody_kept_is_found);
	UNIT_RUN(record_under_another_ones_name_is_found);
	UNIT_RUN(added_item_whose_record_lacks_what_it_must_say_is_found);
	UNIT_RUN(vault_is_compared_with_a_checkpoint_from_before);
	UNIT_RUN(cancelled_check_says_so_and_is_not_sound);
	UNIT_RUN(originals_in_parts_are_checked_and_a_damaged_one_is_named);
	return fixture_end();
}
