/*
 * Logs whose key was replaced: which heads count, and which forgeries are seen.
 */
#include <errno.h>

#include "fault_fixture.h"
#include "log_on_disk.h"

static struct log_actor key1, key2;

/* Stages the entry that gives the log another key. */
static bool
stage_key(struct ev_log *log, const struct log_actor *by, const struct log_actor *over,
	  const struct log_actor *next)
{
	struct ev_buf lines = EV_BUF_INIT, note = EV_BUF_INIT;
	char vkey[EV_NOTE_VKEY_SIZE];
	struct ev_hash root;
	uint64_t at = ev_log_next(log, &root);
	bool good;

	ev_verifier_text(&next->key, vkey);
	ev_buf_printf(&lines, "log-key %s\n", vkey);
	log_entry(&note, k.vault.origin, at, &root, &lines, by, over);
	good = stage_bytes(log, note.data, note.len);
	ev_buf_release(&lines);
	ev_buf_release(&note);
	return good;
}

static enum evault_status
commit_by(struct ev_log *log, const struct log_actor *key)
{
	return ev_log_commit(log, &key->key, &key->seed, NULL);
}

/* `n` entries, the first key's; then one that replaces it; then `more`. */
static bool
rotated(size_t n, const struct log_actor *by, const struct log_actor *over, size_t more)
{
	struct ev_log *log = NULL;
	bool good = make_log(n);

	log_key_make(&k, &key1);
	log_key_make(&k, &key2);
	log = good ? open_sound(n) : NULL;
	good = log != NULL && stage_key(log, by, over, &key1) && stage(log, more) &&
	       commit_by(log, &key1) == EVAULT_OK;
	ev_log_free(log);
	return good;
}

static bool
is_sound(uint64_t size)
{
	struct ev_log *log = open_sound(size);

	ev_log_free(log);
	return log != NULL;
}

static bool
opens_forged(unsigned findings)
{
	struct ev_log *log;
	struct found f;
	bool is = open_found(&f, NULL, &log) == EVAULT_OK && f.n == findings &&
		  f.of[EVAULT_FINDING_FORGED] == findings;

	if (!is)
		printf("# %u findings, %u forged, the last: %s %s\n", f.n,
		       f.of[EVAULT_FINDING_FORGED], f.path, f.detail);
	ev_log_free(log);
	return is;
}

/* ---- what is sound ------------------------------------------------------------- */

static void
log_goes_on_under_one_key_after_another(void)
{
	struct ev_log *log;

	NEED(make_log(3));
	log_key_make(&k, &key1);
	log_key_make(&k, &key2);
	log = open_sound(3);
	NEED(log != NULL && stage_key(log, &k.owner, &k.log, &key1));
	CHECK(commit_by(log, &key1) == EVAULT_OK);
	CHECK(stage(log, 300) && commit_by(log, &key1) == EVAULT_OK);
	ev_log_free(log);
	log = open_sound(304);
	NEED(log != NULL && stage(log, 1) && stage_key(log, &k.owner, &key1, &key2));
	CHECK(stage(log, 1) && commit_by(log, &key2) == EVAULT_OK);
	ev_log_free(log);
	CHECK(is_sound(307));
}

static void
authority_has_the_key_of_each_size(void)
{
	struct ev_findings strict = ev_findings_strict();
	struct ev_authority a;
	struct ev_log *log = NULL;

	NEED(rotated(3, &k.owner, &k.log, 2));
	ev_authority_init(&a, &k.vault);
	NEED(ev_log_open(dir, &k.vault, &a, &strict, NULL, 0, see_entry, NULL, &log, NULL) ==
	     EVAULT_OK);
	CHECK(ev_verifier_equal(ev_authority_log_key(&a, 1), &k.log.key));
	CHECK(ev_verifier_equal(ev_authority_log_key(&a, 3), &k.log.key));
	CHECK(ev_verifier_equal(ev_authority_log_key(&a, 4), &key1.key));
	CHECK(ev_verifier_equal(ev_authority_log_key(&a, 1000), &key1.key));
	ev_log_free(log);
	ev_authority_release(&a);
}

