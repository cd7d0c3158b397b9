#include "format/provenance.h"
#include "unit.h"

#define FIRST "evault/record/v1\n"
#define BASE                                                                                       \
	FIRST "AAECAwQFBgcICQoLDA0ODw action annotate\nEBESExQVFhcYGRobHB0eHw time "               \
	      "2026-11-22T09:15:09Z\n"
#define SALT "MDEyMzQ1Njc4OTo7PD0-Pw "
#define HASH "b962ebf1546f4a4a9a664ef383a174a4e238b6a168d0faae55e1225293ee144f"
#define RECORD                                                                                     \
	BASE SALT "about 1 " HASH "\n" SALT "about 2 " HASH "\n" SALT "title A%0AB\n" SALT         \
		  "from-x y\n"

static struct ev_buf made;

static struct ev_slice
slice(const struct ev_buf *b)
{
	return ev_slice_of(b->data, b->len);
}

/* The record of entry `index` of vault `n`, as it is kept by another one. */
static enum evault_status
wrap(struct ev_slice text, uint8_t n, uint64_t index, size_t abouts, struct evault_error *err)
{
	struct ev_provenance from = { .index = index };
	struct ev_provenance_about list[2] = { { 7, { { 1 } } }, { 8, { { 2 } } } };
	struct ev_buf out = EV_BUF_INIT;
	enum evault_status rc = ev_record_digest(text, &from.digest, err);

	memset(from.origin.b, n, sizeof(from.origin.b));
	if (rc == EVAULT_OK)
		rc = ev_provenance_wrap(text, &from, list, abouts, &out, err);
	ev_buf_release(&made);
	made = out;
	return rc;
}

static enum evault_status
read_text(struct ev_slice text, struct ev_provenance chain[EV_PROVENANCE_MAX], size_t *n)
{
	struct ev_record r;
	enum evault_status rc;

	ev_record_init(&r);
	rc = ev_record_parse(text, &r, NULL);
	if (rc == EVAULT_OK)
		rc = ev_provenance_read(&r, chain, n, NULL);
	ev_record_release(&r);
	return rc;
}

static void
a_source_has_one_spelling(void)
{
	static const char *const wrong[] = {
		"",
		HASH,
		HASH " 1",
		HASH " 1 ",
		HASH " 01 " HASH,
		HASH " -1 " HASH,
		HASH "  1 " HASH,
		HASH " 1 " HASH " ",
		HASH " 9223372036854775808 " HASH,
		"evault/" HASH " 1 " HASH,
	};
	char text[EV_PROVENANCE_TEXT_SIZE];
	struct ev_provenance p;
	size_t i;

	NEED(ev_provenance_parse(ev_slice_text(HASH " 9223372036854775807 " HASH), &p));
	ev_provenance_text(&p, text);
	CHECK(strcmp(text, HASH " 9223372036854775807 " HASH) == 0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!ev_provenance_parse(ev_slice_text(wrong[i]), &p));
}

static void
what_was_received_is_made_again_byte_for_byte(void)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct ev_buf again = EV_BUF_INIT;
	size_t n = 9;

	NEED(wrap(ev_slice_text(RECORD), 0xAA, 4, 2, NULL) == EVAULT_OK);
	NEED(ev_buf_text(&made) != NULL);
	CHECK(strstr((char *)made.data, SALT "title A%0AB\n") != NULL);
	CHECK(strstr((char *)made.data, SALT "from-about 1 " HASH "\n") != NULL);
	CHECK(strstr((char *)made.data, SALT "from-from-x y\n") != NULL);
	CHECK(strstr((char *)made.data, " about 7 0100") != NULL);
	NEED(ev_provenance_unwrap(slice(&made), &again, NULL) == EVAULT_OK);
	CHECK(ev_slice_equal(slice(&again), ev_slice_text(RECORD)));
	NEED(read_text(slice(&made), chain, &n) == EVAULT_OK);
	CHECK(n == 1 && chain[0].index == 4 && chain[0].origin.b[0] == 0xAA);
	ev_buf_release(&again);
}

static void
a_record_that_was_recorded_here_has_no_source(void)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	size_t n = 9;

	CHECK(read_text(ev_slice_text(RECORD), chain, &n) == EVAULT_OK && n == 0);
}

