/*
 * Memory that the system keeps for us alone: pages that are neither swapped
 * nor written into a core dump.
 */
#ifndef EV_BASE_OS_MEMORY_H
#define EV_BASE_OS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a page. */
size_t ev_os_page(void);
/*
 * `size` bytes of addresses, a multiple of the page, which nobody can use
 * yet; the page before and the page after them never can be used.  NULL.
 */
uint8_t *ev_os_reserve(size_t size);
/*
 * Makes whole pages of them usable, zeroed and locked.  False when the system
 * does not lock them: they are then as before.
 */
bool ev_os_lock_memory(uint8_t *at, size_t size);

#endif
