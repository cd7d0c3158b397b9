#include "share_look.h"

#include <string.h>

#include "format/carries.h"
#include "share.h"

static const struct {
	const char *field;
	unsigned gives; /* of enum evault_carries */
} telling[] = {
	{ "place", EVAULT_CARRIES_PLACE },
	{ "witness", EVAULT_CARRIES_PERSON },
	{ "interviewer", EVAULT_CARRIES_PERSON },
	{ "interpreter", EVAULT_CARRIES_PERSON },
	{ "actor", EVAULT_CARRIES_PERSON | EVAULT_CARRIES_DEVICE },
	{ "modified", EVAULT_CARRIES_TIME },
	{ "name", EVAULT_CARRIES_PERSON },
};

/* What would be of interest to who is not to know. */
static unsigned
of_interest(const struct evault_share *how)
{
	unsigned wanted = 0;
	size_t i;

	if (how->dry_run)
		return UINT32_MAX;
	for (i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		if (ev_share_hides(how, true, telling[i].field, ev_slice_text("")))
			wanted |= telling[i].gives;
	return wanted;
}

struct looking {
	struct ev_buf start;
	size_t want;
};

static enum evault_status
take_start(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct looking *l = ctx;

	if (len > l->want - l->start.len)
		len = l->want - l->start.len;
	ev_buf_add(&l->start, data, len);
	if (l->start.bad)
		return ev_fail_nomem(err);
	/* Enough was seen: that is no failure. */
	return l->start.len == l->want ? EVAULT_E_CANCELLED : EVAULT_OK;
}

enum evault_status
ev_share_look(struct ev_share *s, const struct evault_item *item, const struct ev_hash *sha256,
	      unsigned *carries, struct evault_error *err)
{
	const struct evault_field *type = evault_item_field(item, "media-type");
	struct looking l = { EV_BUF_INIT, 0 };
	struct ev_sink out = { take_start, &l };
	unsigned wanted = of_interest(s->how);
	enum evault_status rc = EVAULT_OK;

	*carries = 0;
	if (wanted == 0 || type == NULL)
		return rc;
	l.want = ev_carries_enough(ev_slice_of(type->value, type->len));
	if (l.want == 0)
		return rc;
	rc = ev_vault_object(s->v, sha256, 0, out, err);
	if (rc == EVAULT_OK || rc == EVAULT_E_CANCELLED)
		*carries = ev_carries(ev_slice_of(l.start.data, l.start.len)) & wanted;
	ev_buf_wipe(&l.start);
	return rc == EVAULT_E_NOMEM ? rc : EVAULT_OK;
}
