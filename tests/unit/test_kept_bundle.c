/*
 * What is kept of bundles: what a check makes of it when somebody who may
 * write here keeps something else than a bundle had.
 */
#include <stdlib.h>

#include "receive_fixture.h"
#include "vault_fixture.h"

static uint64_t one, two;

static bool
begin(void)
{
	if (!fixture_remove("a") || !fixture_remove("b") || !fixture_vault("a") ||
	    !fixture_vault("b"))
		return false;
	one = receive_add("a", "one", "text of one");
	two = receive_add("a", "two", "text of two");
	return one > 0 && two > 0;
}

/* Of what failed the last why is kept. */
static char why[300];

static void
note_why(void *ctx, const struct evault_receive_event *e)
{
	(void)ctx;
	if (e->why != NULL)
		snprintf(why, sizeof(why), "%s", e->why);
}

static struct evault_receive_summary done;

static enum evault_status
receive(const char *dir, const char *path)
{
	static const char *const files[] = { FIXTURE_KEY };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_verify bundle = { .path = path, .unlock = &unlock };
	struct evault_receive what = { .event = note_why };
	struct evault_verify_summary judged;
	struct evault *v = NULL;
	enum evault_status rc = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL);

	why[0] = '\0';
	if (rc == EVAULT_OK)
		rc = evault_receive_bundle(v, &bundle, &what, &judged, &done, NULL);
	evault_close(v);
	evault_free(done.receipt);
	return rc;
}

static struct ev_catalog_receive says;
static struct ev_buf kept = EV_BUF_INIT;

/* The proofs of a bundle as `b` keeps them, and a new `hq` to forge in. */
static bool
begin_forging(void)
{
	uint64_t items[2];
	struct evault_share how = { .items = items, .n_items = 2 };

	if (!begin())
		return false;
	items[0] = one;
	items[1] = two;
	return receive_share("a", how, "real") && receive("b", "real") == EVAULT_OK &&
	       done.logged && kept_load("b", &says, &kept) && says.bundle && fixture_remove("hq") &&
	       fixture_vault("hq");
}

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

/* What is kept of a third vault is an item, too. */
static void
proofs_that_are_shared_themselves_are_received_when_they_hold(void)
{
	uint64_t items[] = { 1, 2 };
	struct evault_share how = { .items = &one, .n_items = 1 };

	NEED(begin() && fixture_remove("c") && fixture_vault("c"));
	NEED(receive_share("a", how, "first"));
	NEED(receive("b", "first") == EVAULT_OK && done.index == 1);
	NEED(receive_share("b", (struct evault_share){ .items = items, .n_items = 2 }, "long"));
	NEED(receive("c", "long") == EVAULT_OK);
	CHECK(done.received == 2 && done.failed == 0 && fixture_is_sound("c"));
	/* In `b` somebody forged such proofs. */
	NEED(begin_forging() && fixture_remove("c") && fixture_vault("c"));
	says.root.b[4] ^= 1;
	NEED(kept_keep("hq", &says, ev_slice_of(kept.data, kept.len)));
	items[1] = receive_add("hq", "own", "of hq");
	NEED(receive_share("hq", (struct evault_share){ .items = items, .n_items = 2 }, "forged"));
	NEED(receive("c", "forged") == EVAULT_OK);
	CHECK(done.received == 1 && done.failed == 1 && fixture_is_sound("c"));
	CHECK(strstr(why, "is of another bundle than its record says") != NULL);
}

static void
the_true_proofs_are_sound_also_when_kept_by_hand(void)
{
	NEED(begin_forging() && kept_keep("hq", &says, ev_slice_of(kept.data, kept.len)));
	CHECK(fixture_is_sound("hq"));
}

static void
an_altered_member_of_what_is_kept_is_forged(void)
{
	static const char *const names[] = {
		"bagit.txt",
		"bag-info.txt",
		"manifest-sha256.txt",
		"evault/share.note",
		"tagmanifest-sha256.txt",
		"evault/VERIFY.txt",
		"evault/report.html",
		"evault/keys/vault",
		"evault/keys/0000.entry",
		"evault/keys/0000.tlog-proof",
	};
	static const char *const parts[] = { "record", "entry", "tlog-proof" };
	struct ev_buf bad = EV_BUF_INIT;
	char name[60];
	size_t i, n = sizeof(names) / sizeof(names[0]);

	NEED(begin_forging());
	for (i = 0; i < n + 3; i++) {
		snprintf(name, sizeof(name), "%s", i < n ? names[i] : "");
		if (i >= n)
			snprintf(name, sizeof(name), "evault/items/%04llu.%s",
				 (unsigned long long)one, parts[i - n]);
		NEED(fixture_remove("hq") && fixture_vault("hq"));
		NEED(kept_edit(&kept, &bad, name, KEPT_ALTER));
		NEED(kept_keep("hq", &says, ev_slice_of(bad.data, bad.len)));
		CHECK(finds(EVAULT_FINDING_FORGED, "the bundle that was kept with it: "));
	}
	ev_buf_release(&bad);
}

static void
a_member_twice_or_of_no_list_is_forged(void)
{
	struct ev_buf bad = EV_BUF_INIT;

	NEED(begin_forging());
	NEED(kept_edit(&kept, &bad, "evault/keys/vault", KEPT_DOUBLE));
	NEED(kept_keep("hq", &says, ev_slice_of(bad.data, bad.len)));
	CHECK(finds(EVAULT_FINDING_FORGED, "the bundle that was kept with it: "));
	NEED(fixture_remove("hq") && fixture_vault("hq"));
	NEED(kept_edit(&kept, &bad, "evault/report.html", KEPT_RENAME));
	NEED(kept_keep("hq", &says, ev_slice_of(bad.data, bad.len)));
	CHECK(finds(EVAULT_FINDING_FORGED, "has other members than its lists"));
	ev_buf_release(&bad);
}

