/*
 * Statements that are not finished: saved, opened, removed; and that nothing
 * of what was kept depends on them.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

static const char *const said[] = { "witness=Гүлдария Қ." };

static struct evault *
open_vault(const char *dir, enum evault_access access)
{
	struct evault *v = NULL;

	return fixture_open(dir, access, FIXTURE_KEY, &v, NULL) == EVAULT_OK ? v : NULL;
}

struct seen {
	unsigned n, bad;
	char id[EVAULT_DRAFT_ID_SIZE], text[100], fields[400], begun[EVAULT_TIME_SIZE];
	size_t len;
};

static enum evault_status
see(void *ctx, const struct evault_draft *d, struct evault_error *err)
{
	struct seen *s = ctx;
	size_t i;

	(void)err;
	s->n++;
	s->bad += d->why.status != EVAULT_OK;
	memcpy(s->id, d->id, sizeof(s->id));
	memcpy(s->begun, d->begun, sizeof(s->begun));
	s->len = d->len;
	snprintf(s->text, sizeof(s->text), "%.*s", (int)(d->len < 99 ? d->len : 99), d->text);
	s->fields[0] = '\0';
	for (i = 0; i < d->said.n_fields; i++)
		snprintf(s->fields + strlen(s->fields), sizeof(s->fields) - strlen(s->fields),
			 "[%s]", d->said.fields[i]);
	return EVAULT_OK;
}

static enum evault_status
save(struct evault *v, struct evault_draft *d, const char *text)
{
	d->said = (struct evault_details){ .case_name = "K 1", .fields = said, .n_fields = 1 };
	d->text = text;
	d->len = strlen(text);
	return evault_draft_save(v, d, NULL);
}

/* The path of the only draft there is. */
static bool
only_draft(const char *dir, char *out, size_t size)
{
	glob_t found;
	bool good;

	snprintf(out, size, "%s/drafts/*", dir);
	if (glob(out, 0, NULL, &found) != 0)
		return false;
	good = found.gl_pathc == 1;
	snprintf(out, size, "%s", found.gl_pathv[0]);
	globfree(&found);
	return good;
}

/* A vault with one draft, saved without a key; its id. */
static bool
begin_draft(const char *dir, const char *text, char id[EVAULT_DRAFT_ID_SIZE])
{
	struct evault_draft d = { .id = "" };
	struct evault *v;
	bool good;

	if (!fixture_vault(dir))
		return false;
	v = open_vault(dir, EVAULT_SEALED);
	good = v != NULL && save(v, &d, text) == EVAULT_OK && strlen(d.id) == 16 &&
	       strlen(d.begun) == 20 && strlen(d.saved) == 20;
	memcpy(id, d.id, sizeof(d.id));
	evault_close(v);
	return good;
}

static void
a_draft_is_sealed_without_a_key_and_opened_with_one(void)
{
	char id[EVAULT_DRAFT_ID_SIZE];
	struct seen s = { 0 };
	struct evault *v;

	NEED(begin_draft("d1", "half a sen", id));
	v = open_vault("d1", EVAULT_SEALED);
	NEED(v != NULL);
	CHECK(evault_draft_load(v, id, see, &s, NULL) == EVAULT_E_KEY && s.n == 0);
	evault_close(v);
	v = open_vault("d1", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_list(v, see, &s, NULL) == EVAULT_OK && s.n == 1 && s.bad == 0);
	CHECK(strcmp(s.id, id) == 0 && strcmp(s.text, "half a sen") == 0);
	CHECK(strcmp(s.fields, "[case=K 1][witness=Гүлдария Қ.]") == 0);
	evault_close(v);
}

static void
saving_again_takes_the_place_of_it_and_tells_no_size(void)
{
	struct evault_draft d = { .id = "" };
	struct seen s = { 0 };
	char id[EVAULT_DRAFT_ID_SIZE], begun[EVAULT_TIME_SIZE];
	char *longer = calloc(1, 60001);
	uint64_t before;
	struct evault *v;
	size_t files;

	NEED(longer != NULL && fixture_vault("d2"));
	memset(longer, 'x', 60000);
	v = open_vault("d2", EVAULT_READ);
	NEED(v != NULL && save(v, &d, "") == EVAULT_OK);
	memcpy(id, d.id, sizeof(id));
	memcpy(begun, d.begun, sizeof(begun));
	before = fixture_bytes("d2/drafts", &files);
	CHECK(files == 1);
	NEED(save(v, &d, longer) == EVAULT_OK);
	CHECK(strcmp(id, d.id) == 0 && strcmp(begun, d.begun) == 0);
	CHECK(fixture_bytes("d2/drafts", &files) == before && files == 1);
	CHECK(evault_draft_load(v, id, see, &s, NULL) == EVAULT_OK && s.len == 60000);
	evault_close(v);
	free(longer);
}

