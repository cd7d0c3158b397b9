/*
 * What a pack holds: names of members, and the table of members at a pack's
 * end (FORMAT.md, Pack).
 */
#ifndef EV_FORMAT_MEMBER_H
#define EV_FORMAT_MEMBER_H

#include "format/hash.h"
#include "format/tar.h"

enum ev_member_kind {
	EV_MEMBER_OBJECT, /* objects/<sha256>: an original */
	EV_MEMBER_LIST,   /* objects/<sha256>.parts: names the parts of a longer one */
	EV_MEMBER_PART,   /* parts/<32 hex>.<5 digits> */
	EV_MEMBER_RECORD, /* records/<sha256 of the withheld form> */
};

enum {
	EV_MEMBER_NAME_SIZE = 8 + 64 + 6 + 1, /* the longest name and its NUL fit */
	EV_MEMBER_OBJECT_MAX = 8 << 20,       /* bytes of an object in one piece, and of a part */
	EV_MEMBER_PART_LAST = 99999,          /* number of the last part there can be */
	EV_MEMBER_TABLE_MAX = 32 << 20,       /* bytes of a table */
	EV_MEMBER_LIST_MAX = 8 << 20,         /* bytes of a list of parts */
};
/* Bytes of the longest file that parts can hold, about 781 GiB. */
#define EV_MEMBER_LISTED_MAX ((uint64_t)EV_MEMBER_OBJECT_MAX * EV_MEMBER_PART_LAST)

/* id: the SHA-256, or for a part its 16 random bytes; the rest zero. */
struct ev_member {
	enum ev_member_kind kind;
	struct ev_hash id;
	uint32_t part;   /* 1 to EV_MEMBER_PART_LAST for a part, else 0 */
	uint64_t size;   /* of the body */
	uint64_t offset; /* of the header in the tar stream */
};

void ev_member_name(const struct ev_member *m, char out[EV_MEMBER_NAME_SIZE]);
/* Fills kind, id, part; false when it is no name of a member. */
bool ev_member_parse_name(struct ev_slice name, struct ev_member *m);
/* True when a body of that kind may have that size; only an object may be empty. */
bool ev_member_size_fits(enum ev_member_kind kind, uint64_t size);

/* Appends one line of the table: "<offset> <size> <name>\n", decimal. */
void ev_member_table_add(struct ev_buf *table, const struct ev_member *m);
/*
 * Reads the next line.  Offsets must begin at 0 and each member must follow
 * the one before without a gap: `expected` is where it must be, and is moved
 * to where the next one must be.  The table ends when nothing is left.
 * E_FORMAT, also for a size that the kind cannot have.
 */
enum evault_status ev_member_table_next(struct ev_cursor *table, uint64_t *expected,
					struct ev_member *m, struct evault_error *err);

/*
 * The body of objects/<sha256>.parts: one line "<size> <name>\n" for each
 * part, in order, numbers from 00001 without a gap, one random id, every part
 * but the last EV_MEMBER_OBJECT_MAX bytes and the last 1 to that.
 * size 1 to EV_MEMBER_LISTED_MAX.
 */
void ev_member_list_encode(struct ev_buf *out, const uint8_t id[16], uint64_t size);
/* Gives id and total size; E_FORMAT when it is not what the encoder writes. */
enum evault_status ev_member_list_decode(struct ev_slice text, uint8_t id[16], uint64_t *size,
					 struct evault_error *err);

#endif
