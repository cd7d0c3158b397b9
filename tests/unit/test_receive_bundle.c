/* Receiving bundles: what of one is taken, and what is not. */
#include <stdlib.h>

#include "receive_fixture.h"
#include "vault_fixture.h"

static struct evault_receive_summary done;
static struct evault_verify_summary judged;
static struct evault_error err;
static char
    events[2000]; /* "+name" of what was kept, "-why" of what failed, "?" of what would be */
static uint64_t one, two, told, titled;

/* ---- what there is --------------------------------------------------------- */

static uint64_t
testify(const char *dir, const char *text)
{
	static const char *const fields[] = { "witness=W", "consent=court,partner" };
	struct evault_testify what = { .said = { .fields = fields, .n_fields = 2 },
				       .text = text,
				       .len = strlen(text) };
	struct evault_testified kept = { .index = 0 };
	struct evault *v = NULL;

	if (fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK)
		(void)evault_testify(v, &what, &kept, NULL);
	evault_close(v);
	return kept.index;
}

static uint64_t
title(const char *dir, uint64_t item, const char *text)
{
	struct evault_annotate what = { .items = &item,
					.n_items = 1,
					.details = { .title = text } };
	struct evault_corrected corrected = { .index = 0 };
	struct evault *v = NULL;

	if (fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK)
		(void)evault_annotate(v, &what, &corrected, NULL);
	evault_close(v);
	return corrected.index;
}

/* `a` with two files, a statement and a title; `b` with nothing. */
static bool
begin(void)
{
	if (!fixture_remove("a") || !fixture_remove("b") || !fixture_vault("a") ||
	    !fixture_vault("b"))
		return false;
	one = receive_add("a", "one", "text of one");
	two = receive_add("a", "two", "text of two");
	told = testify("a", "text of one");
	titled = title("a", one, "A title");
	return one > 0 && two > 0 && told > 0 && titled > 0;
}

/* ---- sharing, and receiving ------------------------------------------------ */

static bool
share_all(const char *out, struct evault_share how)
{
	uint64_t items[] = { one, two, told };

	how.items = items;
	how.n_items = 3;
	return receive_share("a", how, out);
}

static void
note_event(void *ctx, const struct evault_receive_event *e)
{
	size_t len = strlen(events);

	(void)ctx;
	snprintf(events + len, sizeof(events) - len, "%s%s;",
		 e->what == EVAULT_RECEIVE_KEPT     ? "+"
		 : e->what == EVAULT_RECEIVE_FAILED ? "-"
						    : "?",
		 e->what == EVAULT_RECEIVE_FAILED ? e->why
		 : e->name[0] != '\0'             ? e->name
						  : e->action);
}

static enum evault_status
receive_as(const char *dir, struct evault_verify bundle, struct evault_receive what)
{
	static const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault *v = NULL;
	enum evault_status rc =
	    fixture_open(dir, what.dry_run ? EVAULT_READ : EVAULT_WRITE, FIXTURE_KEY, &v, &err);

	bundle.unlock = bundle.unlock == NULL ? &unlock : bundle.unlock;
	what.event = note_event;
	events[0] = '\0';
	evault_free(done.receipt);
	if (rc == EVAULT_OK)
		rc = evault_receive_bundle(v, &bundle, &what, &judged, &done, &err);
	evault_close(v);
	if (rc != EVAULT_OK)
		printf("# receive: %s\n", err.text);
	return rc;
}

static enum evault_status
receive(const char *dir, const char *bundle)
{
	return receive_as(dir, (struct evault_verify){ .path = bundle },
			  (struct evault_receive){ .dry_run = false });
}

static bool
receipt_says(uint64_t first, uint64_t last, const char *result)
{
	char line[80];

	if (first == last)
		snprintf(line, sizeof(line), "\nresult %llu %s\n", (unsigned long long)first,
			 result);
	else
		snprintf(line, sizeof(line), "\nresult %llu-%llu %s\n", (unsigned long long)first,
			 (unsigned long long)last, result);
	return done.receipt != NULL && strstr(done.receipt, line) != NULL;
}

/* The value of a field of what is cited by that number of `from`; "" for none, "?" for no such
 * item. */
