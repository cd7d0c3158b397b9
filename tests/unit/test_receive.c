/*
 * Receiving, and what a check makes of it when somebody who may write here
 * keeps something else: a log that is none, a record that nobody sent.
 */
#include <stdlib.h>

#include "receive.h"
#include "vault_fixture.h"

static struct evault *v;

struct tally {
	unsigned kept, failed, would;
	char last[EVAULT_CITATION_SIZE];
};

static void
count(void *ctx, const struct evault_receive_event *e)
{
	struct tally *t = ctx;

	t->kept += e->what == EVAULT_RECEIVE_KEPT;
	t->failed += e->what == EVAULT_RECEIVE_FAILED;
	t->would += e->what == EVAULT_RECEIVE_WOULD;
	memcpy(t->last, e->citation, sizeof(t->last));
}

static enum evault_status
receive(const char *into, const char *from, struct evault_receive_summary *s,
	struct evault_error *err)
{
	const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct tally t = { 0 };
	struct evault_receive what = { .dir = from, .unlock = &unlock, .event = count, .ctx = &t };
	struct evault *hq = NULL;
	enum evault_status rc = fixture_open(into, EVAULT_WRITE, FIXTURE_KEY, &hq, err);

	if (rc == EVAULT_OK)
		rc = evault_receive(hq, &what, s, err);
	evault_close(hq);
	if (rc == EVAULT_OK && (t.kept != s->received || t.failed != s->failed))
		rc = EVAULT_E_FORMAT;
	return rc;
}

/* `field` with a, b; `hq`, empty. */
static bool
begin(void)
{
	struct evault_add_summary s;

	return fixture_remove("field") && fixture_remove("hq") && fixture_vault("field") &&
	       fixture_vault("hq") && fixture_text("a", "text of a") &&
	       fixture_text("b", "text of b") && fixture_add("field", "a", &s) == EVAULT_OK &&
	       fixture_add("field", "b", &s) == EVAULT_OK;
}

