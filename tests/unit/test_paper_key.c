/*
 * Keys on paper as the command line has them: made, proved, typed again; and
 * a vault that begins with one.
 */
#include <stdlib.h>

#include "base/secret.h"
#include "vault.h"
#include "vault_fixture.h"

#define ORIGIN "evault/" HEX
#define HEX    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define OTHER  "evault/0f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static struct evault_paper *
paper_of(unsigned k, unsigned n, const char *origin)
{
	struct evault_paper *paper = NULL;

	if (evault_paper_new(k, n, &paper, NULL) != EVAULT_OK)
		return NULL;
	if (evault_paper_for(paper, origin, NULL) != EVAULT_OK) {
		evault_paper_free(paper);
		return NULL;
	}
	return paper;
}

/* Group `place` of a share, six letters and a NUL. */
static const char *
group_of(const struct evault_paper *paper, unsigned number, unsigned place, char out[8])
{
	char text[EVAULT_PAPER_TEXT_SIZE];

	evault_paper_text(paper, number, text);
	snprintf(out, 7, "%.6s", text + place * 7);
	return out;
}

static enum evault_status
type_share(struct evault_join *join, const struct evault_paper *paper, unsigned number,
	   struct evault_joining *now, struct evault_error *err)
{
	char text[EVAULT_PAPER_TEXT_SIZE];

	evault_paper_text(paper, number, text);
	return evault_join_type(join, text, now, err);
}

static void
impossible_numbers_of_shares_are_refused(void)
{
	static const unsigned no[][2] = { { 0, 0 }, { 1, 2 },  { 2, 1 },
					  { 3, 2 }, { 2, 17 }, { 0, 5 } };
	struct evault_paper *paper = NULL;
	size_t i;

	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		CHECK(evault_paper_new(no[i][0], no[i][1], &paper, NULL) == EVAULT_E_USAGE);
	CHECK(paper == NULL);
	evault_paper_free(NULL);
	evault_join_free(NULL);
}

static void
shares_that_are_typed_give_the_identity_of_the_recipient(void)
{
	struct evault_paper *paper = paper_of(2, 3, ORIGIN);
	char *identity = evault_secret_new(EVAULT_IDENTITY_SIZE);
	char name[EVAULT_PAPER_NAME_SIZE], text[EVAULT_RECIPIENT_SIZE];
	struct ev_age_recipient recipient;
	struct ev_age_identity back;
	struct evault_joining now;
	struct evault_join *join = NULL;

	NEED(paper != NULL && identity != NULL);
	NEED(evault_join_new(ORIGIN, &join, NULL) == EVAULT_OK);
	CHECK(type_share(join, paper, 3, &now, NULL) == EVAULT_OK);
	CHECK(now.have == 1 && now.threshold == 2 && now.place == 0 && !now.done);
	CHECK(evault_join_identity(join, identity, NULL) == EVAULT_E_USAGE);
	CHECK(type_share(join, paper, 1, &now, NULL) == EVAULT_OK && now.done && now.have == 2);
	CHECK(evault_join_identity(join, identity, NULL) == EVAULT_OK);
	CHECK(ev_age_identity_parse(ev_slice_text(identity), &back, NULL) == EVAULT_OK);
	ev_age_identity_recipient(&back, &recipient);
	ev_age_recipient_text(&recipient, text);
	CHECK(strcmp(text, evault_paper_recipient(paper)) == 0);
	evault_paper_name(paper, name);
	CHECK(strncmp(name, "shares ", 7) == 0 && strcmp(name + 15, ", 2 of 3") == 0);
	CHECK(evault_join_type(join, "000000", &now, NULL) == EVAULT_E_USAGE);
	evault_join_free(join);
	evault_paper_free(paper);
	evault_secret_free(identity);
}

