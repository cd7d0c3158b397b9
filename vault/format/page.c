#include "format/page.h"

#include <sodium.h>
#include <string.h>

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	MAGIC = 16,
	LABEL = 16,
	AAD = LABEL + 16 + 4 + 4 + 4,
};
_Static_assert(NONCE + TAG == EV_PAGE_RESERVED, "nonce and tag fill what is reserved");

static const char magic[MAGIC + 1] = "evault/index/v1\n";
static const char page_label[LABEL + 1] = "evault/page/v1\n\n";

void
ev_page_key_derive(const uint8_t identity[32], struct ev_page_key *key)
{
	ev_hkdf(identity, 32, NULL, 0, "evault/index/v1", key->b);
}

void
ev_page_key_derive_import(const uint8_t actor[32], const struct ev_import_salt *salt,
			  struct ev_page_key *key)
{
	ev_hkdf(actor, 32, salt->b, sizeof(salt->b), "evault/v1/import", key->b);
}

static const char salt_magic[] = "evault/import/v1\n";

void
ev_import_salt_encode(const struct ev_import_salt *salt, uint8_t out[EV_PAGE_SIZE])
{
	memset(out, 0, EV_PAGE_SIZE);
	memcpy(out, salt_magic, strlen(salt_magic));
	memcpy(out + strlen(salt_magic), salt->b, sizeof(salt->b));
}

bool
ev_import_salt_decode(const uint8_t in[EV_PAGE_SIZE], struct ev_import_salt *salt)
{
	uint8_t again[EV_PAGE_SIZE];

	memcpy(salt->b, in + strlen(salt_magic), sizeof(salt->b));
	ev_import_salt_encode(salt, again);
	return memcmp(in, again, sizeof(again)) == 0;
}

/* ---- pages ---------------------------------------------------------------- */

static void
page_aad(const struct ev_page_name *name, uint8_t aad[AAD])
{
	memcpy(aad, page_label, LABEL);
	memcpy(aad + LABEL, name->database, 16);
	ev_put_be32(aad + LABEL + 16, (uint32_t)name->kind);
	ev_put_be32(aad + LABEL + 20, name->number);
	ev_put_be32(aad + LABEL + 24, name->version);
}

void
ev_page_seal(const struct ev_page_key *key, const struct ev_page_name *name,
	     uint8_t page[EV_PAGE_SIZE])
{
	uint8_t aad[AAD], *nonce = page + EV_PAGE_BODY, *tag = nonce + NONCE;

	page_aad(name, aad);
	randombytes_buf(nonce, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(page, tag, NULL, page, EV_PAGE_BODY,
							    aad, AAD, NULL, nonce, key->b);
}

bool
ev_page_open(const struct ev_page_key *key, const struct ev_page_name *name,
	     uint8_t page[EV_PAGE_SIZE])
{
	uint8_t aad[AAD], *nonce = page + EV_PAGE_BODY, *tag = nonce + NONCE;
	bool good;

	page_aad(name, aad);
	good = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
		   page, NULL, page, EV_PAGE_BODY, tag, aad, AAD, nonce, key->b) == 0;
	memset(good ? nonce : page, 0, good ? EV_PAGE_RESERVED : EV_PAGE_SIZE);
	return good;
}

void
ev_page_refs_encode(const struct ev_page_ref refs[EV_PAGE_REFS], uint8_t page[EV_PAGE_SIZE])
{
	size_t i;

	for (i = 0; i < EV_PAGE_REFS; i++) {
		ev_put_be32(page + 8 * i, refs[i].block);
		ev_put_be32(page + 8 * i + 4, refs[i].version);
	}
	memset(page + 8 * EV_PAGE_REFS, 0, EV_PAGE_SIZE - 8 * EV_PAGE_REFS);
}

static bool
ref_is_good(const struct ev_page_ref *ref, uint32_t n_blocks)
{
	return ref->block == 0 || (ref->block >= EV_INDEX_FIRST_BLOCK && ref->block < n_blocks);
}

bool
ev_page_refs_decode(const uint8_t page[EV_PAGE_SIZE], uint32_t n_blocks,
		    struct ev_page_ref refs[EV_PAGE_REFS])
{
	struct ev_cursor c = ev_cursor_of(page, 8 * EV_PAGE_REFS);
	bool good = true;
	size_t i;

	for (i = 0; i < EV_PAGE_REFS; i++) {
		refs[i].block = ev_cursor_be32(&c);
		refs[i].version = ev_cursor_be32(&c);
		good = good && ref_is_good(&refs[i], n_blocks);
	}
	return good;
}

/* ---- the head -------------------------------------------------------------- */

static void
head_encode(const struct ev_index_head *head, uint8_t body[EV_INDEX_HEAD_BODY])
{
	uint8_t *at = body;
	uint32_t i;

	memset(body, 0, EV_INDEX_HEAD_BODY);
	memcpy(at, head->schema.b, 32);
	memcpy(at + 32, head->database, 16);
	ev_put_be64(at + 48, head->generation);
	ev_put_be32(at + 56, head->writes);
	ev_put_be32(at + 60, head->n_pages);
	ev_put_be32(at + 64, head->n_blocks);
	ev_put_be64(at + 68, head->size);
	memcpy(at + 76, head->root.b, 32);
	ev_put_be32(at + 108, head->n_tables);
	at += EV_INDEX_HEAD_FIXED;
	for (i = 0; i < head->n_tables; i++, at += 8) {
		ev_put_be32(at, head->tables[i].block);
		ev_put_be32(at + 4, head->tables[i].version);
	}
}
_Static_assert(EV_INDEX_HEAD_FIXED == 112, "the offsets in head_encode");

