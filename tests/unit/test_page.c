/* The sealed pages of the index, and its head. */
#include <stdlib.h>

#include "base/secret.h"
#include "format/page.h"
#include "unit.h"

static struct ev_page_key key;

static struct ev_page_name
name_of(uint32_t number, uint32_t version)
{
	return (struct ev_page_name){ .database = "0123456789abcde",
				      .kind = EV_PAGE_DATA,
				      .number = number,
				      .version = version };
}

static void
fill(uint8_t page[EV_PAGE_SIZE], uint8_t with)
{
	size_t i;

	for (i = 0; i < EV_PAGE_SIZE; i++)
		page[i] = (uint8_t)(i < EV_PAGE_BODY ? with + i * 7 : 0);
}

static bool
is_zero(const uint8_t *bytes, size_t len)
{
	size_t i, sum = 0;

	for (i = 0; i < len; i++)
		sum += bytes[i];
	return sum == 0;
}

static void
page_opens_under_its_own_name_alone(void)
{
	uint8_t plain[EV_PAGE_SIZE], sealed[EV_PAGE_SIZE], page[EV_PAGE_SIZE];
	struct ev_page_name name = name_of(7, 3), other[5];
	struct ev_page_key another = key;
	size_t i;

	fill(plain, 1);
	memcpy(sealed, plain, sizeof(sealed));
	ev_page_seal(&key, &name, sealed);
	CHECK(memcmp(sealed, plain, 64) != 0);
	memcpy(page, sealed, sizeof(page));
	CHECK(ev_page_open(&key, &name, page) && memcmp(page, plain, sizeof(page)) == 0);
	for (i = 0; i < 5; i++)
		other[i] = name;
	other[0].number = 8;
	other[1].version = 2;
	other[2].kind = EV_PAGE_TABLE;
	other[3].database[15] = 1;
	other[4].database[0] = 'x';
	for (i = 0; i < 5; i++) {
		memcpy(page, sealed, sizeof(page));
		CHECK(!ev_page_open(&key, &other[i], page) && is_zero(page, sizeof(page)));
	}
	another.b[31] ^= 1;
	memcpy(page, sealed, sizeof(page));
	CHECK(!ev_page_open(&another, &name, page));
}

static void
page_with_any_byte_flipped_does_not_open(void)
{
	uint8_t sealed[EV_PAGE_SIZE], page[EV_PAGE_SIZE];
	struct ev_page_name name = name_of(0, 1);
	size_t i;

	fill(sealed, 2);
	ev_page_seal(&key, &name, sealed);
	for (i = 0; i < sizeof(sealed); i++) {
		memcpy(page, sealed, sizeof(page));
		page[i] ^= (uint8_t)(1 << i % 8);
		if (!CHECK(!ev_page_open(&key, &name, page) && is_zero(page, sizeof(page))))
			return;
	}
}

static void
page_sealed_twice_differs_in_nonce_tag_and_all(void)
{
	uint8_t a[EV_PAGE_SIZE], b[EV_PAGE_SIZE];
	struct ev_page_name name = name_of(0, 1);
	size_t i, same = 0;

	fill(a, 3);
	fill(b, 3);
	ev_page_seal(&key, &name, a);
	ev_page_seal(&key, &name, b);
	for (i = 0; i < sizeof(a); i++)
		same += a[i] == b[i];
	CHECK(memcmp(a + EV_PAGE_BODY, b + EV_PAGE_BODY, 24) != 0 && same < 100);
}

static void
reserved_bytes_come_back_as_zeros(void)
{
	uint8_t page[EV_PAGE_SIZE];
	struct ev_page_name name = name_of(9, 9);

	memset(page, 0xAA, sizeof(page));
	ev_page_seal(&key, &name, page);
	CHECK(ev_page_open(&key, &name, page) && page[EV_PAGE_BODY - 1] == 0xAA &&
	      is_zero(page + EV_PAGE_BODY, EV_PAGE_RESERVED));
}