static void
a_wrong_group_costs_that_group_alone(void)
{
	struct evault_paper *paper = paper_of(2, 2, ORIGIN);
	struct evault_error err = { .text = "" };
	struct evault_joining now;
	struct evault_join *join = NULL;
	char group[8], line[40];
	unsigned place;

	NEED(paper != NULL && evault_join_new(ORIGIN, &join, NULL) == EVAULT_OK);
	for (place = 0; place < EVAULT_PAPER_GROUPS; place++) {
		group_of(paper, 1, place, group);
		group[2] = group[2] == '7' ? '8' : '7';
		CHECK(evault_join_type(join, group, &now, &err) == EVAULT_E_FORMAT);
		CHECK(now.place == place && strstr(err.text, "group ") == err.text);
		CHECK(strtoul(err.text + 6, NULL, 10) == place + 1 &&
		      strstr(err.text, group) == NULL);
		CHECK(evault_join_type(join, "12345", &now, &err) == EVAULT_E_FORMAT &&
		      now.place == place);
		/* The right one, and after it a wrong one in the same line. */
		snprintf(line, sizeof(line), " %s  UUUUUU ", group_of(paper, 1, place, group));
		CHECK(evault_join_type(join, line, &now, &err) == EVAULT_E_FORMAT);
		CHECK(now.place == (place + 1) % EVAULT_PAPER_GROUPS);
	}
	CHECK(now.have == 1);
	evault_join_free(join);
	evault_paper_free(paper);
}

static void
what_does_not_belong_together_is_told_after_five_groups(void)
{
	struct evault_paper *paper = paper_of(2, 3, ORIGIN), *other = paper_of(2, 3, OTHER),
			    *set = paper_of(2, 3, ORIGIN), *whole = paper_of(1, 1, ORIGIN);
	const struct {
		const struct evault_paper *paper;
		unsigned number;
		enum evault_status rc;
		const char *says;
	} wrong[] = {
		{ other, 2, EVAULT_E_KEY, "another vault" },
		{ set, 2, EVAULT_E_KEY, "foreign set" },
		{ paper, 1, EVAULT_E_EXISTS, "share 1 was given already" },
		{ whole, 1, EVAULT_E_USAGE, "whole recovery key" },
	};
	struct evault_error err = { .text = "" };
	struct evault_joining now;
	struct evault_join *join = NULL;
	char group[8];
	unsigned place;
	size_t i;

	NEED(paper != NULL && other != NULL && set != NULL && whole != NULL);
	NEED(evault_join_new(ORIGIN, &join, NULL) == EVAULT_OK);
	NEED(type_share(join, paper, 1, &now, NULL) == EVAULT_OK);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		for (place = 0; place < 4; place++)
			CHECK(evault_join_type(
				  join, group_of(wrong[i].paper, wrong[i].number, place, group),
				  &now, &err) == EVAULT_OK);
		CHECK(evault_join_type(join, group_of(wrong[i].paper, wrong[i].number, 4, group),
				       &now, &err) == wrong[i].rc);
		CHECK(strstr(err.text, wrong[i].says) != NULL);
		CHECK(now.place == 0 && now.have == 1);
	}
	CHECK(type_share(join, paper, 2, &now, NULL) == EVAULT_OK && now.done);
	evault_join_free(join);
	evault_paper_free(paper);
	evault_paper_free(other);
	evault_paper_free(set);
	evault_paper_free(whole);
}

static void
letters_that_look_alike_and_one_at_a_time_are_taken(void)
{
	struct evault_paper *paper = paper_of(1, 1, ORIGIN);
	struct evault_joining now = { .place = 0 };
	struct evault_join *join = NULL;
	char group[8], typed[64];
	unsigned place, i;
	size_t at;

	NEED(paper != NULL && evault_join_new(ORIGIN, &join, NULL) == EVAULT_OK);
	for (place = 0; place < EVAULT_PAPER_GROUPS; place++) {
		group_of(paper, 1, place, group);
		for (i = 0, at = 0; i < 6; i++)
			at += (size_t)snprintf(typed + at, sizeof(typed) - at, "%s%s",
					       i == 3 ? "-" : "",
					       group[i] == 'A'   ? "А"
					       : group[i] == '0' ? "O"
					       : group[i] == 'C' ? "с"
								 : (char[]){ group[i], 0 });
		CHECK(evault_join_type(join, typed, &now, NULL) == EVAULT_OK);
	}
	CHECK(now.done && now.threshold == 1);
	evault_join_free(join);
	evault_paper_free(paper);
}

