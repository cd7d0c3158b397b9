/*
 * Opening a vault without reading again what its index vouches for: whoever
 * can write to the folder, and has no key, deceives nobody.
 */
#include <stdlib.h>

#include "base/os.h"
#include "commit.h"
#include "vault_fixture.h"

enum {
	FILES = 6
};

static char second_recipient[EVAULT_RECIPIENT_SIZE];
static struct evault_add_summary added;
static struct evault_key_changed changed;

/* What became of one opening. */
static struct {
	enum evault_status rc;
	struct evault_error err;
	uint64_t size, skipped;
	unsigned items, lost, notices;
	char names[400], actors[40][EVAULT_HEX_SIZE];
	struct evault_status_info info;
} seen;

static void
hear(void *ctx, const char *text)
{
	(void)ctx, (void)text;
	seen.notices++;
}

static enum evault_status
see(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_field *name = evault_item_field(item, "name");
	size_t at = strlen(seen.names);

	(void)ctx, (void)err;
	snprintf(seen.names + at, sizeof(seen.names) - at, "%s;", name == NULL ? "?" : name->value);
	if (seen.items < 40)
		memcpy(seen.actors[seen.items], item->actor_key, EVAULT_HEX_SIZE);
	seen.items++;
	seen.lost += item->n_fields == 0;
	return EVAULT_OK;
}

/* Opens for reading, and looks at all there is. */
static enum evault_status
look_by(const char *dir, const char *key)
{
	const char *const keys[] = { key };
	struct evault_unlock unlock = { .identity_files = keys, .n_identity_files = 1 };
	struct evault_open how = {
		.dir = dir, .access = EVAULT_READ, .unlock = &unlock, .notice = hear
	};
	struct evault *v = NULL;

	memset(&seen, 0, sizeof(seen));
	seen.rc = evault_open(&how, &v, &seen.err);
	if (seen.rc == EVAULT_OK) {
		seen.size = ev_log_head(v->log)->size;
		seen.skipped = v->skipped;
		seen.rc = evault_list(v, NULL, see, NULL, &seen.err);
	}
	if (seen.rc == EVAULT_OK)
		seen.rc = evault_get_status(v, &seen.info, &seen.err);
	evault_close(v);
	return seen.rc;
}

static enum evault_status
look(const char *dir)
{
	return look_by(dir, FIXTURE_KEY);
}

/* All is there, and nothing was read again. */
static bool
is_quick(const char *dir, unsigned items)
{
	return look(dir) == EVAULT_OK && seen.items == items && seen.lost == 0 &&
	       seen.notices == 0 && seen.skipped == seen.size;
}

static bool
add(const char *dir, const char *key, const char *path, const char *text)
{
	const char *const paths[] = { path };
	struct evault_add what = { .paths = paths, .n_paths = 1 };
	struct evault *v = NULL;
	bool good = fixture_text(path, text) &&
		    fixture_open(dir, EVAULT_WRITE, key, &v, NULL) == EVAULT_OK &&
		    evault_add(v, &what, &added, NULL) == EVAULT_OK && added.kept == 1;

	evault_close(v);
	return good;
}

static bool
begin(const char *dir)
{
	char path[40], text[40];
	bool good = fixture_remove(dir) && fixture_vault(dir);
	int i;

	for (i = 0; i < FILES && good; i++) {
		snprintf(path, sizeof(path), "file%d", i);
		snprintf(text, sizeof(text), "text of %d", i);
		good = add(dir, FIXTURE_KEY, path, text);
	}
	return good;
}

static bool
admit(const char *dir, const char *name, const char *to)
{
	struct evault_key_add who = { .name = name,
				      .role = EVAULT_ROLE_WRITER,
				      .seal = { .to = to } };
	struct evault *v = NULL;
	bool good = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    evault_key_add(v, &who, &changed, NULL) == EVAULT_OK;

	evault_close(v);
	return good;
}

static bool
rotate(const char *dir)
{
	struct evault *v = NULL;
	bool good = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    evault_key_rotate(v, &changed, NULL) == EVAULT_OK;

	evault_close(v);
	return good;
}

static bool
dismiss(const char *dir, const char *who)
{
	struct evault *v = NULL;
	bool good = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    evault_key_remove(v, who, &changed, NULL) == EVAULT_OK;

	evault_close(v);
	return good;
}

/* ---- the hint ------------------------------------------------------------------------ */