/* False unless it is exactly what head_encode makes of a head that can be. */
static bool
head_decode(const uint8_t body[EV_INDEX_HEAD_BODY], struct ev_index_head *head)
{
	struct ev_cursor c = ev_cursor_of(body, EV_INDEX_HEAD_BODY);
	bool good;
	uint32_t i;

	memcpy(head->schema.b, ev_cursor_take(&c, 32).data, 32);
	memcpy(head->database, ev_cursor_take(&c, 16).data, 16);
	head->generation = ev_cursor_be64(&c);
	head->writes = ev_cursor_be32(&c);
	head->n_pages = ev_cursor_be32(&c);
	head->n_blocks = ev_cursor_be32(&c);
	head->size = ev_cursor_be64(&c);
	memcpy(head->root.b, ev_cursor_take(&c, 32).data, 32);
	head->n_tables = ev_cursor_be32(&c);
	good = head->n_pages <= EV_INDEX_PAGES_MAX &&
	       head->n_tables == (head->n_pages + EV_PAGE_REFS - 1) / EV_PAGE_REFS &&
	       head->n_blocks >= EV_INDEX_FIRST_BLOCK && head->n_blocks <= EV_INDEX_BLOCKS_MAX;
	for (i = 0; good && i < head->n_tables; i++) {
		head->tables[i].block = ev_cursor_be32(&c);
		head->tables[i].version = ev_cursor_be32(&c);
		good = head->tables[i].block != 0 && ref_is_good(&head->tables[i], head->n_blocks);
	}
	return good && sodium_is_zero(c.at, c.left);
}

void
ev_index_head_seal(const struct ev_page_key *key, const struct ev_index_head *head,
		   uint8_t out[EV_INDEX_HEAD_SIZE])
{
	uint8_t *nonce = out + MAGIC, *tag = nonce + NONCE, *body = tag + TAG;

	memcpy(out, magic, MAGIC);
	randombytes_buf(nonce, NONCE);
	head_encode(head, body);
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
	    body, tag, NULL, body, EV_INDEX_HEAD_BODY, out, MAGIC, NULL, nonce, key->b);
}

enum evault_status
ev_index_head_open(const struct ev_page_key *key, const uint8_t in[EV_INDEX_HEAD_SIZE],
		   struct ev_index_head *head)
{
	const uint8_t *nonce = in + MAGIC, *tag = nonce + NONCE, *sealed = tag + TAG;
	const size_t version = sizeof("evault/index/v") - 1;
	uint8_t body[EV_INDEX_HEAD_BODY];
	bool good;

	if (memcmp(in, magic, version) == 0 && memcmp(in, magic, MAGIC) != 0)
		return EVAULT_E_VERSION;
	good = memcmp(in, magic, MAGIC) == 0 &&
	       crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
		   body, NULL, sealed, sizeof(body), tag, in, MAGIC, nonce, key->b) == 0;
	good = good && head_decode(body, head);
	sodium_memzero(body, sizeof(body));
	return good ? EVAULT_OK : EVAULT_E_DAMAGED;
}

/* ---- the hint -------------------------------------------------------------- */

static const char hint_label[LABEL + 1] = "evault/hint/v1\n\n";

bool
ev_index_hint_equal(const struct ev_index_hint *a, const struct ev_index_hint *b)
{
	return a->size == b->size && a->n == b->n && a->n <= EV_INDEX_HINT_MAX &&
	       memcmp(a->changing, b->changing, a->n * sizeof(a->changing[0])) == 0;
}

void
ev_index_hint_encode(const struct ev_index_hint *hint, uint8_t out[EV_PAGE_SIZE])
{
	uint8_t *at = out + EV_INDEX_HINT_HEAD;
	uint32_t i;

	memset(out, 0, EV_PAGE_SIZE);
	if (hint->size == 0)
		return;
	memcpy(out, hint_label, LABEL);
	ev_put_be64(out + LABEL, hint->size);
	ev_put_be32(out + LABEL + 8, hint->n);
	for (i = 0; i < hint->n; i++, at += 8)
		ev_put_be64(at, hint->changing[i]);
}
_Static_assert(EV_INDEX_HINT_HEAD == LABEL + 8 + 4, "the offsets in ev_index_hint_encode");

bool
ev_index_hint_decode(const uint8_t in[EV_PAGE_SIZE], struct ev_index_hint *hint)
{
	struct ev_cursor c = ev_cursor_of(in, EV_PAGE_SIZE);
	uint64_t least = 0;
	bool good;
	uint32_t i;

	memset(hint, 0, sizeof(*hint));
	good = memcmp(ev_cursor_take(&c, LABEL).data, hint_label, LABEL) == 0;
	hint->size = ev_cursor_be64(&c);
	hint->n = ev_cursor_be32(&c);
	good = good && hint->size > 0 && hint->n <= EV_INDEX_HINT_MAX;
	for (i = 0; good && i < hint->n; i++) {
		hint->changing[i] = ev_cursor_be64(&c);
		good = hint->changing[i] >= least && hint->changing[i] < hint->size;
		least = hint->changing[i] + 1;
	}
	good = good && sodium_is_zero(c.at, c.left);
	if (!good)
		memset(hint, 0, sizeof(*hint));
	return good;
}