static void
proof_is_the_group_of_its_place_and_nothing_else(void)
{
	struct evault_paper *paper = paper_of(3, 4, ORIGIN);
	char group[8], other[8];
	unsigned place;

	NEED(paper != NULL);
	for (place = 5; place < EVAULT_PAPER_GROUPS; place++) {
		group_of(paper, 4, place, group);
		CHECK(evault_paper_proves(paper, 4, place, group, NULL) == EVAULT_OK);
		CHECK(evault_paper_proves(paper, 3, place, group, NULL) == EVAULT_E_FORMAT);
		group_of(paper, 4, place == 5 ? 6 : 5, other);
		CHECK(evault_paper_proves(paper, 4, place, other, NULL) == EVAULT_E_FORMAT);
		CHECK(evault_paper_proves(paper, 4, place, "", NULL) == EVAULT_E_FORMAT);
		group[0] = (char)(group[0] == '2' ? '3' : '2');
		CHECK(evault_paper_proves(paper, 4, place, group, NULL) == EVAULT_E_FORMAT);
	}
	evault_paper_free(paper);
}

static void
pages_go_into_a_new_file_alone(void)
{
	struct evault_paper *paper = paper_of(2, 3, ORIGIN);

	NEED(paper != NULL && fixture_text("there.html", "mine"));
	CHECK(evault_paper_pages(paper, "<case>", "there.html", -1, NULL) == EVAULT_E_EXISTS);
	CHECK(fixture_holds("there.html", "mine", 4));
	CHECK(evault_paper_pages(paper, "<case>", "new.html", -1, NULL) == EVAULT_OK);
	CHECK(fixture_there("new.html"));
	CHECK(evault_paper_pages(paper, NULL, "no/new.html", -1, NULL) == EVAULT_E_NOT_FOUND);
	evault_paper_free(paper);
}

/* ---- a vault that begins with one ------------------------------------------------ */

static char kept_text[EVAULT_PAPER_TEXT_SIZE];

static enum evault_status
write_down(void *ctx, struct evault_paper *paper, struct evault_error *err)
{
	evault_paper_text(paper, 1, kept_text);
	return *(bool *)ctx ? EVAULT_OK : ev_fail(err, EVAULT_E_CANCELLED, "no pen");
}

static void
init_shows_the_recovery_key_and_it_opens_the_vault(void)
{
	bool written = true;
	struct evault_init how = {
		.dir = "r", .to = fixture_recipient(), .written = write_down, .ctx = &written
	};
	char *identity = evault_secret_new(EVAULT_IDENTITY_SIZE), origin[EVAULT_ORIGIN_SIZE];
	struct evault_unlock unlock = { .identity = identity };
	struct evault_open open = { .dir = "r", .access = EVAULT_READ, .unlock = &unlock };
	struct evault_holder holder;
	struct evault_joining now;
	struct evault_join *join = NULL;
	struct evault *v = NULL;

	NEED(identity != NULL && evault_paper_new(1, 1, &how.paper, NULL) == EVAULT_OK);
	NEED(evault_init(&how, origin, NULL) == EVAULT_OK);
	NEED(evault_join_new(origin, &join, NULL) == EVAULT_OK);
	CHECK(evault_join_type(join, kept_text, &now, NULL) == EVAULT_OK && now.done);
	CHECK(evault_join_identity(join, identity, NULL) == EVAULT_OK);
	CHECK(evault_open(&open, &v, NULL) == EVAULT_OK);
	CHECK(v != NULL && evault_key_find(v, "recovery", &holder, NULL) == EVAULT_OK);
	CHECK(strcmp(holder.recipient, evault_paper_recipient(how.paper)) == 0);
	evault_close(v);
	evault_join_free(join);
	evault_paper_free(how.paper);
	evault_secret_free(identity);
	CHECK(fixture_is_sound("r"));
}

