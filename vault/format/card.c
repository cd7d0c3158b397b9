#include "format/card.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "format/age.h"

#define BEGIN "evault/card/v"

enum {
	GROUPS = 6,      /* of a fingerprint */
	GROUP_BYTES = 5, /* of the hash, for each */
	GROUP_MOD = 100000,
};

_Static_assert(EVAULT_FINGERPRINT_SIZE == GROUPS * 6, "digits, a space between, and a NUL");
_Static_assert(GROUPS *GROUP_BYTES <= sizeof(struct ev_hash), "groups are of the hash");

bool
ev_card_name_valid(struct ev_slice name)
{
	if (name.len == 0 || name.len >= EVAULT_HOLDER_NAME_SIZE || ev_slice_starts(name, "age1") ||
	    name.data[0] == ' ' || name.data[name.len - 1] == ' ')
		return false;
	return ev_show_is_same(name);
}

/* All lines but the last, which is the time. */
static void
put_lasting(const struct ev_card *card, struct ev_buf *out)
{
	char actor[EV_NOTE_VKEY_SIZE], log[EV_NOTE_VKEY_SIZE], verify[EVAULT_HEX_SIZE];

	ev_verifier_text(&card->actor, actor);
	ev_verifier_text(&card->log, log);
	ev_hash_hex(&card->verify, verify);
	ev_buf_printf(out, BEGIN "1\norigin %s\nname ", card->origin);
	ev_percent_encode(out, ev_slice_text(card->name));
	ev_buf_printf(out, "\nrecipient %s\nactor %s\nlog-key %s\nverify %s\n", card->recipient,
		      actor, log, verify);
}

enum evault_status
ev_card_text(const struct ev_card *card, struct ev_buf *out, struct evault_error *err)
{
	if (!ev_card_name_valid(ev_slice_text(card->name)))
		return ev_fail(err, EVAULT_E_USAGE,
			       "a name on a card has 1 to %d bytes, nothing in it that is hidden "
			       "or a backslash, and does not begin with age1",
			       EVAULT_HOLDER_NAME_SIZE - 1);
	put_lasting(card, out);
	ev_buf_printf(out, "time %s\n", card->time);
	return ev_buf_ask(out, err);
}

void
ev_card_fingerprint(const struct ev_card *card, char out[EVAULT_FINGERPRINT_SIZE])
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash hash;
	uint64_t group;
	size_t i, k;

	put_lasting(card, &text);
	out[0] = '\0';
	if (!text.bad) {
		ev_hash_of(text.data, text.len, &hash);
		for (i = 0; i < GROUPS; i++) {
			group = 0;
			for (k = 0; k < GROUP_BYTES; k++)
				group = group << 8 | hash.b[i * GROUP_BYTES + k];
			snprintf(out + i * 6, EVAULT_FINGERPRINT_SIZE - i * 6, "%05u%s",
				 (unsigned)(group % GROUP_MOD), i + 1 < GROUPS ? " " : "");
		}
	}
	ev_buf_release(&text);
}

/* ---- reading ------------------------------------------------------------ */

/* A newer card is not called malformed. */
static enum evault_status
check_version(struct ev_slice note, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(note.data, note.len);
	uint64_t version;

	ev_cursor_expect(&c, BEGIN);
	version = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, "\n");
	if (c.bad)
		return ev_fail(err, EVAULT_E_FORMAT, "this is not a card of evault");
	if (version != 1)
		return ev_fail(err, EVAULT_E_VERSION,
			       "this card is of a newer evault than this one");
	return EVAULT_OK;
}

/* "<key> <value>" LF; the value. */
static struct ev_slice
take_value(struct ev_cursor *c, const char *key)
{
	ev_cursor_expect(c, key);
	ev_cursor_expect(c, " ");
	return ev_cursor_line(c);
}

static bool
take_name(struct ev_slice value, char out[EVAULT_HOLDER_NAME_SIZE])
{
	return ev_percent_decode_text(value, out, EVAULT_HOLDER_NAME_SIZE) &&
	       ev_card_name_valid(ev_slice_text(out));
}

static bool
take_time(struct ev_slice value, char out[EVAULT_TIME_SIZE])
{
	int64_t seconds;
	uint32_t ns;

	if (value.len != EVAULT_TIME_SIZE - 1 || !ev_os_parse_time(value, &seconds, &ns))
		return false;
	memcpy(out, value.data, value.len);
	out[value.len] = '\0';
	return true;
}

