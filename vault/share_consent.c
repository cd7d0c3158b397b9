/*
 * Whom a witness allows to have an item, as far as who says so may say it.
 *
 * Invariant: consent is widened only by an owner or a writer of this vault,
 * by who recorded the item, and by the vaults that it came through.  Who adds
 * with a device that was taken, and a partner who gets a copy, can annotate
 * and retract whatever they know the number of; what they say narrows it, and
 * does not take back what was retracted.
 */
#include <string.h>

#include "share.h"

/* Do these words, with commas between them, name the audience? */
static enum ev_consent
words_say(const struct evault_field *f, enum evault_audience audience)
{
	const char *word = evault_audience_word(audience), *end;
	enum ev_consent found = EV_CONSENT_DOES_NOT;
	struct ev_slice left;
	size_t len;

	if (f == NULL || f->len == 0)
		return EV_CONSENT_UNSTATED;
	left = ev_slice_of(f->value, f->len);
	while (left.len > 0) {
		end = memchr(left.data, ',', left.len);
		len = end == NULL ? left.len : (size_t)(end - (const char *)left.data);
		while (len > 0 && left.data[0] == ' ') {
			left.data++;
			left.len--;
			len--;
		}
		if (ev_slice_is(ev_slice_of(left.data, len), "none"))
			return EV_CONSENT_DOES_NOT;
		if (ev_slice_is(ev_slice_of(left.data, len), word))
			found = EV_CONSENT_COVERS;
		left = ev_slice_of(left.data + len + (end != NULL), left.len - len - (end != NULL));
	}
	return found;
}

/* Is it one of the vaults that the item came through? */
static bool
came_through(const struct evault_item *item, const char *origin)
{
	size_t i;

	for (i = 0; i < item->n_sources; i++)
		if (strcmp(item->sources[i].origin, origin) == 0)
			return true;
	return false;
}

/* May who signed this entry here, not received from anywhere, widen it? */
static bool
may_widen(const struct evault *v, const struct evault_item *item, const char *actor_key,
	  uint64_t index)
{
	return ev_authority_wrote(&v->authority, ev_slice_text(actor_key), index) ||
	       (item->n_sources == 0 && strcmp(item->actor_key, actor_key) == 0);
}

static bool
correction_may(const struct evault *v, const struct evault_item *item, const struct evault_item *c)
{
	return c->n_sources > 0 ? came_through(item, c->sources[c->n_sources - 1].origin)
				: may_widen(v, item, c->actor_key, c->index);
}

/* Was the annotation taken back by somebody who may? */
static enum evault_status
is_taken_back(struct evault *v, const struct evault_item *item, const struct evault_item *c,
	      bool *is, struct evault_error *err)
{
	struct ev_catalog_correction by = { .index = UINT64_MAX };
	char origin[EVAULT_ORIGIN_SIZE] = "evault/", hex[EVAULT_HEX_SIZE];
	struct ev_catalog_entry entry;
	struct ev_provenance first;
	enum evault_status rc = c->retracted ? EVAULT_OK : EVAULT_E_NOT_FOUND;

	*is = false;
	while (rc == EVAULT_OK && !*is) {
		rc = ev_catalog_correction(v->catalog, c->index, by.index, &by, err);
		if (rc != EVAULT_OK || !by.retracts || by.taken_back)
			continue;
		rc = ev_catalog_first_source(v->catalog, by.index, &first, err);
		if (rc == EVAULT_OK) {
			ev_hash_hex(&first.origin, origin + strlen("evault/"));
			*is = came_through(item, origin);
		} else if (rc == EVAULT_E_NOT_FOUND) {
			rc = ev_catalog_entry(v->catalog, by.index, &entry, err);
			ev_hash_hex(&entry.actor, hex);
			*is = rc == EVAULT_OK && may_widen(v, item, hex, by.index);
		}
	}
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static bool
action_is(const struct evault_item *c, const char *action)
{
	const struct evault_field *f = evault_item_field(c, "action");

	return f != NULL && strcmp(f->value, action) == 0;
}

/* Was it retracted by somebody who may, and taken up again by others alone? */
static enum evault_status
is_shut(struct evault *v, const struct evault_item *item, bool *shut, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	const struct evault_item *c;
	bool taken_back;
	size_t i;

	*shut = false;
	for (i = 0; i < item->n_corrections && rc == EVAULT_OK && !*shut; i++) {
		c = &item->corrections[i];
		if (!action_is(c, "retract") || !c->retracted || !correction_may(v, item, c))
			continue;
		rc = is_taken_back(v, item, c, &taken_back, err);
		*shut = rc == EVAULT_OK && !taken_back;
	}
	return rc;
}

enum evault_status
ev_share_consent(struct evault *v, const struct evault_item *item, enum evault_audience audience,
		 enum ev_consent *consent, struct evault_error *err)
{
	const struct evault_field *f;
	const struct evault_item *c;
	enum ev_consent said;
	bool taken_back, shut;
	size_t i;
	enum evault_status rc = is_shut(v, item, &shut, err);

	*consent = EV_CONSENT_RETRACTED;
	if (rc != EVAULT_OK || shut)
		return rc;
	for (i = item->n_corrections; i > 0; i--) {
		c = &item->corrections[i - 1];
		f = evault_item_field(c, "consent");
		if (f == NULL || !action_is(c, "annotate"))
			continue;
		rc = is_taken_back(v, item, c, &taken_back, err);
		if (rc != EVAULT_OK)
			return rc;
		said = words_say(f, audience);
		if (taken_back || (!correction_may(v, item, c) && said != EV_CONSENT_DOES_NOT) ||
		    (c->retracted && said != EV_CONSENT_DOES_NOT))
			continue;
		*consent = said;
		return EVAULT_OK;
	}
	*consent = words_say(evault_item_field(item, "consent"), audience);
	return EVAULT_OK;
}
