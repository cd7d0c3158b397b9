#include "format/archive.h"

#include <stdlib.h>
#include <string.h>

#include "format/archive_private.h"
#include "format/tar_private.h"

struct ev_archive_reader {
	struct ev_tar_events events;
	uint8_t block[EV_TAR_BLOCK];
	size_t have;     /* bytes of block */
	uint64_t body;   /* bytes of the body still to come */
	size_t padding;  /* bytes after it still to come */
	uint64_t offset; /* of the next byte in the stream */
	int zero_blocks;

	bool in_extra; /* the body is that of an extended header */
	enum ev_archive_kind extra_kind;
	struct ev_buf text;            /* that body */
	struct ev_archive_extra extra; /* what those said that came before the next member */
};

struct ev_archive_reader *
ev_archive_reader_new(struct ev_tar_events events)
{
	struct ev_archive_reader *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->events = events;
	return r;
}

void
ev_archive_reader_free(struct ev_archive_reader *r)
{
	if (r == NULL)
		return;
	ev_buf_release(&r->text);
	ev_buf_release(&r->extra.name);
	free(r);
}

static enum evault_status
fault_at(const struct ev_archive_reader *r, const char *fault, struct evault_error *err)
{
	return ev_fail(err, EVAULT_E_FORMAT, "the archive, before byte %llu: %s",
		       (unsigned long long)r->offset, ev_translate(fault));
}

static void
forget_extra(struct ev_archive_extra *extra)
{
	struct ev_buf name = extra->name;

	ev_buf_clear(&name);
	*extra = (struct ev_archive_extra){ .name = name };
}

/* ---- extended headers --------------------------------------------------- */

/* At most one of each kind before a member, of pax or of GNU; one for all comes before them. */
static bool
extra_has_place(const struct ev_archive_extra *extra, enum ev_archive_kind kind)
{
	if (kind == EV_ARCHIVE_PAX || kind == EV_ARCHIVE_PAX_ALL)
		return !extra->pax && !extra->gnu;
	if (kind == EV_ARCHIVE_LONG_NAME)
		return !extra->pax && !extra->has_name;
	return !extra->pax && !extra->has_link;
}

static enum evault_status
end_extra(struct ev_archive_reader *r, struct evault_error *err)
{
	const char *fault;

	r->in_extra = false;
	if (r->text.bad)
		return ev_fail_nomem(err);
	fault =
	    ev_archive_extra_read(r->extra_kind, ev_slice_of(r->text.data, r->text.len), &r->extra);
	if (r->extra.name.bad)
		return ev_fail_nomem(err);
	return fault != NULL ? fault_at(r, fault, err) : EVAULT_OK;
}

static enum evault_status
begin_extra(struct ev_archive_reader *r, const struct ev_archive_header *h,
	    struct evault_error *err)
{
	if (!extra_has_place(&r->extra, h->kind))
		return fault_at(r, N_("two extended headers that speak of one member"), err);
	if (h->size > EV_ARCHIVE_EXTRA_MAX)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the archive, before byte %llu: an extended header of more than %d "
			       "bytes",
			       (unsigned long long)r->offset, EV_ARCHIVE_EXTRA_MAX);
	ev_buf_clear(&r->text);
	r->in_extra = true;
	r->extra_kind = h->kind;
	r->body = h->size;
	r->padding = ev_tar_padding(h->size);
	return r->body == 0 ? end_extra(r, err) : EVAULT_OK;
}

/* ---- members ------------------------------------------------------------ */

/*
 * Where pax has the size, one who knows no pax must come to the same end; but
 * what a header cannot say, writers leave at 0 there.
 */
static bool
size_of(const struct ev_archive_extra *extra, uint64_t in_header, uint64_t *size)
{
	*size = extra->has_size ? extra->size : in_header;
	return *size == in_header || (in_header == 0 && *size > EV_TAR_SIZE_MAX);
}

/* A slash at its end makes a folder of a file: v7 knew no other. */
static bool
is_folder(const struct ev_archive_header *h, struct ev_slice *name)
{
	bool slash = name->len > 0 && name->data[name->len - 1] == '/';

	if (slash)
		name->len--;
	return slash || h->kind == EV_ARCHIVE_FOLDER;
}

static enum evault_status
take_folder(struct ev_archive_reader *r, struct ev_slice name, uint64_t size,
	    struct evault_error *err)
{
	if (size != 0)
		return fault_at(r, N_("a folder with a body"), err);
	if (name.len == 0 || ev_slice_is(name, "."))
		return EVAULT_OK;
	return ev_path_check(name, err);
}

static enum evault_status
take_file(struct ev_archive_reader *r, struct ev_slice name, uint64_t size,
	  struct evault_error *err)
{
	enum evault_status rc;