static void
table_names_blocks_of_the_file_alone(void)
{
	struct ev_page_ref refs[EV_PAGE_REFS] = { { 0, 0 } }, back[EV_PAGE_REFS];
	uint8_t page[EV_PAGE_SIZE];

	refs[0] = (struct ev_page_ref){ EV_INDEX_FIRST_BLOCK, 1 };
	refs[EV_PAGE_REFS - 1] = (struct ev_page_ref){ 99, UINT32_MAX };
	ev_page_refs_encode(refs, page);
	CHECK(ev_page_refs_decode(page, 100, back) && memcmp(refs, back, sizeof(refs)) == 0);
	CHECK(!ev_page_refs_decode(page, 99, back));
	refs[1].block = EV_INDEX_FIRST_BLOCK - 1;
	ev_page_refs_encode(refs, page);
	CHECK(!ev_page_refs_decode(page, 100, back));
}

/* ---- the head ----------------------------------------------------------------- */

static struct ev_index_head *
some_head(void)
{
	struct ev_index_head *head = calloc(1, sizeof(*head));

	if (head == NULL)
		return NULL;
	memset(head->schema.b, 1, sizeof(head->schema.b));
	memset(head->database, 2, sizeof(head->database));
	memset(head->root.b, 3, sizeof(head->root.b));
	head->generation = 4;
	head->writes = 5;
	head->n_pages = EV_PAGE_REFS + 1;
	head->n_blocks = 1000;
	head->size = UINT64_C(1) << 40;
	head->n_tables = 2;
	head->tables[0] = (struct ev_page_ref){ 20, 3 };
	head->tables[1] = (struct ev_page_ref){ 999, 5 };
	return head;
}

static void
head_comes_back_as_it_was(void)
{
	static uint8_t sealed[EV_INDEX_HEAD_SIZE];
	struct ev_index_head *head = some_head(), *back = calloc(1, sizeof(*back));

	NEED(head != NULL && back != NULL);
	ev_index_head_seal(&key, head, sealed);
	CHECK(ev_index_head_open(&key, sealed, back) == EVAULT_OK);
	CHECK(memcmp(head, back, sizeof(*head)) == 0);
	free(head);
	free(back);
}

static void
head_with_any_byte_flipped_does_not_open(void)
{
	static uint8_t sealed[EV_INDEX_HEAD_SIZE];
	struct ev_index_head *head = some_head(), *back = calloc(1, sizeof(*back));
	struct ev_page_key another = key;
	size_t i;

	NEED(head != NULL && back != NULL);
	ev_index_head_seal(&key, head, sealed);
	for (i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= (uint8_t)(1 << i % 8);
		if (!CHECK(ev_index_head_open(&key, sealed, back) != EVAULT_OK))
			break;
		sealed[i] ^= (uint8_t)(1 << i % 8);
	}
	another.b[0] ^= 1;
	CHECK(ev_index_head_open(&another, sealed, back) == EVAULT_E_DAMAGED);
	free(head);
	free(back);
}

static void
head_of_another_version_is_told_from_a_garbled_one(void)
{
	static uint8_t sealed[EV_INDEX_HEAD_SIZE];
	struct ev_index_head *head = some_head();

	NEED(head != NULL);
	ev_index_head_seal(&key, head, sealed);
	sealed[14] = '2';
	CHECK(memcmp(sealed, "evault/index/v2\n", 16) == 0);
	CHECK(ev_index_head_open(&key, sealed, head) == EVAULT_E_VERSION);
	sealed[0] = 'E';
	CHECK(ev_index_head_open(&key, sealed, head) == EVAULT_E_DAMAGED);
	memset(sealed, 0, sizeof(sealed));
	CHECK(ev_index_head_open(&key, sealed, head) == EVAULT_E_DAMAGED);
	free(head);
}

