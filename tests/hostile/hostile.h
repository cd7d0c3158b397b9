/*
 * What the hostile cases are made with: pack.c builds packs and records that
 * can be changed before they are sealed, table.c, member.c and frame.c are
 * the cases, and hostile.c lists them.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "commit.h"

enum {
	SEEK_MAX = 70000,
	BLOCK_MAX = 128 << 10, /* bytes of a block of zstd */
};

/* A pack under construction, as text and bytes that can be changed before it is sealed. */
struct pack {
	struct ev_buf tar, table, frames;
	struct ev_frame_seek *seek; /* SEEK_MAX */
	size_t n_seek;
	uint64_t at; /* in the tar stream */
	bool framed; /* the frames are there already */
	bool no_end;
	size_t padding_more;
	uint8_t padding;
	struct ev_age_recipient to;
};

struct hostile {
	struct evault *v;
	struct ev_commit commit;
	struct pack p;
	struct ev_hash evil; /* of the content */
	uint64_t size_lie;   /* added to what the log says of the pack's size */
};

struct said {
	const char *name, *folder;
	uint64_t size;
	const struct ev_hash *sha256;
};

#define EVIL "This is what somebody wants to be taken for evidence.\n"

void must(enum evault_status rc, const struct evault_error *err);
struct ev_slice evil_bytes(void);
void pack_begin(struct hostile *h);
void put_raw(struct pack *p, const uint8_t header[EV_TAR_BLOCK], struct ev_slice body);
void table_line(struct pack *p, const char *name, uint64_t size);
void put(struct pack *p, const char *name, struct ev_slice body);
void put_member(struct pack *p, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
		struct ev_slice body);
void put_evil(struct hostile *h);
void add_frame(struct pack *p, struct ev_slice frame, size_t plain);
void frame_stream(struct pack *p);
void put_tables(struct pack *p);
void pack_release(struct pack *p);
void store_pack(struct hostile *h, struct ev_slice sealed);
void seal(struct hostile *h);
void finish(struct hostile *h);
void make_record(struct said said, struct ev_record *r);
void keep_text(struct hostile *h, struct ev_slice text, const struct ev_hash *digest);
void keep_record(struct hostile *h, struct said said);
struct said said_evil(const struct hostile *h);
void keep_evil(struct hostile *h);

/* The cases: each leaves something finished in the commit. */
void honest(struct hostile *h);
void parts_honest(struct hostile *h);
void table_size(struct hostile *h);
void table_other_size(struct hostile *h);
void table_short(struct hostile *h);
void table_long(struct hostile *h);
void table_gap(struct hostile *h);
void table_garbage(struct hostile *h);
void table_empty(struct hostile *h);
void table_of_many(struct hostile *h);
void table_too_long(struct hostile *h);
void header_mode(struct hostile *h);
void header_link(struct hostile *h);
void header_prefix(struct hostile *h);
void header_name_up(struct hostile *h);
void stream_goes_on(struct hostile *h);
void stream_has_no_end(struct hostile *h);
void body_padding(struct hostile *h);
void pack_padding(struct hostile *h);
void pack_padding_longer(struct hostile *h);
void member_twice(struct hostile *h);
void member_of_no_kind(struct hostile *h);
void object_is_another(struct hostile *h);
void object_too_large(struct hostile *h);
void record_is_another(struct hostile *h);
void record_withholds(struct hostile *h);
void record_is_none(struct hostile *h);
void record_too_long(struct hostile *h);
void record_nowhere(struct hostile *h);
void original_nowhere(struct hostile *h);
void size_too_large(struct hostile *h);
void size_too_small(struct hostile *h);
void name_up(struct hostile *h);
void name_here(struct hostile *h);
void name_with_slash(struct hostile *h);
void name_empty(struct hostile *h);
void name_none(struct hostile *h);
void folder_up(struct hostile *h);
void folder_absolute(struct hostile *h);
void folder_with_nothing(struct hostile *h);
void folder_here(struct hostile *h);
void parts_nowhere(struct hostile *h);
void parts_of_another(struct hostile *h);
void parts_twice(struct hostile *h);
void parts_in_two_packs(struct hostile *h);
void parts_without_end(struct hostile *h);
void list_is_none(struct hostile *h);
void bomb_says_less(struct hostile *h);
void bomb_says_nothing(struct hostile *h);
void bomb_with_window(struct hostile *h);
void bomb_says_huge(struct hostile *h);
void bomb_with_dictionary(struct hostile *h);
void bomb_of_many(struct hostile *h);
void seek_says_more(struct hostile *h);
void seek_says_less(struct hostile *h);
void seek_too_far(struct hostile *h);
void seek_before(struct hostile *h);
void seek_table_is_data(struct hostile *h);
void seek_of_many(struct hostile *h);
void seek_count_lies(struct hostile *h);
void garbage_between_frames(struct hostile *h);
void pack_is_no_age(struct hostile *h);
void pack_is_empty(struct hostile *h);
void pack_to_another(struct hostile *h);
void pack_of_other_size(struct hostile *h);
void pack_nowhere(struct hostile *h);

#endif
