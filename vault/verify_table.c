/*
 * The members of a bundle by name.  Two names that some file system takes for
 * one are one here, so that nothing can be two things to two people.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "verify.h"

/* ---- what a member is ------------------------------------------------------ */

struct place {
	const char *name; /* or a prefix, where `end` is set */
	const char *end;
	enum ev_verify_kind kind;
};
static const struct place places[] = {
	{ "bagit.txt", NULL, EV_BUNDLE_BAGIT },
	{ "bag-info.txt", NULL, EV_BUNDLE_INFO },
	{ "manifest-sha256.txt", NULL, EV_BUNDLE_MANIFEST },
	{ "tagmanifest-sha256.txt", NULL, EV_BUNDLE_TAG_MANIFEST },
	{ "evault/share.note", NULL, EV_BUNDLE_SHARE_NOTE },
	{ "evault/VERIFY.txt", NULL, EV_BUNDLE_VERIFY_TEXT },
	{ "evault/report.html", NULL, EV_BUNDLE_REPORT },
	{ "evault/padding", NULL, EV_BUNDLE_PADDING },
	{ "evault/keys/vault", NULL, EV_BUNDLE_VAULT },
	{ "evault/keys/", ".entry", EV_BUNDLE_KEY_ENTRY },
	{ "evault/keys/", ".tlog-proof", EV_BUNDLE_KEY_PROOF },
	{ "evault/consistency/", ".proof", EV_BUNDLE_TREE },
	{ "evault/items/", ".record", EV_BUNDLE_RECORD },
	{ "evault/items/", ".entry", EV_BUNDLE_ENTRY },
	{ "evault/items/", ".tlog-proof", EV_BUNDLE_PROOF },
};
/* Below evault/sources/<o>-<m>/ */
static const struct place source_places[] = {
	{ "vault", NULL, EV_BUNDLE_SOURCE_VAULT },
	{ "keys/", ".entry", EV_BUNDLE_SOURCE_KEY_ENTRY },
	{ "keys/", ".tlog-proof", EV_BUNDLE_SOURCE_KEY_PROOF },
	{ "items/", ".entry", EV_BUNDLE_SOURCE_ENTRY },
	{ "items/", ".tlog-proof", EV_BUNDLE_SOURCE_PROOF },
};