static void
the_last_draft_takes_its_folder_with_it(void)
{
	char id[EVAULT_DRAFT_ID_SIZE];
	struct evault *v;

	NEED(begin_draft("d3", "x", id));
	v = open_vault("d3", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_remove(v, "0123456789abcdef", NULL) == EVAULT_E_NOT_FOUND);
	CHECK(evault_draft_remove(v, "../../v", NULL) == EVAULT_E_NOT_FOUND);
	CHECK(evault_draft_remove(v, id, NULL) == EVAULT_OK && !fixture_there("d3/drafts"));
	CHECK(evault_draft_remove(v, id, NULL) == EVAULT_E_NOT_FOUND);
	evault_close(v);
	CHECK(fixture_is_sound("d3"));
}

static void
check_and_status_tell_of_a_draft_and_call_it_no_damage(void)
{
	struct evault_check_summary s;
	struct evault_status_info info;
	char id[EVAULT_DRAFT_ID_SIZE];
	struct evault *v;
	struct found f;
	int sealed;

	NEED(begin_draft("d4", "x", id));
	for (sealed = 0; sealed < 2; sealed++) {
		NEED(fixture_check("d4", sealed ? EVAULT_SEALED : EVAULT_READ, EVAULT_CHECK_FULL,
				   &f, &s) == EVAULT_OK);
		CHECK(s.sound && f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
		CHECK(strcmp(f.detail,
			     "a statement that was not finished: evault testify --resume") == 0);
	}
	v = open_vault("d4", EVAULT_SEALED);
	NEED(v != NULL);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.drafts == 1);
	evault_close(v);
}