static bool
open_hq(void)
{
	return fixture_open("hq", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK;
}

static void
close_hq(void)
{
	evault_close(v);
	v = NULL;
}

/* The last `receive` record of a vault: what it says, and the log that is kept with it. */
static bool
load_log(const char *dir, struct ev_catalog_receive *receive, struct ev_buf *tar)
{
	struct evault *hq = NULL;
	struct ev_catalog_entry entry = { 0 };
	struct ev_record record;
	struct ev_hash sha256;
	const struct ev_record_field *f;
	uint64_t i;
	bool good = fixture_open(dir, EVAULT_READ, FIXTURE_KEY, &hq, NULL) == EVAULT_OK;

	for (i = 0; good && i < ev_log_head(hq->log)->size; i++) {
		if (ev_catalog_entry(hq->catalog, i, &entry, NULL) != EVAULT_OK || !entry.is_record)
			continue;
		ev_record_init(&record);
		good = ev_vault_record(hq, &entry.digest, &record, NULL) == EVAULT_OK;
		f = ev_record_find(&record, "sha256");
		if (good && ev_catalog_parse_receive(&record, receive) && f != NULL) {
			ev_buf_clear(tar);
			good = ev_hash_parse(ev_slice_of(f->value, f->len), &sha256) &&
			       ev_vault_object(hq, &sha256, 0, ev_sink_buf(tar), NULL) == EVAULT_OK;
		}
		ev_record_release(&record);
	}
	evault_close(hq);
	return good && tar->len > 0;
}

/* Keeps these bytes as such a log in hq, by who may. */
static bool
keep_log(const struct ev_catalog_receive *says, struct ev_slice tar)
{
	char text[200], hex[EVAULT_HEX_SIZE];
	struct ev_record record;
	struct ev_hash sha256;
	struct ev_commit c;
	uint64_t index;
	bool good = open_hq() && ev_commit_init(&c, v, NULL) == EVAULT_OK;

	ev_hash_of(tar.data, tar.len, &sha256);
	ev_record_init(&record);
	good = good && ev_commit_begin_record(v, "receive", &record, NULL) == EVAULT_OK;
	ev_hash_hex(&says->origin, hex);
	snprintf(text, sizeof(text), "evault/%s", hex);
	good = good && ev_record_add_text(&record, "from", text, NULL) == EVAULT_OK;
	ev_hash_hex(&says->root, hex);
	snprintf(text, sizeof(text), "%llu %s", (unsigned long long)says->size, hex);
	good = good && ev_record_add_text(&record, "tree", text, NULL) == EVAULT_OK;
	ev_hash_hex(&sha256, hex);
	snprintf(text, sizeof(text), "%zu", tar.len);
	good = good && ev_record_add_text(&record, "name", "log.tar", NULL) == EVAULT_OK &&
	       ev_record_add_text(&record, "size", text, NULL) == EVAULT_OK &&
	       ev_record_add_text(&record, "sha256", hex, NULL) == EVAULT_OK &&
	       ev_commit_member(&c, EV_MEMBER_OBJECT, &sha256, 0, tar, NULL) == EVAULT_OK &&
	       ev_commit_record(&c, &record, &index, NULL) == EVAULT_OK &&
	       ev_commit_finish(&c, NULL) == EVAULT_OK;
	ev_record_release(&record);
	ev_commit_release(&c);
	close_hq();
	return good;
}

/* Keeps a record in hq that says it was received as entry `index` of that vault. */
static bool
keep_record(const struct ev_hash *origin, uint64_t index, bool true_digest)
{
	struct ev_provenance from = { *origin, index, { { 0 } } };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_record record, wrapped;
	struct ev_commit c;
	uint64_t at;
	bool good = open_hq() && ev_commit_init(&c, v, NULL) == EVAULT_OK;

	ev_record_init(&record);
	ev_record_init(&wrapped);
	good = good && ev_commit_begin_record(v, "get", &record, NULL) == EVAULT_OK &&
	       ev_record_digest(ev_slice_of(record.text.data, record.text.len), &from.digest,
				NULL) == EVAULT_OK;
	from.digest.b[0] ^= true_digest ? 0 : 1;
	good = good &&
	       ev_provenance_wrap(ev_slice_of(record.text.data, record.text.len), &from, NULL, 0,
				  &text, NULL) == EVAULT_OK &&
	       ev_record_parse(ev_slice_of(text.data, text.len), &wrapped, NULL) == EVAULT_OK &&
	       ev_commit_record(&c, &wrapped, &at, NULL) == EVAULT_OK &&
	       ev_commit_finish(&c, NULL) == EVAULT_OK;
	ev_record_release(&record);
	ev_record_release(&wrapped);
	ev_buf_release(&text);
	ev_commit_release(&c);
	close_hq();
	return good;
}

/* Does a check find one thing, of this kind, in these words? */
static bool
finds(enum evault_finding_kind kind, const char *words)
{
	struct found f = { 0 };
	bool good = fixture_check("hq", EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_OK &&
		    f.n == 1 && f.of[kind] == 1 && strstr(f.detail, words) != NULL;

	if (!good)
		printf("# %u findings, the last of kind: %s\n", f.n, f.detail);
	return good;
}

static void
what_was_received_is_sound_and_known_again(void)
{
	struct evault_receive_summary s;

	NEED(begin());
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK);
	CHECK(s.received == 2 && s.items == 2 && s.already == 0 && s.failed == 0 && s.logged);
	CHECK(s.bytes == 18 && s.entries == 5 && s.index == 1);
	CHECK(fixture_is_sound("hq"));
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK);
	CHECK(s.received == 0 && s.already == 2 && !s.logged);
	CHECK(!fixture_there("field/index.db.new"));
}

static void
a_log_that_was_altered_is_forged(void)
{
	struct ev_catalog_receive says;
	struct evault_receive_summary s;
	struct ev_buf tar = EV_BUF_INIT, bad = EV_BUF_INIT;
	size_t i, at;
	/* A letter of the note, of the checkpoint's root, of its signature, of an entry, padding.
	 */
	static const char *const marks[] = { "log-key ", "\n5\n", "\xE2\x80\x94 evault/", "record ",
					     "log/tile/entries" };

	NEED(begin());
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK && load_log("hq", &says, &tar));
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		NEED(fixture_remove("hq") && fixture_vault("hq"));
		ev_buf_clear(&bad);
		ev_buf_add(&bad, tar.data, tar.len);
		for (at = 0; at < bad.len && memcmp(bad.data + at, marks[i], strlen(marks[i])) != 0;
		     at++)
			;
		NEED(at < bad.len);
		at += strlen(marks[i]) + (i == 4 ? 0 : 20);
		bad.data[at] = bad.data[at] == 'a' ? 'b' : 'a';
		NEED(keep_log(&says, ev_slice_of(bad.data, bad.len)));
		CHECK(finds(EVAULT_FINDING_FORGED, "the log that was kept with it: "));
	}
	ev_buf_release(&tar);
	ev_buf_release(&bad);
}

