#include "keys.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define PASTE_END "\033[201~"

static void
give_key(struct keys *k, key_fn *fn, void *ctx, const struct key *key)
{
	if (!fn(ctx, key))
		k->stopped = true;
}

static void
give(struct keys *k, key_fn *fn, void *ctx, enum key_kind kind)
{
	struct key key = { .kind = kind };

	give_key(k, fn, ctx, &key);
}

static void
give_text(struct keys *k, key_fn *fn, void *ctx, const char *text, size_t len)
{
	struct key key = { .kind = KEY_TEXT, .text = text, .len = len, .pasted = k->pasting };

	if (len > 0)
		give_key(k, fn, ctx, &key);
}

/* ---- pastes ---------------------------------------------------------------------- */

/* How many bytes at the end of `s` may begin what ends a paste. */
static size_t
maybe_end(const char *s, size_t len)
{
	size_t n = strlen(PASTE_END) - 1;

	for (n = n < len ? n : len; n > 0; n--)
		if (memcmp(s + len - n, PASTE_END, n) == 0)
			return n;
	return 0;
}

/* Terminals send the ends of lines as CR: all become LF. */
static void
give_pasted(struct keys *k, const char *s, size_t len, key_fn *fn, void *ctx)
{
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		if (s[i] == '\r' || (s[i] == '\n' && k->was_cr)) {
			give_text(k, fn, ctx, s + from, i - from);
			from = i + 1;
		}
		if (s[i] == '\r')
			give_text(k, fn, ctx, "\n", 1);
		k->was_cr = s[i] == '\r';
	}
	give_text(k, fn, ctx, s + from, len - from);
}

/* Takes bytes of a paste up to its end; returns how many. */
static size_t
feed_paste(struct keys *k, const char *in, size_t len, key_fn *fn, void *ctx)
{
	size_t i = 0, keep;
	const char *end;

	/* What may be the end was held: go on byte by byte until that is clear. */
	while (k->n > 0 && i < len) {
		k->held[k->n++] = in[i++];
		if (k->n == strlen(PASTE_END) && memcmp(k->held, PASTE_END, k->n) == 0) {
			k->pasting = false;
			k->n = 0;
			return i;
		}
		keep = maybe_end(k->held, k->n);
		give_pasted(k, k->held, k->n - keep, fn, ctx);
		memmove(k->held, k->held + k->n - keep, keep);
		k->n = keep;
	}
	if (i == len)
		return i;
	end = memmem(in + i, len - i, PASTE_END, strlen(PASTE_END));
	if (end != NULL) {
		give_pasted(k, in + i, (size_t)(end - in) - i, fn, ctx);
		k->pasting = false;
		return (size_t)(end - in) + strlen(PASTE_END);
	}
	keep = maybe_end(in + i, len - i);
	give_pasted(k, in + i, len - i - keep, fn, ctx);
	memcpy(k->held, in + len - keep, keep);
	k->n = keep;
	return len;
}

/* ---- sequences ------------------------------------------------------------------- */

static enum key_kind
by_number(unsigned number)
{
	switch (number) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 3:
		return KEY_DELETE;
	case 5:
		return KEY_PAGE_UP;
	case 6:
		return KEY_PAGE_DOWN;
	default:
		return KEY_OTHER;
	}
}

static enum key_kind
by_letter(char letter)
{
	switch (letter) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	default:
		return KEY_OTHER;
	}
}

static enum key_kind
with_control(enum key_kind kind)
{
	switch (kind) {
	case KEY_LEFT:
		return KEY_WORD_LEFT;
	case KEY_RIGHT:
		return KEY_WORD_RIGHT;
	case KEY_HOME:
		return KEY_FIRST;
	case KEY_END:
		return KEY_LAST;
	default:
		return kind;
	}
}

/* The number at `at`, which stops behind it and a semicolon; `none` where there is none. */
static unsigned
take_number(const char **at, unsigned none)
{
	unsigned number = 0;
	const char *s = *at;

	while (*s >= '0' && *s <= '9' && number < 1000)
		number = number * 10 + (unsigned)(*s++ - '0');
	if (s == *at)
		number = none;
	*at = *s == ';' ? s + 1 : s;
	return number;
}

