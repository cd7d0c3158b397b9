/*
 * What the parts of searching share: search.c asks the catalog and gives
 * hits, search_look.c looks whether one is true, and what to show of it.
 */
#ifndef EV_SEARCH_H
#define EV_SEARCH_H

#include "text.h"

enum {
	EV_SEARCH_RANGES = 32, /* that are marked in one line */
	EV_SEARCH_NAME_SIZE = EV_RECORD_KEY_MAX + 1
};

/* A line to show. */
struct ev_search_place {
	struct evault_found found;
	struct evault_range ranges[EV_SEARCH_RANGES];
	char field[EV_SEARCH_NAME_SIZE];
};

enum ev_search_verdict {
	EV_SEARCH_HIT,
	EV_SEARCH_MISS,
	EV_SEARCH_UNREAD, /* it may be one, and cannot be read */
};

struct ev_searching {
	struct evault *v;
	const struct evault_search *how;
	evault_hit_fn *fn;
	void *ctx;
	struct evault_search_summary *summary;
	struct ev_query_term *terms;
	size_t n_terms;
	struct ev_catalog_bits candidates;
	uint64_t seen;                  /* bit i: term i is in a place of the item at hand */
	struct ev_search_place *places; /* of the item at hand */
	struct evault_found *shown;
	size_t n_places;
	struct ev_buf text; /* of the file of the item at hand */
};

/* Fills places: one for each term that is in none before it. */
enum evault_status ev_search_look(struct ev_searching *s, const struct evault_item *item,
				  enum ev_search_verdict *verdict, struct evault_error *err);

#endif
