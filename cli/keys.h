/*
 * What a terminal sends, as keys: characters, arrows, and what is pasted in
 * brackets (mode 2004), which is text whatever is in it.
 */
#ifndef CLI_KEYS_H
#define CLI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum key_kind {
	KEY_TEXT, /* bytes to put in: whole characters, or bytes that are none */
	KEY_CTRL, /* with the letter: 'A' to 'Z' */
	KEY_ENTER,
	KEY_BACKSPACE,
	KEY_DELETE,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_WORD_LEFT,
	KEY_WORD_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_FIRST, /* to the beginning of all */
	KEY_LAST,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_OTHER, /* Escape, and what is not known */
};

struct key {
	enum key_kind kind;
	char letter;
	bool pasted;
	const char *text; /* KEY_TEXT; lives until the callback returns */
	size_t len;
};

/* False: no more keys, for now. */
typedef bool key_fn(void *ctx, const struct key *key);

enum {
	KEYS_HELD_MAX = 32
};

/* All zero to begin with. */
struct keys {
	char held[KEYS_HELD_MAX]; /* the beginning of something */
	size_t n;
	bool skipping; /* a sequence that is too long: up to its end */
	bool pasting;
	bool was_cr;  /* of a paste: the line feed after it is part of it */
	bool stopped; /* by the callback */
};

/* How many bytes were taken: all, unless `fn` said false. */
size_t keys_feed(struct keys *keys, const char *in, size_t len, key_fn *fn, void *ctx);
/* Nothing more comes for the moment: an Escape alone is a key, and half a character bytes. */
void keys_flush(struct keys *keys, key_fn *fn, void *ctx);
/* Something is held that keys_flush would give. */
bool keys_pending(const struct keys *keys);

#endif
