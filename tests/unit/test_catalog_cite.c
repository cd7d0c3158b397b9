/*
 * Which entries are about which, whatever was filed first.
 */
#include <stdlib.h>

#include "base/secret.h"
#include "store/catalog.h"
#include "unit.h"

/* What is filed: an entry and its record; `about` names other rows by their index. */
struct row {
	uint64_t index;
	const char *action;
	uint64_t about[3]; /* ends with 0 */
	const char *case_name, *tag;
};

static const struct row rows[] = {
	{ 1, "add", { 0 }, "A", "red" },
	{ 2, "add", { 0 }, NULL, NULL },
	{ 3, "add", { 0 }, "A", NULL },
	{ 4, "get", { 1, 2 }, NULL, NULL },
	{ 5, "annotate", { 1, 2 }, "B", "blue" },
	{ 6, "annotate", { 1 }, "C", NULL },
	{ 7, "retract", { 3 }, NULL, NULL },
	{ 8, "retract", { 6 }, NULL, NULL }, /* takes an annotation back */
	{ 9, "retract", { 2 }, NULL, NULL },
	{ 10, "retract", { 9 }, NULL, NULL },  /* and a retraction */
	{ 11, "retract", { 10 }, NULL, NULL }, /* which cannot be taken back again */
	{ 12, "annotate", { 3 }, NULL, "late" },
};
enum {
	N_ROWS = sizeof(rows) / sizeof(rows[0])
};

static struct ev_hash
hash_of(uint64_t n)
{
	struct ev_hash h;

	ev_hash_of(&n, sizeof(n), &h);
	return h;
}

static bool
add_about(struct ev_record *r, uint64_t index, const struct ev_hash *digest)
{
	char hex[EVAULT_HEX_SIZE], text[100];

	ev_hash_hex(digest, hex);
	snprintf(text, sizeof(text), "%llu %s", (unsigned long long)index, hex);
	return ev_record_add_text(r, "about", text, NULL) == EVAULT_OK;
}

static bool
file_record(struct ev_catalog *c, const struct row *row)
{
	struct ev_hash digest = hash_of(row->index), cited;
	struct ev_record r;
	bool good;
	size_t i;

	ev_record_init(&r);
	good = ev_record_add_text(&r, "action", row->action, NULL) == EVAULT_OK &&
	       ev_record_add_text(&r, "time", "2026-11-22T09:15:09Z", NULL) == EVAULT_OK;
	if (good && strcmp(row->action, "add") == 0)
		good = ev_record_add_text(&r, "sha256",
					  "aaaaaa00000000000000000000000000"
					  "00000000000000000000000000000000",
					  NULL) == EVAULT_OK;
	for (i = 0; good && i < 3 && row->about[i] != 0; i++) {
		cited = hash_of(row->about[i]);
		good = add_about(&r, row->about[i], &cited);
	}
	if (good && row->case_name != NULL)
		good = ev_record_add_text(&r, "case", row->case_name, NULL) == EVAULT_OK;
	if (good && row->tag != NULL)
		good = ev_record_add_text(&r, "tag", row->tag, NULL) == EVAULT_OK;
	good = good && ev_catalog_add_record(c, &digest, &r, NULL) == EVAULT_OK;
	ev_record_release(&r);
	return good;
}

static bool
file_entry(struct ev_catalog *c, uint64_t index)
{
	struct ev_hash digest = hash_of(index), actor = hash_of(77);

	return ev_catalog_add_entry(c, index, &digest, &actor, NULL) == EVAULT_OK;
}

enum order {
	ENTRIES_FIRST,
	RECORDS_FIRST,
	TOGETHER,
	BACKWARDS,
	SCATTERED,
	ORDERS
};

static bool
file_all(struct ev_catalog *c, enum order order)
{
	bool good = true;
	size_t i, k;

	for (i = 0; i < 2 * N_ROWS && good; i++) {
		k = i % N_ROWS;
		switch (order) {
		case ENTRIES_FIRST:
			good = i < N_ROWS ? file_entry(c, rows[k].index) : file_record(c, &rows[k]);
			break;
		case RECORDS_FIRST:
			good = i < N_ROWS ? file_record(c, &rows[k]) : file_entry(c, rows[k].index);
			break;
		case TOGETHER:
			good = i % 2 == 0 ? file_record(c, &rows[i / 2])
					  : file_entry(c, rows[i / 2].index);
			break;
		case BACKWARDS:
			k = N_ROWS - 1 - i / 2;
			good = i % 2 == 0 ? file_entry(c, rows[k].index) : file_record(c, &rows[k]);
			break;
		default:
			/* 5 has no factor in common with 2 * N_ROWS: each comes once. */
			k = i * 5 % (2 * (size_t)N_ROWS);
			good = k % 2 == 0 ? file_entry(c, rows[k / 2].index)
					  : file_record(c, &rows[k / 2]);
		}
	}
	return good;
}

