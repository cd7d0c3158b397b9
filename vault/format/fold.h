/*
 * Folding: text in UTF-8 becomes words as they are compared when somebody
 * searches, each with the bytes that it stands for.  What people write in
 * more than one way, or leave out when they type, is made one:
 *
 * - case, compatibility forms, accents (Unicode's tables, by utf8proc): ß is
 *   ss, ﻻ is لا, ① is 1, é is e, ё is е; but й is a letter of its own;
 * - Cyrillic letters of Kazakh and its neighbours are the Russian ones that
 *   stand for them on a keyboard without them: ү ұ ў у, ә а, қ к, ғ г, ң н, ө о, һ х, і и;
 * - Arabic script: vowel marks and tatweel are left out; أ إ آ ٱ are ا; ک is ك;
 *   ی is ي; ة ە ھ ہ are ه; the Kazakh hamza before a word is left out.
 *   Letters that tell words apart in Uyghur stay: ى ي ې ئ, و ۇ ۆ ۈ ۋ, ك گ ڭ;
 * - digits of all scripts are 0 to 9.
 *
 * A word is a run of letters, digits and their marks.  Of scripts that are
 * written without spaces (Chinese, Japanese; Korean and Yi syllables, too)
 * each character is a word, and a word of several is a phrase.  Traditional
 * and simplified characters are not made one.
 */
#ifndef EV_FORMAT_FOLD_H
#define EV_FORMAT_FOLD_H

#include "base/bytes.h"

enum {
	EV_FOLD_WORD_MAX = 128, /* bytes; a longer run is several words */
};

struct ev_fold_word {
	char text[EV_FOLD_WORD_MAX]; /* UTF-8, no NUL at its end */
	size_t len;                  /* at least 1 */
	size_t from, to;             /* the bytes of the text that it is; from < to */
};

/* Walks a text, which must outlive it.  Invalid UTF-8 is passed over, like a space. */
struct ev_fold {
	struct ev_slice text;
	size_t at;
};

struct ev_fold ev_fold_of(struct ev_slice text);
/* The next word; false at the end.  Needs no memory of its own. */
bool ev_fold_next(struct ev_fold *f, struct ev_fold_word *word);
/* Have both the same words, in the same order?  So have two without any. */
bool ev_fold_same(struct ev_slice a, struct ev_slice b);

/*
 * The version of Unicode's tables that this program has, as text: other ones may take other
 * characters for letters, and what was filed by one is not what is looked for by the other.
 */
const char *ev_fold_unicode(void);

/*
 * Not for searching: appends the text with case folded and in Unicode's form
 * NFC, so that names come out alike which some file system takes for one.
 * Text that is no UTF-8 is appended as it is.
 */
void ev_fold_caseless(struct ev_buf *out, struct ev_slice text);

#endif