static void
a_vault_whose_recovery_key_was_not_written_down_is_not_made(void)
{
	bool written = false;
	struct evault_init how = {
		.dir = "s", .to = fixture_recipient(), .written = write_down, .ctx = &written
	};
	struct evault_error err = { .text = "" };
	char origin[EVAULT_ORIGIN_SIZE];
	struct evault *v = NULL;

	NEED(evault_paper_new(1, 1, &how.paper, NULL) == EVAULT_OK);
	CHECK(evault_init(&how, origin, &err) == EVAULT_E_CANCELLED);
	CHECK(strstr(err.text, "no pen") != NULL);
	CHECK(fixture_open("s", EVAULT_READ, FIXTURE_KEY, &v, NULL) != EVAULT_OK);
	evault_paper_free(how.paper);
	NEED(evault_paper_new(1, 1, &how.paper, NULL) == EVAULT_OK);
	written = true;
	CHECK(evault_init(&how, origin, &err) == EVAULT_OK);
	CHECK(fixture_is_sound("s"));
	evault_paper_free(how.paper);
}

/* ---- passphrases that evault makes --------------------------------------------- */

static void
a_made_passphrase_is_good_and_a_weak_one_is_refused_with_the_reason(void)
{
	static const char *const names[] = { "Aigul" };
	struct evault_error err = { .text = "" };
	char made[EVAULT_PASSPHRASE_MADE_SIZE], again[EVAULT_PASSPHRASE_MADE_SIZE];

	CHECK(evault_passphrase_make(EVAULT_WORDS_ENGLISH, made, NULL) == EVAULT_OK);
	CHECK(evault_passphrase_make(EVAULT_WORDS_ENGLISH, again, NULL) == EVAULT_OK);
	CHECK(strcmp(made, again) != 0);
	CHECK(evault_passphrase_check(made, names, 1, &err) == EVAULT_OK);
	CHECK(evault_passphrase_make(EVAULT_WORDS_RUSSIAN, made, NULL) == EVAULT_OK);
	CHECK(evault_passphrase_check(made, NULL, 0, &err) == EVAULT_OK);
	CHECK((unsigned char)made[0] >= 0xD0);
	CHECK(evault_passphrase_check("", NULL, 0, &err) == EVAULT_E_USAGE && err.text[0] != '\0');
	CHECK(evault_passphrase_check("19871123", NULL, 0, &err) == EVAULT_E_USAGE);
	CHECK(evault_passphrase_check("aigul2026!", names, 1, &err) == EVAULT_E_USAGE);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(impossible_numbers_of_shares_are_refused);
	UNIT_RUN(shares_that_are_typed_give_the_identity_of_the_recipient);
	UNIT_RUN(a_wrong_group_costs_that_group_alone);
	UNIT_RUN(what_does_not_belong_together_is_told_after_five_groups);
	UNIT_RUN(letters_that_look_alike_and_one_at_a_time_are_taken);
	UNIT_RUN(proof_is_the_group_of_its_place_and_nothing_else);
	UNIT_RUN(pages_go_into_a_new_file_alone);
	UNIT_RUN(init_shows_the_recovery_key_and_it_opens_the_vault);
	UNIT_RUN(a_vault_whose_recovery_key_was_not_written_down_is_not_made);
	UNIT_RUN(a_made_passphrase_is_good_and_a_weak_one_is_refused_with_the_reason);
	return fixture_end();
}