static bool
write_block(const char *dir, const uint8_t page[EV_PAGE_SIZE])
{
	struct ev_buf bytes = EV_BUF_INIT;
	char path[64];
	size_t at = (size_t)EV_INDEX_HINT_BLOCK * EV_PAGE_SIZE;
	bool good;

	snprintf(path, sizeof(path), "%s/index.db", dir);
	good = ev_os_load(EV_OS_CWD, path, 1 << 26, &bytes, NULL) == EVAULT_OK &&
	       bytes.len > at + EV_PAGE_SIZE;
	if (good)
		memcpy(bytes.data + at, page, EV_PAGE_SIZE);
	good = good && fixture_file(path, bytes.data, bytes.len);
	ev_buf_release(&bytes);
	return good;
}

static void
read_hint(const char *dir, struct ev_index_hint *hint)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/index.db", dir);
	ev_sealed_read_hint(EV_OS_CWD, path, hint);
}

static bool
write_hint(const char *dir, const struct ev_index_hint *hint)
{
	uint8_t page[EV_PAGE_SIZE];

	ev_index_hint_encode(hint, page);
	return write_block(dir, page);
}

/* Right, having read all; and the next opening is quick again. */
static bool
is_found_out(const char *dir, const struct ev_index_hint *lie, unsigned items)
{
	return write_hint(dir, lie) && look(dir) == EVAULT_OK && seen.items == items &&
	       seen.lost == 0 && seen.notices == 0 && seen.skipped == 0 && is_quick(dir, items);
}

static void
what_the_index_vouches_for_is_not_read_again(void)
{
	struct ev_index_hint hint;
	struct evault_status_info info;

	NEED(begin("a") && is_quick("a", FILES));
	read_hint("a", &hint);
	CHECK(hint.size == 1 + 2 * FILES && hint.n == 1 && hint.changing[0] == 0);
	info = seen.info;
	CHECK(info.packs == FILES && info.pack_bytes > 0 && info.items == FILES);
	/* Reading all of it says the same. */
	NEED(fixture_remove("a/index.db") && look("a") == EVAULT_OK && seen.skipped == 0);
	CHECK(memcmp(&info, &seen.info, sizeof(info)) == 0);
	CHECK(is_quick("a", FILES) && fixture_is_sound("a"));
}

static void
hint_that_lies_in_any_way_is_found_out(void)
{
	struct ev_index_hint good, lie;
	uint8_t page[EV_PAGE_SIZE];

	NEED(begin("a") && admit("a", "W", second_recipient) && add("a", FIXTURE_KEY, "more", "x"));
	NEED(is_quick("a", FILES + 1));
	read_hint("a", &good);
	NEED(good.n == 2);

	lie = good; /* leaves out who was admitted */
	lie.changing[--lie.n] = 0;
	CHECK(is_found_out("a", &lie, FILES + 1));
	lie = good; /* leaves out the first entry */
	lie.changing[0] = lie.changing[1];
	lie.changing[1] = 0;
	lie.n = 1;
	CHECK(is_found_out("a", &lie, FILES + 1));
	lie = good; /* names one that changes no keys */
	lie.changing[1]--;
	CHECK(is_found_out("a", &lie, FILES + 1));
	lie = good; /* names one more */
	lie.changing[lie.n++] = good.changing[1] + 1;
	CHECK(is_found_out("a", &lie, FILES + 1));
	lie = good; /* of more than there is */
	lie.size++;
	CHECK(is_found_out("a", &lie, FILES + 1));
	memset(&lie, 0, sizeof(lie));
	CHECK(is_found_out("a", &lie, FILES + 1));
	memset(page, 0xA5, sizeof(page));
	CHECK(write_block("a", page) && look("a") == EVAULT_OK && seen.skipped == 0);
	CHECK(is_quick("a", FILES + 1));
	/* Of less it may be: what comes after is read. */
	lie = good;
	lie.size -= 2;
	CHECK(write_hint("a", &lie) && look("a") == EVAULT_OK && seen.skipped == lie.size);
	CHECK(seen.items == FILES + 1 && seen.lost == 0 && seen.notices == 0);
	CHECK(is_quick("a", FILES + 1) && fixture_is_sound("a"));
}

