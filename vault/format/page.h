/*
 * What the index is made of: sealed pages, and its head, which says where
 * they are (FORMAT.md, section 10).  XChaCha20-Poly1305; a key of its own from
 * the vault identity.
 *
 * A page is bound to its database, its kind, its number and its version: one
 * in another's place does not open, and neither does an older one of its own.
 */
#ifndef EV_FORMAT_PAGE_H
#define EV_FORMAT_PAGE_H

#include "format/hash.h"

enum {
	EV_PAGE_SIZE = 4096,
	EV_PAGE_RESERVED = 24 + 16, /* nonce and tag, at a page's end */
	EV_PAGE_BODY = EV_PAGE_SIZE - EV_PAGE_RESERVED,
	EV_PAGE_REFS = EV_PAGE_BODY / 8, /* in a table */

	EV_INDEX_HEAD_SIZE = 4 * EV_PAGE_SIZE,
	EV_INDEX_HEADS = 2,
	EV_INDEX_HINT_BLOCK = EV_INDEX_HEADS * EV_INDEX_HEAD_SIZE / EV_PAGE_SIZE,
	EV_INDEX_FIRST_BLOCK = EV_INDEX_HINT_BLOCK + 1,
	EV_INDEX_BLOCKS_MAX = 0xFFFFF, /* below 4 GiB: FAT */
	EV_INDEX_HEAD_BODY = EV_INDEX_HEAD_SIZE - 16 - EV_PAGE_RESERVED,
	EV_INDEX_HEAD_FIXED = 32 + 16 + 8 + 4 + 4 + 4 + 8 + 32 + 4,
	EV_INDEX_TABLES_MAX = (EV_INDEX_HEAD_BODY - EV_INDEX_HEAD_FIXED) / 8,
	EV_INDEX_PAGES_MAX = EV_INDEX_TABLES_MAX * EV_PAGE_REFS,
};
_Static_assert(EV_INDEX_PAGES_MAX < EV_INDEX_BLOCKS_MAX, "blocks run out after pages");

struct ev_page_key { /* in locked memory */
	uint8_t b[32];
};
/* HKDF from a vault identity's 32 bytes. */
void ev_page_key_derive(const uint8_t identity[32], struct ev_page_key *key);

/* Beside the working set of a device that may only add: with the holder's actor key it makes its
 * key. */
struct ev_import_salt {
	uint8_t b[32];
};
/* HKDF from the actor key's 32 bytes; the working set's block EV_INDEX_HINT_BLOCK has the salt. */
void ev_page_key_derive_import(const uint8_t actor[32], const struct ev_import_salt *salt,
			       struct ev_page_key *key);
void ev_import_salt_encode(const struct ev_import_salt *salt, uint8_t out[EV_PAGE_SIZE]);
/* False unless it is exactly what ev_import_salt_encode makes of one. */
bool ev_import_salt_decode(const uint8_t in[EV_PAGE_SIZE], struct ev_import_salt *salt);

enum ev_page_kind {
	EV_PAGE_DATA = 1,  /* a page of the database */
	EV_PAGE_TABLE = 2, /* where EV_PAGE_REFS pages are */
};
struct ev_page_name {
	uint8_t database[16];
	enum ev_page_kind kind;
	uint32_t number, version;
};
/* Seals the first EV_PAGE_BODY bytes of `page`; what is in the rest is replaced. */
void ev_page_seal(const struct ev_page_key *key, const struct ev_page_name *name,
		  uint8_t page[EV_PAGE_SIZE]);
/* False when it is not what was sealed under this name; the page is zeros then.  The reserved
 * bytes become zeros. */
bool ev_page_open(const struct ev_page_key *key, const struct ev_page_name *name,
		  uint8_t page[EV_PAGE_SIZE]);

/* Where a page is: block number in the file; 0 is nowhere. */
struct ev_page_ref {
	uint32_t block, version;
};
void ev_page_refs_encode(const struct ev_page_ref refs[EV_PAGE_REFS], uint8_t page[EV_PAGE_SIZE]);
/* False when one of them is no block of a file of `n_blocks`. */
bool ev_page_refs_decode(const uint8_t page[EV_PAGE_SIZE], uint32_t n_blocks,
			 struct ev_page_ref refs[EV_PAGE_REFS]);

/* ---- the head ---------------------------------------------------------- */

struct ev_index_head {
	struct ev_hash schema; /* of the database's tables, and how they are filled */
	uint8_t database[16];  /* random, made with the file */
	uint64_t generation;   /* one more with each head */
	uint32_t writes;       /* pages sealed since the file was made: the last version */
	uint32_t n_pages;      /* of the database */
	uint32_t n_blocks;     /* of the file */
	uint64_t size;         /* the log's tree that it reflects */
	struct ev_hash root;
	uint32_t n_tables;
	struct ev_page_ref tables[EV_INDEX_TABLES_MAX];
};

void ev_index_head_seal(const struct ev_page_key *key, const struct ev_index_head *head,
			uint8_t out[EV_INDEX_HEAD_SIZE]);
/* E_VERSION: of another version of this form.  E_DAMAGED: not sealed by this key, or altered. */
enum evault_status ev_index_head_open(const struct ev_page_key *key,
				      const uint8_t in[EV_INDEX_HEAD_SIZE],
				      struct ev_index_head *head);

/* ---- the hint ---------------------------------------------------------- */

/*
 * What a vault is opened by before there is a key: which of the log's first
 * `size` entries change keys.  Not sealed, and not believed.
 */
enum {
	EV_INDEX_HINT_HEAD = 16 + 8 + 4,
	EV_INDEX_HINT_MAX = (EV_PAGE_SIZE - EV_INDEX_HINT_HEAD) / 8,
};
struct ev_index_hint {
	uint64_t size; /* 0: no hint */
	uint32_t n;
	uint64_t changing[EV_INDEX_HINT_MAX]; /* in order; zeros after `n` */
};
bool ev_index_hint_equal(const struct ev_index_hint *a, const struct ev_index_hint *b);
void ev_index_hint_encode(const struct ev_index_hint *hint, uint8_t out[EV_PAGE_SIZE]);
/* False, and no hint, unless it is exactly what ev_index_hint_encode makes of one. */
bool ev_index_hint_decode(const uint8_t in[EV_PAGE_SIZE], struct ev_index_hint *hint);

#endif
