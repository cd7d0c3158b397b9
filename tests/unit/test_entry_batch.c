/*
 * Entries that are looked at many at once are judged as they are one by one:
 * what holds for an entry is what those before it have made so.
 */
#include "base/secret.h"
#include "log_on_disk.h"
#include "store/entry_batch.h"

enum {
	ENTRIES = 600, /* three bundles */
};

/* Findings of one opening, in their order. */
static struct {
	char text[2000];
	unsigned n;
} told;

static enum evault_status
tell(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path, const char *detail,
     struct evault_error *err)
{
	size_t at = strlen(told.text);

	(void)ctx, (void)path, (void)detail, (void)err;
	snprintf(told.text + at, sizeof(told.text) - at, "%s %llu;", evault_finding_word(kind),
		 (unsigned long long)index);
	told.n++;
	return EVAULT_OK;
}

/* Another digit or letter in the signature. */
static void
spoil(struct ev_buf *entry)
{
	uint8_t *at = entry->data + entry->len - 40;

	*at = *at == 'A' ? 'B' : 'A';
}

/* An entry by `by`: of these lines, or of a record. */
static bool
put(struct ev_log *log, const struct log_actor *by, struct ev_buf *lines, bool good)
{
	struct ev_buf note = EV_BUF_INIT;
	struct ev_hash root;
	uint64_t at = ev_log_next(log, &root);
	bool put;

	if (lines->len == 0)
		log_line_hash(lines, "record", (unsigned)at, "");
	log_entry(&note, k.vault.origin, at, &root, lines, by, NULL);
	if (!good)
		spoil(&note);
	put = stage_bytes(log, note.data, note.len);
	ev_buf_release(&note);
	ev_buf_clear(lines);
	return put;
}

/*
 * Within one bundle the writer is admitted, signs, is removed, signs, and is
 * admitted again; a stranger signs, and three signatures are spoiled.
 */
static bool
make_history(struct ev_log *log)
{
	struct ev_buf lines = EV_BUF_INIT;
	const struct log_actor *by;
	bool made = true;
	unsigned i;

	for (i = 0; i < ENTRIES && made; i++) {
		by = &k.owner;
		if (i == 0)
			log_line_first(&lines, &k);
		else if (i == 300 || i == 340)
			log_line_actor(&lines, &k.writer, "writer");
		else if (i == 320)
			log_line_end(&lines, &k.writer);
		else if (i >= 290 && i < 350)
			by = i == 330 ? &k.stranger : &k.writer;
		made = put(log, by, &lines, i != 17 && i != 310 && i != 599);
	}
	ev_buf_release(&lines);
	return made && commit(log) == EVAULT_OK;
}

static bool
open_and_tell(void)
{
	struct ev_findings findings = { tell, NULL };
	struct ev_authority authority;
	struct ev_log *log = NULL;
	bool opened;

	memset(&told, 0, sizeof(told));
	ev_authority_init(&authority, &k.vault);
	opened = ev_log_open(dir, &k.vault, &authority, &findings, NULL, 0, see_entry, NULL, &log,
			     NULL) == EVAULT_OK;
	ev_authority_release(&authority);
	ev_log_free(log);
	return opened;
}

static void
entries_of_a_bundle_are_judged_by_those_before_them(void)
{
	struct ev_log *log = NULL;
	char wanted[sizeof(told.text)] = "altered 17;";
	unsigned i;

	NEED(begin() && ev_log_new(dir, k.vault.origin, &log, NULL) == EVAULT_OK);
	NEED(make_history(log));
	ev_log_free(log);
	for (i = 290; i < 350; i++)
		if (i == 310 || (i < 300) || (i > 320 && i < 340))
			snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "%s %u;",
				 i == 310 ? "altered" : "forged", i);
	snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "altered 599;");
	for (i = 0; i < 5; i++) {
		NEED(open_and_tell());
		if (!CHECK(strcmp(told.text, wanted) == 0))
			printf("# %s\n# %s\n", told.text, wanted);
	}
}

/* ---- the batch itself ------------------------------------------------------------------- */

static struct ev_authority authority;