/* Whoever has the key can seal anything: sizes that cannot be are refused all the same. */
static void
head_that_cannot_be_is_refused_though_it_is_sealed(void)
{
	static uint8_t sealed[EV_INDEX_HEAD_SIZE];
	struct ev_index_head *head, *back = calloc(1, sizeof(*back));
	int which;

	NEED(back != NULL);
	for (which = 0; which < 8; which++) {
		head = some_head();
		NEED(head != NULL);
		switch (which) {
		case 0:
			head->n_pages = EV_INDEX_PAGES_MAX + 1;
			break;
		case 1:
			head->n_tables = 3;
			head->tables[2] = (struct ev_page_ref){ 21, 1 };
			break;
		case 2:
			head->n_tables = 1;
			break;
		case 3:
			head->tables[1].block = 1000;
			break;
		case 4:
			head->tables[0].block = EV_INDEX_FIRST_BLOCK - 1;
			break;
		case 5:
			head->tables[0].block = 0;
			break;
		case 6:
			head->n_blocks = EV_INDEX_BLOCKS_MAX + 1;
			break;
		default:
			head->n_blocks = EV_INDEX_FIRST_BLOCK - 1;
			break;
		}
		ev_index_head_seal(&key, head, sealed);
		if (!CHECK(ev_index_head_open(&key, sealed, back) == EVAULT_E_DAMAGED))
			printf("# case %d\n", which);
		free(head);
	}
	free(back);
}

static void
key_is_its_own_for_each_identity(void)
{
	uint8_t identity[32] = { 1 };
	struct ev_page_key a, b;

	ev_page_key_derive(identity, &a);
	identity[31] = 1;
	ev_page_key_derive(identity, &b);
	CHECK(memcmp(a.b, b.b, 32) != 0 && memcmp(b.b, identity, 32) != 0);
}

/* ---- the hint --------------------------------------------------------------- */

static void
hint_comes_back_as_it_was_and_none_that_cannot_be(void)
{
	static struct ev_index_hint hint, back;
	uint8_t page[EV_PAGE_SIZE];
	uint32_t i;

	hint.size = 100000;
	hint.n = EV_INDEX_HINT_MAX;
	for (i = 0; i < hint.n; i++)
		hint.changing[i] = (uint64_t)i * i;
	ev_index_hint_encode(&hint, page);
	hint.size = 258049; /* the last one is 507 * 507 */
	CHECK(!ev_index_hint_decode(page, &back) && back.size == 0 && back.n == 0);
	hint.size++;
	ev_index_hint_encode(&hint, page);
	CHECK(ev_index_hint_decode(page, &back) && memcmp(&hint, &back, sizeof(hint)) == 0);
	hint.n = 3;
	memset(hint.changing + 3, 0, sizeof(hint.changing) - 3 * sizeof(hint.changing[0]));
	ev_index_hint_encode(&hint, page);
	CHECK(ev_index_hint_decode(page, &back) && memcmp(&hint, &back, sizeof(hint)) == 0);
	page[EV_PAGE_SIZE - 1] = 1;
	CHECK(!ev_index_hint_decode(page, &back));
	hint.changing[2] = hint.changing[1];
	ev_index_hint_encode(&hint, page);
	CHECK(!ev_index_hint_decode(page, &back));
	hint.size = 0;
	ev_index_hint_encode(&hint, page);
	CHECK(!ev_index_hint_decode(page, &back) && page[0] == 0);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 2;
	ev_random(key.b, sizeof(key.b));
	UNIT_RUN(page_opens_under_its_own_name_alone);
	UNIT_RUN(page_with_any_byte_flipped_does_not_open);
	UNIT_RUN(page_sealed_twice_differs_in_nonce_tag_and_all);
	UNIT_RUN(reserved_bytes_come_back_as_zeros);
	UNIT_RUN(table_names_blocks_of_the_file_alone);
	UNIT_RUN(head_comes_back_as_it_was);
	UNIT_RUN(head_with_any_byte_flipped_does_not_open);
	UNIT_RUN(head_of_another_version_is_told_from_a_garbled_one);
	UNIT_RUN(head_that_cannot_be_is_refused_though_it_is_sealed);
	UNIT_RUN(key_is_its_own_for_each_identity);
	UNIT_RUN(hint_comes_back_as_it_was_and_none_that_cannot_be);
	return unit_end();
}
