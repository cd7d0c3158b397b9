#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "hostile.h"

void
honest(struct hostile *h)
{
	keep_evil(h);
	finish(h);
}

void
table_size(struct hostile *h)
{
	put_evil(h);
	ev_buf_clear(&h->p.table);
	h->p.at = 0;
	table_line(&h->p,
		   "objects/0000000000000000000000000000000000000000000000000000000000000000",
		   sizeof(EVIL));
	keep_record(h, said_evil(h));
	finish(h);
}

void
table_other_size(struct hostile *h)
{
	uint8_t *digit;

	keep_evil(h);
	/* "0 54 objects/…": 55 leaves all places as they are. */
	digit = memchr(h->p.table.data, '4', 8);
	if (digit != NULL)
		*digit = '5';
	finish(h);
}

void
table_short(struct hostile *h)
{
	keep_record(h, said_evil(h));
	put_evil(h);
	h->p.table.len =
	    (size_t)((uint8_t *)memchr(h->p.table.data, '\n', h->p.table.len) - h->p.table.data) +
	    1;
	finish(h);
}

void
table_long(struct hostile *h)
{
	keep_evil(h);
	table_line(&h->p, "parts/00000000000000000000000000000000.00001", 100);
	finish(h);
}

void
table_gap(struct hostile *h)
{
	put_evil(h);
	h->p.at += EV_TAR_BLOCK;
	keep_record(h, said_evil(h));
	finish(h);
}

void
table_garbage(struct hostile *h)
{
	keep_evil(h);
	memset(h->p.table.data, 0xFF, h->p.table.len);
	finish(h);
}

void
table_empty(struct hostile *h)
{
	keep_evil(h);
	ev_buf_clear(&h->p.table);
	finish(h);
}

static void
table_of_lines(struct hostile *h, size_t n)
{
	char name[EV_MEMBER_NAME_SIZE];
	size_t i;

	keep_evil(h);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "objects/%064zx", i);
		table_line(&h->p, name, EV_MEMBER_OBJECT_MAX);
	}
	finish(h);
}

void
table_of_many(struct hostile *h)
{
	table_of_lines(h, 200000);
}

void
table_too_long(struct hostile *h)
{
	table_of_lines(h, 500000);
}

static void
header_with(struct hostile *h, size_t at, uint8_t byte, const char *name)
{
	char good[EV_MEMBER_NAME_SIZE];
	struct ev_member m = { .kind = EV_MEMBER_OBJECT, .id = h->evil };
	uint8_t header[EV_TAR_BLOCK];
	unsigned sum = 0;
	size_t i;

	ev_member_name(&m, good);
	if (!ev_tar_header(header, ev_slice_text(good), sizeof(EVIL) - 1))
		exit(2);
	if (name != NULL) {
		memset(header, 0, 100);
		memcpy(header, name, strlen(name));
	} else {
		header[at] = byte;
	}
	memset(header + 148, ' ', 8);
	for (i = 0; i < EV_TAR_BLOCK; i++)
		sum += header[i];
	snprintf((char *)header + 148, 8, "%06o", sum);
	put_raw(&h->p, header, evil_bytes());
	table_line(&h->p, good, sizeof(EVIL) - 1);
	keep_record(h, said_evil(h));
	finish(h);
}

void
header_mode(struct hostile *h)
{
	header_with(h, 104, '7', NULL);
}

void
header_link(struct hostile *h)
{
	header_with(h, 156, '2', NULL);
}

void
header_prefix(struct hostile *h)
{
	header_with(h, 345, 'x', NULL);
}

void
header_name_up(struct hostile *h)
{
	header_with(h, 0, 0, "../../../../evil");
}

void
stream_goes_on(struct hostile *h)
{
	static const uint8_t end[EV_TAR_END];

	keep_evil(h);
	ev_buf_add(&h->p.tar, end, sizeof(end));
	ev_buf_add(&h->p.tar, h->p.tar.data, EV_TAR_BLOCK);
	finish(h);
}

void
stream_has_no_end(struct hostile *h)
{
	h->p.no_end = true;
	keep_evil(h);
	finish(h);
}

void
body_padding(struct hostile *h)
{
	put_evil(h);
	h->p.tar.data[h->p.tar.len - 1] = 'x';
	keep_record(h, said_evil(h));
	finish(h);
}

void
pack_padding(struct hostile *h)
{
	h->p.padding = 'x';
	keep_evil(h);
	finish(h);
}

void
pack_padding_longer(struct hostile *h)
{
	h->p.padding_more = 1000;
	keep_evil(h);
	finish(h);
}