struct asked {
	const char *field;
	char value[200];
};
static enum evault_status
note_value(void *ctx, const struct evault_item *item, struct evault_error *e)
{
	struct asked *a = ctx;
	const struct evault_field *f = evault_item_latest(item, a->field);

	(void)e;
	snprintf(a->value, sizeof(a->value), "%s", f == NULL ? "" : f->value);
	return EVAULT_OK;
}
static bool
item_says(const char *dir, uint64_t there, const char *field, const char *value)
{
	struct asked a = { field, "?" };
	char citation[EVAULT_CITATION_SIZE];
	struct evault *v = NULL;

	snprintf(citation, sizeof(citation), "%.6s-%llu", judged.origin + strlen("evault/"),
		 (unsigned long long)there);
	if (fixture_open(dir, EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK)
		(void)evault_find(v, citation, note_value, &a, NULL);
	evault_close(v);
	if (strcmp(a.value, value) != 0)
		printf("# %s of %s: %s\n", field, citation, a.value);
	return strcmp(a.value, value) == 0;
}

/* ---- what is taken --------------------------------------------------------- */

static void
a_whole_bundle_is_taken_with_what_was_said_of_its_items(void)
{
	NEED(begin() && share_all("whole", (struct evault_share){ .plain = false }));
	NEED(receive("b", "whole") == EVAULT_OK);
	CHECK(judged.verdict == EVAULT_VERDICT_SIGNER_UNKNOWN && judged.damage == 0);
	CHECK(done.received == 4 && done.items == 3 && done.failed == 0 && done.already == 0 &&
	      done.without_file == 0 && done.logged && done.index == 1);
	CHECK(item_says("b", one, "title", "A title") && item_says("b", two, "witness", "W"));
	CHECK(receipt_says(one, titled, "verified"));
	CHECK(fixture_is_sound("b"));
}

static void
the_same_bundle_again_writes_nothing(void)
{
	uint64_t before;

	NEED(begin() && share_all("again", (struct evault_share){ .plain = false }));
	NEED(receive("b", "again") == EVAULT_OK);
	before = receive_entries("b");
	NEED(receive("b", "again") == EVAULT_OK);
	CHECK(done.received == 0 && done.already == 4 && !done.logged &&
	      receive_entries("b") == before);
	CHECK(receipt_says(one, titled, "verified"));
}

static void
what_was_withheld_stays_so(void)
{
	static const char *const names[] = { "witness", "name" };

	NEED(begin() &&
	     share_all("withheld", (struct evault_share){ .withhold = names, .n_withhold = 2 }));
	NEED(receive("b", "withheld") == EVAULT_OK && done.received == 4);
	CHECK(item_says("b", one, "witness", "") && item_says("b", one, "name", "") &&
	      item_says("b", one, "title", "A title"));
	CHECK(fixture_is_sound("b"));
}

/* FORMAT.md: the record that came first stays. */
static void
a_second_bundle_with_other_fields_leaves_the_first_records(void)
{
	static const char *const names[] = { "witness" }, *const others[] = { "consent" };

	NEED(begin() &&
	     share_all("first", (struct evault_share){ .withhold = names, .n_withhold = 1 }));
	NEED(share_all("second", (struct evault_share){ .withhold = others, .n_withhold = 1 }));
	NEED(receive("b", "first") == EVAULT_OK && done.received == 4);
	NEED(receive("b", "second") == EVAULT_OK);
	CHECK(done.received == 0 && done.already == 4 && done.logged);
	CHECK(judged.seen == EVAULT_ASKED_HOLDS);
	CHECK(item_says("b", one, "witness", "") &&
	      item_says("b", one, "consent", "court,partner"));
	CHECK(fixture_is_sound("b"));
}

static void
records_without_files_are_kept_with_the_proofs_alone(void)
{
	NEED(begin() && share_all("bare", (struct evault_share){ .no_files = true }));
	NEED(receive("b", "bare") == EVAULT_OK);
	CHECK(done.items == 0 && done.without_file == 3 && done.logged);
	/* The title is about what is not here. */
	CHECK(done.received == 0 && done.failed == 1);
	CHECK(receipt_says(one, titled, "verified"));
	CHECK(fixture_is_sound("b"));
	/* With the files, later. */
	NEED(share_all("full", (struct evault_share){ .no_files = false }));
	NEED(receive("b", "full") == EVAULT_OK && done.received == 4);
	CHECK(item_says("b", one, "title", "A title") && fixture_is_sound("b"));
}

static void
of_a_damaged_bundle_the_rest_is_taken_and_the_receipt_says_which(void)
{
	char path[80];

	NEED(begin() && share_all("hurt", (struct evault_share){ .plain = true }));
	snprintf(path, sizeof(path), "hurt/data/%04llu.txt", (unsigned long long)one);
	NEED(fixture_flip(path, 3));
	NEED(receive("b", "hurt") == EVAULT_OK && judged.verdict == EVAULT_VERDICT_DAMAGED);
	CHECK(done.received == 2 && done.failed == 2 && done.items == 2);
	CHECK(receipt_says(one, one, "damaged") && receipt_says(two, titled, "verified"));
	CHECK(item_says("b", one, "name", "?") && item_says("b", two, "name", "two"));
	CHECK(fixture_is_sound("b"));
	/* A good copy brings what was damaged, and what was about it. */
	NEED(fixture_flip(path, 3) && share_all("good", (struct evault_share){ .plain = true }));
	NEED(receive("b", "good") == EVAULT_OK && done.received == 2 && done.already == 2);
	CHECK(item_says("b", one, "title", "A title") && fixture_is_sound("b"));
}

static void
what_is_missing_is_said_to_be(void)
{
	char path[80];

	NEED(begin() && share_all("lost", (struct evault_share){ .plain = true }));
	snprintf(path, sizeof(path), "lost/evault/items/%04llu.record", (unsigned long long)two);
	NEED(fixture_remove(path));
	NEED(receive("b", "lost") == EVAULT_OK && done.received == 3 && done.failed == 1);
	CHECK(receipt_says(two, two, "missing") && fixture_is_sound("b"));
}

static void
a_title_of_what_was_received_before_finds_it(void)
{
	uint64_t later;

	NEED(begin() && share_all("before", (struct evault_share){ .plain = false }));
	NEED(receive("b", "before") == EVAULT_OK);
	later = title("a", two, "Later");
	NEED(later > 0 && share_all("after", (struct evault_share){ .no_files = true }));
	NEED(receive("b", "after") == EVAULT_OK);
	CHECK(done.received == 1 && done.already == 1 && judged.seen == EVAULT_ASKED_HOLDS);
	CHECK(item_says("b", two, "title", "Later") && fixture_is_sound("b"));
}

static void
what_was_received_with_the_vault_is_here_already(void)
{
	static const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_receive what = { .dir = "a", .unlock = &unlock };
	struct evault_receive_summary s;
	struct evault *v = NULL;

	NEED(begin() && share_all("shared", (struct evault_share){ .plain = false }));
	NEED(fixture_open("b", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_receive(v, &what, &s, NULL) == EVAULT_OK && s.received >= 4);
	evault_close(v);
	NEED(receive("b", "shared") == EVAULT_OK);
	CHECK(done.received == 0 && done.already == 4 && judged.seen == EVAULT_ASKED_HOLDS);
	CHECK(fixture_is_sound("b"));
}

/* The other way round: the vault comes after its bundle. */
static void
a_vault_after_its_bundle_brings_the_rest(void)
{
	static const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_receive what = { .dir = "a", .unlock = &unlock };
	struct evault_receive_summary s;
	struct evault *v = NULL;

	NEED(begin() && share_all("early", (struct evault_share){ .plain = false }));
	NEED(receive("b", "early") == EVAULT_OK && receive_add("a", "three", "text of three") > 0);
	NEED(fixture_open("b", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_receive(v, &what, &s, &err) == EVAULT_OK);
	CHECK(s.already == 4 && s.failed == 0 && s.items == 1);
	evault_close(v);
	CHECK(fixture_is_sound("b"));
}

static void
a_dry_run_says_what_would_come_and_changes_nothing(void)
{
	uint64_t before;

	NEED(begin() && share_all("dry", (struct evault_share){ .plain = false }));
	before = receive_entries("b");
	NEED(receive_as("b", (struct evault_verify){ .path = "dry" },
			(struct evault_receive){ .dry_run = true }) == EVAULT_OK);
	CHECK(strcmp(events, "?one;?two;?statement") > 0 && strstr(events, "?annotate;") != NULL);
	CHECK(done.failed == 0 && done.receipt == NULL && receive_entries("b") == before);
}

static void
a_statement_is_in_no_pack_with_files(void)
{
	char pack[200];
	size_t n;

	NEED(begin() && share_all("apart", (struct evault_share){ .plain = false }));
	NEED(receive("b", "apart") == EVAULT_OK && done.deduplicated == 0);
	/* The file of the same words is still there without the statement's pack, and so is that.
	 */
	for (n = 0; fixture_pack("b", n, pack, sizeof(pack)); n++) {
		struct found f = { 0 };

		NEED(fixture_remove("c") && fixture_copy("b", "c") &&
		     fixture_pack("c", n, pack, sizeof(pack)) && fixture_remove(pack));
		(void)fixture_check("c", EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL);
		CHECK(f.n > 0);
		CHECK(
		    !(strstr(f.detail, "one: ") != NULL && strstr(f.detail, "statement-") != NULL));
	}
	CHECK(n >= 2);
}

/* ---- what is not taken ----------------------------------------------------- */

static bool
nothing_taken(void)
{
	return done.received == 0 && done.already == 0 && !done.logged && done.receipt == NULL;
}

static void
a_bundle_for_somebody_else_is_not_taken(void)
{
	static const char *const other[] = { "key2" };
	struct evault_unlock unlock = { .identity_files = other, .n_identity_files = 1 };
	char recipient[EVAULT_RECIPIENT_SIZE];
	uint64_t before;

	NEED(begin() && fixture_remove("key2") &&
	     evault_keygen("key2", recipient, NULL) == EVAULT_OK);
	before = receive_entries("b");
	NEED(share_all("theirs", (struct evault_share){ .to = recipient }));
	CHECK(receive("b", "theirs") == EVAULT_E_KEY && nothing_taken());
	NEED(share_all("mine", (struct evault_share){ .plain = false }));
	CHECK(receive_as("b", (struct evault_verify){ .path = "mine", .unlock = &unlock },
			 (struct evault_receive){ .dry_run = false }) == EVAULT_OK ||
	      nothing_taken());
	CHECK(receive("b", "-") == EVAULT_E_USAGE && strstr(err.text, "save it to a file") != NULL);
	CHECK(receive("b", "nowhere") != EVAULT_OK && nothing_taken());
	CHECK(fixture_is_sound("b") && before > 0);
}

static void
what_proves_all_must_be_as_the_share_note_has_it(void)
{
	static const char *const names[] = {
		"tagmanifest-sha256.txt", "evault/share.note",           "evault/keys/vault",
		"evault/keys/0000.entry", "evault/keys/0000.tlog-proof",
	};
	char path[80];
	size_t i;

	NEED(begin());
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NEED(share_all("bad", (struct evault_share){ .plain = true }));
		snprintf(path, sizeof(path), "bad/%s", names[i]);
		NEED(fixture_flip(path, -30));
		CHECK(receive("b", "bad") == EVAULT_OK && judged.verdict == EVAULT_VERDICT_DAMAGED);
		CHECK(nothing_taken());
	}
	CHECK(receive_entries("b") == 1 && fixture_is_sound("b"));
}

static void
another_past_than_was_received_is_a_fork_and_not_taken(void)
{
	uint64_t before;

	NEED(begin() && fixture_remove("twin") && fixture_copy("a", "twin"));
	NEED(receive_add("a", "three", "text of three") > 0 &&
	     receive_add("twin", "four", "text of four") > 0);
	NEED(share_all("left", (struct evault_share){ .plain = false }));
	NEED(receive_share("twin", (struct evault_share){ .items = &one, .n_items = 1 }, "right"));
	NEED(receive("b", "left") == EVAULT_OK && done.received == 4);
	before = receive_entries("b");
	/* Of these two trees none leads to the other. */
	CHECK(receive("b", "right") == EVAULT_OK);
	CHECK(judged.verdict == EVAULT_VERDICT_FORK
		  ? nothing_taken() && receive_entries("b") == before
		  : judged.seen == EVAULT_ASKED_OPEN);
	CHECK(judged.verdict == EVAULT_VERDICT_FORK);
}

/* ---- a bundle that changes while it is read -------------------------------- */

/* The last item is told when all of the first reading is over. */
static void
lose_file(void *ctx, const struct evault_bundle_item *item)
{
	if (item->index == titled)
		(void)fixture_remove(ctx);
}

static void
a_bundle_that_lost_a_member_meanwhile_is_refused(void)
{
	char original[80];
	const char *const names[] = { original, "moving/evault/report.html",
				      "moving/evault/keys/vault" };
	size_t i;

	NEED(begin());
	snprintf(original, sizeof(original), "moving/data/%04llu.txt", (unsigned long long)one);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NEED(share_all("moving", (struct evault_share){ .plain = true }));
		CHECK(receive_as("b",
				 (struct evault_verify){ .path = "moving",
							 .item = lose_file,
							 .ctx = (void *)(uintptr_t)names[i] },
				 (struct evault_receive){ .dry_run = false }) == EVAULT_E_CHANGED);
		CHECK(judged.damage == 0 && !fixture_there(names[i]));
	}
	CHECK(receive_entries("b") == 1 && fixture_is_sound("b"));
}

static bool
stop(void *ctx, const struct evault_progress *p)
{
	(void)ctx;
	return p->bytes_done > 0;
}

static void
stopped_in_the_middle_it_is_completed_by_another_run(void)
{
	NEED(begin() && share_all("stopped", (struct evault_share){ .plain = false }));
	NEED(receive_as("b", (struct evault_verify){ .path = "stopped" },
			(struct evault_receive){ .progress = stop }) == EVAULT_OK);
	CHECK(done.cancelled && done.received == 0 && done.receipt == NULL);
	NEED(receive("b", "stopped") == EVAULT_OK);
	CHECK(done.received == 4 && fixture_is_sound("b"));
}

/* ---- through other vaults -------------------------------------------------- */

static void
what_was_received_is_shared_on_with_what_proves_it(void)
{
	uint64_t items[] = { 2, 3 };

	NEED(begin() && fixture_remove("c") && fixture_vault("c"));
	NEED(share_all("first", (struct evault_share){ .plain = false }));
	NEED(receive("b", "first") == EVAULT_OK && done.index == 1);
	NEED(receive_share("b", (struct evault_share){ .items = items, .n_items = 2 }, "on"));
	NEED(receive("c", "on") == EVAULT_OK);
	CHECK(done.received == 3 && done.failed == 0 && fixture_is_sound("c"));
	/* And what comes from `a` itself is known. */
	NEED(receive("c", "first") == EVAULT_OK);
	CHECK(done.received == 1 && done.already == 3 && done.failed == 0 && fixture_is_sound("c"));
}

static void
what_comes_back_is_recognised(void)
{
	uint64_t items[] = { 1, 2, 3 };

	NEED(begin() && share_all("out", (struct evault_share){ .plain = false }));
	NEED(receive("b", "out") == EVAULT_OK);
	NEED(receive_share("b", (struct evault_share){ .items = items + 1, .n_items = 2 }, "back"));
	NEED(receive("a", "back") == EVAULT_OK);
	CHECK(done.already >= 2 && done.failed == 0 && done.items == 0);
	CHECK(fixture_is_sound("a"));
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(a_whole_bundle_is_taken_with_what_was_said_of_its_items);
	UNIT_RUN(the_same_bundle_again_writes_nothing);
	UNIT_RUN(what_was_withheld_stays_so);
	UNIT_RUN(a_second_bundle_with_other_fields_leaves_the_first_records);
	UNIT_RUN(records_without_files_are_kept_with_the_proofs_alone);
	UNIT_RUN(of_a_damaged_bundle_the_rest_is_taken_and_the_receipt_says_which);
	UNIT_RUN(what_is_missing_is_said_to_be);
	UNIT_RUN(a_title_of_what_was_received_before_finds_it);
	UNIT_RUN(what_was_received_with_the_vault_is_here_already);
	UNIT_RUN(a_vault_after_its_bundle_brings_the_rest);
	UNIT_RUN(a_dry_run_says_what_would_come_and_changes_nothing);
	UNIT_RUN(a_statement_is_in_no_pack_with_files);
	UNIT_RUN(a_bundle_for_somebody_else_is_not_taken);
	UNIT_RUN(what_proves_all_must_be_as_the_share_note_has_it);
	UNIT_RUN(another_past_than_was_received_is_a_fork_and_not_taken);
	UNIT_RUN(a_bundle_that_lost_a_member_meanwhile_is_refused);
	UNIT_RUN(stopped_in_the_middle_it_is_completed_by_another_run);
	UNIT_RUN(what_was_received_is_shared_on_with_what_proves_it);
	UNIT_RUN(what_comes_back_is_recognised);
	evault_free(done.receipt);
	return fixture_end();
}
