#include "fields.h"

#include <string.h>

/* Fields of FORMAT.md (Record) that K=V can set; `case`, `title` and `tag` have options, too. */
static const char *const settable[] = {
	"case",        "title",    "tag",     "witness", "interviewer",
	"interpreter", "language", "consent", "place",
};

/* Whom a witness allows to have the statement; `none` stands alone. */
static const char *const consents[] = { "court", "partner", "public", "none" };

static bool
fits_consent(const char *value)
{
	const char *at = value;
	unsigned seen = 0, one;
	size_t len, i;

	for (;; at += len + 1) {
		len = strcspn(at, ",");
		one = 0;
		for (i = 0; i < sizeof(consents) / sizeof(consents[0]); i++)
			if (strlen(consents[i]) == len && memcmp(consents[i], at, len) == 0)
				one = 1U << i;
		if (one == 0 || (seen & one) != 0)
			return false;
		seen |= one;
		if (at[len] == '\0')
			return (seen & 8) == 0 || seen == 8;
	}
}

static enum evault_status
add_known(struct ev_record *r, const char *name, const char *value, struct evault_error *err)
{
	if (value == NULL)
		return EVAULT_OK;
	if (strcmp(name, "consent") == 0 && value[0] != '\0' && !fits_consent(value))
		return ev_fail(err, EVAULT_E_USAGE,
			       "consent is one or more of court, partner, public, with commas "
			       "between them, or none");
	return ev_record_add_text(r, name, value, err);
}

static enum evault_status
add_pair(struct ev_record *r, const char *pair, struct evault_error *err)
{
	size_t key = strcspn(pair, "="), i;
	char shown[EV_SHOW_SIZE];

	if (key == 0 || pair[key] == '\0')
		return ev_fail(err, EVAULT_E_USAGE, "%s: a field is given as K=V",
			       ev_show_path(pair, shown));
	for (i = 0; i < sizeof(settable) / sizeof(settable[0]); i++)
		if (strlen(settable[i]) == key && memcmp(settable[i], pair, key) == 0)
			return add_known(r, settable[i], pair + key + 1, err);
	return ev_record_add_text(r, "field", pair, err);
}

enum evault_status
ev_fields_add(const struct evault_details *what, struct ev_record *r, struct evault_error *err)
{
	enum evault_status rc = add_known(r, "case", what->case_name, err);
	size_t i;

	if (rc == EVAULT_OK)
		rc = add_known(r, "title", what->title, err);
	for (i = 0; i < what->n_tags && rc == EVAULT_OK; i++)
		rc = add_known(r, "tag", what->tags[i], err);
	for (i = 0; i < what->n_fields && rc == EVAULT_OK; i++)
		rc = add_pair(r, what->fields[i], err);
	return rc;
}

enum evault_status
ev_fields_check(const struct evault_details *what, struct evault_error *err)
{
	struct ev_record r;
	enum evault_status rc;

	ev_record_init(&r);
	rc = ev_fields_add(what, &r, err);
	ev_record_release(&r);
	return rc;
}

enum evault_status
evault_details_check(const struct evault_details *said, struct evault_error *err)
{
	return ev_fields_check(said, err);
}

bool
ev_fields_none(const struct evault_details *what)
{
	return what->case_name == NULL && what->title == NULL && what->n_tags == 0 &&
	       what->n_fields == 0;
}
