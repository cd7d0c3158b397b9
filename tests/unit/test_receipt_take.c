/*
 * Receipts for bundles: which are kept, what they cover, and whose word that
 * a bundle was answered counts.
 */
#include "receipt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "card_by.h"
#include "commit.h"
#include "contact.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

enum {
	MANY = 1003 /* items: more than one record of a share has */
};

static struct evault_error err;
static struct evault_share_summary shared;
static struct evault_receipt_summary took;
static struct evault_receipt_item told[8];
static size_t n_told;

static void
on_item(void *ctx, const struct evault_receipt_item *item)
{
	(void)ctx;
	if (n_told < sizeof(told) / sizeof(told[0]))
		told[n_told] = *item;
	n_told++;
}

static struct evault *
opened(void)
{
	struct evault *v = NULL;

	(void)fixture_open("v", EVAULT_WRITE, FIXTURE_KEY, &v, &err);
	return v;
}

static bool
add_contact(const char *name, const struct ev_signing_seed *seed)
{
	struct ev_card c = sample(name, seed, "2026-11-22T09:15:09Z");
	struct evault_contact_add what = { .note = card_by(&c, seed, NULL) };
	struct evault_contact kept;
	struct evault *v = opened();
	bool done = v != NULL && evault_contact_add(v, &what, &kept, NULL, &err) == EVAULT_OK;

	evault_close(v);
	return done;
}

/* With contacts and that many items; the number of the first one, or 0. */
static uint64_t
make(unsigned n)
{
	const char *path = "src";
	struct evault_add what = { .paths = &path, .n_paths = 1 };
	struct evault_add_summary s = { .kept = 0 };
	struct evault_status_info info = { .entries = 0 };
	struct evault *v;
	char name[32];
	unsigned i;

	if (!fixture_remove("v") || !fixture_remove("src") || !fixture_folder("src") ||
	    !fixture_vault("v") || !add_contact("Aigul", &owner_seed) ||
	    !add_contact("Bota", &other_seed))
		return 0;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "src/%04u", i);
		if (!fixture_text(name, name))
			return 0;
	}
	v = opened();
	if (v == NULL || evault_get_status(v, &info, &err) != EVAULT_OK ||
	    evault_add(v, &what, &s, &err) != EVAULT_OK || s.kept != n)
		info.entries = 0;
	evault_close(v);
	return info.entries;
}

/* Shares items with Aigul; records alone are quick. */
static bool
share(const uint64_t *items, size_t n)
{
	struct evault_share how = {
		.items = items, .n_items = n, .to = "Aigul", .no_files = true, .out = "bundle"
	};
	struct evault *v = opened();
	bool done = fixture_remove("bundle") && v != NULL &&
		    evault_share(v, &how, &shared, &err) == EVAULT_OK;

	evault_close(v);
	return done;
}

/* Writes a receipt for what was shared last, by the seed. */
static bool
answer(const struct ev_signing_seed *seed, const struct ev_receipt_item *items, size_t n)
{
	struct ev_card c = sample("-", seed, "2026-11-22T09:15:09Z");
	struct ev_receipt r = { .time = 1795000000 };
	struct ev_buf text = EV_BUF_INIT;
	struct evault *v = opened();
	const char *note;
	bool done = v != NULL && ev_hash_parse(ev_slice_text(shared.tagmanifest), &r.tagmanifest);

	if (done) {
		memcpy(r.origin, c.origin, sizeof(r.origin));
		memcpy(r.of, v->note.origin, sizeof(r.of));
		ev_receipt_text(&r, items, n, &text);
		note = signed_text(ev_buf_text(&text), &seed, 1);
		done = fixture_text("receipt", note) && note[0] != '\0';
	}
	evault_close(v);
	ev_buf_release(&text);
	return done;
}