	if (r->extra.has_link)
		return fault_at(r, N_("a file that is a link, too"), err);
	rc = ev_path_check(name, err);
	if (rc != EVAULT_OK)
		return rc;
	r->body = size;
	r->padding = ev_tar_padding(size);
	rc = r->events.member(r->events.ctx, name, size, r->offset - EV_TAR_BLOCK, err);
	if (rc == EVAULT_OK && size == 0)
		rc = r->events.end(r->events.ctx, err);
	return rc;
}

static enum evault_status
refuse(const struct ev_archive_reader *r, const struct ev_archive_header *h,
       struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];

	return ev_fail(err, EVAULT_E_FORMAT, "the archive, before byte %llu: \"%s\": %s",
		       (unsigned long long)r->offset, ev_show_path(h->name, shown),
		       ev_translate(h->other));
}

static enum evault_status
take_member(struct ev_archive_reader *r, const struct ev_archive_header *h,
	    struct evault_error *err)
{
	struct ev_slice name = ev_slice_text(h->name);
	enum evault_status rc;
	uint64_t size;

	if (h->kind == EV_ARCHIVE_OTHER)
		return refuse(r, h, err);
	if (r->extra.has_name)
		name = ev_slice_of(r->extra.name.data, r->extra.name.len);
	if (!size_of(&r->extra, h->size, &size))
		return fault_at(r, N_("a member with two sizes"), err);
	rc = is_folder(h, &name) ? take_folder(r, ev_path_plain(name), size, err)
				 : take_file(r, ev_path_plain(name), size, err);
	forget_extra(&r->extra);
	return rc;
}

static enum evault_status
take_header(struct ev_archive_reader *r, struct evault_error *err)
{
	struct ev_archive_header h;
	const char *fault;

	if (ev_tar_is_zero(r->block, EV_TAR_BLOCK)) {
		r->zero_blocks++;
		if (r->extra.pax || r->extra.gnu)
			return fault_at(r, N_("an extended header, and no member after it"), err);
		return EVAULT_OK;
	}
	if (r->zero_blocks > 0)
		return fault_at(r, N_("it goes on after its end"), err);
	fault = ev_archive_header_read(r->block, &h);
	if (fault != NULL)
		return fault_at(r, fault, err);
	if (h.kind >= EV_ARCHIVE_PAX && h.kind <= EV_ARCHIVE_LONG_LINK)
		return begin_extra(r, &h, err);
	return take_member(r, &h, err);
}

/* ---- the stream --------------------------------------------------------- */

static enum evault_status
take_block(struct ev_archive_reader *r, const uint8_t *data, size_t len, struct evault_error *err)
{
	r->offset += len;
	return ev_tar_fill(r->block, &r->have, data, len) ? take_header(r, err) : EVAULT_OK;
}

static enum evault_status
take_body(struct ev_archive_reader *r, const uint8_t *data, size_t len, struct evault_error *err)
{
	enum evault_status rc;

	r->body -= len;
	r->offset += len;
	if (r->in_extra) {
		ev_buf_add(&r->text, data, len);
		return r->body == 0 ? end_extra(r, err) : EVAULT_OK;
	}
	rc = r->events.data(r->events.ctx, data, len, err);
	if (rc == EVAULT_OK && r->body == 0)
		rc = r->events.end(r->events.ctx, err);
	return rc;
}

/* Writers fill their last record, of whatever size, with zeros. */
static enum evault_status
take_rest(struct ev_archive_reader *r, const uint8_t *data, size_t len, struct evault_error *err)
{
	if (!ev_tar_is_zero(data, len))
		return fault_at(r, N_("it goes on after its end"), err);
	r->offset += len;
	return EVAULT_OK;
}

enum evault_status
ev_archive_reader_update(struct ev_archive_reader *r, const uint8_t *data, size_t len,
			 struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t piece;

	while (len > 0 && rc == EVAULT_OK) {
		if (r->body > 0) {
			piece = ev_tar_least(len, r->body);
			rc = take_body(r, data, piece, err);
		} else if (r->padding > 0) {
			/* What old writers left there says nothing to anybody. */
			piece = ev_tar_least(len, r->padding);
			r->padding -= piece;
			r->offset += piece;
		} else if (r->zero_blocks == EV_TAR_END / EV_TAR_BLOCK) {
			piece = len;
			rc = take_rest(r, data, piece, err);
		} else {
			piece = ev_tar_least(len, EV_TAR_BLOCK - r->have);
			rc = take_block(r, data, piece, err);
		}
		data += piece;
		len -= piece;
	}
	return rc;
}

enum evault_status
ev_archive_reader_finish(struct ev_archive_reader *r, struct evault_error *err)
{
	if (r->zero_blocks != EV_TAR_END / EV_TAR_BLOCK)
		return fault_at(r, N_("cut short, or no tar at all"), err);
	return EVAULT_OK;
}
