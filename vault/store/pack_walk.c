/* Reading the whole of a pack. */
#include "store/pack_private.h"

enum {
	PADDING_PIECE = 128 << 10
};

/* Puts the comparison with the table before the caller's events. */
struct walk {
	struct ev_pack *pack;
	struct ev_tar_events events;
	struct ev_cursor table;
	uint64_t expected;
};

static enum evault_status
walk_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	    struct evault_error *err)
{
	struct walk *w = ctx;
	struct ev_member m;
	char said[EV_MEMBER_NAME_SIZE];

	if (ev_member_table_next(&w->table, &w->expected, &m, NULL) != EVAULT_OK)
		return ev_pack_damaged(w->pack, _("its member table is garbled"), err);
	ev_member_name(&m, said);
	if (!ev_slice_is(name, said) || m.size != size || m.offset != offset)
		return ev_pack_damaged(w->pack, _("its member table and its headers differ"), err);
	return w->events.member(w->events.ctx, name, size, offset, err);
}

static enum evault_status
walk_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct walk *w = ctx;

	return w->events.data(w->events.ctx, data, len, err);
}

static enum evault_status
walk_end(void *ctx, struct evault_error *err)
{
	struct walk *w = ctx;

	return w->events.end(w->events.ctx, err);
}

/* The padding must be zeros, and bring the pack to the size that Padmé gives. */
static enum evault_status
check_padding(struct ev_pack *p, struct evault_error *err)
{
	size_t i = p->n - 1, take, at;
	uint64_t left = p->seek[i].sealed - EV_FRAME_SKIP_HEADER;
	uint64_t offset = p->sealed_at[i] + EV_FRAME_SKIP_HEADER;
	uint64_t size = ev_age_reader_size(p->reader);
	enum evault_status rc = EVAULT_OK;

	if (ev_frame_padded(size - left) != size)
		return ev_pack_damaged(p, _("its padding is not as long as it must be"), err);
	while (left > 0 && rc == EVAULT_OK) {
		take = left < PADDING_PIECE ? (size_t)left : PADDING_PIECE;
		ev_buf_clear(&p->sealed);
		rc = ev_pack_plain(p, offset, take, &p->sealed, err);
		for (at = 0; at < take && rc == EVAULT_OK; at++) {
			if (p->sealed.data[at] != 0)
				rc = ev_pack_damaged(p, _("its padding is not empty"), err);
		}
		offset += take;
		left -= take;
	}
	return rc;
}

enum evault_status
ev_pack_walk(struct ev_pack *p, struct ev_tar_events events, struct evault_error *err)
{
	struct walk w = { p, events, ev_cursor_of(p->table.data, p->table.len), 0 };
	struct ev_tar_events mine = { walk_member, walk_data, walk_end, &w };
	struct evault_error why = { 0 };
	enum evault_status rc = EVAULT_OK;
	const uint8_t *content;
	struct ev_tar_reader tar;
	size_t i;

	ev_tar_reader_init(&tar, mine);
	for (i = 0; i < p->n_data && rc == EVAULT_OK; i++) {
		rc = ev_pack_load(p, i, p->n_data, &content, &why);
		if (rc == EVAULT_OK)
			rc = ev_tar_reader_update(&tar, content, p->seek[i].plain, &why);
	}
	ev_pack_stop(p);
	if (rc == EVAULT_OK)
		rc = ev_tar_reader_finish(&tar, &why);
	if (rc == EVAULT_OK && w.table.left != 0)
		rc = ev_pack_damaged(p, _("its member table names more than it has"), &why);
	if (rc == EVAULT_OK)
		rc = check_padding(p, &why);
	if (rc == EVAULT_E_FORMAT)
		return ev_fail(err, EVAULT_E_DAMAGED, "%s: %s", p->path, why.text);
	return rc == EVAULT_OK ? rc : ev_fail(err, rc, "%s", why.text);
}