static void
keys_or_notes_left_out_are_forged(void)
{
	static const char *const names[] = { "evault/share.note", "tagmanifest-sha256.txt",
					     "evault/keys/vault", "evault/keys/0000.entry",
					     "evault/keys/0000.tlog-proof" };
	struct ev_buf bad = EV_BUF_INIT;
	size_t i;

	NEED(begin_forging());
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NEED(fixture_remove("hq") && fixture_vault("hq"));
		NEED(kept_edit(&kept, &bad, names[i], KEPT_DROP));
		NEED(kept_keep("hq", &says, ev_slice_of(bad.data, bad.len)));
		CHECK(finds(EVAULT_FINDING_FORGED, "the bundle that was kept with it: "));
	}
	ev_buf_release(&bad);
}

static void
proofs_that_are_cut_short_or_go_on_are_forged(void)
{
	static const int cuts[] = { -1, -512, -1024, -4096, -20000, 1, 512 };
	struct ev_buf bad = EV_BUF_INIT;
	size_t i;

	NEED(begin_forging());
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		NEED(fixture_remove("hq") && fixture_vault("hq"));
		ev_buf_clear(&bad);
		ev_buf_add(&bad, kept.data, kept.len);
		if (cuts[i] > 0)
			ev_buf_fill(&bad, 'x', (size_t)cuts[i]);
		else
			bad.len -= (size_t)-cuts[i];
		NEED(kept_keep("hq", &says, ev_slice_of(bad.data, bad.len)));
		CHECK(finds(EVAULT_FINDING_FORGED, "the bundle that was kept with it: "));
	}
	ev_buf_release(&bad);
}

static void
proofs_of_another_bundle_vault_or_tree_are_forged(void)
{
	struct ev_catalog_receive other;
	size_t i;

	NEED(begin_forging());
	for (i = 0; i < 4; i++) {
		NEED(fixture_remove("hq") && fixture_vault("hq"));
		other = says;
		other.origin.b[4] ^= i == 0;
		other.root.b[4] ^= i == 1;
		other.size += i == 2;
		other.tagmanifest.b[4] ^= i == 3;
		NEED(kept_keep("hq", &other, ev_slice_of(kept.data, kept.len)));
		CHECK(finds(EVAULT_FINDING_FORGED, "is of another bundle than its record says"));
	}
}

/* More than evault would read of any: a check says so, and goes on. */
static void
proofs_that_are_too_much_are_forged_and_a_check_goes_on(void)
{
	struct ev_buf bad = EV_BUF_INIT;
	char name[40];
	unsigned i;

	NEED(begin_forging());
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "evault/keys/%04u.entry", 1000 + i);
		NEED(kept_add(&bad, name, 64000));
	}
	ev_buf_add(&bad, kept.data, kept.len);
	NEED(kept_keep("hq", &says, ev_slice_of(bad.data, bad.len)));
	CHECK(finds(EVAULT_FINDING_FORGED, "has more than 16777216 bytes"));
	ev_buf_release(&bad);
}

static void
a_record_that_the_bundle_does_not_prove_is_forged(void)
{
	struct ev_buf bad = EV_BUF_INIT;
	struct ev_provenance place = { says.origin, 0, { { 0 } } };
	char name[60];

	NEED(begin_forging() && kept_keep("hq", &says, ev_slice_of(kept.data, kept.len)));
	place.origin = says.origin;
	place.index = two;
	NEED(kept_claim("hq", &place, "a", false));
	CHECK(finds(EVAULT_FINDING_FORGED, "does not have it"));
	/* The record as it is there, and the proofs without its entry. */
	NEED(fixture_remove("hq") && fixture_vault("hq"));
	snprintf(name, sizeof(name), "evault/items/%04llu.entry", (unsigned long long)two);
	NEED(kept_edit(&kept, &bad, name, KEPT_DROP));
	NEED(kept_keep("hq", &says, ev_slice_of(bad.data, bad.len)));
	NEED(kept_claim("hq", &place, "a", true));
	CHECK(finds(EVAULT_FINDING_FORGED, "does not have it"));
	/* And with it. */
	NEED(fixture_remove("hq") && fixture_vault("hq"));
	NEED(kept_keep("hq", &says, ev_slice_of(kept.data, kept.len)));
	NEED(kept_claim("hq", &place, "a", true));
	CHECK(fixture_is_sound("hq"));
	ev_buf_release(&bad);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(proofs_that_are_shared_themselves_are_received_when_they_hold);
	UNIT_RUN(the_true_proofs_are_sound_also_when_kept_by_hand);
	UNIT_RUN(an_altered_member_of_what_is_kept_is_forged);
	UNIT_RUN(a_member_twice_or_of_no_list_is_forged);
	UNIT_RUN(keys_or_notes_left_out_are_forged);
	UNIT_RUN(proofs_that_are_cut_short_or_go_on_are_forged);
	UNIT_RUN(proofs_of_another_bundle_vault_or_tree_are_forged);
	UNIT_RUN(proofs_that_are_too_much_are_forged_and_a_check_goes_on);
	UNIT_RUN(a_record_that_the_bundle_does_not_prove_is_forged);
	ev_buf_release(&kept);
	return fixture_end();
}