/* Whoever would be deceived by it could not even unlock the vault, or could no longer. */
static void
hint_that_hides_a_new_key_keeps_nobody_out_and_lets_nobody_in(void)
{
	struct ev_index_hint before, lie;
	enum evault_status honest;

	NEED(begin("b") && fixture_copy("b/keys", "b-keys") && is_quick("b", FILES));
	read_hint("b", &before);
	NEED(admit("b", "W", second_recipient) && look("b") == EVAULT_OK && is_quick("b", FILES));
	read_hint("b", &lie);
	lie.n = before.n;
	lie.changing[1] = 0;
	NEED(write_hint("b", &lie));
	CHECK(look_by("b", "second") == EVAULT_OK && seen.items == FILES && seen.skipped == 0);
	NEED(look_by("b", "second") == EVAULT_OK && seen.skipped > 0);
	/* The key files from before, which fit what the hint does not hide. */
	NEED(fixture_copy("b", "b2") && fixture_remove("b2/keys") &&
	     fixture_copy("b-keys", "b2/keys"));
	honest = look("b2");
	CHECK(write_hint("b2", &lie) && look("b2") == honest && honest != EVAULT_OK);
	NEED(fixture_remove("b2/index.db"));
	CHECK(look("b2") == honest);
}

static void
old_index_and_old_keys_put_back_together_hide_nothing(void)
{
	enum evault_status honest;

	NEED(begin("c") && fixture_copy("c/keys", "c-keys") && is_quick("c", FILES));
	NEED(fixture_copy("c/index.db", "c-index"));
	NEED(admit("c", "W", second_recipient) && add("c", FIXTURE_KEY, "more", "x"));
	NEED(fixture_remove("c/index.db") && fixture_copy("c-index", "c/index.db"));
	CHECK(look("c") == EVAULT_OK && seen.items == FILES + 1 && seen.notices == 0);
	CHECK(seen.skipped > 0 && seen.skipped < seen.size);
	NEED(is_quick("c", FILES + 1));
	NEED(fixture_remove("c/keys") && fixture_copy("c-keys", "c/keys"));
	honest = look("c");
	CHECK(honest != EVAULT_OK);
	NEED(fixture_remove("c/index.db") && fixture_copy("c-index", "c/index.db"));
	CHECK(look("c") == honest);
	NEED(fixture_remove("c/index.db"));
	CHECK(look("c") == honest);
}

/* Signs an entry that names, once more, the record of entry 1. */
static bool
add_twice(const char *dir)
{
	struct ev_catalog_entry first;
	struct ev_commit c = { 0 };
	struct evault *v = NULL;
	bool good = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    ev_catalog_entry(v->catalog, 1, &first, NULL) == EVAULT_OK &&
		    ev_commit_init(&c, v, NULL) == EVAULT_OK &&
		    ev_commit_adopt(&c, &first.digest, NULL) == EVAULT_OK &&
		    ev_commit_finish(&c, NULL) == EVAULT_OK;

	ev_commit_release(&c);
	evault_close(v);
	return good;
}

static void
what_is_added_twice_is_found_out_though_the_first_time_is_not_read(void)
{
	enum evault_status honest;

	NEED(begin("j") && is_quick("j", FILES) && fixture_copy("j/index.db", "j-index"));
	NEED(add_twice("j") && fixture_copy("j", "j2"));
	NEED(fixture_remove("j2/index.db"));
	honest = look("j2");
	CHECK(honest == EVAULT_E_DAMAGED);
	NEED(fixture_copy("j-index", "j2/index.db"));
	CHECK(look("j2") == honest);
}

/* ---- keys that change ------------------------------------------------------------------ */

static void
log_key_that_was_rotated_is_known(void)
{
	struct ev_index_hint hint;

	NEED(begin("d") && rotate("d") && look("d") == EVAULT_OK && seen.items == FILES);
	CHECK(is_quick("d", FILES));
	read_hint("d", &hint);
	CHECK(hint.n == 2);
	NEED(add("d", FIXTURE_KEY, "more", "x") && rotate("d") && look("d") == EVAULT_OK);
	CHECK(is_quick("d", FILES + 1) && add("d", FIXTURE_KEY, "most", "y"));
	CHECK(is_quick("d", FILES + 2) && fixture_is_sound("d"));
	/* Without the second one the head would be signed by nobody. */
	read_hint("d", &hint);
	NEED(hint.n == 3);
	hint.changing[--hint.n] = 0;
	CHECK(is_found_out("d", &hint, FILES + 2));
}

