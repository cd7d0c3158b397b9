/* Folding: words are in order, inside the text, valid UTF-8; and fold to themselves. */
#include <stdlib.h>
#include <string.h>

#include "format/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_utf8(struct ev_slice s)
{
	size_t len;

	while (s.len > 0) {
		len = ev_utf8_len(s);
		if (len == 0)
			return false;
		s.data += len;
		s.len -= len;
	}
	return true;
}

/* Two letters of Kana in one are the exception. */
static bool
has_kana_pair(const struct ev_fold_word *w)
{
	return memmem(w->text, w->len, "\xE3\x82\x9F", 3) != NULL ||
	       memmem(w->text, w->len, "\xE3\x83\xBF", 3) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_fold f = ev_fold_of(ev_slice_of(data, size)), again;
	struct ev_fold_word w, x;
	size_t end = 0;

	while (ev_fold_next(&f, &w)) {
		if (w.len == 0 || w.len > EV_FOLD_WORD_MAX || w.from < end || w.to <= w.from ||
		    w.to > size || !is_utf8(ev_slice_of(w.text, w.len)))
			abort();
		end = w.to;
		again = ev_fold_of(ev_slice_of(w.text, w.len));
		if (!ev_fold_next(&again, &x))
			abort();
		if (!has_kana_pair(&w) && (x.len != w.len || memcmp(x.text, w.text, w.len) != 0))
			abort();
	}
	return 0;
}
