/* Identities and recipients of age, and their text. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "format/age.h"
#include "format/bech32.h"

#define RECIPIENT_HRP "age"
#define IDENTITY_HRP  "AGE-SECRET-KEY-"

_Static_assert(EV_BECH32_SIZE(sizeof(RECIPIENT_HRP) - 1, 32) <= EVAULT_RECIPIENT_SIZE,
	       "a recipient's text fits");
_Static_assert(EV_BECH32_SIZE(sizeof(IDENTITY_HRP) - 1, 32) <= EVAULT_IDENTITY_SIZE,
	       "an identity's text fits");

void
ev_age_identity_make(struct ev_age_identity *identity)
{
	ev_random(identity->b, sizeof(identity->b));
}

void
ev_age_identity_recipient(const struct ev_age_identity *identity,
			  struct ev_age_recipient *recipient)
{
	/* Cannot fail: the base point is not of low order. */
	(void)crypto_scalarmult_base(recipient->b, identity->b);
}

void
ev_age_recipient_text(const struct ev_age_recipient *r, char out[EVAULT_RECIPIENT_SIZE])
{
	ev_bech32_encode(RECIPIENT_HRP, r->b, sizeof(r->b), out);
}

void
ev_age_identity_text(const struct ev_age_identity *i, char out[EVAULT_IDENTITY_SIZE])
{
	ev_bech32_encode(IDENTITY_HRP, i->b, sizeof(i->b), out);
}

/* With a point of low order every shared secret is zero, whatever the other key. */
static bool
is_low_order(const struct ev_age_recipient *r)
{
	static const uint8_t any[32] = { 1 };
	uint8_t product[32];

	return crypto_scalarmult(product, any, r->b) != 0;
}

static enum evault_status
refuse_recipient(struct ev_slice text, struct evault_error *err)
{
	if (ev_slice_starts(text, "AGE-SECRET-KEY-") || ev_slice_starts(text, "age-secret-key-"))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a secret key (AGE-SECRET-KEY-…) was given where a recipient "
			       "(age1…) belongs");
	if (ev_slice_starts(text, "ssh-"))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "SSH keys are not taken as recipients, only age1… is");
	if (ev_slice_starts(text, "age1") && text.len > EVAULT_RECIPIENT_SIZE)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a recipient of a kind that evault does not know");
	if (ev_slice_starts(text, "age1"))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "the recipient is mistyped: its checksum is wrong");
	return ev_fail(err, EVAULT_E_FORMAT, "not an age recipient (age1…)");
}

enum evault_status
ev_age_recipient_parse(struct ev_slice text, struct ev_age_recipient *r, struct evault_error *err)
{
	struct ev_age_recipient parsed;

	if (!ev_bech32_decode(text, RECIPIENT_HRP, parsed.b, sizeof(parsed.b)))
		return refuse_recipient(text, err);
	if (is_low_order(&parsed))
		return ev_fail(err, EVAULT_E_FORMAT, "the recipient is a point that no key has");
	*r = parsed;
	return EVAULT_OK;
}

static enum evault_status
refuse_identity(struct ev_slice text, struct evault_error *err)
{
	if (ev_slice_starts(text, "age1"))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a recipient (age1…) was given where a secret key "
			       "(AGE-SECRET-KEY-…) belongs");
	if (ev_slice_starts(text, "AGE-SECRET-KEY-PQ-") || ev_slice_starts(text, "AGE-PLUGIN-"))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "a secret key of a kind that evault does not know");
	if (ev_slice_starts(text, "age-encryption.org/") || ev_slice_starts(text, "-----BEGIN"))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "the secret key is itself encrypted, decrypt it first");
	if (ev_slice_starts(text, "AGE-SECRET-KEY-1"))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "the secret key is mistyped: its checksum is wrong");
	return ev_fail(err, EVAULT_E_FORMAT, "not an age identity (AGE-SECRET-KEY-1…)");
}

enum evault_status
ev_age_identity_parse(struct ev_slice text, struct ev_age_identity *i, struct evault_error *err)
{
	if (!ev_bech32_decode(text, IDENTITY_HRP, i->b, sizeof(i->b)))
		return refuse_identity(text, err);
	return EVAULT_OK;
}

/* The next line, the last one also without LF; CR LF ends a line too. */
static struct ev_slice
next_line(struct ev_slice *text)
{
	const uint8_t *lf = text->len == 0 ? NULL : memchr(text->data, '\n', text->len);
	struct ev_slice line = *text;
	size_t past = text->len;

	if (lf != NULL) {
		line.len = (size_t)(lf - text->data);
		past = line.len + 1;
	}
	text->data += past;
	text->len -= past;
	if (lf != NULL && line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

enum evault_status
ev_age_identity_file(struct ev_slice text, struct ev_age_identity *out, size_t max, size_t *n,
		     struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_slice line;
	char where[40];
	size_t found = 0, number;

	for (number = 1; text.len > 0 && rc == EVAULT_OK; number++) {
		line = next_line(&text);
		if (line.len == 0 || line.data[0] == '#')
			continue;
		if (found == max) {
			rc = ev_fail(err, EVAULT_E_LIMIT, "more than %zu identities", max);
			break;
		}
		rc = ev_age_identity_parse(line, &out[found], err);
		found += rc == EVAULT_OK;
		if (rc != EVAULT_OK && err != NULL) {
			snprintf(where, sizeof(where), _("line %zu"), number);
			ev_error_prefix(err, rc, where);
		}
	}
	if (rc == EVAULT_OK && found == 0)
		rc = ev_fail(err, EVAULT_E_FORMAT, "no identity in it");
	if (rc != EVAULT_OK)
		ev_wipe(out, found * sizeof(*out));
	else
		*n = found;
	return rc;
}
