/* Tar archives as others write them, made field by field. */
#ifndef UNIT_ARCHIVE_MADE_H
#define UNIT_ARCHIVE_MADE_H

#include <stdio.h>
#include <stdlib.h>

#include "format/archive.h"
#include "unit.h"

#define USTAR "ustar\00000"
#define GNU   "ustar  \0"
#define V7    "\0\0\0\0\0\0\0\0"

/* What a reader tells, as text: "<name size offset>", the body, "." at its end. */
struct told {
	struct ev_buf text;
	int fail_at; /* which event fails, counted down; 0: none */
};

static inline enum evault_status
told_event(struct told *t, struct evault_error *err)
{
	if (t->fail_at > 0 && --t->fail_at == 0)
		return ev_fail(err, EVAULT_E_CANCELLED, "stopped");
	return EVAULT_OK;
}

static inline enum evault_status
told_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	    struct evault_error *err)
{
	struct told *t = ctx;

	ev_buf_printf(&t->text, "<%.*s %llu %llu>", (int)name.len, (const char *)name.data,
		      (unsigned long long)size, (unsigned long long)offset);
	return told_event(t, err);
}

static inline enum evault_status
told_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct told *t = ctx;

	ev_buf_add(&t->text, data, len);
	return told_event(t, err);
}

static inline enum evault_status
told_end(void *ctx, struct evault_error *err)
{
	struct told *t = ctx;

	ev_buf_puts(&t->text, ".");
	return told_event(t, err);
}

/* Reads the stream in pieces of `piece` bytes, each in memory of exactly its size. */
static inline enum evault_status
read_in(struct ev_slice stream, size_t piece, struct told *t, struct evault_error *err)
{
	struct ev_tar_events events = { told_member, told_data, told_end, t };
	struct ev_archive_reader *r = ev_archive_reader_new(events);
	enum evault_status rc = r != NULL ? EVAULT_OK : EVAULT_E_NOMEM;
	size_t at, len;

	for (at = 0; at < stream.len && rc == EVAULT_OK; at += len) {
		uint8_t *copy;

		len = stream.len - at < piece ? stream.len - at : piece;
		copy = malloc(len);
		if (copy == NULL)
			abort();
		memcpy(copy, stream.data + at, len);
		rc = ev_archive_reader_update(r, copy, len, err);
		free(copy);
	}
	if (rc == EVAULT_OK)
		rc = ev_archive_reader_finish(r, err);
	ev_archive_reader_free(r);
	return rc;
}

static inline void
set_sum(uint8_t *block)
{
	unsigned sum = 0;
	char text[8];
	size_t i;

	memset(block + 148, ' ', 8);
	for (i = 0; i < EV_TAR_BLOCK; i++)
		sum += block[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(block + 148, text, 7);
}

/* A header with a size in octal, of one of the kinds of tar. */
static inline void
put_header(struct ev_buf *out, const char *magic, const char *name, char type, uint64_t size)
{
	uint8_t block[EV_TAR_BLOCK] = { 0 };
	size_t len = strlen(name);
	char octal[24];

	memcpy(block, name, len < 100 ? len : 100);
	memcpy(block + 100, "0000644\0000000000\0000000000", 23);
	snprintf(octal, sizeof(octal), "%011llo", (unsigned long long)size);
	memcpy(block + 124, octal, 11);
	memcpy(block + 136, "00000000000", 11);
	block[156] = (uint8_t)type;
	memcpy(block + 257, magic, 8);
	set_sum(block);
	ev_buf_add(out, block, sizeof(block));
}

static inline void
put_body(struct ev_buf *out, const char *body, size_t len)
{
	ev_buf_add(out, body, len);
	ev_buf_fill(out, 0, ev_tar_padding(len));
}

static inline void
put_file(struct ev_buf *out, const char *magic, const char *name, char type, const char *body)
{
	put_header(out, magic, name, type, strlen(body));
	put_body(out, body, strlen(body));
}

/* A pax header of one kind with these records, whose lengths must be right. */
static inline void
put_pax(struct ev_buf *out, char type, const char *records)
{
	put_file(out, USTAR, "PaxHeaders/x", type, records);
}

static inline void
put_end(struct ev_buf *out)
{
	ev_buf_fill(out, 0, EV_TAR_END);
}

/* Ends the stream, reads it, and releases it: is this what is told, with this status? */
static inline bool
tells(struct ev_buf *stream, enum evault_status status, const char *expected)
{
	struct told t = { EV_BUF_INIT, 0 };
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	bool same;

	put_end(stream);
	rc = read_in(ev_slice_of(stream->data, stream->len), 4096, &t, &err);
	same = rc == status &&
	       (expected == NULL || ev_slice_is(ev_slice_of(t.text.data, t.text.len), expected));
	if (!same)
		printf("# status %d, %.*s (%s)\n", (int)rc, (int)t.text.len,
		       t.text.data != NULL ? (const char *)t.text.data : "", err.text);
	ev_buf_release(&t.text);
	ev_buf_release(stream);
	return same;
}

#endif
