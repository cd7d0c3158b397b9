/*
 * Keys on paper, typed group by group: what is wrong is told as soon as it
 * can be told, and costs no more than the group, or the share, that it is in.
 */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "format/paper.h"

enum {
	GROUP_TYPED_MAX =
	    EV_PAPER_GROUP * 4 /* bytes: letters that look alike have two, and dashes */
};

/* In locked memory. */
struct evault_join {
	char origin[EVAULT_ORIGIN_SIZE];
	struct ev_paper papers[EV_SHAMIR_SHARES_MAX]; /* that are complete */
	unsigned have;
	struct ev_paper head; /* of the one that is typed; from group EV_PAPER_HEAD on */
	char text[EV_PAPER_GROUPS * (GROUP_TYPED_MAX + 1) + 1];
	unsigned place;
	struct ev_age_identity identity;
	bool done;
};

enum evault_status
evault_join_new(const char *origin, struct evault_join **join, struct evault_error *err)
{
	struct evault_join *j;
	enum evault_status rc = ev_secret_start(err);

	if (rc != EVAULT_OK)
		return rc;
	j = ev_secret_new(sizeof(*j));
	if (j == NULL)
		return ev_fail_nomem(err);
	snprintf(j->origin, sizeof(j->origin), "%s", origin);
	*join = j;
	return EVAULT_OK;
}

void
evault_join_free(struct evault_join *join)
{
	ev_secret_free(join);
}

static void
tell(const struct evault_join *j, struct evault_joining *now)
{
	bool head = j->place >= EV_PAPER_HEAD;

	now->place = j->place;
	now->have = j->have;
	now->number = head ? j->head.number : 0;
	now->threshold = j->have > 0 ? j->papers[0].threshold : head ? j->head.threshold : 0;
	now->done = j->done;
}

/* The share that is being typed begins anew. */
static void
begin_anew(struct evault_join *j)
{
	ev_wipe(j->text, sizeof(j->text));
	memset(&j->head, 0, sizeof(j->head));
	j->place = 0;
}

static enum evault_status
say_typo(enum ev_paper_typo typo, unsigned place, struct evault_error *err)
{
	if (typo == EV_PAPER_WRONG_LETTER)
		return ev_fail(err, EVAULT_E_FORMAT,
			       "group %u: there is a character in it that no group has", place + 1);
	if (typo == EV_PAPER_WRONG_LENGTH)
		return ev_fail(err, EVAULT_E_FORMAT, "group %u: a group has %d letters", place + 1,
			       EV_PAPER_GROUP);
	return ev_fail(err, EVAULT_E_FORMAT,
		       "group %u: a letter is wrong, or it is the group of another place",
		       place + 1);
}

/* Whose it is can be told when its first groups are there. */
static enum evault_status
check_head(struct evault_join *j, struct evault_error *err)
{
	struct ev_slice text = ev_slice_text(j->text);
	enum evault_status rc = ev_paper_parse_head(text, &j->head, NULL, err);

	if (rc == EVAULT_OK)
		rc = ev_paper_belongs(&j->head, j->origin, err);
	if (rc == EVAULT_OK && (j->have > 0 || j->head.kind == EV_PAPER_SHARE))
		rc = ev_paper_fits(j->papers, j->have, &j->head, err);
	return rc;
}

static enum evault_status
take_whole(struct evault_join *j, struct evault_error *err)
{
	struct ev_paper *paper = &j->papers[j->have];
	enum evault_status rc = ev_paper_parse(ev_slice_text(j->text), paper, NULL, err);

	if (rc != EVAULT_OK)
		return rc;
	j->have++;
	if (j->have < paper->threshold)
		return EVAULT_OK;
	rc = ev_paper_join(j->papers, j->have, &j->identity, err);
	j->done = rc == EVAULT_OK;
	return rc;
}

static enum evault_status
take_group(struct evault_join *j, struct ev_slice typed, struct evault_error *err)
{
	enum ev_paper_typo typo = ev_paper_group(typed, j->place);
	size_t len = strlen(j->text);
	enum evault_status rc = EVAULT_OK;

	if (typo != EV_PAPER_RIGHT)
		return say_typo(typo, j->place, err);
	if (typed.len > GROUP_TYPED_MAX || len + typed.len + 2 > sizeof(j->text))
		return say_typo(EV_PAPER_WRONG_LENGTH, j->place, err);
	memcpy(j->text + len, typed.data, typed.len);
	memcpy(j->text + len + typed.len, "\n", 2);
	j->place++;
	if (j->place == EV_PAPER_HEAD)
		rc = check_head(j, err);
	if (rc == EVAULT_OK && j->place == EV_PAPER_GROUPS) {
		rc = take_whole(j, err);
		begin_anew(j);
	}
	if (rc != EVAULT_OK)
		begin_anew(j);
	return rc;
}

/* The next word of a line of several groups; empty at its end. */
static struct ev_slice
next_word(struct ev_slice *rest)
{
	static const char between[] = " \t-\r\n";
	const char *text = (const char *)rest->data;
	size_t from = strspn(text, between), len = strcspn(text + from, between);
	struct ev_slice word = ev_slice_of(text + from, len);

	*rest = ev_slice_of(text + from + len, rest->len - from - len);
	return word;
}

enum evault_status
evault_join_type(struct evault_join *j, const char *typed, struct evault_joining *now,
		 struct evault_error *err)
{
	struct ev_slice rest = ev_slice_text(typed), word;
	enum evault_status rc = EVAULT_OK;
	bool one = ev_paper_group(rest, j->place) != EV_PAPER_WRONG_LENGTH;

	if (j->done)
		rc = ev_fail(err, EVAULT_E_USAGE, "no more groups are needed");
	else if (one || rest.len == 0)
		rc = take_group(j, rest, err);
	while (!one && rest.len > 0 && rc == EVAULT_OK && !j->done) {
		word = next_word(&rest);
		if (word.len > 0)
			rc = take_group(j, word, err);
	}
	tell(j, now);
	return rc;
}

enum evault_status
evault_join_identity(const struct evault_join *j, char out[EVAULT_IDENTITY_SIZE],
		     struct evault_error *err)
{
	if (!j->done)
		return ev_fail(err, EVAULT_E_USAGE, "more groups are needed");
	ev_age_identity_text(&j->identity, out);
	return EVAULT_OK;
}