static void
a_log_that_is_cut_short_or_goes_on_is_forged(void)
{
	static const int cuts[] = { -1, -512, -1024, -4096, -100000, 1, 512 };
	struct ev_catalog_receive says;
	struct evault_receive_summary s;
	struct ev_buf tar = EV_BUF_INIT, bad = EV_BUF_INIT;
	size_t i;

	NEED(begin());
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK && load_log("hq", &says, &tar));
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		NEED(fixture_remove("hq") && fixture_vault("hq"));
		ev_buf_clear(&bad);
		ev_buf_add(&bad, tar.data, tar.len);
		if (cuts[i] > 0)
			ev_buf_fill(&bad, 0, (size_t)cuts[i]);
		else
			bad.len = (size_t)-cuts[i] < bad.len ? bad.len - (size_t)-cuts[i] : 0;
		NEED(keep_log(&says, ev_slice_of(bad.data, bad.len)));
		CHECK(finds(EVAULT_FINDING_FORGED, "the log that was kept with it: "));
	}
	ev_buf_release(&tar);
	ev_buf_release(&bad);
}

static void
a_log_of_another_vault_or_another_tree_is_forged(void)
{
	struct ev_catalog_receive says, other;
	struct evault_receive_summary s;
	struct ev_buf tar = EV_BUF_INIT;

	NEED(begin());
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK && load_log("hq", &says, &tar));
	NEED(fixture_remove("hq") && fixture_vault("hq"));
	other = says;
	other.origin.b[4] ^= 1;
	NEED(keep_log(&other, ev_slice_of(tar.data, tar.len)));
	CHECK(finds(EVAULT_FINDING_FORGED, "its vault note is not that of the vault it is from"));
	NEED(fixture_remove("hq") && fixture_vault("hq"));
	other = says;
	other.root.b[4] ^= 1;
	NEED(keep_log(&other, ev_slice_of(tar.data, tar.len)));
	CHECK(finds(EVAULT_FINDING_FORGED, "its checkpoint is not that of the tree"));
	ev_buf_release(&tar);
}

static void
a_record_that_was_never_sent_is_forged(void)
{
	struct ev_catalog_receive says;
	struct evault_receive_summary s;
	struct ev_buf tar = EV_BUF_INIT;

	NEED(begin());
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK && load_log("hq", &says, &tar));
	NEED(keep_record(&says.origin, 1, true));
	CHECK(finds(EVAULT_FINDING_FORGED, "received as entry 1 of evault/"));
	ev_buf_release(&tar);
}

static void
a_record_whose_log_is_not_here_has_no_proof(void)
{
	struct ev_hash origin = { { 0xAA } };

	NEED(begin());
	NEED(keep_record(&origin, 3, true));
	CHECK(finds(EVAULT_FINDING_MISSING, "which would prove that it was entry 3"));
}

static void
a_record_that_is_not_what_it_was_is_damaged_and_not_shown(void)
{
	struct ev_hash origin = { { 0xAA } };
	struct found f = { 0 };

	NEED(begin());
	NEED(keep_record(&origin, 3, false));
	NEED(fixture_check("hq", EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_OK);
	CHECK(f.n == 2 && f.of[EVAULT_FINDING_ALTERED] == 2);
}

/* Somebody may keep both; then a check tells. */
static void
two_logs_of_one_vault_that_differ_are_told_as_a_fork(void)
{
	struct ev_catalog_receive says;
	struct evault_receive_summary s;
	struct evault_add_summary added;
	struct evault_error err = { 0 };
	struct ev_buf tar = EV_BUF_INIT;

	NEED(begin() && fixture_remove("other") && fixture_remove("hq2"));
	NEED(fixture_copy("field", "other") && fixture_vault("hq2"));
	NEED(fixture_text("c", "text of c") && fixture_text("d", "text of d"));
	NEED(fixture_add("field", "c", &added) == EVAULT_OK);
	NEED(fixture_add("other", "d", &added) == EVAULT_OK);
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK);
	CHECK(receive("hq", "other", &s, &err) == EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "fork") != NULL);
	CHECK(fixture_is_sound("hq"));
	NEED(receive("hq2", "other", &s, NULL) == EVAULT_OK && load_log("hq2", &says, &tar));
	NEED(keep_log(&says, ev_slice_of(tar.data, tar.len)));
	{
		struct found f = { 0 };

		NEED(fixture_check("hq", EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_OK);
		CHECK(f.n == 2 && f.of[EVAULT_FINDING_HISTORY] == 2);
		CHECK(strstr(f.detail, "one of the two is a fork") != NULL);
	}
	ev_buf_release(&tar);
}