/* `n` entries by the owner into `bytes`, and their ends. */
static bool
make_entries(struct ev_buf *bytes, size_t *ends, size_t n)
{
	struct ev_buf lines = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_hash root = { { 0 } };
	size_t i;

	log_keys_make(&k);
	ev_authority_init(&authority, &k.vault);
	for (i = 0; i < n; i++) {
		ev_buf_clear(&lines);
		log_line_hash(&lines, "record", (unsigned)i, "");
		log_entry(&note, k.vault.origin, i, &root, &lines, &k.owner, NULL);
		ev_buf_add(bytes, note.data, note.len);
		ends[i] = bytes->len;
	}
	ev_buf_release(&lines);
	ev_buf_release(&note);
	return ev_buf_ask(bytes, NULL) == EVAULT_OK;
}

static bool
fill(struct ev_entry_batch *b, const struct ev_buf *bytes, const size_t *ends, size_t n)
{
	size_t i, from = 0;

	for (i = 0; i < n; from = ends[i++])
		if (ev_entry_batch_add(b, ev_slice_of(bytes->data + from, ends[i] - from), NULL) !=
		    EVAULT_OK)
			return false;
	return ev_entry_batch_begin(b, &authority, NULL) == EVAULT_OK;
}

static void
batch_of_any_size_has_what_each_entry_says_by_itself(void)
{
	static const size_t sizes[] = { 0, 1, 2, 7, 8, 9, 100 };
	struct ev_entry_batch batch = EV_ENTRY_BATCH_INIT;
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_hash leaf;
	size_t ends[100], i, n, from;

	NEED(make_entries(&bytes, ends, 100));
	for (n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		NEED(fill(&batch, &bytes, ends, sizes[n]));
		ev_entry_batch_end(&batch);
		CHECK(batch.n == sizes[n]);
		for (i = 0, from = 0; i < batch.n; from = ends[i++]) {
			ev_merkle_leaf(bytes.data + from, ends[i] - from, &leaf);
			CHECK(ev_hash_equal(&leaf, &batch.list[i].leaf));
			CHECK(batch.list[i].is_entry && batch.list[i].known.fits);
			CHECK(batch.list[i].entry.after == i);
		}
		ev_entry_batch_clear(&batch);
	}
	ev_entry_batch_release(&batch);
	ev_authority_release(&authority);
	ev_buf_release(&bytes);
}

/* Whom nobody knows yet is not looked for; what is garbled is no entry. */
static void
batch_says_nothing_of_strangers_and_garbled_entries(void)
{
	struct ev_entry_batch batch = EV_ENTRY_BATCH_INIT;
	struct ev_buf bytes = EV_BUF_INIT;
	size_t ends[20];

	NEED(make_entries(&bytes, ends, 20));
	bytes.data[ends[3] + 3] ^= 1;
	bytes.data[ends[5] - 40] ^= 1;
	authority.vault.owner.key[0] ^= 1;
	NEED(fill(&batch, &bytes, ends, 20));
	/* It has copied whose keys it needs. */
	authority.vault.owner.key[0] ^= 1;
	ev_entry_batch_end(&batch);
	CHECK(batch.list[0].is_entry && !batch.list[0].known.fits);
	CHECK(ev_note_verify(&batch.list[0].entry.note, &k.owner.key, NULL) == EVAULT_OK);
	CHECK(!batch.list[4].is_entry);
	ev_entry_batch_clear(&batch);
	NEED(fill(&batch, &bytes, ends, 20));
	authority.vault.owner.key[0] ^= 1;
	ev_entry_batch_end(&batch);
	CHECK(batch.list[0].is_entry && batch.list[0].known.fits);
	CHECK(!batch.list[4].is_entry);
	CHECK(!batch.list[5].known.fits);
	/* Given up while it works. */
	ev_entry_batch_clear(&batch);
	NEED(fill(&batch, &bytes, ends, 20));
	ev_entry_batch_release(&batch);
	ev_authority_release(&authority);
	ev_buf_release(&bytes);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK || !fixture_start())
		return 1;
	UNIT_RUN(entries_of_a_bundle_are_judged_by_those_before_them);
	UNIT_RUN(batch_of_any_size_has_what_each_entry_says_by_itself);
	UNIT_RUN(batch_says_nothing_of_strangers_and_garbled_entries);
	free(leaves);
	return fixture_end();
}