static void
each_vault_of_a_chain_is_told_the_nearest_first(void)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct ev_buf text = EV_BUF_INIT;
	struct evault_error err = { 0 };
	uint8_t i;
	size_t n;

	ev_buf_puts(&text, BASE SALT "about 1 " HASH "\n" SALT "tag a\n");
	/* "from-from-from-from-from-source" has 31 bytes. */
	for (i = 1; i <= EV_PROVENANCE_MAX; i++) {
		n = 99;
		NEED(wrap(slice(&text), i, i, 1, &err) == EVAULT_OK || i == EV_PROVENANCE_MAX);
		if (i == EV_PROVENANCE_MAX)
			break;
		NEED(read_text(slice(&made), chain, &n) == EVAULT_OK && n == i);
		CHECK(chain[0].index == i && chain[i - 1].index == 1 &&
		      chain[i - 1].origin.b[5] == 1);
		ev_buf_clear(&text);
		ev_buf_add(&text, made.data, made.len);
	}
	CHECK(strstr(err.text, "more vaults") != NULL);
	ev_buf_release(&text);
}

/* Replaces `old` in the wrapped record by `fresh`, which is as long. */
static void
forge(const char *old, const char *fresh)
{
	char *at = ev_buf_text(&made) == NULL ? NULL : strstr((char *)made.data, old);

	NEED(at != NULL && strlen(old) == strlen(fresh));
	memcpy(at, fresh, strlen(fresh));
}

static void
a_line_that_was_altered_is_damage(void)
{
	static const struct {
		const char *old, *fresh;
	} changes[] = {
		{ "title A", "title B" },
		{ "MDEyMzQ1Njc4OTo7PD0-Pw title", "NDEyMzQ1Njc4OTo7PD0-Pw title" },
		{ "from-about 1", "from-about 3" },
		{ "from-from-x y", "from-from-x z" },
		{ "from-from-x y", "from-fron-x y" },
		{ "09:15:09Z", "09:15:08Z" },
		{ " 4 ", " 4 " }, /* nothing: it is good before */
	};
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	size_t i, n, last = sizeof(changes) / sizeof(changes[0]) - 1;

	for (i = 0; i <= last; i++) {
		NEED(wrap(ev_slice_text(RECORD), 0xAA, 4, 2, NULL) == EVAULT_OK);
		forge(changes[i].old, changes[i].fresh);
		CHECK(read_text(slice(&made), chain, &n) ==
		      (i == last ? EVAULT_OK : EVAULT_E_DAMAGED));
	}
}

static void
a_line_that_was_added_or_left_out_is_damage(void)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	const char *line;
	size_t n;

	NEED(wrap(ev_slice_text(RECORD), 0xAA, 4, 2, NULL) == EVAULT_OK);
	ev_buf_puts(&made, SALT "tag x\n");
	CHECK(read_text(slice(&made), chain, &n) == EVAULT_E_DAMAGED);
	NEED(wrap(ev_slice_text(RECORD), 0xAA, 4, 2, NULL) == EVAULT_OK);
	ev_buf_puts(&made, SALT "from-about 3 " HASH "\n");
	CHECK(read_text(slice(&made), chain, &n) == EVAULT_E_DAMAGED);
	NEED(wrap(ev_slice_text(RECORD), 0xAA, 4, 2, NULL) == EVAULT_OK && ev_buf_text(&made));
	line = strstr((char *)made.data, SALT "title");
	NEED(line != NULL);
	memmove((char *)(uintptr_t)line, strchr(line, '\n') + 1,
		strlen(strchr(line, '\n') + 1) + 1);
	CHECK(read_text(ev_slice_text((char *)made.data), chain, &n) == EVAULT_E_DAMAGED);
}

/* What is said here, of numbers here, is no part of what was received. */
static void
abouts_of_this_vault_are_not_those_of_the_other(void)
{
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	size_t n = 0;

	NEED(wrap(ev_slice_text(RECORD), 0xAA, 4, 0, NULL) == EVAULT_OK);
	ev_buf_puts(&made, SALT "about 99 " HASH "\n");
	CHECK(read_text(slice(&made), chain, &n) == EVAULT_OK && n == 1);
}