static enum evault_status
note_index(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	(void)err;
	*(uint64_t *)ctx = item->index;
	return EVAULT_OK;
}

static void
a_citation_of_two_vaults_asks_for_the_number(void)
{
	struct ev_hash one = { { 0xAA, 0xBB, 0xCC, 1 } }, two = { { 0xAA, 0xBB, 0xCC, 2 } };
	struct evault_error err = { 0 };
	uint64_t index = 0;

	NEED(begin());
	NEED(keep_record(&one, 3, true) && keep_record(&two, 3, true) &&
	     keep_record(&two, 4, true));
	NEED(open_hq());
	CHECK(evault_find(v, "aabbcc-3", note_index, &index, &err) == EVAULT_E_USAGE);
	CHECK(strstr(err.text, "named by that number alone") != NULL);
	CHECK(evault_find(v, "aabbcc-4", note_index, &index, &err) == EVAULT_OK && index == 5);
	CHECK(evault_find(v, "aabbcc-5", note_index, &index, &err) == EVAULT_E_USAGE);
	CHECK(evault_find(v, "aabbcd-3", note_index, &index, &err) == EVAULT_E_USAGE);
	close_hq();
}

static enum evault_status
ask_signer(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	char *key = ctx;

	if (item->n_sources != 1)
		return EVAULT_E_FORMAT;
	return evault_source_signer(v, &item->sources[0], key, err);
}

static void
who_signed_there_is_told_from_the_log(void)
{
	char key[EVAULT_HEX_SIZE] = "";
	struct ev_hash actor;
	struct evault_receive_summary s;
	struct evault *field = NULL;
	uint64_t index = 0;

	NEED(begin());
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK);
	NEED(fixture_open("field", EVAULT_READ, FIXTURE_KEY, &field, NULL) == EVAULT_OK);
	ev_hash_of(field->note.owner.key, 32, &actor);
	evault_close(field);
	NEED(open_hq());
	CHECK(evault_find(v, "2", ask_signer, key, NULL) == EVAULT_OK);
	NEED(strlen(key) == 64);
	{
		char hex[EVAULT_HEX_SIZE];

		ev_hash_hex(&actor, hex);
		CHECK(strcmp(hex, key) == 0);
	}
	CHECK(evault_find(v, "2", note_index, &index, NULL) == EVAULT_OK && index == 2);
	close_hq();
}

/* What a check would find there must not be brought here. */
static void
what_is_forged_there_is_not_received(void)
{
	struct ev_catalog_receive says;
	struct evault_receive_summary s;
	struct ev_hash origin = { { 0xAA } };
	struct ev_buf tar = EV_BUF_INIT;

	NEED(begin() && fixture_remove("top") && fixture_vault("top"));
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK && load_log("hq", &says, &tar));
	says.origin.b[4] ^= 1;
	NEED(keep_log(&says, ev_slice_of(tar.data, tar.len)) && keep_record(&origin, 3, true));
	NEED(receive("top", "hq", &s, NULL) == EVAULT_OK);
	CHECK(s.received == 3 && s.failed == 2);
	CHECK(fixture_is_sound("top"));
	ev_buf_release(&tar);
}

