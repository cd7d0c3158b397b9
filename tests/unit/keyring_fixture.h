/*
 * A kernel's keyring in memory, so that tests run where there is none, see
 * what a key may, and can make each call fail.
 */
#ifndef UNIT_KEYRING_FIXTURE_H
#define UNIT_KEYRING_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyring_key {
	bool there;
	char name[128];
	uint8_t value[5000];
	size_t len;
	uint32_t permissions, seconds; /* as set; 0: not set */
	bool in_session, in_process;
	bool seen_too_early; /* it was in the session before it had permissions and a time */
};

enum {
	KEYRING_KEYS = 8,
	KEYRING_ADD = -1, /* the call add_key, among the operations of keyctl */
	KEYRING_ANY = -2
};

/* Puts it in the place of the kernel's, empty. */
void keyring_on(void);
void keyring_off(void);
/* From now on this operation (KEYCTL_…, KEYRING_ADD, KEYRING_ANY) fails with errno `sys`; 0: none.
 */
void keyring_fails(int operation, int sys);
/* The key of the session whose name starts so, or NULL; to look at and to spoil. */
struct keyring_key *keyring_find(const char *prefix);
/* All that are anywhere. */
size_t keyring_count(void);
/* Puts one into the session that evault did not put there. */
void keyring_plant(const char *name, const void *value, size_t len);

#endif
