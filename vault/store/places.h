/*
 * Where in an array something is, by its hash: 16 bytes of memory for each at
 * the most.  The array is the caller's, who may move it as it grows; each of its
 * elements begins with its hash.
 */
#ifndef EV_STORE_PLACES_H
#define EV_STORE_PLACES_H

#include "format/hash.h"

struct ev_places {
	uint32_t *slots; /* 0: free; else one more than the place */
	size_t cap, n;
	uint8_t key[16]; /* of SipHash: who chooses the hashes does not choose where they go */
};
#define EV_PLACES_INIT                                                                             \
	{                                                                                          \
		NULL, 0, 0,                                                                        \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

/*
 * Adds the element array[places->n], of `size` bytes: the next one.  Of two with one
 * hash the first is found.  E_NOMEM.
 */
enum evault_status ev_places_add(struct ev_places *places, const void *array, size_t size,
				 struct evault_error *err);
/* Its place, or SIZE_MAX where it is not in the array. */
size_t ev_places_find(const struct ev_places *places, const void *array, size_t size,
		      const struct ev_hash *hash);
void ev_places_release(struct ev_places *places);

#endif
