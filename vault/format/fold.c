#include "format/fold.h"

#include <string.h>

#include "format/fold_private.h"
#include "format/utf8.h"

struct ev_fold
ev_fold_of(struct ev_slice text)
{
	return (struct ev_fold){ .text = text, .at = 0 };
}

/* A word as it grows. */
struct growing {
	struct ev_fold_word *word;
	uint32_t last;  /* its last letter, as it was put in; 0: none */
	size_t last_at; /* where in the word it begins */
	bool whole;     /* a word by itself: only marks may follow */
	bool full;
};

static void
put(struct growing *g, uint32_t point)
{
	uint8_t bytes[EV_UTF8_MAX];
	size_t len = ev_utf8_put(point, bytes);

	if (g->word->len + len > sizeof(g->word->text)) {
		g->full = true;
		return;
	}
	g->last = point;
	g->last_at = g->word->len;
	memcpy(g->word->text + g->word->len, bytes, len);
	g->word->len += len;
}

static void
put_point(struct growing *g, uint32_t point)
{
	uint32_t joined = g->last == 0 ? 0 : ev_fold_join(g->last, point);
	enum ev_fold_kind kind;

	if (joined != 0) {
		g->word->len = g->last_at;
		put(g, joined);
		return;
	}
	kind = ev_fold_kind(point);
	if (ev_fold_is_accent(point) || kind == EV_FOLD_GAP || kind == EV_FOLD_NONE)
		return;
	/* No Arabic word begins with it; Kazakh ones do, where the vowels are soft. */
	if (point == 0x0621 && g->word->len == 0)
		return;
	point = ev_fold_letter(point);
	if (point != 0)
		put(g, point);
}

/* False when the word has no room for the character, and ends before it. */
static bool
put_character(struct growing *g, uint32_t point)
{
	struct growing before = *g;
	size_t len = g->word->len, n, i;
	uint32_t points[EV_FOLD_POINTS];

	/* The most frequent ones need no table. */
	if ((point >= 0x0430 && point <= 0x044F && point != 0x0439) ||
	    (point >= 0x4E00 && point <= 0x9FFF) || (point >= 'a' && point <= 'z')) {
		put(g, point);
	} else {
		n = ev_fold_apart(point, points);
		for (i = 0; i < n && !g->full; i++)
			put_point(g, points[i]);
	}
	if (!g->full)
		return true;
	*g = before;
	g->word->len = len;
	return false;
}

static enum ev_fold_kind
kind_of(uint32_t point)
{
	if (point < 0x80)
		return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') ||
			       (point >= '0' && point <= '9')
			   ? EV_FOLD_LETTER
			   : EV_FOLD_GAP;
	if (point >= 0x0400 && point <= 0x0481)
		return EV_FOLD_LETTER;
	return ev_fold_kind(point);
}

/* Is what one character becomes a word by itself, as half-width Kana is? */
static bool
is_whole(uint32_t point, enum ev_fold_kind kind)
{
	uint32_t points[EV_FOLD_POINTS];
	size_t n, i;

	if (kind == EV_FOLD_WHOLE)
		return true;
	if (point < 0x1100)
		return false;
	/* Also the first part of a syllable of Hangul. */
	n = ev_fold_apart(point, points);
	for (i = 0; i < n; i++)
		if (ev_fold_kind(points[i]) == EV_FOLD_WHOLE ||
		    (points[i] >= 0x1100 && points[i] <= 0x1112))
			return true;
	return false;
}

/* Does the character go on with the word that is there? */
static bool
goes_on(const struct growing *g, uint32_t point, enum ev_fold_kind kind)
{
	uint32_t points[EV_FOLD_POINTS];

	if (!g->whole)
		return kind == EV_FOLD_MARK || (kind == EV_FOLD_LETTER && !is_whole(point, kind));
	if (kind == EV_FOLD_MARK)
		return true;
	ev_fold_apart(point, points);
	/* A vowel or tail of Hangul; a voice mark of half-width Kana. */
	return ev_fold_join(g->last, points[0]) != 0 || points[0] == 0x3099 || points[0] == 0x309A;
}

/* The letter or digit of ASCII in lower case; 0: it is none. */
static uint8_t
ascii_letter(uint8_t byte)
{
	uint8_t lower = byte | 0x20;

	if (lower >= 'a' && lower <= 'z')
		return lower;
	return byte >= '0' && byte <= '9' ? byte : 0;
}

/* Most texts are little else: the run of them, as it would be put in one by one. */
static void
put_ascii(struct ev_fold *f, struct growing *g)
{
	struct ev_fold_word *word = g->word;
	size_t at = f->at;
	uint8_t letter;

	if (at == f->text.len || (word->len > 0 && g->whole) || ascii_letter(f->text.data[at]) == 0)
		return;
	if (word->len == 0) {
		*g = (struct growing){ .word = word };
		word->from = at;
	}
	for (; at < f->text.len && word->len < sizeof(word->text); at++) {
		letter = ascii_letter(f->text.data[at]);
		if (letter == 0)
			break;
		word->text[word->len++] = (char)letter;
	}
	if (at == f->at)
		return;
	g->last = (uint8_t)word->text[word->len - 1];
	g->last_at = word->len - 1;
	word->to = f->at = at;
}

bool
ev_fold_next(struct ev_fold *f, struct ev_fold_word *word)
{
	struct growing g = { .word = word };
	enum ev_fold_kind kind;
	uint32_t point;
	size_t len;

	word->len = 0;
	for (;; f->at += len) {
		put_ascii(f, &g);
		if (f->at == f->text.len)
			break;
		len = ev_utf8_get(ev_slice_of(f->text.data + f->at, f->text.len - f->at), &point);
		kind = len == 0 ? EV_FOLD_GAP : kind_of(point);
		if (kind == EV_FOLD_NONE)
			continue;
		if (kind == EV_FOLD_GAP || (word->len > 0 && !goes_on(&g, point, kind))) {
			if (word->len > 0)
				return true;
			len = len == 0 ? 1 : len;
			continue;
		}
		if (word->len == 0) {
			g = (struct growing){ .word = word, .whole = is_whole(point, kind) };
			word->from = f->at;
		}
		if (!put_character(&g, point))
			return true;
		word->to = f->at + len;
	}
	return word->len > 0;
}

bool
ev_fold_same(struct ev_slice a, struct ev_slice b)
{
	struct ev_fold of_a = ev_fold_of(a), of_b = ev_fold_of(b);
	struct ev_fold_word x, y;
	bool more;

	for (;;) {
		more = ev_fold_next(&of_a, &x);
		if (more != ev_fold_next(&of_b, &y))
			return false;
		if (!more)
			return true;
		if (!ev_slice_equal(ev_slice_of(x.text, x.len), ev_slice_of(y.text, y.len)))
			return false;
	}
}
