/*
 * Makes a receipt in the name of a vault, with whatever results: what a
 * receiver might say, honest or not.
 *
 *	receipt VAULT KEY OF TAGMANIFEST TIME INDEX=RESULT…
 *
 * KEY opens VAULT; RESULT is verified, damaged or missing.  On standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receipt.h"

enum {
	ITEMS_MAX = 20000
};

static bool
take_item(const char *text, struct ev_receipt_item *item)
{
	struct ev_cursor c = ev_cursor_of(text, strlen(text));
	int result;

	item->index = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, "=");
	for (result = EV_RECEIPT_VERIFIED; result <= EV_RECEIPT_MISSING && !c.bad; result++) {
		item->result = (enum ev_receipt_result)result;
		if (ev_slice_is(ev_slice_of(c.at, c.left), ev_receipt_word(item->result)))
			return true;
	}
	return false;
}

static bool
take_claims(char **argv, struct ev_receipt *r)
{
	if (!ev_origin_valid(ev_slice_text(argv[3])) ||
	    !ev_hash_parse(ev_slice_text(argv[4]), &r->tagmanifest))
		return false;
	memcpy(r->of, argv[3], strlen(argv[3]) + 1);
	r->time = strtoll(argv[5], NULL, 10);
	return true;
}

int
main(int argc, char **argv)
{
	static struct ev_receipt_item items[ITEMS_MAX];
	const char *key = argc > 2 ? argv[2] : NULL;
	struct evault_unlock unlock = { .identity_files = &key, .n_identity_files = 1 };
	struct evault_open how = { .access = EVAULT_READ, .unlock = &unlock };
	struct evault_error err = { .text = "" };
	struct ev_buf note = EV_BUF_INIT;
	struct evault *v = NULL;
	struct ev_receipt r = { .time = 0 };
	size_t n = 0;
	bool done;
	int i;

	if (argc < 7 || argc - 6 > ITEMS_MAX || !take_claims(argv, &r))
		goto usage;
	for (i = 6; i < argc; i++)
		if (!take_item(argv[i], &items[n++]))
			goto usage;
	how.dir = argv[1];
	done = evault_open(&how, &v, &err) == EVAULT_OK &&
	       ev_receipt_make(v, &r, items, n, &note, &err) == EVAULT_OK &&
	       fwrite(note.data, 1, note.len, stdout) == note.len;
	if (!done)
		fprintf(stderr, "receipt: %s\n", err.text);
	ev_buf_release(&note);
	evault_close(v);
	return done ? 0 : 2;
usage:
	fprintf(stderr, "usage: receipt VAULT KEY OF TAGMANIFEST TIME INDEX=RESULT…\n");
	return 2;
}
