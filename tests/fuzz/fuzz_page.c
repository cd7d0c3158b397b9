/*
 * The index's head and pages: what is sealed comes back, whatever is in it;
 * what is not, does not open; and no head that opens names a block that the
 * file cannot have.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ev_page_key key = { { 1, 2, 3 } };

static uint32_t
number(struct ev_cursor *c)
{
	uint32_t n = ev_cursor_be32(c);

	return c->bad ? 0 : n;
}

static void
try_head(struct ev_cursor c)
{
	static uint8_t sealed[EV_INDEX_HEAD_SIZE];
	static struct ev_index_head head, back;
	uint32_t i;

	memset(&head, 0, sizeof(head));
	head.n_pages = number(&c);
	head.n_blocks = number(&c);
	head.n_tables = number(&c) % (EV_INDEX_TABLES_MAX + 1);
	for (i = 0; i < head.n_tables && !c.bad; i++) {
		head.tables[i].block = number(&c);
		head.tables[i].version = number(&c);
	}
	ev_index_head_seal(&key, &head, sealed);
	if (ev_index_head_open(&key, sealed, &back) != EVAULT_OK)
		return;
	for (i = 0; i < back.n_tables; i++)
		if (back.tables[i].block < EV_INDEX_FIRST_BLOCK ||
		    back.tables[i].block >= back.n_blocks)
			abort();
	if (back.n_pages != head.n_pages || back.n_blocks != head.n_blocks ||
	    back.n_tables != head.n_tables || back.n_blocks > EV_INDEX_BLOCKS_MAX ||
	    memcmp(back.tables, head.tables, back.n_tables * sizeof(back.tables[0])) != 0)
		abort();
}

static void
try_page(const uint8_t *data, size_t size)
{
	static struct ev_page_ref refs[EV_PAGE_REFS];
	uint8_t page[EV_PAGE_SIZE] = { 0 }, plain[EV_PAGE_SIZE], again[EV_PAGE_SIZE];
	struct ev_page_name name = { .kind = EV_PAGE_TABLE, .number = 5, .version = 6 };

	memcpy(page, data, size < EV_PAGE_BODY ? size : EV_PAGE_BODY);
	memcpy(plain, page, sizeof(plain));
	memcpy(again, page, sizeof(again));
	if (ev_page_open(&key, &name, again)) /* nobody sealed it */
		abort();
	ev_page_seal(&key, &name, page);
	if (!ev_page_open(&key, &name, page) || memcmp(page, plain, sizeof(page)) != 0)
		abort();
	if (ev_page_refs_decode(page, 1000, refs)) {
		ev_page_refs_encode(refs, again);
		if (memcmp(again, page, 8 * EV_PAGE_REFS) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t raw[EV_INDEX_HEAD_SIZE];
	static struct ev_index_head head;

	if (ev_secret_start(NULL) != EVAULT_OK)
		abort();
	memset(raw, 0, sizeof(raw));
	memcpy(raw, data, size < sizeof(raw) ? size : sizeof(raw));
	if (ev_index_head_open(&key, raw, &head) == EVAULT_OK)
		abort();
	try_head(ev_cursor_of(data, size));
	try_page(data, size);
	return 0;
}