static void
what_a_holder_kept_stays_after_they_are_removed(void)
{
	char actor[EVAULT_HEX_SIZE];

	NEED(begin("e") && admit("e", "W", second_recipient));
	NEED(add("e", "second", "theirs", "z") && is_quick("e", FILES + 1));
	memcpy(actor, seen.actors[FILES], sizeof(actor));
	CHECK(strcmp(actor, seen.actors[0]) != 0);
	NEED(dismiss("e", "W") && look("e") == EVAULT_OK);
	CHECK(is_quick("e", FILES + 1) && strcmp(actor, seen.actors[FILES]) == 0);
	CHECK(look_by("e", "second") != EVAULT_OK && fixture_is_sound("e"));
}

/* ---- entries that were altered ------------------------------------------------------------ */

/* Puts another digit into the record line of entry `index`. */
static bool
alter_entry(const char *dir, uint64_t index)
{
	struct ev_buf bundle = EV_BUF_INIT;
	struct ev_slice entry = { NULL, 0 };
	struct ev_cursor c;
	const uint8_t *at;
	uint8_t *digit;
	char path[100];
	bool good;
	uint64_t i;

	snprintf(path, sizeof(path), "%s/log/tile/entries/000.p/%llu", dir,
		 (unsigned long long)seen.size);
	good = ev_os_load(EV_OS_CWD, path, 1 << 24, &bundle, NULL) == EVAULT_OK;
	c = ev_cursor_of(bundle.data, bundle.len);
	for (i = 0; i <= index && good; i++)
		entry = ev_tile_entry_next(&c);
	at = good ? memmem(entry.data, entry.len, "\nrecord ", 8) : NULL;
	if (at != NULL) {
		digit = bundle.data + (at + 8 - bundle.data);
		*digit = *digit == 'a' ? 'b' : 'a';
		good = fixture_file(path, bundle.data, bundle.len);
	}
	ev_buf_release(&bundle);
	return good && at != NULL;
}

static void
entry_that_was_altered_is_told_of_when_it_is_asked_for(void)
{
	struct evault *v = NULL;
	struct found found;
	char text[200];

	NEED(begin("f") && is_quick("f", FILES));
	NEED(alter_entry("f", 3));
	/* Of the others nothing is wrong. */
	CHECK(look("f") == EVAULT_OK && seen.skipped == seen.size);
	CHECK(seen.items == FILES && seen.lost == 1 && seen.notices == 0);
	CHECK(strcmp(seen.names, "file0;?;file2;file3;file4;file5;") == 0);
	NEED(fixture_open("f", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_entry_text(v, 1, text, sizeof(text), NULL) == EVAULT_OK);
	CHECK(evault_entry_text(v, 3, text, sizeof(text), NULL) == EVAULT_E_DAMAGED);
	evault_close(v);
	CHECK(fixture_check("f", EVAULT_READ, EVAULT_CHECK_FULL, &found, NULL) == EVAULT_OK);
	CHECK(found.of[EVAULT_FINDING_ALTERED] > 0 && found.n > 0);
	/* Nothing is signed on top of it, since the entries are written together with new ones. */
	CHECK(!add("f", FIXTURE_KEY, "more", "x"));
}

static void
entry_that_changes_keys_is_looked_at_each_time(void)
{
	NEED(begin("g") && is_quick("g", FILES));
	NEED(fixture_flip("g/log/tile/entries/000.p/13", 200));
	CHECK(look("g") == EVAULT_E_DAMAGED);
}

/* The key file does not fit, all of the log is read for it, and that does not hold either. */
static void
key_file_and_log_altered_at_once_are_an_error(void)
{
	NEED(begin("k") && is_quick("k", FILES) && alter_entry("k", 3));
	NEED(fixture_flip("k/keys/1.age", 300));
	CHECK(look("k") == EVAULT_E_DAMAGED && seen.err.text[0] != '\0');
	CHECK(!add("k", FIXTURE_KEY, "more", "x"));
}

/* A page of the index is altered as well as the log, while items are given. */
static void
index_and_log_altered_at_once_give_an_error_and_no_wrong_item(void)
{
	struct ev_os_stat st;
	struct evault *v = NULL;
	enum evault_status rc;
	uint64_t at;

	NEED(begin("l") && is_quick("l", FILES));
	NEED(fixture_open("l", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK && v->skipped > 0);
	NEED(ev_os_stat(EV_OS_CWD, "l/index.db", &st, NULL) == EVAULT_OK);
	for (at = EV_INDEX_FIRST_BLOCK; at < st.size / EV_PAGE_SIZE; at++)
		NEED(fixture_flip("l/index.db", (long)(at * EV_PAGE_SIZE + 77)));
	NEED(alter_entry("l", 3));
	memset(&seen, 0, sizeof(seen));
	rc = evault_list(v, NULL, see, NULL, &seen.err);
	CHECK(rc != EVAULT_OK || (seen.items == FILES && seen.lost <= 1));
	CHECK(evault_entry_text(v, 1, seen.names, sizeof(seen.names), NULL) == EVAULT_OK);
	evault_close(v);
}

static void
any_byte_of_the_log_altered_gives_no_wrong_item(void)
{
	static const char *const files[] = { "checkpoint", "tile/0/000.p/13",
					     "tile/entries/000.p/13" };
	char path[100];
	struct ev_os_stat st;
	size_t i;
	long at;

	NEED(begin("h") && is_quick("h", FILES) && fixture_copy("h/log", "h-log"));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "h/log/%s", files[i]);
		NEED(ev_os_stat(EV_OS_CWD, path, &st, NULL) == EVAULT_OK);
		for (at = 1; at < (long)st.size; at += 37) {
			NEED(fixture_flip(path, at));
			if (look("h") == EVAULT_OK)
				CHECK(seen.items == FILES && seen.lost <= 1);
			if (seen.rc == EVAULT_OK && seen.lost == 0)
				CHECK(strcmp(seen.names, "file0;file1;file2;file3;file4;file5;") ==
				      0);
			NEED(fixture_remove("h/log") && fixture_copy("h-log", "h/log"));
		}
	}
	CHECK(fixture_is_sound("h"));
}

