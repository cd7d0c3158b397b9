/*
 * What somebody looks for, and where it is in a text: words, phrases and
 * beginnings of words, compared as they are folded (fold.h).
 */
#ifndef EV_FORMAT_QUERY_H
#define EV_FORMAT_QUERY_H

#include "format/fold.h"

enum {
	EV_QUERY_WORDS_MAX = 64, /* of one phrase */
	EV_QUERY_LINE_MAX = 160, /* bytes of a line that is shown, about */
};

/*
 * One argument: `word`, `two words` (in this order), `beginn*`; each may have
 * a field and a colon before it.  What is in quotes has no field.
 */
struct ev_query_term {
	struct ev_slice field; /* in the argument; empty: any */
	struct ev_slice text;  /* in the argument: without the field and the star */
	bool prefix;           /* the last word is a beginning */
	struct ev_fold_word *words;
	size_t n; /* 1 to EV_QUERY_WORDS_MAX */
};

/*
 * `argument` must outlive the term.  A field is what stands before the first
 * colon when it begins with a letter and has letters, digits, "-" and "_"
 * alone, and something other than "/" or a blank follows.  E_USAGE: there is no word in
 * it; E_LIMIT: too many; E_NOMEM.  On failure the term holds nothing.
 */
enum evault_status ev_query_parse(const char *argument, struct ev_query_term *term,
				  struct evault_error *err);
void ev_query_release(struct ev_query_term *term);

/* Is the field named as the term says?  By the same folding. */
bool ev_query_is_field(const struct ev_query_term *term, struct ev_slice name);

/*
 * The first place at or after byte `at`, which is no place inside a word;
 * false when there is none.  Time is that of folding the text.
 */
bool ev_query_find(const struct ev_query_term *term, struct ev_slice text, size_t at, size_t *from,
		   size_t *to);

/*
 * The part of a text to show around bytes `from` to `to`: of their line, at
 * most about EV_QUERY_LINE_MAX bytes, cut between words where there are some,
 * never in a character, without blanks at its ends.
 */
struct ev_slice ev_query_line(struct ev_slice text, size_t from, size_t to);

#endif
