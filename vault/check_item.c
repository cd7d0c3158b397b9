/*
 * With the key, when all packs were read: every item has its record and its
 * original, and the one is of the other.
 */
#include <string.h>

#include "check.h"

/* Is a member there, with its bytes verified? */
struct found {
	bool there, good;
	struct ev_place place;
};

static enum evault_status
find(struct ev_checking *c, enum ev_member_kind kind, const struct ev_hash *id, uint32_t part,
     struct found *f, struct evault_error *err)
{
	enum evault_status rc =
	    ev_catalog_find_member(c->v->catalog, kind, id, part, &f->place, err);

	f->there = rc == EVAULT_OK;
	f->good = f->there && f->place.state == EV_MEMBER_VERIFIED;
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

static struct ev_slice
field(const struct evault_item *item, const char *name)
{
	const struct evault_field *f = evault_item_field(item, name);

	return f == NULL ? ev_slice_of("", 0) : ev_slice_of(f->value, f->len);
}

static enum evault_status
find_item(struct ev_checking *c, const struct evault_item *item, enum evault_finding_kind kind,
	  const char *what, struct evault_error *err)
{
	const struct evault_field *name = evault_item_field(item, "name");
	char shown[EV_SHOW_SIZE];

	return ev_find(&c->findings, err, kind, item->index, "", "%s: %s",
		       ev_show_path(name == NULL ? "" : name->value, shown), what);
}

/* Names that no file has: `get` will not write them. */
static bool
names_are_plain(const struct evault_item *item)
{
	const struct evault_field *folder = evault_item_field(item, "folder");
	struct ev_slice rest;
	const uint8_t *slash;
	size_t len;

	if (evault_item_field(item, "name") != NULL && !ev_vault_name_is_plain(field(item, "name")))
		return false;
	if (folder == NULL)
		return true;
	for (rest = field(item, "folder");; rest = ev_slice_of(slash + 1, rest.len - len - 1)) {
		slash = memchr(rest.data, '/', rest.len);
		len = slash == NULL ? rest.len : (size_t)(slash - rest.data);
		if (!ev_vault_name_is_plain(ev_slice_of(rest.data, len)))
			return false;
		if (slash == NULL)
			return true;
	}
}

/* Are `from` and `tree` what those of a `receive` record are? */
static bool
names_log(const struct evault_item *item)
{
	struct ev_slice tree = field(item, "tree");
	struct ev_cursor c = ev_cursor_of(tree.data, tree.len);
	struct ev_hash root;

	if (!ev_origin_valid(field(item, "from")) || ev_cursor_decimal(&c, INT64_MAX) == 0)
		return false;
	ev_cursor_expect(&c, " ");
	return !c.bad && ev_hash_parse(ev_slice_of(c.at, c.left), &root);
}

/* What keeps a file must say which; what keeps a log, whose. */
static bool
says_too_little(const struct evault_item *item, bool received)
{
	bool receive = ev_slice_is(field(item, "action"), "receive");

	if (!receive && !ev_slice_is(field(item, "action"), "add") &&
	    !ev_slice_is(field(item, "action"), "testify"))
		return false;
	return evault_item_field(item, "sha256") == NULL ||
	       evault_item_field(item, "size") == NULL ||
	       (evault_item_field(item, "name") == NULL && !received) ||
	       (receive && !names_log(item));
}

const char *
ev_check_wrong(const struct evault_item *item, bool received)
{
	bool retracts = ev_slice_is(field(item, "action"), "retract");

	if ((retracts || ev_slice_is(field(item, "action"), "annotate")) &&
	    (evault_item_field(item, "about") == NULL ||
	     (retracts && evault_item_field(item, "reason") == NULL)))
		return _("its record does not say what is annotated or retracted, or why");
	if (says_too_little(item, received))
		return _("its record does not say what that of a file or statement must say");
	if (evault_item_field(item, "sha256") != NULL && !names_are_plain(item))
		return _("its record gives it a name or a folder that no file has; `get` writes "
			 "it only to a file that you name");
	return NULL;
}

static enum evault_status
check_saying(struct ev_checking *c, const struct evault_item *item, uint64_t size,
	     struct evault_error *err)
{
	struct ev_slice text = field(item, "size");
	struct ev_cursor number = ev_cursor_of(text.data, text.len);
	enum evault_status rc = EVAULT_OK;

	if (ev_cursor_decimal(&number, UINT64_MAX) != size || !ev_cursor_done(&number))
		rc = find_item(c, item, EVAULT_FINDING_ALTERED,
			       _("its record tells another size than its original has"), err);
	return rc;
}

/* Is every part that the list names in a pack that could be read, be it damaged? */
static enum evault_status
parts_are_there(struct ev_checking *c, const struct ev_hash *sha256, bool *there,
		struct evault_error *err)
{
	struct ev_hash id = { { 0 } };
	struct found f = { 0 };
	uint32_t part, n = 0;
	enum evault_status rc = ev_vault_list(c->v, sha256, 0, &id, &n, NULL, NULL);

