/*
 * Finding items by what a person writes.
 */
#include <stdlib.h>

#include "base/secret.h"
#include "vault.h"
#include "vault_fixture.h"

static struct evault *v;
static char cite[EVAULT_CITATION_SIZE]; /* of item 1 */

struct seen {
	char text[200]; /* indices, each with a space */
	unsigned fields;
	enum evault_status stop;
};

static enum evault_status
see(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct seen *s = ctx;
	size_t used = strlen(s->text);

	snprintf(s->text + used, sizeof(s->text) - used, "%llu ", (unsigned long long)item->index);
	s->fields = (unsigned)item->n_fields;
	return s->stop == EVAULT_OK ? EVAULT_OK : ev_fail(err, s->stop, "stopped");
}

static bool
finds(const char *ref, const char *expected)
{
	struct seen s = { "", 0, EVAULT_OK };
	enum evault_status rc = evault_find(v, ref, see, &s, NULL);

	if (rc == EVAULT_OK && strcmp(s.text, expected) == 0)
		return true;
	printf("# %s: status %d, %s\n", ref, (int)rc, s.text);
	return false;
}

static bool
fails(const char *ref, enum evault_status status, const char *words)
{
	struct seen s = { "", 0, EVAULT_OK };
	struct evault_error err = { 0 };

	if (evault_find(v, ref, see, &s, &err) == status && strstr(err.text, words) != NULL &&
	    s.text[0] == '\0')
		return true;
	printf("# %s: status %d, %s, %s\n", ref, (int)err.status, err.text, s.text);
	return false;
}

/* Items 1, 3, 5 (a, b, c; a and c of the same bytes), a pack's entry after each. */
static bool
begin(void)
{
	static const char *const names[] = { "a", "b", "c" };
	struct evault_add_summary s;
	size_t i;
	bool good = fixture_vault("v");

	for (i = 0; i < 3 && good; i++)
		good = fixture_text(names[i], i == 1 ? "b" : "a") &&
		       fixture_add("v", names[i], &s) == EVAULT_OK;
	good = good && fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK;
	if (good)
		ev_vault_cite(v, 1, cite);
	return good;
}

static void
number_names_an_item(void)
{
	CHECK(finds("1", "1 ") && finds("5", "5 "));
	CHECK(fails("2", EVAULT_E_NOT_FOUND, "pack "));
	CHECK(fails("0", EVAULT_E_NOT_FOUND, "actor "));
	CHECK(fails("7", EVAULT_E_NOT_FOUND, "7"));
	CHECK(fails("99999999999999999", EVAULT_E_NOT_FOUND, ""));
	CHECK(fails("01", EVAULT_E_USAGE, "") && fails("-1", EVAULT_E_USAGE, ""));
	CHECK(fails("", EVAULT_E_USAGE, "") && fails("1 ", EVAULT_E_USAGE, ""));
}

static void
range_names_the_items_in_it(void)
{
	CHECK(finds("1-5", "1 3 5 ") && finds("2-4", "3 ") && finds("0-999999", "1 3 5 "));
	CHECK(finds("3-3", "3 "));
	CHECK(fails("2-2", EVAULT_E_NOT_FOUND, "pack "));
	CHECK(fails("5-1", EVAULT_E_USAGE, "") && fails("1-", EVAULT_E_USAGE, ""));
	CHECK(fails("1-2-3", EVAULT_E_USAGE, ""));
	CHECK(fails("7-9", EVAULT_E_NOT_FOUND, ""));
}

static void
citation_names_an_item_of_this_vault_alone(void)
{
	char other[EVAULT_CITATION_SIZE], range[40];

	CHECK(finds(cite, "1 "));
	snprintf(range, sizeof(range), "%.7s1-5", cite);
	CHECK(finds(range, "1 3 5 "));
	memcpy(other, cite, sizeof(other));
	other[0] = other[0] == 'a' ? 'b' : 'a';
	CHECK(fails(other, EVAULT_E_USAGE, "another vault"));
	snprintf(range, sizeof(range), "%.7s2", cite);
	CHECK(fails(range, EVAULT_E_NOT_FOUND, "pack "));
	snprintf(range, sizeof(range), "%.7s", cite);
	CHECK(fails(range, EVAULT_E_USAGE, ""));
}

static void
beginning_of_a_hash_names_all_items_of_these_bytes(void)
{
	struct ev_hash sha;
	char hex[EVAULT_HEX_SIZE], prefix[EVAULT_HEX_SIZE];
	size_t len;

	ev_hash_of("a", 1, &sha);
	ev_hash_hex(&sha, hex); /* ca978112ca1b… */
	for (len = 6; len <= 64; len += 29) {
		snprintf(prefix, sizeof(prefix), "%.*s", (int)len, hex);
		CHECK(finds(prefix, "1 5 "));
	}
	snprintf(prefix, sizeof(prefix), "%.5s", hex);
	CHECK(fails(prefix, EVAULT_E_USAGE, ""));
	CHECK(fails("abcdef", EVAULT_E_NOT_FOUND, "abcdef"));
	CHECK(fails("xyzxyz", EVAULT_E_USAGE, ""));
	snprintf(prefix, sizeof(prefix), "%.63sg", hex);
	CHECK(fails(prefix, EVAULT_E_USAGE, ""));
}