static struct ev_catalog *
filled(enum order order)
{
	struct ev_catalog *c = NULL;

	if (ev_catalog_new(&c, NULL) == EVAULT_OK && file_all(c, order))
		return c;
	ev_catalog_free(c);
	return NULL;
}

struct listed {
	char text[200];
};

static enum evault_status
see(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct listed *l = ctx;
	size_t used = strlen(l->text);

	(void)err;
	snprintf(l->text + used, sizeof(l->text) - used, "%llu ", (unsigned long long)entry->index);
	return EVAULT_OK;
}

static bool
lists(struct ev_catalog *c, struct evault_filter filter, const char *expected)
{
	struct listed l = { "" };

	if (ev_catalog_list(c, &filter, see, &l, NULL) == EVAULT_OK &&
	    strcmp(l.text, expected) == 0)
		return true;
	printf("# lists %s\n", l.text);
	return false;
}

/* All corrections of an item, the last first: "-" before a retraction, "!" after what is void. */
static bool
corrected(struct ev_catalog *c, uint64_t item, const char *expected)
{
	struct ev_catalog_correction k = { .index = UINT64_MAX };
	char text[200] = "";
	size_t used;

	while (ev_catalog_correction(c, item, k.index, &k, NULL) == EVAULT_OK) {
		used = strlen(text);
		snprintf(text + used, sizeof(text) - used, "%s%llu%s ", k.retracts ? "-" : "",
			 (unsigned long long)k.index, k.taken_back ? "!" : "");
	}
	if (strcmp(text, expected) == 0)
		return true;
	printf("# corrections of %llu: %s\n", (unsigned long long)item, text);
	return false;
}

static bool
is_retracted(struct ev_catalog *c, uint64_t item)
{
	bool is = false;

	return ev_catalog_is_retracted(c, item, &is, NULL) == EVAULT_OK && is;
}

static bool
cited_in(struct ev_catalog *c, uint64_t item, bool corrections, size_t at_once,
	 const char *expected)
{
	uint64_t found[32], after = 0;
	char text[200] = "";
	size_t n, i, used;

	do {
		if (ev_catalog_citing(c, item, corrections, after, found, at_once, &n, NULL) !=
		    EVAULT_OK)
			return false;
		for (i = 0; i < n; i++) {
			used = strlen(text);
			snprintf(text + used, sizeof(text) - used, "%llu ",
				 (unsigned long long)found[i]);
			after = found[i];
		}
	} while (n == at_once);
	if (strcmp(text, expected) == 0)
		return true;
	printf("# %llu is cited by %s\n", (unsigned long long)item, text);
	return false;
}

static bool
cited_by(struct ev_catalog *c, uint64_t item, size_t at_once, const char *expected)
{
	return cited_in(c, item, false, at_once, expected);
}

/* ---- the tests ------------------------------------------------------------------ */

static void
corrections_are_found_whatever_was_filed_first(void)
{
	struct ev_catalog *c;
	int order;

	for (order = 0; order < ORDERS; order++) {
		c = filled((enum order)order);
		NEED(c != NULL);
		CHECK(corrected(c, 1, "6! 5 "));
		CHECK(corrected(c, 2, "-9! 5 "));
		CHECK(corrected(c, 3, "12 -7 "));
		CHECK(corrected(c, 4, "") && corrected(c, 99, ""));
		CHECK(!is_retracted(c, 1) && !is_retracted(c, 2) && is_retracted(c, 3));
		CHECK(is_retracted(c, 6) && is_retracted(c, 9) && !is_retracted(c, 5));
		ev_catalog_free(c);
	}
}