/* Digits at the cursor: at least four, more only without a zero in front. */
static bool
take_number(struct ev_cursor *c, uint64_t *number)
{
	const uint8_t *first = c->at;

	while (c->left > 1 && *c->at == '0' && c->at - first < 3)
		ev_cursor_u8(c);
	if (c->left == 0 || *c->at < '0' || *c->at > '9')
		return false;
	*number = ev_cursor_decimal(c, UINT64_MAX - 1);
	return !c->bad && (c->at - first == 4 || (c->at - first > 4 && *first != '0'));
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_data(struct ev_slice name, uint64_t *number)
{
	struct ev_cursor c = ev_cursor_of(name.data, name.len);
	size_t i;

	ev_cursor_expect(&c, "data/");
	if (c.bad || !take_number(&c, number))
		return false;
	ev_cursor_expect(&c, ".");
	if (c.bad || c.left < 1 || c.left > 5)
		return false;
	for (i = 0; i < c.left; i++)
		if (!((c.at[i] >= 'a' && c.at[i] <= 'z') || (c.at[i] >= '0' && c.at[i] <= '9')))
			return false;
	return true;
}

/* The one of `n` places that the name is; EV_BUNDLE_OTHER: none. */
static enum ev_verify_kind
find_place(const struct place *list, size_t n, struct ev_slice name, uint64_t *number)
{
	struct ev_cursor c;
	size_t i;

	for (i = 0; i < n; i++) {
		if (list[i].end == NULL && ev_slice_is(name, list[i].name))
			return list[i].kind;
		if (list[i].end == NULL || !ev_slice_starts(name, list[i].name))
			continue;
		c = ev_cursor_of(name.data, name.len);
		ev_cursor_expect(&c, list[i].name);
		if (!take_number(&c, number))
			continue;
		ev_cursor_expect(&c, list[i].end);
		if (ev_cursor_done(&c))
			return list[i].kind;
	}
	*number = 0;
	return EV_BUNDLE_OTHER;
}

/* <o>-<m>/ and the rest. */
static enum ev_verify_kind
find_source(struct ev_slice name, struct ev_verify_place *place)
{
	struct ev_cursor c = ev_cursor_of(name.data, name.len);
	struct ev_verify_place found = { 0 };
	enum ev_verify_kind kind;
	size_t i;
	int digit;

	ev_cursor_expect(&c, "evault/sources/");
	for (i = 0; i < 2 * sizeof(found.origin) && !c.bad; i++) {
		digit = hex_digit(ev_cursor_u8(&c));
		if (digit < 0)
			return EV_BUNDLE_OTHER;
		found.origin[i / 2] = (uint8_t)(found.origin[i / 2] << 4 | digit);
	}
	ev_cursor_expect(&c, "-");
	if (c.bad || !take_number(&c, &found.size))
		return EV_BUNDLE_OTHER;
	ev_cursor_expect(&c, "/");
	if (c.bad)
		return EV_BUNDLE_OTHER;
	kind = find_place(source_places, sizeof(source_places) / sizeof(source_places[0]),
			  ev_slice_of(c.at, c.left), &found.number);
	if (kind != EV_BUNDLE_OTHER)
		*place = found;
	return kind;
}

enum ev_verify_kind
ev_verify_kind_of(struct ev_slice name, struct ev_verify_place *place)
{
	enum ev_verify_kind kind;

	memset(place, 0, sizeof(*place));
	kind = find_place(places, sizeof(places) / sizeof(places[0]), name, &place->number);
	if (kind == EV_BUNDLE_OTHER)
		kind = find_source(name, place);
	if (kind == EV_BUNDLE_OTHER && is_data(name, &place->number))
		return EV_BUNDLE_DATA;
	if (kind == EV_BUNDLE_OTHER)
		place->number = 0;
	return kind;
}

/* ---- the table --------------------------------------------------------------- */

enum evault_status
ev_verify_hold(size_t *held, size_t bytes, struct evault_error *err)
{
	if (bytes > EV_VERIFY_HELD_MAX || *held > EV_VERIFY_HELD_MAX - bytes)
		return ev_fail(err, EVAULT_E_LIMIT,
			       "the bundle has more in it than %d MiB of memory hold",
			       EV_VERIFY_HELD_MAX >> 20);
	*held += bytes;
	return EVAULT_OK;
}

void
ev_verify_members_init(struct ev_verify_members *m, size_t *held)
{
	*m =
	    (struct ev_verify_members){ .text = EV_BUF_INIT, .scratch = EV_BUF_INIT, .held = held };
	ev_random(m->key, sizeof(m->key));
}

void
ev_verify_members_release(struct ev_verify_members *m)
{
	free(m->list);
	free(m->slots);
	ev_buf_release(&m->text);
	ev_buf_release(&m->scratch);
	*m = (struct ev_verify_members){ .text = EV_BUF_INIT, .scratch = EV_BUF_INIT };
}

const char *
ev_verify_members_name(const struct ev_verify_members *m, uint32_t number)
{
	return (const char *)m->text.data + m->list[number].name;
}

static struct ev_slice
name_of(const struct ev_verify_members *m, uint32_t number)
{
	return ev_slice_text(ev_verify_members_name(m, number));
}

/* The hash of a name as file systems fold it. */
static enum evault_status
fold(struct ev_verify_members *m, struct ev_slice name, struct ev_hash *key,
     struct evault_error *err)
{
	ev_buf_clear(&m->scratch);
	ev_path_key(&m->scratch, name);
	if (ev_buf_ask(&m->scratch, err) != EVAULT_OK)
		return EVAULT_E_NOMEM;
	ev_hash_of(m->scratch.data, m->scratch.len, key);
	return EVAULT_OK;
}

/* The slot of that folded name, or the free one where it would be. */
static enum evault_status
find_slot(struct ev_verify_members *m, const struct ev_hash *key, size_t *slot,
	  struct evault_error *err)
{
	size_t at = (size_t)ev_hash_short(key, m->key) & (m->n_slots - 1);
	struct ev_hash there;
	enum evault_status rc;

	for (; m->slots[at] != 0; at = (at + 1) & (m->n_slots - 1)) {
		rc = fold(m, name_of(m, m->slots[at] - 1), &there, err);
		if (rc != EVAULT_OK)
			return rc;
		if (ev_hash_equal(&there, key))
			break;
	}
	*slot = at;
	return EVAULT_OK;
}

static enum evault_status
grow(struct ev_verify_members *m, struct evault_error *err)
{
	size_t n = m->n_slots == 0 ? 64 : m->n_slots * 2, cap = n / 2, slot, i;
	struct ev_verify_member *list = realloc(m->list, cap * sizeof(*list));
	uint32_t *slots = calloc(n, sizeof(*slots));
	enum evault_status rc = EVAULT_OK;
	struct ev_hash key;

	if (list != NULL) {
		m->list = list;
		m->cap = cap;
	}
	if (list == NULL || slots == NULL) {
		free(slots);
		return ev_fail_nomem(err);
	}
	free(m->slots);
	m->slots = slots;
	m->n_slots = n;
	for (i = 0; i < m->n && rc == EVAULT_OK; i++) {
		rc = fold(m, name_of(m, (uint32_t)i), &key, err);
		if (rc == EVAULT_OK)
			rc = find_slot(m, &key, &slot, err);
		if (rc == EVAULT_OK)
			m->slots[slot] = (uint32_t)i + 1;
	}
	return rc;
}

enum evault_status
ev_verify_members_put(struct ev_verify_members *m, struct ev_slice name, uint32_t *number,
		      bool *alike, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_hash key;
	size_t slot, at;

	*alike = false;
	if (m->n_slots == 0 || m->n == m->cap)
		rc = grow(m, err);
	if (rc == EVAULT_OK)
		rc = fold(m, name, &key, err);
	if (rc == EVAULT_OK)
		rc = find_slot(m, &key, &slot, err);
	if (rc != EVAULT_OK)
		return rc;
	if (m->slots[slot] != 0) {
		*number = m->slots[slot] - 1;
		*alike = !ev_slice_equal(name, name_of(m, *number));
		return EVAULT_OK;
	}
	if (m->n >= EV_VERIFY_MEMBERS_MAX || m->text.len + name.len + 1 > EV_VERIFY_TEXT_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "the bundle has more than %d members",
			       EV_VERIFY_MEMBERS_MAX);
	/* And two slots for each. */
	rc = ev_verify_hold(m->held, sizeof(*m->list) + 2 * sizeof(*m->slots) + name.len + 1, err);
	if (rc != EVAULT_OK)
		return rc;
	at = m->text.len;
	ev_buf_add(&m->text, name.data, name.len);
	ev_buf_add(&m->text, "", 1);
	if (ev_buf_ask(&m->text, err) != EVAULT_OK)
		return EVAULT_E_NOMEM;
	*number = (uint32_t)m->n++;
	m->list[*number] = (struct ev_verify_member){ .name = (uint32_t)at };
	m->slots[slot] = *number + 1;
	return EVAULT_OK;
}

enum evault_status
ev_verify_members_get(struct ev_verify_members *m, struct ev_slice name, uint32_t *number,
		      struct evault_error *err)
{
	enum evault_status rc;
	struct ev_hash key;
	size_t slot;

	*number = EV_NO_MEMBER;
	if (m->n_slots == 0)
		return EVAULT_OK;
	rc = fold(m, name, &key, err);
	if (rc == EVAULT_OK)
		rc = find_slot(m, &key, &slot, err);
	if (rc == EVAULT_OK && m->slots[slot] != 0)
		*number = m->slots[slot] - 1;
	return rc;
}