static void
what_is_no_record_is_not_received(void)
{
	CHECK(wrap(ev_slice_text("x"), 1, 1, 0, NULL) == EVAULT_E_FORMAT);
}

/* Their hash is of the line that was there, with the name that it had. */
static void
lines_that_were_withheld_are_received_as_they_are(void)
{
	static const char given[] =
	    BASE "- title " HASH "\n- about " HASH "\n- about " HASH "\n" SALT "about 1 " HASH "\n";
	struct ev_provenance chain[EV_PROVENANCE_MAX];
	struct ev_buf again = EV_BUF_INIT;
	size_t n = 0;

	NEED(wrap(ev_slice_text(given), 0xAA, 4, 1, NULL) == EVAULT_OK);
	NEED(ev_buf_text(&made) != NULL);
	CHECK(strstr((char *)made.data, "- title " HASH "\n") != NULL);
	CHECK(strstr((char *)made.data, "- about " HASH "\n") != NULL);
	CHECK(strstr((char *)made.data, SALT "from-about 1 " HASH "\n") != NULL);
	NEED(ev_provenance_unwrap(slice(&made), &again, NULL) == EVAULT_OK);
	CHECK(ev_slice_equal(slice(&again), ev_slice_text(given)));
	CHECK(read_text(slice(&made), chain, &n) == EVAULT_OK && n == 1);
	ev_buf_release(&again);
}

/* Then nobody could make the record there again. */
static void
who_withholds_a_source_gives_nothing_that_can_be_received(void)
{
	CHECK(wrap(ev_slice_text(BASE "- source " HASH "\n"), 1, 1, 0, NULL) == EVAULT_E_FORMAT);
	CHECK(wrap(ev_slice_text(BASE "- from-about " HASH "\n"), 1, 1, 0, NULL) ==
	      EVAULT_E_FORMAT);
}

static void
what_would_be_too_long_is_refused_and_leaves_nothing(void)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_puts(&text, BASE SALT "title ");
	ev_buf_fill(&text, 'x', EVAULT_RECORD_MAX - text.len - 1);
	ev_buf_puts(&text, "\n");
	CHECK(wrap(slice(&text), 1, 1, 0, NULL) == EVAULT_E_LIMIT);
	CHECK(made.len == 0);
	ev_buf_release(&text);
}

static void
moved_fields_have_the_form_that_they_had(void)
{
	CHECK(ev_record_value_fits(ev_slice_text("source"), ev_slice_text(HASH " 1 " HASH)));
	CHECK(!ev_record_value_fits(ev_slice_text("source"), ev_slice_text("1")));
	CHECK(!ev_record_value_fits(ev_slice_text("from-from-source"), ev_slice_text("1")));
	CHECK(!ev_record_value_fits(ev_slice_text("from-about"), ev_slice_text("1")));
	CHECK(ev_record_value_fits(ev_slice_text("from-size"), ev_slice_text("many")));
	CHECK(ev_record_repeatable(ev_slice_text("from-from-about")));
	CHECK(!ev_record_repeatable(ev_slice_text("from-source")));
	CHECK(!ev_record_repeatable(ev_slice_text("from-")));
}

int
main(void)
{
	UNIT_RUN(a_source_has_one_spelling);
	UNIT_RUN(what_was_received_is_made_again_byte_for_byte);
	UNIT_RUN(a_record_that_was_recorded_here_has_no_source);
	UNIT_RUN(each_vault_of_a_chain_is_told_the_nearest_first);
	UNIT_RUN(a_line_that_was_altered_is_damage);
	UNIT_RUN(a_line_that_was_added_or_left_out_is_damage);
	UNIT_RUN(abouts_of_this_vault_are_not_those_of_the_other);
	UNIT_RUN(what_is_no_record_is_not_received);
	UNIT_RUN(lines_that_were_withheld_are_received_as_they_are);
	UNIT_RUN(who_withholds_a_source_gives_nothing_that_can_be_received);
	UNIT_RUN(what_would_be_too_long_is_refused_and_leaves_nothing);
	UNIT_RUN(moved_fields_have_the_form_that_they_had);
	ev_buf_release(&made);
	return unit_end();
}