static void
lists_filter_by_what_holds(void)
{
	struct ev_catalog *c;
	int order;

	for (order = 0; order < ORDERS; order++) {
		c = filled((enum order)order);
		NEED(c != NULL);
		CHECK(lists(c, (struct evault_filter){ 0 }, "1 2 "));
		CHECK(lists(c, (struct evault_filter){ .retracted = EVAULT_RETRACTED_ONLY }, "3 "));
		CHECK(lists(c, (struct evault_filter){ .retracted = EVAULT_RETRACTED_TOO },
			    "1 2 3 "));
		CHECK(lists(c, (struct evault_filter){ .case_name = "B" }, "1 2 "));
		CHECK(lists(c, (struct evault_filter){ .case_name = "C" }, ""));
		CHECK(lists(c, (struct evault_filter){ .case_name = "A" }, ""));
		CHECK(lists(
		    c,
		    (struct evault_filter){ .case_name = "A", .retracted = EVAULT_RETRACTED_TOO },
		    "3 "));
		CHECK(lists(c, (struct evault_filter){ .tag = "red" }, "1 "));
		CHECK(lists(c, (struct evault_filter){ .tag = "blue" }, "1 2 "));
		CHECK(lists(
		    c, (struct evault_filter){ .tag = "late", .retracted = EVAULT_RETRACTED_ONLY },
		    "3 "));
		ev_catalog_free(c);
	}
}

static void
history_follows_corrections_of_corrections(void)
{
	struct ev_catalog *c;
	size_t at_once;
	int order;

	for (order = 0; order < ORDERS; order++) {
		c = filled((enum order)order);
		NEED(c != NULL);
		for (at_once = 1; at_once < 9; at_once++) {
			CHECK(cited_by(c, 1, at_once, "4 5 6 8 "));
			CHECK(cited_by(c, 2, at_once, "4 5 9 10 11 "));
			CHECK(cited_by(c, 3, at_once, "7 12 "));
			CHECK(cited_by(c, 12, at_once, ""));
			/* An access is no correction. */
			CHECK(cited_in(c, 1, true, at_once, "5 6 8 "));
			CHECK(cited_in(c, 2, true, at_once, "5 9 10 11 "));
		}
		ev_catalog_free(c);
	}
}

/* Files a retraction as entry 20 that says this about entry 1, or about another one. */
static bool
counts(uint64_t entry, uint64_t index, uint64_t digest_of)
{
	struct ev_hash digest = hash_of(1000), actor = hash_of(77), cited = hash_of(digest_of);
	struct ev_catalog *c = NULL;
	struct ev_record r;
	bool good;

	ev_record_init(&r);
	good = ev_catalog_new(&c, NULL) == EVAULT_OK && file_record(c, &rows[0]) &&
	       file_entry(c, 1) && file_entry(c, 2) &&
	       ev_record_add_text(&r, "action", "retract", NULL) == EVAULT_OK &&
	       ev_record_add_text(&r, "time", "2026-11-22T09:15:09Z", NULL) == EVAULT_OK &&
	       add_about(&r, index, &cited) &&
	       ev_catalog_add_record(c, &digest, &r, NULL) == EVAULT_OK &&
	       ev_catalog_add_entry(c, entry, &digest, &actor, NULL) == EVAULT_OK;
	CHECK(good);
	good = good && is_retracted(c, index);
	ev_record_release(&r);
	ev_catalog_free(c);
	return good;
}

static void
about_counts_only_when_index_and_digest_are_of_one_earlier_entry(void)
{
	CHECK(counts(20, 1, 1));
	CHECK(!counts(20, 1, 2));          /* another entry's digest */
	CHECK(!counts(20, 2, 1));          /* another entry's index */
	CHECK(!counts(20, 3, 1));          /* of no entry */
	CHECK(!counts(20, 20, 1000));      /* itself */
	CHECK(!counts(0, 1, 1));           /* a later one */
	CHECK(!counts(20, UINT64_MAX, 1)); /* no index that a log can have */
	CHECK(!counts(20, (1ULL << 63) + 1, 1));
}

static void
record_without_an_entry_counts_for_nothing(void)
{
	struct ev_catalog *c = NULL;

	NEED(ev_catalog_new(&c, NULL) == EVAULT_OK && file_record(c, &rows[2]) &&
	     file_entry(c, 3) && file_record(c, &rows[6]));
	CHECK(!is_retracted(c, 3) && corrected(c, 3, ""));
	CHECK(file_entry(c, 7) && is_retracted(c, 3) && corrected(c, 3, "-7 "));
	ev_catalog_free(c);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(corrections_are_found_whatever_was_filed_first);
	UNIT_RUN(lists_filter_by_what_holds);
	UNIT_RUN(history_follows_corrections_of_corrections);
	UNIT_RUN(about_counts_only_when_index_and_digest_are_of_one_earlier_entry);
	UNIT_RUN(record_without_an_entry_counts_for_nothing);
	return unit_end();
}
