#include <string.h>

#include "format/age.h"
#include "format/entry.h"

#define BEGIN "evault/vault/v"

void
ev_vault_note_text(const struct ev_vault_note *v, struct ev_buf *out)
{
	char log[EV_NOTE_VKEY_SIZE], owner[EV_NOTE_VKEY_SIZE];

	ev_verifier_text(&v->log, log);
	ev_verifier_text(&v->owner, owner);
	ev_buf_printf(out, BEGIN "1\norigin %s\nlog-key %s\nowner %s\nread-key %s\n", v->origin,
		      log, owner, v->recipient);
}

/* The first line, so that a newer vault is not called damaged. */
static enum evault_status
check_version(struct ev_slice note, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(note.data, note.len);
	uint64_t version;

	ev_cursor_expect(&c, BEGIN);
	if (c.bad)
		return ev_fail(err, EVAULT_E_NOT_VAULT, "not a vault note");
	version = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, "\n");
	if (c.bad)
		return ev_fail(err, EVAULT_E_DAMAGED, "the vault note's first line is malformed");
	if (version != 1)
		return ev_fail(err, EVAULT_E_VERSION,
			       "made by another version of evault than this one");
	return EVAULT_OK;
}

/* Form, and names that fit the keys. */
static bool
parse_text(struct ev_slice text, struct ev_vault_note *v)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_slice first = ev_cursor_line(&c);
	struct ev_slice origin = ev_note_value(&c, "origin");
	struct ev_slice log = ev_note_value(&c, "log-key");
	struct ev_slice owner = ev_note_value(&c, "owner");
	struct ev_slice recipient = ev_note_value(&c, "read-key");
	struct ev_age_recipient key;
	char name[EV_ACTOR_NAME_SIZE];

	if (!ev_cursor_done(&c) || !ev_slice_is(first, BEGIN "1") ||
	    ev_verifier_parse(log, &v->log, NULL) != EVAULT_OK ||
	    ev_verifier_parse(owner, &v->owner, NULL) != EVAULT_OK ||
	    ev_age_recipient_parse(recipient, &key, NULL) != EVAULT_OK)
		return false;
	ev_origin_of(v->log.key, v->origin);
	ev_actor_name(v->owner.key, name);
	ev_age_recipient_text(&key, v->recipient);
	return ev_slice_is(origin, v->origin) && strcmp(v->log.name, v->origin) == 0 &&
	       strcmp(v->owner.name, name) == 0 && ev_slice_is(recipient, v->recipient);
}

static bool
is_by(const struct ev_note_signature *s, const struct ev_verifier *key)
{
	return s->id == key->id && ev_slice_is(s->name, key->name);
}

enum evault_status
ev_vault_note_open(struct ev_slice note, struct ev_vault_note *v, struct evault_error *err)
{
	enum evault_status rc = check_version(note, err);
	struct ev_vault_note found;
	struct ev_note parsed;

	if (rc != EVAULT_OK)
		return rc;
	if (ev_note_parse(note, &parsed, NULL) != EVAULT_OK)
		return ev_fail(err, EVAULT_E_DAMAGED, "the vault note is not a signed note");
	if (!parse_text(parsed.text, &found))
		return ev_fail(
		    err, EVAULT_E_DAMAGED,
		    "the vault note is malformed, or its names are not those of its keys");
	if (parsed.n_signatures != 2 || !is_by(&parsed.signatures[0], &found.log) ||
	    !is_by(&parsed.signatures[1], &found.owner))
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "the vault note is not signed by its log key and its owner alone");
	if (ev_note_verify(&parsed, &found.log, NULL) != EVAULT_OK ||
	    ev_note_verify(&parsed, &found.owner, NULL) != EVAULT_OK)
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "a signature of the vault note does not verify");
	*v = found;
	return EVAULT_OK;
}