	*there = true;
	/* A list that cannot be read is there, and altered. */
	for (part = 1; rc == EVAULT_OK && part <= n && *there; part++) {
		if (find(c, EV_MEMBER_PART, &id, part, &f, err) != EVAULT_OK)
			return EVAULT_E_IO;
		*there = f.there;
	}
	return rc == EVAULT_E_NOMEM ? ev_fail_nomem(err) : EVAULT_OK;
}

static enum evault_status
check_original(struct ev_checking *c, const struct evault_item *item, struct evault_error *err)
{
	struct found object = { 0 }, list = { 0 };
	struct ev_hash id;
	bool there = false;
	uint64_t size = 0;
	enum evault_status rc;

	/* Told already. */
	if (says_too_little(item, item->n_sources > 0))
		return EVAULT_OK;
	if (evault_item_field(item, "sha256") == NULL)
		return EVAULT_OK;
	if (!ev_hash_parse(field(item, "sha256"), &id))
		return find_item(c, item, EVAULT_FINDING_ALTERED, _("its record names no SHA-256"),
				 err);
	rc = find(c, EV_MEMBER_OBJECT, &id, 0, &object, err);
	if (rc == EVAULT_OK && object.good)
		return check_saying(c, item, object.place.member.size, err);
	if (rc == EVAULT_OK)
		rc = find(c, EV_MEMBER_LIST, &id, 0, &list, err);
	if (rc == EVAULT_OK && list.good) {
		rc = ev_vault_list(c->v, &id, 0, NULL, NULL, &size, err);
		return rc == EVAULT_OK ? check_saying(c, item, size, err) : rc;
	}
	if (rc == EVAULT_OK && !object.there && list.there)
		rc = parts_are_there(c, &id, &there, err);
	if (rc != EVAULT_OK)
		return rc;
	if (object.there || there)
		return find_item(c, item, ev_check_doubt(c, EVAULT_FINDING_ALTERED),
				 _("its original is damaged"), err);
	return find_item(
	    c, item, ev_check_doubt(c, EVAULT_FINDING_MISSING),
	    _("its original, or a part of it, is not to be had from the packs that can "
	      "be read"),
	    err);
}

/* Is the value of `about` an earlier entry, with the digest that it has? */
static enum evault_status
about_is_so(struct ev_checking *c, const struct evault_item *item, struct ev_slice value, bool *so,
	    struct evault_error *err)
{
	struct ev_catalog_entry entry = { 0 };
	struct ev_hash digest;
	enum evault_status rc;
	uint64_t index;

	*so = false;
	if (!ev_catalog_parse_about(value, &index, &digest) || index >= item->index)
		return EVAULT_OK;
	rc = ev_catalog_entry(c->v->catalog, index, &entry, err);
	*so = rc == EVAULT_OK && entry.is_record && ev_hash_equal(&entry.digest, &digest);
	return rc == EVAULT_E_NOT_FOUND ? EVAULT_OK : rc;
}

/* Who says something of earlier entries must say of which, and it must be there as it says. */
static enum evault_status
check_abouts(struct ev_checking *c, const struct evault_item *item, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	bool so = true;
	size_t i;

	for (i = 0; i < item->n_fields && rc == EVAULT_OK && so; i++)
		if (strcmp(item->fields[i].name, "about") == 0)
			rc = about_is_so(c, item,
					 ev_slice_of(item->fields[i].value, item->fields[i].len),
					 &so, err);
	if (rc == EVAULT_OK && !so)
		rc = find_item(
		    c, item, EVAULT_FINDING_FORGED,
		    _("its record is about an entry that the log does not have before it, or "
		      "has with another digest"),
		    err);
	return rc;
}

static enum evault_status
check_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct ev_checking *c = ctx;
	struct found record = { 0 };
	struct ev_hash digest;
	const char *wrong;
	enum evault_status rc;

	c->summary->items++;
	if (item->n_fields > 0) {
		wrong = ev_check_wrong(item, item->n_sources > 0);
		rc = wrong == NULL ? EVAULT_OK
				   : find_item(c, item, EVAULT_FINDING_FORGED, wrong, err);
		if (rc == EVAULT_OK)
			rc = check_abouts(c, item, err);
		if (rc == EVAULT_OK)
			rc = ev_check_sources(c, item, err);
		return rc == EVAULT_OK ? check_original(c, item, err) : rc;
	}
	ev_hash_parse(ev_slice_text(item->digest), &digest);
	rc = find(c, EV_MEMBER_RECORD, &digest, 0, &record, err);
	if (rc != EVAULT_OK)
		return rc;
	if (record.there)
		return ev_find(&c->findings, err, ev_check_doubt(c, EVAULT_FINDING_ALTERED),
			       item->index, "", "the record of this item is damaged");
	return ev_find(&c->findings, err, ev_check_doubt(c, EVAULT_FINDING_MISSING), item->index,
		       "",
		       "the record of this item is not to be had from the packs that can be read");
}

static enum evault_status
check_entry(void *ctx, const struct ev_catalog_entry *entry, struct evault_error *err)
{
	struct ev_checking *c = ctx;

	return ev_vault_give_record(c->v, entry, check_item, c, err);
}

enum evault_status
ev_check_items(struct ev_checking *c, struct evault_error *err)
{
	return ev_catalog_range(c->v->catalog, 0, INT64_MAX, check_entry, c, err);
}
