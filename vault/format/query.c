#include "format/query.h"

#include <stdlib.h>
#include <string.h>

enum {
	BEFORE = 56,   /* bytes that are shown before a hit, about */
	LONGEST = 400, /* a hit that is longer is shown in part */
};

static bool
is_letter(uint8_t c)
{
	return c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Bytes of the field before the first colon; 0 when there is none. */
static size_t
field_len(struct ev_slice s)
{
	size_t i;
	uint8_t c;

	if (s.len == 0 || !is_letter(s.data[0]))
		return 0;
	for (i = 1; i < s.len && s.data[i] != ':'; i++) {
		c = s.data[i];
		if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return 0;
	}
	if (i + 1 >= s.len || s.data[i + 1] == '/' || s.data[i + 1] == ' ')
		return 0;
	return i;
}

static enum evault_status
take_words(struct ev_query_term *t, struct evault_error *err)
{
	struct ev_fold f = ev_fold_of(t->text);
	struct ev_fold_word word, *grown;

	while (ev_fold_next(&f, &word)) {
		if (t->n == EV_QUERY_WORDS_MAX)
			return ev_fail(err, EVAULT_E_LIMIT,
				       "a phrase of more than %d words cannot be looked for",
				       EV_QUERY_WORDS_MAX);
		grown = realloc(t->words, (t->n + 1) * sizeof(*grown));
		if (grown == NULL)
			return ev_fail_nomem(err);
		t->words = grown;
		t->words[t->n++] = word;
	}
	return EVAULT_OK;
}

enum evault_status
ev_query_parse(const char *argument, struct ev_query_term *term, struct evault_error *err)
{
	struct ev_slice s = ev_slice_text(argument);
	struct ev_query_term t = { .n = 0 };
	char shown[EV_SHOW_SIZE];
	size_t len = field_len(s);
	enum evault_status rc;

	if (len > 0) {
		t.field = ev_slice_of(s.data, len);
		s = ev_slice_of(s.data + len + 1, s.len - len - 1);
	}
	while (s.len > 0 && (s.data[s.len - 1] == '"' || s.data[s.len - 1] == '*')) {
		t.prefix = t.prefix || s.data[s.len - 1] == '*';
		s.len--;
	}
	t.text = s;
	rc = take_words(&t, err);
	if (rc == EVAULT_OK && t.n == 0)
		rc = ev_fail(err, EVAULT_E_USAGE, "%s: there is no word in it to look for",
			     ev_show_path(argument, shown));
	if (rc == EVAULT_OK)
		*term = t;
	else
		ev_query_release(&t);
	return rc;
}

void
ev_query_release(struct ev_query_term *t)
{
	free(t->words);
	*t = (struct ev_query_term){ .n = 0 };
}

bool
ev_query_is_field(const struct ev_query_term *t, struct ev_slice name)
{
	struct ev_fold a = ev_fold_of(t->field), b = ev_fold_of(name);
	struct ev_fold_word x, y;
	bool more, any = false;

	for (;;) {
		more = ev_fold_next(&a, &x);
		if (more != ev_fold_next(&b, &y))
			return false;
		if (!more)
			return any;
		if (x.len != y.len || memcmp(x.text, y.text, x.len) != 0)
			return false;
		any = true;
	}
}

/* Bit i is set when the word can be the i-th one of the phrase. */
static uint64_t
places(const struct ev_query_term *t, const struct ev_fold_word *word)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < t->n; i++) {
		bool begins = word->len >= t->words[i].len &&
			      memcmp(word->text, t->words[i].text, t->words[i].len) == 0;

		if (begins && (word->len == t->words[i].len || (t->prefix && i == t->n - 1)))
			bits |= UINT64_C(1) << i;
	}
	return bits;
}

/* Bit i of `state`: the words so far end in the first i + 1 of the phrase. */
bool
ev_query_find(const struct ev_query_term *t, struct ev_slice text, size_t at, size_t *from,
	      size_t *to)
{
	struct ev_fold f = ev_fold_of(text);
	size_t begins[EV_QUERY_WORDS_MAX] = { 0 }, n = 0;
	struct ev_fold_word word;
	uint64_t state = 0, whole;

	if (t->n == 0)
		return false;
	whole = UINT64_C(1) << (t->n - 1);
	f.at = at;
	while (ev_fold_next(&f, &word)) {
		begins[n++ % EV_QUERY_WORDS_MAX] = word.from;
		state = (state << 1 | 1) & places(t, &word);
		if ((state & whole) != 0) {
			*from = begins[(n - t->n) % EV_QUERY_WORDS_MAX];
			*to = word.to;
			return true;
		}
	}
	return false;
}

/* ---- the line to show ---------------------------------------------------------- */

static bool
is_blank(uint8_t c)
{
	return c <= ' ';
}

static bool
is_middle(uint8_t c)
{
	return (c & 0xC0) == 0x80;
}

/* Where words begin between `low` and `high`: the first one; else `low`, not in a character. */
static size_t
first_word(struct ev_slice text, size_t low, size_t high)
{
	size_t i;

	for (i = low; i < high; i++)
		if (i > 0 && is_blank(text.data[i - 1]) && !is_blank(text.data[i]))
			return i;
	while (low < high && is_middle(text.data[low]))
		low++;
	return low;
}

/* Where words end between `low` and `high`: the last one; else `high`, not in a character. */
static size_t
last_word(struct ev_slice text, size_t low, size_t high)
{
	size_t i;

	if (high == text.len || is_blank(text.data[high]))
		return high;
	for (i = high; i > low; i--)
		if (is_blank(text.data[i]) && !is_blank(text.data[i - 1]))
			return i;
	while (high > low && is_middle(text.data[high]))
		high--;
	return high;
}

struct ev_slice
ev_query_line(struct ev_slice text, size_t from, size_t to)
{
	size_t start = from, end, room;

	if (to - from > LONGEST)
		to = last_word(text, from, from + LONGEST);
	while (start > 0 && to - start < EV_QUERY_LINE_MAX && text.data[start - 1] != '\n')
		start--;
	for (end = to; end < text.len && end - start < EV_QUERY_LINE_MAX && text.data[end] != '\n';
	     end++)
		;
	/* Of a line that is too long, what is around the place. */
	if ((start > 0 && text.data[start - 1] != '\n') ||
	    (end < text.len && text.data[end] != '\n')) {
		if (from - start > BEFORE)
			start = first_word(text, from - BEFORE, from);
		room = to - start < EV_QUERY_LINE_MAX ? EV_QUERY_LINE_MAX - (to - start) : 0;
		for (end = to; end < text.len && end - to < room && text.data[end] != '\n'; end++)
			;
		if (end < text.len && text.data[end] != '\n')
			end = last_word(text, to, end);
	}
	while (start < from && is_blank(text.data[start]))
		start++;
	while (end > to && is_blank(text.data[end - 1]))
		end--;
	return ev_slice_of(text.data + start, end - start);
}
