/*
 * What the tests of vaults share: a temporary folder that they work in,
 * vaults in it, and findings to look at.
 */
#ifndef UNIT_VAULT_FIXTURE_H
#define UNIT_VAULT_FIXTURE_H

#include "base/bytes.h"
#include "store/finding.h"
#include "unit.h"

/* The key file that opens the vaults of fixture_vault, made by fixture_start. */
#define FIXTURE_KEY "key"

/* Makes a temporary folder the working directory; false when there is none to be had. */
bool fixture_start(void);
/* Removes it, and gives unit_end(). */
int fixture_end(void);

/* ---- files: paths are below the temporary folder ------------------------- */

bool fixture_file(const char *path, const void *data, size_t len);
bool fixture_text(const char *path, const char *text);
bool fixture_folder(const char *path);
/* Replaces byte `at` (from the end, when negative) by another one. */
bool fixture_flip(const char *path, long at);
bool fixture_cut(const char *path, uint64_t size);
/* With everything below it; true when nothing is there afterwards. */
bool fixture_remove(const char *path);
/* With everything below it. */
bool fixture_copy(const char *from, const char *to);
bool fixture_there(const char *path);
/* Does the file hold just these bytes? */
bool fixture_holds(const char *path, const void *data, size_t len);
/* Bytes of all files below, and their number. */
uint64_t fixture_bytes(const char *path, size_t *files);
/* Temporary files anywhere below. */
size_t fixture_temps(const char *path);
/* Bytes that do not compress, the same for the same seed. */
void fixture_noise(uint8_t *out, size_t len, uint32_t seed);
/* A file of them. */
bool fixture_noise_file(const char *path, size_t len, uint32_t seed);
/* "packs/3f/….tar.zst.age" of the n-th pack in byte order, below the vault; false: none. */
bool fixture_pack(const char *vault, size_t n, char *out, size_t size);

/* ---- vaults ---------------------------------------------------------------- */

/* The recipient of FIXTURE_KEY. */
const char *fixture_recipient(void);
bool fixture_vault(const char *dir);
enum evault_status fixture_open(const char *dir, enum evault_access access, const char *key,
				struct evault **v, struct evault_error *err);
/* Makes one, and opens it for writing; NULL when that fails. */
struct evault *fixture_open_new(const char *dir);
/* Opens for writing, adds one path, closes. */
enum evault_status fixture_add(const char *dir, const char *path,
			       struct evault_add_summary *summary);

/* What was found, counted by kind; the last one's words. */
struct found {
	unsigned n, of[8];
	uint64_t index; /* of the last; EV_NO_ITEM */
	char path[200], detail[420];
	char all[4000]; /* paths of all, each in brackets */
};
struct ev_findings found_in(struct found *f);
/* A whole check of the vault; its status.  `summary` may be NULL. */
enum evault_status fixture_check(const char *dir, enum evault_access access,
				 enum evault_check_depth depth, struct found *f,
				 struct evault_check_summary *summary);
/* A full check with the key finds nothing at all, not even leftovers. */
bool fixture_is_sound(const char *dir);

#endif