static void
a_garbled_draft_is_told_and_harms_nothing(void)
{
	struct evault_check_summary s;
	char id[EVAULT_DRAFT_ID_SIZE], path[200], other[200];
	struct seen seen = { 0 };
	struct evault *v;
	struct found f;

	NEED(begin_draft("d5", "x", id));
	NEED(only_draft("d5", path, sizeof(path)) && fixture_flip(path, -5));
	NEED(fixture_check("d5", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(s.sound && f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	CHECK(strstr(f.detail, "cannot be opened any more") != NULL);
	snprintf(other, sizeof(other), "d5/drafts/0123456789abcdef%s", path + 26);
	NEED(fixture_text(other, "age-encryption.org/v1\n"));
	v = open_vault("d5", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_list(v, see, &seen, NULL) == EVAULT_OK && seen.n == 2 && seen.bad == 2);
	CHECK(evault_draft_load(v, id, see, &seen, NULL) != EVAULT_OK);
	evault_close(v);
}

static void
what_is_no_draft_in_its_folder_is_unknown(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(fixture_vault("d6") && fixture_folder("d6/drafts") &&
	     fixture_text("d6/drafts/note.txt", "x") &&
	     fixture_text("d6/drafts/0123456789abcdef.age", "x"));
	NEED(fixture_check("d6", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(!s.sound && f.of[EVAULT_FINDING_UNKNOWN] == 2 && f.n == 2);
}

static void
of_two_drafts_of_one_id_the_higher_counts(void)
{
	char id[EVAULT_DRAFT_ID_SIZE], path[200], aside[200];
	struct evault_status_info info;
	struct evault_draft d = { .id = "" };
	struct seen s = { 0 };
	struct evault *v;
	size_t files;

	NEED(begin_draft("d10", "older", id) && only_draft("d10", path, sizeof(path)));
	snprintf(aside, sizeof(aside), "%s", strrchr(path, '/') + 1);
	NEED(fixture_copy(path, aside));
	v = open_vault("d10", EVAULT_READ);
	NEED(v != NULL);
	memcpy(d.id, id, sizeof(d.id));
	NEED(save(v, &d, "newer") == EVAULT_OK && fixture_copy(aside, path));
	fixture_bytes("d10/drafts", &files);
	CHECK(files == 2);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && info.drafts == 1);
	CHECK(evault_draft_list(v, see, &s, NULL) == EVAULT_OK && s.n == 1);
	CHECK(strcmp(s.text, "newer") == 0);
	CHECK(evault_draft_remove(v, id, NULL) == EVAULT_OK && !fixture_there("d10/drafts"));
	evault_close(v);
}

/* Whatever call fails: the earlier draft can be opened, or the new one. */
static void
a_save_that_fails_leaves_the_draft_before_it(void)
{
	static const int errors[] = { EIO, ENOSPC };
	unsigned call, e, failed = 0;
	char id[EVAULT_DRAFT_ID_SIZE];
	int nth;

	NEED(begin_draft("d7", "before", id));
	for (call = 0; call < FAULT_CALLS; call++)
		for (e = 0; e < 2; e++)
			for (nth = 0; nth < 6; nth++) {
				struct fault_plan plan = { (enum fault_call)call, nth, errors[e],
							   false, NULL };
				struct evault_draft d = { .id = "" };
				struct evault *v = open_vault("d7", EVAULT_READ);
				struct seen s = { 0 };
				enum evault_status rc;

				NEED(v != NULL);
				memcpy(d.id, id, sizeof(d.id));
				NEED(save(v, &d, "before") == EVAULT_OK);
				faults_on(&plan);
				rc = save(v, &d, "after");
				failed += faults_off() && rc != EVAULT_OK;
				CHECK(evault_draft_load(v, id, see, &s, NULL) == EVAULT_OK);
				CHECK(strcmp(s.text, "after") == 0 ||
				      (rc != EVAULT_OK && strcmp(s.text, "before") == 0));
				evault_close(v);
			}
	CHECK(failed > 10);
}

static void
a_link_in_place_of_the_folder_is_not_followed(void)
{
	struct evault_draft d = { .id = "" };
	struct evault *v;
	size_t files;

	NEED(fixture_vault("d8") && fixture_folder("elsewhere") &&
	     symlink("../elsewhere", "d8/drafts") == 0);
	v = open_vault("d8", EVAULT_READ);
	NEED(v != NULL);
	CHECK(save(v, &d, "x") != EVAULT_OK);
	evault_close(v);
	CHECK(fixture_bytes("elsewhere", &files) == 0 && files == 0);
	CHECK(fixture_remove("d8/drafts"));
}

static void
a_draft_longer_than_8_mib_is_refused(void)
{
	struct evault_draft d = { .text = "x", .len = EVAULT_STATEMENT_MAX + 1 };
	struct evault *v;

	NEED(fixture_vault("d9"));
	v = open_vault("d9", EVAULT_READ);
	NEED(v != NULL);
	CHECK(evault_draft_save(v, &d, NULL) == EVAULT_E_LIMIT && !fixture_there("d9/drafts"));
	evault_close(v);
}

static enum evault_status
see_live(void *ctx, const struct evault_draft *d, struct evault_error *err)
{
	unsigned *live = ctx;

	(void)err;
	*live += d->live;
	return EVAULT_OK;
}

/* Two handles are to each other as two programs. */
static void
a_draft_is_held_by_one_from_save_to_save_until_let_go(void)
{
	struct evault_draft d = { .text = "" }, other = { .text = "" };
	struct evault *v, *w;
	unsigned live = 0;

	NEED(fixture_vault("d11"));
	v = open_vault("d11", EVAULT_READ);
	w = open_vault("d11", EVAULT_READ);
	NEED(v != NULL && w != NULL);
	NEED(save(v, &d, "one") == EVAULT_OK);
	memcpy(other.id, d.id, sizeof(other.id));
	CHECK(evault_draft_hold(w, &other, NULL) == EVAULT_E_BUSY && other.hold == 0);
	NEED(save(v, &d, "one two") == EVAULT_OK);
	CHECK(evault_draft_hold(w, &other, NULL) == EVAULT_E_BUSY);
	CHECK(evault_draft_list(w, see_live, &live, NULL) == EVAULT_OK && live == 1);
	/* It does not depend on the vault being open. */
	evault_close(v);
	CHECK(evault_draft_hold(w, &other, NULL) == EVAULT_E_BUSY);
	evault_draft_let_go(&d);
	CHECK(evault_draft_list(w, see_live, &live, NULL) == EVAULT_OK && live == 1);
	CHECK(evault_draft_hold(w, &other, NULL) == EVAULT_OK);
	CHECK(evault_draft_hold(w, &d, NULL) == EVAULT_E_BUSY);
	evault_draft_let_go(&other);
	evault_draft_let_go(&other);
	memset(other.id, '0', sizeof(other.id) - 1);
	CHECK(evault_draft_hold(w, &other, NULL) == EVAULT_E_NOT_FOUND);
	evault_close(w);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(a_draft_is_sealed_without_a_key_and_opened_with_one);
	UNIT_RUN(saving_again_takes_the_place_of_it_and_tells_no_size);
	UNIT_RUN(the_last_draft_takes_its_folder_with_it);
	UNIT_RUN(check_and_status_tell_of_a_draft_and_call_it_no_damage);
	UNIT_RUN(a_garbled_draft_is_told_and_harms_nothing);
	UNIT_RUN(what_is_no_draft_in_its_folder_is_unknown);
	UNIT_RUN(of_two_drafts_of_one_id_the_higher_counts);
	UNIT_RUN(a_save_that_fails_leaves_the_draft_before_it);
	UNIT_RUN(a_link_in_place_of_the_folder_is_not_followed);
	UNIT_RUN(a_draft_longer_than_8_mib_is_refused);
	UNIT_RUN(a_draft_is_held_by_one_from_save_to_save_until_let_go);
	return fixture_end();
}