/* The keys, and names that fit them.  Only the first log key has the origin's hash. */
static bool
take_keys(struct ev_slice actor, struct ev_slice log, struct ev_card *card)
{
	char name[EV_ACTOR_NAME_SIZE];

	if (ev_verifier_parse(actor, &card->actor, NULL) != EVAULT_OK ||
	    ev_verifier_parse(log, &card->log, NULL) != EVAULT_OK)
		return false;
	ev_actor_name(card->actor.key, name);
	return strcmp(card->actor.name, name) == 0 && strcmp(card->log.name, card->origin) == 0;
}

static enum evault_status
parse_text(struct ev_slice text, struct ev_card *card, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	struct ev_slice first = ev_cursor_line(&c);
	struct ev_slice origin = take_value(&c, "origin");
	struct ev_slice name = take_value(&c, "name");
	struct ev_slice recipient = take_value(&c, "recipient");
	struct ev_slice actor = take_value(&c, "actor");
	struct ev_slice log = take_value(&c, "log-key");
	struct ev_slice verify = take_value(&c, "verify");
	struct ev_slice time = take_value(&c, "time");
	struct ev_age_recipient key;

	if (!ev_cursor_done(&c) || !ev_slice_is(first, BEGIN "1") || !ev_origin_valid(origin) ||
	    ev_age_recipient_parse(recipient, &key, NULL) != EVAULT_OK ||
	    !ev_hash_parse(verify, &card->verify) || !take_time(time, card->time))
		return ev_fail(err, EVAULT_E_FORMAT, "this card is malformed");
	memcpy(card->origin, origin.data, origin.len);
	card->origin[origin.len] = '\0';
	ev_age_recipient_text(&key, card->recipient);
	if (!ev_slice_is(recipient, card->recipient) || !take_keys(actor, log, card))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "this card is malformed, or its names are not those of its keys");
	if (!take_name(name, card->name))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "the name on this card has something in it that would be shown "
			       "otherwise than it is, or is none");
	return EVAULT_OK;
}

static bool
is_by(const struct ev_note_signature *s, const struct ev_verifier *key)
{
	return s->id == key->id && ev_slice_is(s->name, key->name);
}

/* By the actor first; a second one is by another actor's key, whoever that is. */
static enum evault_status
check_signatures(const struct ev_note *note, const struct ev_card *card, struct evault_error *err)
{
	const struct ev_note_signature *second = &note->signatures[1];
	static const char actor[] = "evault/actor/";
	struct ev_hash hash;

	if (note->n_signatures < 1 || note->n_signatures > 2 ||
	    !is_by(&note->signatures[0], &card->actor))
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "this card is not signed by the key that it names, or not by that "
			       "and one more alone");
	if (note->n_signatures == 2 &&
	    (!ev_slice_starts(second->name, actor) || ev_slice_is(second->name, card->actor.name) ||
	     !ev_hash_parse(
		 ev_slice_of(second->name.data + strlen(actor), second->name.len - strlen(actor)),
		 &hash)))
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "the second signature of this card is not by a key of its kind");
	if (ev_note_verify(note, &card->actor, NULL) != EVAULT_OK)
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "the signature of this card does not verify: it was altered on its "
			       "way, or is not theirs");
	return EVAULT_OK;
}

enum evault_status
ev_card_open(struct ev_slice note, struct ev_card *card, struct evault_error *err)
{
	struct ev_card found = { .signed_over = false };
	struct ev_note parsed;
	enum evault_status rc;

	if (note.len > EVAULT_CARD_MAX)
		return ev_fail(err, EVAULT_E_LIMIT, "this is not a card of evault: it is too long");
	rc = check_version(note, err);
	if (rc == EVAULT_OK && ev_note_parse(note, &parsed, NULL) != EVAULT_OK)
		rc = ev_fail(err, EVAULT_E_FORMAT,
			     "this card is not a signed note: was it cut, or "
			     "changed on its way?");
	if (rc == EVAULT_OK)
		rc = parse_text(parsed.text, &found, err);
	if (rc == EVAULT_OK)
		rc = check_signatures(&parsed, &found, err);
	if (rc != EVAULT_OK)
		return rc;
	found.signed_over = parsed.n_signatures == 2;
	*card = found;
	return EVAULT_OK;
}

bool
ev_card_signed_by(struct ev_slice note, const struct ev_verifier *key)
{
	struct ev_note parsed;

	return ev_note_parse(note, &parsed, NULL) == EVAULT_OK &&
	       ev_note_verify(&parsed, key, NULL) == EVAULT_OK;
}