static enum evault_status
take(void)
{
	static const struct evault_receipt_take how = { .item = on_item };
	struct evault *v = opened();
	enum evault_status rc = EVAULT_E_IO;

	n_told = 0;
	if (v != NULL)
		rc = evault_receipt_take(v, "receipt", &how, &took, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
count(void *ctx, const struct evault_unanswered *bundle, struct evault_error *e)
{
	(void)e;
	*(uint64_t *)ctx = *(uint64_t *)ctx * 1000 + bundle->index;
	return EVAULT_OK;
}

/* The share entries that wait, a thousand times the first plus the second. */
static uint64_t
unanswered(void)
{
	struct evault *v = opened();
	uint64_t all = 0;

	if (v == NULL || evault_unanswered(v, count, &all, &err) != EVAULT_OK)
		all = UINT64_MAX;
	evault_close(v);
	return all;
}

/* ---- what it covers ------------------------------------------------------------------ */

static uint64_t
annotate(uint64_t item)
{
	static const char *const fields[] = { "title=T" };
	struct evault_annotate what = { .items = &item,
					.n_items = 1,
					.details = { .fields = fields, .n_fields = 1 } };
	struct evault_corrected done = { .index = 0 };
	struct evault *v = opened();

	if (v == NULL || evault_annotate(v, &what, &done, &err) != EVAULT_OK)
		done.index = 0;
	evault_close(v);
	return done.index;
}

static uint64_t
retract(uint64_t item)
{
	struct evault_retract what = { .items = &item, .n_items = 1, .reason = "R" };
	struct evault_corrected done = { .index = 0 };
	struct evault *v = opened();

	if (v == NULL || evault_retract(v, &what, &done, &err) != EVAULT_OK)
		done.index = 0;
	evault_close(v);
	return done.index;
}

static void
corrections_and_corrections_of_those_are_of_the_bundle(void)
{
	uint64_t first = make(3), note, back;
	struct ev_receipt_item items[5];

	NEED(first > 0);
	note = annotate(first);
	NEED(note > 0 && annotate(first + 1) == note + 2);
	back = retract(note);
	NEED(back > note && share(&first, 1));
	NEED(shared.corrections == 2);
	items[0] = (struct ev_receipt_item){ first, EV_RECEIPT_VERIFIED };
	items[1] = (struct ev_receipt_item){ note, EV_RECEIPT_DAMAGED };
	items[2] = (struct ev_receipt_item){ back, EV_RECEIPT_MISSING };
	NEED(answer(&owner_seed, items, 3) && take() == EVAULT_OK);
	CHECK(took.verdict == EVAULT_RECEIPT_GOOD && took.items == 3 && took.verified == 1);
	CHECK(took.damaged == 1 && took.missing == 1 && took.untold == 0 && took.not_shared == 0);
	CHECK(n_told == 2 && told[0].index == note && told[1].index == back);
	CHECK(told[0].result == EVAULT_RECEIPT_ITEM_DAMAGED && took.index > back);
	/* The other item's annotation is none of it; nor is what is beyond the log. */
	items[1].index = note + 2;
	items[2].index = UINT64_MAX;
	NEED(answer(&owner_seed, items, 3) && take() == EVAULT_OK);
	CHECK(took.untold == 2 && took.not_shared == 2 && took.verified == 1);
	CHECK(n_told == 4 && told[2].index == note + 2 && told[3].index == UINT64_MAX);
	CHECK(told[3].result == EVAULT_RECEIPT_ITEM_NOT_SHARED && !took.already);
	CHECK(fixture_is_sound("v"));
}

/* One bundle, several records: one receipt is about all of them. */
static void
a_bundle_of_many_items_is_one_and_answered_at_once(void)
{
	static uint64_t items[MANY];
	struct ev_receipt_item results[3];
	struct ev_receipt_bundle b = { .n_shares = 0 };
	struct ev_hash tagmanifest;
	uint64_t first = make(MANY);
	struct evault *v;
	size_t i;

	NEED(first > 0);
	for (i = 0; i < MANY; i++)
		items[i] = first + i;
	NEED(share(items, MANY) && unanswered() == shared.index);
	v = opened();
	NEED(v != NULL && ev_hash_parse(ev_slice_text(shared.tagmanifest), &tagmanifest));
	CHECK(ev_receipt_bundle_find(v, &tagmanifest, &b, &err) == EVAULT_OK && b.n_shares == 2);
	CHECK(strcmp(b.contact, "Aigul") == 0 && b.shares[0].index == shared.index);
	ev_receipt_bundle_release(&b);
	evault_close(v);
	results[0] = (struct ev_receipt_item){ first, EV_RECEIPT_VERIFIED };
	results[1] = (struct ev_receipt_item){ first + 5, EV_RECEIPT_VERIFIED };
	results[2] = (struct ev_receipt_item){ first + MANY - 1, EV_RECEIPT_DAMAGED };
	NEED(answer(&owner_seed, results, 3) && take() == EVAULT_OK);
	CHECK(took.items == MANY && took.verified == 6 && took.damaged == 1);
	CHECK(took.untold == MANY - 7 && n_told == MANY - 6 && unanswered() == 0);
	CHECK(fixture_is_sound("v"));
}

/* ---- whose it is ------------------------------------------------------------------------ */

static void
only_what_a_contact_signed_is_kept_and_only_the_addressee_answers(void)
{
	struct ev_receipt_item item = { 0, EV_RECEIPT_VERIFIED };
	uint64_t first = make(1), theirs;
	struct evault_contact removed;
	struct evault *v;

	NEED(first > 0 && share(&first, 1));
	item.index = first;
	NEED(answer(&third_seed, &item, 1) && take() == EVAULT_OK);
	CHECK(took.verdict == EVAULT_RECEIPT_UNKNOWN && took.index == 0 && took.items == 0);
	CHECK(took.name[0] == '\0' && unanswered() == shared.index);
	NEED(answer(&other_seed, &item, 1) && take() == EVAULT_OK);
	CHECK(took.verdict == EVAULT_RECEIPT_OTHER && took.index > 0 && !took.already);
	CHECK(strcmp(took.name, "Bota") == 0 && strcmp(took.to_name, "Aigul") == 0);
	theirs = took.index;
	NEED(take() == EVAULT_OK);
	CHECK(took.already && took.index == theirs && unanswered() == shared.index);
	/* Who is Aigul now has the other key: the same receipt is an answer then. */
	v = opened();
	NEED(v != NULL && evault_contact_remove(v, "Aigul", &removed, &err) == EVAULT_OK);
	CHECK(evault_contact_remove(v, "Bota", &removed, &err) == EVAULT_OK);
	evault_close(v);
	NEED(take() == EVAULT_OK && took.verdict == EVAULT_RECEIPT_UNKNOWN);
	NEED(add_contact("Aigul", &other_seed) && take() == EVAULT_OK);
	CHECK(took.verdict == EVAULT_RECEIPT_GOOD && !took.already && took.index > theirs);
	CHECK(unanswered() == 0 && fixture_is_sound("v"));
}

static void
a_card_counts_for_its_own_vault_alone(void)
{
	struct ev_receipt_item item = { 0, EV_RECEIPT_VERIFIED };
	uint64_t first = make(1);
	struct ev_receipt r = { .time = 1795000000 };
	const struct ev_signing_seed *seed = &owner_seed;
	struct ev_buf text = EV_BUF_INIT;
	struct evault *v;

	NEED(first > 0 && share(&first, 1));
	item.index = first;
	v = opened();
	NEED(v != NULL && ev_hash_parse(ev_slice_text(shared.tagmanifest), &r.tagmanifest));
	memcpy(r.of, v->note.origin, sizeof(r.of));
	memcpy(r.origin, v->note.origin, sizeof(r.origin));
	evault_close(v);
	ev_receipt_text(&r, &item, 1, &text);
	NEED(fixture_text("receipt", signed_text(ev_buf_text(&text), &seed, 1)));
	ev_buf_release(&text);
	CHECK(take() == EVAULT_OK && took.verdict == EVAULT_RECEIPT_UNKNOWN && took.index == 0);
}

static void
one_letter_changed_is_never_a_good_receipt(void)
{
	struct ev_receipt_item item = { 0, EV_RECEIPT_DAMAGED };
	uint64_t first = make(1), entries;
	struct evault_status_info info;
	struct ev_buf note = EV_BUF_INIT;
	struct evault *v;
	size_t i;

	NEED(first > 0 && share(&first, 1));
	item.index = first;
	NEED(answer(&owner_seed, &item, 1));
	NEED(ev_os_load_user("receipt", EV_NOTE_MAX, &note, &err) == EVAULT_OK);
	v = opened();
	NEED(v != NULL && evault_get_status(v, &info, &err) == EVAULT_OK);
	entries = info.entries;
	for (i = 0; i < note.len; i++) {
		note.data[i] ^= 1;
		NEED(fixture_remove("receipt") && fixture_file("receipt", note.data, note.len));
		if (evault_receipt_take(v, "receipt", &(struct evault_receipt_take){ .ctx = NULL },
					&took, &err) == EVAULT_OK)
			CHECK(took.verdict == EVAULT_RECEIPT_DAMAGED ||
			      took.verdict == EVAULT_RECEIPT_UNKNOWN);
		note.data[i] ^= 1;
	}
	CHECK(evault_get_status(v, &info, &err) == EVAULT_OK && info.entries == entries);
	evault_close(v);
	ev_buf_release(&note);
}

/* ---- making ------------------------------------------------------------------------------ */

static void
what_is_made_verifies_with_the_makers_card(void)
{
	static struct ev_receipt_item items[EV_NOTE_MAX / 16];
	struct ev_receipt r = { .time = 1795000000 }, parsed;
	struct evault_card_make plain = { .name = "HQ" };
	struct ev_buf note = EV_BUF_INIT;
	struct evault_card card;
	struct ev_verifier key;
	struct ev_slice lines;
	struct ev_note found;
	struct evault *v;
	bool superseded;
	size_t i;

	NEED(make(1) > 0);
	v = opened();
	NEED(v != NULL && evault_card(v, &plain, &card, &superseded, &err) == EVAULT_OK);
	ev_origin_of((const uint8_t[32]){ 9 }, r.of);
	items[0] = (struct ev_receipt_item){ 7, EV_RECEIPT_MISSING };
	NEED(ev_receipt_make(v, &r, items, 1, &note, &err) == EVAULT_OK);
	NEED(ev_receipt_parse(ev_slice_of(note.data, note.len), &parsed, &found, &lines, &err) ==
	     EVAULT_OK);
	NEED(ev_verifier_parse(ev_slice_text(card.actor), &key, &err) == EVAULT_OK);
	CHECK(ev_note_verify(&found, &key, &err) == EVAULT_OK);
	CHECK(strcmp(parsed.origin, card.origin) == 0 && strcmp(parsed.of, r.of) == 0);
	ev_buf_clear(&note);
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		items[i] = (struct ev_receipt_item){ i, i % 2 == 0 ? EV_RECEIPT_MISSING
								   : EV_RECEIPT_DAMAGED };
	CHECK(ev_receipt_make(v, &r, items, i, &note, &err) == EVAULT_E_LIMIT);
	ev_buf_release(&note);
	evault_close(v);
}

/* ---- whose word counts ------------------------------------------------------------------------
 */

/* A record of that action, about the entry `about`, by the holder of a key file. */
static bool
forge(const char *key, const char *action, const char *contact, uint64_t about)
{
	struct evault_unlock unlock = { .identity_files = &key, .n_identity_files = 1 };
	struct evault_open how = {
		.dir = "v", .access = EVAULT_WRITE, .unlock = &unlock, .adding = true
	};
	struct ev_catalog_entry entry = { .is_record = true };
	struct ev_commit commit = { .v = NULL };
	struct ev_record record;
	struct evault *v = NULL;
	uint64_t index;
	bool done;

	ev_record_init(&record);
	done =
	    evault_open(&how, &v, &err) == EVAULT_OK &&
	    ev_commit_init(&commit, v, &err) == EVAULT_OK &&
	    ev_vault_find_entry(v, about, &entry, &err) == EVAULT_OK &&
	    ev_commit_begin_record(v, action, &record, &err) == EVAULT_OK &&
	    ev_record_add_text(&record, "contact", contact, &err) == EVAULT_OK &&
	    ev_record_add_text(&record, "tagmanifest",
			       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
			       &err) == EVAULT_OK &&
	    ev_commit_about(&entry, &record, &err) == EVAULT_OK &&
	    ev_commit_record(&commit, &record, &index, &err) == EVAULT_OK &&
	    ev_commit_finish(&commit, &err) == EVAULT_OK;
	ev_commit_release(&commit);
	ev_record_release(&record);
	evault_close(v);
	return done;
}

/* Who takes a device that may add must not be able to say that a bundle was answered. */
static void
what_a_capture_device_says_of_shares_and_receipts_does_not_count(void)
{
	char to[EVAULT_RECIPIENT_SIZE];
	struct evault_key_add device = { .name = "Device",
					 .role = EVAULT_ROLE_CAPTURE,
					 .seal = { .to = to } };
	struct evault_key_changed changed;
	uint64_t first = make(1);
	struct evault *v;

	NEED(first > 0 && share(&first, 1));
	v = opened();
	NEED(v != NULL && evault_keygen("device", to, &err) == EVAULT_OK);
	NEED(evault_key_add(v, &device, &changed, &err) == EVAULT_OK);
	evault_close(v);
	NEED(forge("device", "receipt", "Aigul", shared.index));
	CHECK(unanswered() == shared.index);
	NEED(forge("device", "share", "Aigul", first));
	CHECK(unanswered() == shared.index);
	/* The same by an owner does. */
	NEED(forge(FIXTURE_KEY, "receipt", "Bota", shared.index));
	CHECK(unanswered() == shared.index);
	NEED(forge(FIXTURE_KEY, "receipt", "Aigul", shared.index));
	CHECK(unanswered() == 0);
	NEED(forge(FIXTURE_KEY, "share", "Aigul", first));
	CHECK(unanswered() > shared.index && fixture_is_sound("v"));
}

/* ---- what may fail ------------------------------------------------------------------------- */

static void
call_that_fails_keeps_the_receipt_or_nothing(void)
{
	static const enum fault_call calls[] = { FAULT_OPENAT, FAULT_WRITE, FAULT_FSYNC,
						 FAULT_RENAME, FAULT_CLOSE };
	static const struct evault_receipt_take how;
	struct ev_receipt_item item = { 0, EV_RECEIPT_VERIFIED };
	uint64_t first = make(1);
	struct fault_plan plan = { .sys = EIO };
	enum evault_status rc;
	struct evault *v;
	struct found f;
	bool failed;
	size_t i;

	NEED(first > 0 && share(&first, 1));
	item.index = first;
	NEED(answer(&owner_seed, &item, 1));
	NEED(fixture_remove("before") && fixture_copy("v", "before"));
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		plan.call = calls[i];
		failed = true;
		for (plan.nth = 0; failed; plan.nth++) {
			NEED(fixture_remove("v") && fixture_copy("before", "v"));
			v = opened();
			NEED(v != NULL);
			faults_on(&plan);
			rc = evault_receipt_take(v, "receipt", &how, &took, &err);
			failed = faults_off();
			evault_close(v);
			CHECK(failed || rc == EVAULT_OK);
			/* A card that could not be read makes nobody known, and that is told. */
			if (rc == EVAULT_OK && took.verdict == EVAULT_RECEIPT_UNKNOWN)
				CHECK(took.missing_records > 0 && took.index == 0);
			else
				CHECK(rc != EVAULT_OK || unanswered() == 0);
			CHECK(fixture_check("v", EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL) ==
			      EVAULT_OK);
			CHECK(f.of[EVAULT_FINDING_MISSING] + f.of[EVAULT_FINDING_ALTERED] +
				  f.of[EVAULT_FINDING_FORGED] + f.of[EVAULT_FINDING_HISTORY] ==
			      0);
			/* Again, it is kept or known. */
			CHECK(take() == EVAULT_OK && unanswered() == 0);
		}
		CHECK(plan.nth > 1);
	}
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(corrections_and_corrections_of_those_are_of_the_bundle);
	UNIT_RUN(a_bundle_of_many_items_is_one_and_answered_at_once);
	UNIT_RUN(only_what_a_contact_signed_is_kept_and_only_the_addressee_answers);
	UNIT_RUN(a_card_counts_for_its_own_vault_alone);
	UNIT_RUN(one_letter_changed_is_never_a_good_receipt);
	UNIT_RUN(what_is_made_verifies_with_the_makers_card);
	UNIT_RUN(what_a_capture_device_says_of_shares_and_receipts_does_not_count);
	UNIT_RUN(call_that_fails_keeps_the_receipt_or_nothing);
	return fixture_end();
}