static void
new_head_by_the_new_key_counts_beside_the_old_one_by_the_old_key(void)
{
	const struct fault_plan plan = { FAULT_RENAME, 0, EIO, false, "log/checkpoint" };
	struct ev_log *log;
	struct found f;

	NEED(make_log(3));
	log_key_make(&k, &key1);
	log = open_sound(3);
	NEED(log != NULL && stage_key(log, &k.owner, &k.log, &key1));
	faults_on(&plan);
	CHECK(commit_by(log, &key1) == EVAULT_E_IO);
	CHECK(faults_off());
	ev_log_free(log);
	NEED(open_found(&f, NULL, &log) == EVAULT_OK);
	CHECK(f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1 && ev_log_head(log)->size == 4);
	CHECK(ev_log_recover(log, NULL) == EVAULT_OK);
	CHECK(stage(log, 1) && commit_by(log, &key1) == EVAULT_OK);
	ev_log_free(log);
	CHECK(is_sound(5));
}

/* ---- what is not ------------------------------------------------------------------ */

static void
head_by_a_key_that_was_replaced_is_forged(void)
{
	struct ev_hash root;

	NEED(rotated(3, &k.owner, &k.log, 1));
	naive_root(leaves, n_leaves, &root);
	NEED(put_head("v/log/checkpoint", n_leaves, &root, &k.log));
	CHECK(opens_forged(1));
}

static void
head_by_a_key_that_no_entry_names_is_no_head(void)
{
	struct ev_hash root;
	struct ev_log *log;
	struct found f;

	NEED(rotated(3, &k.owner, &k.log, 1));
	naive_root(leaves, n_leaves, &root);
	NEED(put_head("v/log/checkpoint", n_leaves, &root, &key2));
	CHECK(open_found(&f, NULL, &log) == EVAULT_E_DAMAGED);
	CHECK(f.of[EVAULT_FINDING_ALTERED] == 1);
}

static void
key_that_the_one_before_has_not_signed_over_is_forged(void)
{
	NEED(rotated(3, &k.owner, NULL, 1));
	CHECK(opens_forged(2)); /* the entry, and the head by its key */
	NEED(rotated(3, &k.owner, &key2, 1));
	CHECK(opens_forged(2));
	NEED(rotated(3, &k.owner, &key1, 0));
	CHECK(opens_forged(2));
}

static void
key_that_no_owner_has_named_is_forged(void)
{
	NEED(rotated(3, &k.stranger, &k.log, 1));
	CHECK(opens_forged(2));
}

static void
altered_entry_of_a_key_is_named_and_not_the_head_alone(void)
{
	struct ev_log *log;
	struct found f;
	long at;

	for (at = 2; at < 900; at += 37) {
		NEED(rotated(3, &k.owner, &k.log, 1));
		NEED(fixture_flip("v/log/tile/entries/000.p/5", -at));
		(void)open_found(&f, NULL, &log);
		if (!CHECK(f.n > 0 && f.n > f.of[EVAULT_FINDING_INTERRUPTED]))
			printf("# byte %ld from the end\n", at);
		ev_log_free(log);
	}
}

static void
missing_bundles_do_not_make_a_head_of_unknown_key_endless(void)
{
	struct log_actor other;
	struct ev_hash root = { { 1 } };
	struct ev_log *log;
	struct found f;

	NEED(make_log(3));
	log_key_make(&k, &other);
	NEED(put_head("v/log/checkpoint", UINT64_C(1) << 60, &root, &other));
	CHECK(open_found(&f, NULL, &log) == EVAULT_E_DAMAGED);
	CHECK(f.of[EVAULT_FINDING_ALTERED] == 1);
}

static void
bundle_that_was_not_read_is_no_damage(void)
{
	const struct fault_plan plan = { FAULT_OPENAT, 0, EIO, true, "entries/000.p/5" };
	struct ev_log *log;
	struct found f;

	NEED(rotated(3, &k.owner, &k.log, 1));
	faults_on(&plan);
	CHECK(open_found(&f, NULL, &log) == EVAULT_E_IO);
	CHECK(faults_off() && f.of[EVAULT_FINDING_ALTERED] == 0);
	ev_log_free(log);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(log_goes_on_under_one_key_after_another);
	UNIT_RUN(authority_has_the_key_of_each_size);
	UNIT_RUN(new_head_by_the_new_key_counts_beside_the_old_one_by_the_old_key);
	UNIT_RUN(head_by_a_key_that_was_replaced_is_forged);
	UNIT_RUN(head_by_a_key_that_no_entry_names_is_no_head);
	UNIT_RUN(key_that_the_one_before_has_not_signed_over_is_forged);
	UNIT_RUN(key_that_no_owner_has_named_is_forged);
	UNIT_RUN(altered_entry_of_a_key_is_named_and_not_the_head_alone);
	UNIT_RUN(missing_bundles_do_not_make_a_head_of_unknown_key_endless);
	UNIT_RUN(bundle_that_was_not_read_is_no_damage);
	ev_os_close_read(dir);
	free(leaves);
	return fixture_end();
}
