/* A pack as it lies, without a key. */
#include <stdlib.h>

#include "base/os.h"
#include "store/pack.h"

enum {
	HASH_PIECE = 128 << 10
};

enum evault_status
ev_pack_hash(int dir, const char *path, uint64_t max, struct ev_hash *hash, uint64_t *size,
	     enum evault_status (*tick)(void *ctx, uint64_t bytes, struct evault_error *err),
	     void *ctx, struct evault_error *err)
{
	struct ev_hasher *hasher = ev_hasher_new();
	uint8_t *piece = malloc(HASH_PIECE);
	uint64_t total = 0;
	size_t got = HASH_PIECE;
	struct ev_os_stat st;
	int fd = -1;
	enum evault_status rc;

	if (hasher == NULL || piece == NULL) {
		rc = ev_fail_nomem(err);
		goto out;
	}
	rc = ev_os_open_read(dir, path, &fd, err);
	if (rc == EVAULT_OK)
		rc = ev_os_fstat(fd, &st, err);
	if (rc == EVAULT_OK && st.size > max)
		rc = ev_fail(err, EVAULT_E_LIMIT, "%s: larger than it can be", path);
	if (rc == EVAULT_OK)
		ev_os_sequential(fd);
	while (rc == EVAULT_OK && got == HASH_PIECE) {
		rc = ev_os_read(fd, piece, HASH_PIECE, &got, path, err);
		if (rc != EVAULT_OK)
			break;
		ev_hasher_update(hasher, piece, got);
		total += got;
		if (tick != NULL)
			rc = tick(ctx, got, err);
	}
	if (rc == EVAULT_OK) {
		ev_hasher_final(hasher, hash);
		*size = total;
	}
out:
	ev_os_close_read(fd);
	ev_hasher_free(hasher);
	free(piece);
	return rc;
}
