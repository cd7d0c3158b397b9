/*
 * age's ASCII armor: strict PEM (RFC 7468 section 3) with the label "AGE
 * ENCRYPTED FILE"; canonical base64 with padding, lines of 64, LF or CRLF;
 * white space before and after is taken.
 */
#ifndef EV_FORMAT_ARMOR_H
#define EV_FORMAT_ARMOR_H

#include "base/bytes.h"

/* True when the bytes begin, after white space, as armor does. */
bool ev_armor_is(struct ev_slice start);

struct ev_armor_writer;
enum evault_status ev_armor_writer_new(struct ev_sink out, struct ev_armor_writer **w,
				       struct evault_error *err);
enum evault_status ev_armor_writer_update(struct ev_armor_writer *w, const uint8_t *data,
					  size_t len, struct evault_error *err);
enum evault_status ev_armor_writer_finish(struct ev_armor_writer *w, struct evault_error *err);
void ev_armor_writer_free(struct ev_armor_writer *w);

/* Takes armor in pieces of any size, gives binary to `out`.  E_FORMAT. */
struct ev_armor_reader;
enum evault_status ev_armor_reader_new(struct ev_sink out, struct ev_armor_reader **r,
				       struct evault_error *err);
enum evault_status ev_armor_reader_update(struct ev_armor_reader *r, const uint8_t *data,
					  size_t len, struct evault_error *err);
enum evault_status ev_armor_reader_finish(struct ev_armor_reader *r, struct evault_error *err);
void ev_armor_reader_free(struct ev_armor_reader *r);

#endif