/* What came to the other vault since, from a vault whose log had come before. */
static void
what_came_later_through_another_vault_is_received(void)
{
	struct evault_receive_summary s;
	struct ev_buf tar = EV_BUF_INIT;
	char pack[300];

	NEED(begin() && fixture_remove("top") && fixture_vault("top"));
	NEED(fixture_remove("whole") && fixture_copy("field", "whole"));
	NEED(fixture_pack("field", 0, pack, sizeof(pack)) && fixture_flip(pack, 2000));
	NEED(receive("hq", "field", &s, NULL) == EVAULT_OK && s.received == 1 && s.failed == 1);
	NEED(receive("top", "hq", &s, NULL) == EVAULT_OK && s.received == 2 && s.failed == 0);
	NEED(receive("hq", "whole", &s, NULL) == EVAULT_OK && s.received == 1 && !s.logged);
	NEED(receive("top", "hq", &s, NULL) == EVAULT_OK);
	CHECK(s.received == 1 && s.failed == 0);
	CHECK(fixture_is_sound("top"));
	ev_buf_release(&tar);
}

/* ---- a copy of this vault ------------------------------------------------- */

static void
the_same_vault_is_refused(void)
{
	struct evault_receive_summary s;
	struct evault_error err = { 0 };

	NEED(begin());
	CHECK(receive("hq", "hq", &s, &err) == EVAULT_E_USAGE);
	CHECK(strstr(err.text, "this vault itself") != NULL && s.origin[0] == '\0');
}

static void
a_copy_that_is_older_has_nothing_new(void)
{
	struct evault_receive_summary s;
	struct evault_add_summary added;

	NEED(begin() && fixture_remove("copy") && fixture_copy("hq", "copy"));
	NEED(fixture_add("hq", "a", &added) == EVAULT_OK);
	CHECK(receive("hq", "copy", &s, NULL) == EVAULT_OK);
	CHECK(!s.forked && s.received == 0 && s.failed == 0 && !s.logged);
}

static void
a_copy_that_is_further_is_to_be_used_instead(void)
{
	struct evault_receive_summary s;
	struct evault_error err = { 0 };
	struct evault_add_summary added;

	NEED(begin() && fixture_remove("copy") && fixture_copy("hq", "copy"));
	NEED(fixture_add("copy", "a", &added) == EVAULT_OK);
	CHECK(receive("hq", "copy", &s, &err) == EVAULT_E_USAGE);
	CHECK(strstr(err.text, "in this one's place") != NULL);
}

/* What both have is known; the rest is cited by its number here. */
static void
a_copy_that_went_on_alone_is_a_fork_and_is_received(void)
{
	struct evault_receive_summary s;
	struct evault_add_summary added;
	uint64_t common;

	NEED(begin() && fixture_add("hq", "a", &added) == EVAULT_OK);
	NEED(fixture_remove("copy") && fixture_copy("hq", "copy"));
	NEED(open_hq());
	common = ev_log_head(v->log)->size;
	close_hq();
	NEED(fixture_add("copy", "b", &added) == EVAULT_OK);
	NEED(fixture_text("c", "text of c") && fixture_add("hq", "c", &added) == EVAULT_OK);
	CHECK(receive("hq", "copy", &s, NULL) == EVAULT_OK);
	CHECK(s.forked && s.common == common && s.received == 1 && s.items == 1 && s.already == 1);
	CHECK(s.logged && fixture_is_sound("hq"));
	CHECK(receive("hq", "copy", &s, NULL) == EVAULT_OK);
	CHECK(s.forked && s.received == 0 && s.already == 2 && !s.logged);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(what_was_received_is_sound_and_known_again);
	UNIT_RUN(a_log_that_was_altered_is_forged);
	UNIT_RUN(a_log_that_is_cut_short_or_goes_on_is_forged);
	UNIT_RUN(a_log_of_another_vault_or_another_tree_is_forged);
	UNIT_RUN(a_record_that_was_never_sent_is_forged);
	UNIT_RUN(a_record_whose_log_is_not_here_has_no_proof);
	UNIT_RUN(a_record_that_is_not_what_it_was_is_damaged_and_not_shown);
	UNIT_RUN(two_logs_of_one_vault_that_differ_are_told_as_a_fork);
	UNIT_RUN(a_citation_of_two_vaults_asks_for_the_number);
	UNIT_RUN(who_signed_there_is_told_from_the_log);
	UNIT_RUN(what_is_forged_there_is_not_received);
	UNIT_RUN(what_came_later_through_another_vault_is_received);
	UNIT_RUN(the_same_vault_is_refused);
	UNIT_RUN(a_copy_that_is_older_has_nothing_new);
	UNIT_RUN(a_copy_that_is_further_is_to_be_used_instead);
	UNIT_RUN(a_copy_that_went_on_alone_is_a_fork_and_is_received);
	return fixture_end();
}