/* ESC [ numbers letter, or ESC O letter, whole in `held`. */
static void
end_sequence(struct keys *k, key_fn *fn, void *ctx)
{
	const char *at = k->held + 2;
	char last = k->held[k->n - 1];
	unsigned number, modifier;
	enum key_kind kind;

	k->held[k->n - 1] = '\0';
	number = take_number(&at, 0);
	modifier = take_number(&at, 1);
	k->n = 0;
	if (last == '~' && number == 200) {
		k->pasting = true;
		k->was_cr = false;
		return;
	}
	kind = last == '~' ? by_number(number) : by_letter(last);
	if (modifier == 5)
		kind = with_control(kind);
	give(k, fn, ctx, kind);
}

/* One more byte of what began with ESC. */
static void
feed_sequence(struct keys *k, char c, key_fn *fn, void *ctx)
{
	bool ends = c >= 0x40 && c <= 0x7E;

	if (k->n == 1 && c == '\033') {
		give(k, fn, ctx, KEY_OTHER);
		return; /* the second one may begin something */
	}
	if (k->n + 1 < KEYS_HELD_MAX)
		k->held[k->n++] = c;
	else
		k->skipping = true;
	if (k->n == 2 && (c == '[' || c == 'O'))
		return;
	if (k->n == 2 && k->held[1] != '[' && k->held[1] != 'O') { /* Alt and a key */
		k->n = 0;
		give(k, fn, ctx, KEY_OTHER);
	} else if (ends && !k->skipping) {
		end_sequence(k, fn, ctx);
	} else if (ends) {
		k->skipping = false;
		k->n = 0;
	}
}

/* ---- all else -------------------------------------------------------------------- */

/* How many bytes the character that begins so may have, as far as they can belong to it. */
static size_t
wanted(const struct keys *k)
{
	unsigned char first = (unsigned char)k->held[0];
	size_t want = 1, i;

	if (first >= 0xC2 && first < 0xF5)
		want = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	for (i = 1; i < k->n && i < want; i++)
		if (((unsigned char)k->held[i] & 0xC0) != 0x80)
			return i;
	return want;
}

/* Gives the characters that are held, and bytes that are none; what may go on stays. */
static void
give_held(struct keys *k, bool all, key_fn *fn, void *ctx)
{
	uint32_t point;
	size_t n;

	while (k->n > 0) {
		n = utf8_decode(k->held, k->n, &point);
		if (n == 0 && k->n < wanted(k) && !all)
			return;
		n = n == 0 ? 1 : n;
		give_text(k, fn, ctx, k->held, n);
		memmove(k->held, k->held + n, k->n - n);
		k->n -= n;
	}
}

static void
feed_plain(struct keys *k, char c, key_fn *fn, void *ctx)
{
	struct key control = { .kind = KEY_CTRL, .letter = (char)(c + '@') };

	if ((unsigned char)c >= 0x80) {
		k->held[k->n++] = c;
		give_held(k, false, fn, ctx);
		return;
	}
	give_held(k, true, fn, ctx);
	if (c == '\033') {
		k->held[0] = c;
		k->n = 1;
	} else if (c == '\r' || c == '\n') {
		give(k, fn, ctx, KEY_ENTER);
	} else if (c == 0x7F || c == '\b') {
		give(k, fn, ctx, KEY_BACKSPACE);
	} else if (c == '\t' || c >= 0x20) {
		give_text(k, fn, ctx, &c, 1);
	} else if (c >= 1 && c <= 26) {
		give_key(k, fn, ctx, &control);
	} else {
		give(k, fn, ctx, KEY_OTHER);
	}
}

size_t
keys_feed(struct keys *k, const char *in, size_t len, key_fn *fn, void *ctx)
{
	size_t i = 0;

	k->stopped = false;
	while (i < len && !k->stopped) {
		if (k->pasting)
			i += feed_paste(k, in + i, len - i, fn, ctx);
		else if (k->n > 0 && k->held[0] == '\033')
			feed_sequence(k, in[i++], fn, ctx);
		else
			feed_plain(k, in[i++], fn, ctx);
	}
	return i;
}

void
keys_flush(struct keys *k, key_fn *fn, void *ctx)
{
	if (k->pasting)
		return;
	if (k->n > 0 && k->held[0] == '\033') {
		k->n = 0;
		k->skipping = false;
		give(k, fn, ctx, KEY_OTHER);
	}
	give_held(k, true, fn, ctx);
}

bool
keys_pending(const struct keys *k)
{
	return !k->pasting && k->n > 0;
}