/* ---- a long log ---------------------------------------------------------------------------- */

static void
items_of_a_long_log_are_proved_through_its_tiles(void)
{
	char path[40], text[40];
	struct evault *v = NULL;
	unsigned i;

	NEED(fixture_remove("i") && fixture_vault("i") && fixture_folder("many"));
	for (i = 0; i < 600; i++) {
		snprintf(path, sizeof(path), "many/file%u", i);
		snprintf(text, sizeof(text), "text of %u", i);
		NEED(fixture_text(path, text));
	}
	NEED(fixture_add("i", "many", &added) == EVAULT_OK && added.kept == 600);
	CHECK(is_quick("i", 600));
	NEED(fixture_text("more", "x") && fixture_add("i", "more", &added) == EVAULT_OK);
	CHECK(is_quick("i", 601) && fixture_is_sound("i"));
	/* A reader goes on with the log that was opened, whatever tiles a writer has replaced. */
	memset(&seen, 0, sizeof(seen));
	NEED(fixture_open("i", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK && v->skipped > 0);
	NEED(fixture_text("most", "y") && fixture_add("i", "most", &added) == EVAULT_OK);
	CHECK(evault_list(v, NULL, see, NULL, NULL) == EVAULT_OK && seen.items == 601 &&
	      seen.lost == 0);
	evault_close(v);
	/* The tile over all others: none of it can be proved then, and nothing is signed. */
	NEED(fixture_flip("i/log/tile/1/000.p/2", 40));
	CHECK(look("i") != EVAULT_OK || seen.lost == seen.items);
	CHECK(!add("i", FIXTURE_KEY, "last", "z"));
}

int
main(void)
{
	if (!fixture_start() || evault_keygen("second", second_recipient, NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(what_the_index_vouches_for_is_not_read_again);
	UNIT_RUN(hint_that_lies_in_any_way_is_found_out);
	UNIT_RUN(hint_that_hides_a_new_key_keeps_nobody_out_and_lets_nobody_in);
	UNIT_RUN(old_index_and_old_keys_put_back_together_hide_nothing);
	UNIT_RUN(what_is_added_twice_is_found_out_though_the_first_time_is_not_read);
	UNIT_RUN(log_key_that_was_rotated_is_known);
	UNIT_RUN(what_a_holder_kept_stays_after_they_are_removed);
	UNIT_RUN(entry_that_was_altered_is_told_of_when_it_is_asked_for);
	UNIT_RUN(entry_that_changes_keys_is_looked_at_each_time);
	UNIT_RUN(key_file_and_log_altered_at_once_are_an_error);
	UNIT_RUN(index_and_log_altered_at_once_give_an_error_and_no_wrong_item);
	UNIT_RUN(any_byte_of_the_log_altered_gives_no_wrong_item);
	UNIT_RUN(items_of_a_long_log_are_proved_through_its_tiles);
	return fixture_end();
}
