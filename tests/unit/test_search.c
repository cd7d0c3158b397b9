/* Search in a vault whose index lies, and whose packs are damaged. */
#include <stdlib.h>

#include "commit.h"
#include "vault_fixture.h"

static struct evault *vault;
static char seen[2000];

static enum evault_status
note_hit(void *ctx, const struct evault_hit *hit, struct evault_error *err)
{
	const struct evault_field *name = evault_item_field(hit->item, "name");
	size_t len = strlen(seen), i;

	(void)ctx;
	(void)err;
	snprintf(seen + len, sizeof(seen) - len, "[%s", name == NULL ? "?" : name->value);
	for (i = 0; i < hit->n_found; i++) {
		len = strlen(seen);
		snprintf(seen + len, sizeof(seen) - len, " %s=%.*s", hit->found[i].field,
			 (int)hit->found[i].len, hit->found[i].line);
	}
	len = strlen(seen);
	snprintf(seen + len, sizeof(seen) - len, "]");
	return EVAULT_OK;
}

/* What is found for up to two terms; an error's status as "E5". */
static const char *
found(const char *a, const char *b)
{
	const char *terms[] = { a, b };
	struct evault_search how = { .terms = terms, .n_terms = b == NULL ? 1 : 2 };
	struct evault_search_summary summary;
	enum evault_status rc;
	size_t len;

	seen[0] = '\0';
	rc = evault_search(vault, &how, note_hit, NULL, &summary, NULL);
	len = strlen(seen);
	if (rc != EVAULT_OK)
		snprintf(seen, sizeof(seen), "E%d", (int)rc);
	else if (summary.unread > 0)
		snprintf(seen + len, sizeof(seen) - len, "unread %llu",
			 (unsigned long long)summary.unread);
	return seen;
}

static bool
is(const char *what, const char *expected)
{
	if (strcmp(what, expected) == 0)
		return true;
	printf("# %s\n", what);
	return false;
}

static bool
begin(const char *dir)
{
	struct evault_add_summary summary;

	return fixture_vault(dir) && fixture_folder("in") &&
	       fixture_text("in/a.txt", "Меня зовут Гүлдария.\nЯ из 新疆.\n") &&
	       fixture_text("in/b.html", "<html><p>Ёлка, <b>Гүл</b>дария</p>") &&
	       fixture_add(dir, "in", &summary) == EVAULT_OK &&
	       fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &vault, NULL) == EVAULT_OK;
}

static void
end(void)
{
	evault_close(vault);
	vault = NULL;
	fixture_remove("in");
}

static void
search_finds_what_is_in_texts_and_records(void)
{
	NEED(begin("v1"));
	CHECK(is(found("гулдария", NULL),
		 "[a.txt text=Меня зовут Гүлдария.][b.html text=Ёлка, Гүлдария]"));
	CHECK(is(found("疆", "name:a"), "[a.txt name=a.txt text=Я из 新疆.]"));
	CHECK(is(found("елка", "新疆"), ""));
	CHECK(is(found("folder:in", "txt"), "[a.txt name=a.txt folder=in]"));
	CHECK(is(found("text:a", NULL), ""));
	end();
}

/* Puts in words that are nowhere; each is found by the catalog, and by nobody else. */
static void
an_index_that_lies_makes_no_hit(void)
{
	NEED(begin("v2"));
	CHECK(ev_catalog_add_text(vault->catalog, 1000000, ev_slice_text("ложь"), NULL) ==
	      EVAULT_OK);
	CHECK(ev_catalog_add_text(vault->catalog, 0, ev_slice_text("ложь"), NULL) == EVAULT_OK);
	CHECK(ev_catalog_add_text(vault->catalog, 1, ev_slice_text("ложь гулдария"), NULL) ==
	      EVAULT_OK);
	CHECK(is(found("ложь", NULL), ""));
	CHECK(is(found("ложь", "гулдария"), ""));
	CHECK(is(found("елка", NULL), "[b.html text=Ёлка, Гүлдария]"));
	end();
}

static void
a_text_that_cannot_be_read_is_counted_and_is_no_hit(void)
{
	char pack[200];

	NEED(begin("v3"));
	NEED(fixture_pack("v3", 0, pack, sizeof(pack)));
	evault_close(vault);
	NEED(fixture_open("v3", EVAULT_READ, FIXTURE_KEY, &vault, NULL) == EVAULT_OK);
	NEED(fixture_remove(pack));
	CHECK(is(found("гулдария", NULL), "unread 2"));
	CHECK(is(found("zzz", NULL), ""));
	end();
}

/* Of copies in several packs, which one comes first is chance: with eight, hardly the good one. */
static void
somebody_who_may_only_add_hides_nothing_from_the_index(void)
{
	static const char *const bogus[] = { "", "\x01\x02", "something else" };
	struct ev_commit commit;
	struct ev_hash sha256;
	struct ev_buf text = EV_BUF_INIT;
	unsigned i;

	NEED(begin("v5"));
	ev_buf_puts(&text, "Меня зовут Гүлдария.\nЯ из 新疆.\n");
	ev_hash_of(text.data, text.len, &sha256);
	ev_buf_release(&text);
	for (i = 0; i < 8; i++) {
		NEED(ev_commit_init(&commit, vault, NULL) == EVAULT_OK);
		NEED(ev_commit_member(&commit, EV_MEMBER_OBJECT, &sha256, 0,
				      ev_slice_text(bogus[i % 3]), NULL) == EVAULT_OK);
		NEED(ev_commit_finish(&commit, NULL) == EVAULT_OK);
		ev_commit_release(&commit);
	}
	evault_close(vault);
	NEED(fixture_remove("v5/index.db"));
	NEED(fixture_open("v5", EVAULT_READ, FIXTURE_KEY, &vault, NULL) == EVAULT_OK);
	CHECK(is(found("新疆", NULL), "[a.txt text=Я из 新疆.]"));
	end();
}

static void
no_term_and_no_word_are_mistakes(void)
{
	struct evault_search nothing = { 0 };
	struct evault_search_summary summary;

	NEED(begin("v4"));
	CHECK(evault_search(vault, &nothing, note_hit, NULL, &summary, NULL) == EVAULT_E_USAGE);
	CHECK(is(found("...", NULL), "E1"));
	end();
	NEED(fixture_open("v4", EVAULT_SEALED, NULL, &vault, NULL) == EVAULT_OK);
	CHECK(is(found("a", NULL), "E9"));
	evault_close(vault);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(search_finds_what_is_in_texts_and_records);
	UNIT_RUN(an_index_that_lies_makes_no_hit);
	UNIT_RUN(a_text_that_cannot_be_read_is_counted_and_is_no_hit);
	UNIT_RUN(somebody_who_may_only_add_hides_nothing_from_the_index);
	UNIT_RUN(no_term_and_no_word_are_mistakes);
	return fixture_end();
}