/* Two texts whose hashes begin with the same six digits. */
static bool
alike(char a[20], char b[20])
{
	static struct ev_hash hashes[20000];
	struct ev_hash h;
	unsigned i, j;

	for (i = 0; i < 20000; i++) {
		snprintf(a, 20, "text %u", i);
		ev_hash_of(a, strlen(a), &h);
		hashes[i] = h;
		for (j = 0; j < i; j++) {
			if (memcmp(hashes[j].b, h.b, 3) == 0 && (h.b[0] & 0xF0) >= 0xA0) {
				snprintf(b, 20, "text %u", j);
				return true;
			}
		}
	}
	return false;
}

static void
beginning_that_two_hashes_have_is_ambiguous(void)
{
	char a[20], b[20], hex[EVAULT_HEX_SIZE], prefix[8];
	struct evault_add_summary s;
	struct ev_hash sha;

	NEED(alike(a, b) && fixture_text("one", a) && fixture_text("two", b));
	evault_close(v);
	v = NULL;
	NEED(fixture_add("v", "one", &s) == EVAULT_OK && fixture_add("v", "two", &s) == EVAULT_OK);
	NEED(fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	ev_hash_of(a, strlen(a), &sha);
	ev_hash_hex(&sha, hex);
	snprintf(prefix, sizeof(prefix), "%.6s", hex);
	CHECK(fails(prefix, EVAULT_E_USAGE, prefix));
	CHECK(finds(hex, "7 "));
}

static void
failure_of_the_callback_ends_finding_and_listing(void)
{
	struct seen s = { "", 0, EVAULT_E_CANCELLED };

	CHECK(evault_find(v, "1-5", see, &s, NULL) == EVAULT_E_CANCELLED);
	CHECK(strcmp(s.text, "1 ") == 0);
	CHECK(evault_list(v, NULL, see, &s, NULL) == EVAULT_E_CANCELLED);
	CHECK(strcmp(s.text, "1 1 ") == 0);
}

static void
entry_without_a_record_is_told_by_its_first_line(void)
{
	struct evault_error err = { 0 };
	char text[100], little[6];

	CHECK(evault_entry_text(v, 2, text, sizeof(text), NULL) == EVAULT_OK);
	CHECK(strncmp(text, "pack ", 5) == 0);
	CHECK(evault_entry_text(v, 1, text, sizeof(text), NULL) == EVAULT_OK);
	CHECK(strncmp(text, "record ", 7) == 0);
	CHECK(evault_entry_text(v, 2, little, sizeof(little), NULL) == EVAULT_OK);
	CHECK(strcmp(little, "pack ") == 0);
	CHECK(evault_entry_text(v, 99, text, sizeof(text), &err) == EVAULT_E_NOT_FOUND);
}

static void
item_whose_record_is_gone_has_no_fields(void)
{
	struct seen s = { "", 9, EVAULT_OK };
	struct evault_status_info info;
	char pack[300];

	evault_close(v);
	v = NULL;
	while (fixture_pack("v", 0, pack, sizeof(pack)))
		NEED(fixture_remove(pack));
	NEED(fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_find(v, "1", see, &s, NULL) == EVAULT_OK && s.fields == 0);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.missing >= 3);
}

static void
sealed_vault_has_a_log_and_no_items(void)
{
	struct seen s = { "", 0, EVAULT_OK };
	struct evault_status_info info;
	struct evault_get get = { .out = "out" };
	struct evault_get_summary given;
	struct evault *sealed = NULL;
	char *note = NULL;
	uint64_t item = 1;

	NEED(evault_open(&(struct evault_open){ .dir = "v", .access = EVAULT_SEALED }, &sealed,
			 NULL) == EVAULT_OK);
	CHECK(evault_get_status(sealed, &info, NULL) == EVAULT_OK && !info.unlocked);
	CHECK(info.entries >= 7 && info.packs >= 3);
	CHECK(evault_checkpoint(sealed, &note, NULL) == EVAULT_OK &&
	      strstr(note, "evault/") == note);
	evault_free(note);
	CHECK(evault_find(sealed, "1", see, &s, NULL) == EVAULT_E_KEY);
	CHECK(evault_list(sealed, NULL, see, &s, NULL) == EVAULT_E_KEY);
	get.items = &item;
	get.n_items = 1;
	CHECK(evault_get(sealed, &get, &given, NULL) == EVAULT_E_KEY);
	evault_close(sealed);
	evault_close(NULL);
}

static void
version_is_told(void)
{
	CHECK(evault_version()[0] != '\0' && evault_build()[0] != '\0');
}

int
main(void)
{
	if (!fixture_start() || !begin())
		return 1;
	UNIT_RUN(number_names_an_item);
	UNIT_RUN(range_names_the_items_in_it);
	UNIT_RUN(citation_names_an_item_of_this_vault_alone);
	UNIT_RUN(beginning_of_a_hash_names_all_items_of_these_bytes);
	UNIT_RUN(failure_of_the_callback_ends_finding_and_listing);
	UNIT_RUN(entry_without_a_record_is_told_by_its_first_line);
	UNIT_RUN(beginning_that_two_hashes_have_is_ambiguous);
	UNIT_RUN(item_whose_record_is_gone_has_no_fields);
	UNIT_RUN(sealed_vault_has_a_log_and_no_items);
	UNIT_RUN(version_is_told);
	evault_close(v);
	return fixture_end();
}
