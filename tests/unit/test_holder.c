/*
 * Who holds keys: what each may do, and what an interrupted change leaves.
 */
#include <errno.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "store/keyring_change.h"
#include "vault.h"
#include "vault_fixture.h"

static char writer_recipient[EVAULT_RECIPIENT_SIZE], reader_recipient[EVAULT_RECIPIENT_SIZE],
    third_recipient[EVAULT_RECIPIENT_SIZE];
static struct evault_key_changed changed;
static struct evault_error err;
static struct evault_add_summary added;

/* A vault of one owner, with one item. */
static bool
make(void)
{
	return fixture_remove("v") && fixture_vault("v") && fixture_text("item", "kept\n") &&
	       fixture_add("v", "item", &added) == EVAULT_OK;
}

static enum evault_status
add_by(const char *key, const char *name, enum evault_role role, const char *to)
{
	struct evault_key_add who = { .name = name, .role = role, .seal = { .to = to } };
	struct evault *v = NULL;
	enum evault_status rc;

	err.text[0] = '\0';
	rc = fixture_open("v", EVAULT_WRITE, key, &v, &err);
	if (rc == EVAULT_OK)
		rc = evault_key_add(v, &who, &changed, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
remove_by(const char *key, const char *who)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_WRITE, key, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_key_remove(v, who, &changed, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
rename_by(const char *key, const char *who, const char *name)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_WRITE, key, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_key_rename(v, who, name, &changed, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
rotate_by(const char *key)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_WRITE, key, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_key_rotate(v, &changed, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
seal_by(const char *key, const struct evault_key_seal *seal)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", EVAULT_WRITE, key, &v, &err);

	if (rc == EVAULT_OK)
		rc = evault_key_passphrase(v, seal, &changed, &err);
	evault_close(v);
	return rc;
}

static enum evault_status
opens(const char *key, enum evault_access access)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open("v", access, key, &v, &err);

	evault_close(v);
	return rc;
}

/* "1 owner  ;2 writer W;- reader R;" … of what evault_key_list says. */
static char listed[2000];

static enum evault_status
note_holder(void *ctx, const struct evault_holder *h, struct evault_error *e)
{
	size_t at = strlen(listed);

	(void)ctx, (void)e;
	snprintf(listed + at, sizeof(listed) - at, "%llu %s%s %s%s;", (unsigned long long)h->number,
		 h->ended ? "former " : "", evault_role_word(h->role), h->name,
		 h->passphrase ? " (passphrase)" : "");
	return EVAULT_OK;
}

static const char *
list_by(const char *key, enum evault_access access)
{
	struct evault *v = NULL;

	listed[0] = '\0';
	if (fixture_open("v", access, key, &v, &err) != EVAULT_OK ||
	    evault_key_list(v, note_holder, NULL, &err) != EVAULT_OK)
		snprintf(listed, sizeof(listed), "failed: %s", err.text);
	evault_close(v);
	return listed;
}

/* ---- roles -------------------------------------------------------------------------- */

static void
each_role_opens_what_it_may(void)
{
	NEED(make());
	NEED(add_by(FIXTURE_KEY, "W", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_OK);
	CHECK(changed.holder.number == 2 && changed.index == 3 && !changed.new_epoch);
	NEED(add_by(FIXTURE_KEY, "R", EVAULT_ROLE_READER, reader_recipient) == EVAULT_OK);
	NEED(add_by(FIXTURE_KEY, "C", EVAULT_ROLE_CAPTURE, third_recipient) == EVAULT_OK);
	CHECK(changed.holder.number == 3);
	CHECK(fixture_is_sound("v"));
	CHECK(opens("writer", EVAULT_WRITE) == EVAULT_OK);
	CHECK(opens("reader", EVAULT_READ) == EVAULT_OK);
	CHECK(opens("reader", EVAULT_WRITE) == EVAULT_E_DENIED);
	CHECK(strcmp(list_by("reader", EVAULT_READ),
		     "1 owner Aigul;2 writer W;3 capture C;0 reader R;") == 0);
	CHECK(strcmp(list_by(NULL, EVAULT_SEALED), "1 owner ;2 writer ;3 capture ;") == 0);
}

static void
only_an_owner_changes_keys(void)
{
	struct evault_key_seal to = { .to = third_recipient };

	NEED(make());
	NEED(add_by(FIXTURE_KEY, "W", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_OK);
	CHECK(add_by("writer", "X", EVAULT_ROLE_READER, reader_recipient) == EVAULT_E_DENIED);
	CHECK(remove_by("writer", "1") == EVAULT_E_DENIED);
	CHECK(remove_by("writer", "W") == EVAULT_E_DENIED);
	CHECK(rename_by("writer", "W", "Y") == EVAULT_E_DENIED);
	CHECK(rotate_by("writer") == EVAULT_E_DENIED);
	CHECK(fixture_is_sound("v"));
	/* … but each their own slot. */
	CHECK(seal_by("writer", &to) == EVAULT_OK && changed.holder.number == 2);
	CHECK(opens("writer", EVAULT_READ) == EVAULT_E_KEY);
	CHECK(opens("third", EVAULT_WRITE) == EVAULT_OK);
	CHECK(fixture_is_sound("v"));
	/* A second owner does all of it. */
	NEED(add_by(FIXTURE_KEY, "O", EVAULT_ROLE_OWNER, reader_recipient) == EVAULT_OK);
	CHECK(remove_by("reader", "1") == EVAULT_OK && changed.new_epoch);
	CHECK(opens(FIXTURE_KEY, EVAULT_READ) == EVAULT_E_KEY);
	CHECK(remove_by("reader", "O") == EVAULT_E_DENIED &&
	      strstr(err.text, "last owner") != NULL);
	CHECK(rotate_by("reader") == EVAULT_OK && opens("third", EVAULT_WRITE) == EVAULT_OK);
}

static void
nothing_is_changed_without_the_lock(void)
{
	struct evault *v = NULL;

	NEED(make() && fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_key_rotate(v, &changed, NULL) == EVAULT_E_DENIED);
	CHECK(evault_key_rename(v, "1", "x", &changed, NULL) == EVAULT_E_DENIED);
	evault_close(v);
}

static void
after_a_change_the_vault_must_be_opened_again(void)
{
	struct evault *v = NULL;

	NEED(make() && fixture_open("v", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_key_rotate(v, &changed, NULL) == EVAULT_OK);
	CHECK(evault_key_rotate(v, &changed, &err) == EVAULT_E_IO);
	CHECK(strstr(err.text, "opened again") != NULL);
	evault_close(v);
	CHECK(fixture_is_sound("v"));
}

/* ---- names --------------------------------------------------------------------------- */

static void
names_that_say_nothing_or_too_much_are_refused(void)
{
	char longest[300];

	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	NEED(make());
	CHECK(add_by(FIXTURE_KEY, "", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_E_USAGE);
	CHECK(add_by(FIXTURE_KEY, "12", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_E_USAGE);
	CHECK(add_by(FIXTURE_KEY, "age1x", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_E_USAGE);
	CHECK(add_by(FIXTURE_KEY, longest, EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_E_USAGE);
	CHECK(add_by(FIXTURE_KEY, "R", EVAULT_ROLE_READER, NULL) == EVAULT_E_USAGE);
	CHECK(add_by(FIXTURE_KEY, "R", EVAULT_ROLE_READER, "age1nonsense") == EVAULT_E_USAGE);
	longest[255] = '\0';
	CHECK(add_by(FIXTURE_KEY, longest, EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_OK);
	CHECK(add_by(FIXTURE_KEY, longest, EVAULT_ROLE_READER, reader_recipient) ==
	      EVAULT_E_EXISTS);
	CHECK(add_by(FIXTURE_KEY, "R", EVAULT_ROLE_READER, reader_recipient) == EVAULT_OK);
	CHECK(add_by(FIXTURE_KEY, "S", EVAULT_ROLE_READER, reader_recipient) == EVAULT_E_EXISTS);
	CHECK(rename_by(FIXTURE_KEY, "1", "R") == EVAULT_E_EXISTS);
	CHECK(rename_by(FIXTURE_KEY, "7", "Z") == EVAULT_E_NOT_FOUND);
	CHECK(remove_by(FIXTURE_KEY, "nobody") == EVAULT_E_NOT_FOUND);
	CHECK(fixture_is_sound("v"));
}

static void
removed_holder_is_still_known_by_name(void)
{
	struct evault *v = NULL;
	char key[EVAULT_HEX_SIZE];

	NEED(make());
	NEED(add_by(FIXTURE_KEY, "W\n%", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_OK);
	memcpy(key, changed.holder.key, sizeof(key));
	NEED(rename_by(FIXTURE_KEY, "2", "Second") == EVAULT_OK);
	CHECK(strcmp(changed.holder.name, "W\n%") == 0);
	NEED(remove_by(FIXTURE_KEY, "Second") == EVAULT_OK);
	NEED(rotate_by(FIXTURE_KEY) == EVAULT_OK);
	NEED(fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_key_name(v, key) != NULL && strcmp(evault_key_name(v, key), "Second") == 0);
	key[0] = key[0] == '0' ? '1' : '0';
	CHECK(evault_key_name(v, key) == NULL && evault_key_name(v, "x") == NULL);
	evault_close(v);
	CHECK(strcmp(list_by(FIXTURE_KEY, EVAULT_READ), "1 owner Aigul;0 former writer Second;") ==
	      0);
	/* The number is free again, the one who had it is not back. */
	NEED(add_by(FIXTURE_KEY, "Second", EVAULT_ROLE_WRITER, third_recipient) == EVAULT_OK);
	CHECK(changed.holder.number == 2 && opens("writer", EVAULT_READ) == EVAULT_E_KEY);
	CHECK(fixture_is_sound("v"));
}

static void
holder_is_called_in_records_as_the_roster_says(void)
{
	struct evault_status_info info;
	struct evault *v = NULL;

	NEED(make() && rename_by(FIXTURE_KEY, "1", "Named") == EVAULT_OK);
	NEED(fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK && strcmp(info.holder, "Named") == 0);
	evault_close(v);
}

static void
vault_has_at_most_64_holders_and_readers(void)
{
	char name[20], recipient[EVAULT_RECIPIENT_SIZE];
	struct ev_age_recipient to;
	struct ev_age_identity one;
	unsigned i;

	NEED(fixture_remove("v") && fixture_vault("v"));
	for (i = 2; i <= 65; i++) {
		ev_age_identity_make(&one);
		ev_age_identity_recipient(&one, &to);
		ev_age_recipient_text(&to, recipient);
		snprintf(name, sizeof(name), "holder %u", i);
		if (!CHECK(add_by(FIXTURE_KEY, name,
				  i % 2 == 0 ? EVAULT_ROLE_CAPTURE : EVAULT_ROLE_READER,
				  recipient) == (i <= 64 ? EVAULT_OK : EVAULT_E_LIMIT)))
			printf("# %u: %s\n", i, err.text);
	}
	CHECK(fixture_is_sound("v"));
	CHECK(remove_by(FIXTURE_KEY, "holder 9") == EVAULT_OK);
	CHECK(add_by(FIXTURE_KEY, "new", EVAULT_ROLE_CAPTURE, recipient) == EVAULT_OK);
}

/* ---- epochs ---------------------------------------------------------------------------- */

static void
removed_reader_opens_nothing_and_the_log_goes_on(void)
{
	NEED(make());
	NEED(add_by(FIXTURE_KEY, "R", EVAULT_ROLE_READER, reader_recipient) == EVAULT_OK);
	NEED(opens("reader", EVAULT_READ) == EVAULT_OK);
	NEED(remove_by(FIXTURE_KEY, reader_recipient) == EVAULT_OK);
	CHECK(opens("reader", EVAULT_READ) == EVAULT_E_DENIED);
	CHECK(strstr(err.text, "removed") != NULL);
	NEED(fixture_text("item", "later\n") && fixture_add("v", "item", &added) == EVAULT_OK);
	CHECK(fixture_is_sound("v"));
	/* Admitted again, they can read what was kept meanwhile. */
	NEED(add_by(FIXTURE_KEY, "R", EVAULT_ROLE_READER, reader_recipient) == EVAULT_OK);
	CHECK(opens("reader", EVAULT_READ) == EVAULT_OK);
}

static void
damaged_key_of_one_epoch_leaves_the_others_open(void)
{
	struct evault_status_info info;
	struct evault *v = NULL;

	NEED(make() && rotate_by(FIXTURE_KEY) == EVAULT_OK);
	NEED(fixture_text("item", "later\n") && fixture_add("v", "item", &added) == EVAULT_OK);
	NEED(fixture_flip("v/keys/read.0.age", -1));
	NEED(fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, &err) == EVAULT_OK);
	CHECK(evault_get_status(v, &info, NULL) == EVAULT_OK);
	CHECK(info.items == 2);
	evault_close(v);
	/* Nobody is given a key without those that are damaged. */
	CHECK(add_by(FIXTURE_KEY, "R", EVAULT_ROLE_READER, reader_recipient) == EVAULT_E_DENIED);
}

/* ---- interruptions -------------------------------------------------------------------------- */

/* A change that dies at the n-th rename of key files or heads. */
static enum evault_status
cut_at(unsigned n, enum evault_status (*change)(void))
{
	const struct fault_plan plan = { FAULT_RENAME, (int)n, EIO, true, NULL };
	enum evault_status rc;

	faults_on(&plan);
	rc = change();
	(void)faults_off();
	return rc;
}

static enum evault_status
seal_to_third(void)
{
	const struct evault_key_seal to = { .to = third_recipient };

	return seal_by(FIXTURE_KEY, &to);
}

static enum evault_status
remove_writer(void)
{
	return remove_by(FIXTURE_KEY, "W");
}

/* Is there nothing but what an interrupted run leaves, and can the next writer go on? */
static bool
goes_on(const char *key)
{
	struct evault_check_summary s;
	const char *const files[] = { key };
	struct evault_unlock unlock = { .identity_files = files, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL };
	struct evault *v = NULL;
	bool good =
	    evault_check("v", EVAULT_READ, &unlock, &what, &s, &err) == EVAULT_OK && s.sound;

	good = good && fixture_open("v", EVAULT_WRITE, key, &v, &err) == EVAULT_OK;
	evault_close(v);
	good = good && evault_check("v", EVAULT_READ, &unlock, &what, &s, &err) == EVAULT_OK &&
	       s.sound;
	if (!good)
		printf("# %s: damage %u, unreadable %u, %s\n", key, (unsigned)s.damage,
		       (unsigned)s.unreadable, err.text);
	return good;
}

static bool
no_new_files(void)
{
	struct ev_os_list list;
	bool none = true;
	size_t i;

	if (ev_os_list(EV_OS_CWD, "v/keys", &list, NULL) != EVAULT_OK)
		return false;
	for (i = 0; i < list.n; i++)
		none = none && strstr(list.names[i], ".new") == NULL;
	ev_os_list_free(&list);
	return none;
}

static void
cut_at_any_rename_the_slot_opens_with_the_old_key_or_the_new(void)
{
	unsigned n, olds = 0, news = 0;
	bool old, new;

	for (n = 0; n < 12; n++) {
		NEED(make());
		(void)cut_at(n, seal_to_third);
		old = opens(FIXTURE_KEY, EVAULT_READ) == EVAULT_OK;
		new = opens("third", EVAULT_READ) == EVAULT_OK;
		CHECK(old != new);
		olds += old;
		news += new;
		CHECK(goes_on(old ? FIXTURE_KEY : "third"));
		CHECK(no_new_files());
	}
	CHECK(olds > 2 && news > 2);
}

static void
cut_at_any_rename_a_removal_is_whole_or_nothing(void)
{
	unsigned n, olds = 0, news = 0;
	bool old;

	for (n = 0; n < 14; n++) {
		NEED(make());
		NEED(add_by(FIXTURE_KEY, "W", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_OK);
		(void)cut_at(n, remove_writer);
		CHECK(opens(FIXTURE_KEY, EVAULT_READ) == EVAULT_OK);
		old = opens("writer", EVAULT_READ) == EVAULT_OK;
		olds += old;
		news += !old;
		CHECK(goes_on(FIXTURE_KEY) && no_new_files());
		CHECK(fixture_there("v/keys/2.age") == old);
	}
	CHECK(olds > 2 && news > 2);
}

static void
slot_of_a_removed_holder_that_could_not_be_unlinked_goes_with_the_next_writer(void)
{
	const struct fault_plan plan = { FAULT_UNLINK, 0, EIO, true, "keys/2.age" };
	struct evault_check_summary s;
	struct found f;

	NEED(make());
	NEED(add_by(FIXTURE_KEY, "W", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_OK);
	faults_on(&plan);
	CHECK(remove_by(FIXTURE_KEY, "W") == EVAULT_OK);
	NEED(faults_off() && fixture_there("v/keys/2.age"));
	NEED(fixture_check("v", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(s.sound && f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	CHECK(opens("writer", EVAULT_READ) == EVAULT_E_KEY);
	CHECK(opens(FIXTURE_KEY, EVAULT_WRITE) == EVAULT_OK && !fixture_there("v/keys/2.age"));
	/* The end of it was lost before its name. */
	NEED(fixture_text("v/keys/2.age", EV_AGE_VERSION "\n-> X25519 "));
	NEED(fixture_check("v", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(s.sound && f.n == 1 && f.of[EVAULT_FINDING_INTERRUPTED] == 1);
	CHECK(opens(FIXTURE_KEY, EVAULT_WRITE) == EVAULT_OK && !fixture_there("v/keys/2.age"));
	/* Another file of that name is nobody's. */
	NEED(fixture_text("v/keys/2.age", "something"));
	NEED(fixture_check("v", EVAULT_READ, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(!s.sound && f.of[EVAULT_FINDING_UNKNOWN] == 1);
	CHECK(opens(FIXTURE_KEY, EVAULT_WRITE) == EVAULT_OK && fixture_there("v/keys/2.age"));
}

static void
new_key_file_that_the_log_does_not_name_is_left_over_and_swept(void)
{
	struct evault_check_summary s;
	struct found f;

	NEED(make() && fixture_text("v/keys/1.age.new", "x") &&
	     fixture_text("v/keys/read.7.age.new", "x"));
	NEED(fixture_check("v", EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(s.sound && f.n == 2 && f.of[EVAULT_FINDING_INTERRUPTED] == 2);
	CHECK(opens(FIXTURE_KEY, EVAULT_READ) == EVAULT_OK);
	CHECK(opens(FIXTURE_KEY, EVAULT_WRITE) == EVAULT_OK && no_new_files());
	NEED(fixture_text("v/keys/01.age.new", "x") && fixture_text("v/keys/1.new", "x"));
	NEED(fixture_check("v", EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(!s.sound && f.of[EVAULT_FINDING_UNKNOWN] == 2);
	/* What is altered stays altered, whatever lies beside it. */
	NEED(make() && fixture_text("v/keys/1.age.new", "x") && fixture_flip("v/keys/1.age", 9));
	NEED(fixture_check("v", EVAULT_SEALED, EVAULT_CHECK_FULL, &f, &s) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_ALTERED] == 1);
	CHECK(opens(FIXTURE_KEY, EVAULT_READ) == EVAULT_E_DAMAGED);
}

static void
key_file_beside_its_name_opens_the_vault(void)
{
	NEED(make() && fixture_copy("v/keys/1.age", "v/keys/1.age.new") &&
	     fixture_remove("v/keys/1.age"));
	CHECK(opens(FIXTURE_KEY, EVAULT_READ) == EVAULT_OK);
	CHECK(goes_on(FIXTURE_KEY) && fixture_there("v/keys/1.age") && no_new_files());
}

/* ---- a roster that does not fit ----------------------------------------------------------------
 */

static void
roster_that_says_other_than_the_log_is_found_and_not_used(void)
{
	struct ev_key_change c;
	struct evault *v = NULL;
	struct ev_roster_line line;

	NEED(make());
	NEED(add_by(FIXTURE_KEY, "W", EVAULT_ROLE_WRITER, writer_recipient) == EVAULT_OK);
	NEED(fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(ev_key_change_init(&c, v->dir, &v->authority, v->keys, NULL) == EVAULT_OK);
	CHECK(ev_roster_agrees(c.roster, &v->authority, NULL) == EVAULT_OK);
	line = c.roster->lines[1];
	c.roster->lines[1].role = EV_ROLE_OWNER;
	CHECK(ev_roster_agrees(c.roster, &v->authority, NULL) == EVAULT_E_DAMAGED);
	c.roster->lines[1] = line;
	c.roster->lines[1].slot = 3;
	CHECK(ev_roster_agrees(c.roster, &v->authority, NULL) == EVAULT_E_DAMAGED);
	c.roster->lines[1] = line;
	c.roster->lines[1].actor.b[0] ^= 1;
	CHECK(ev_roster_agrees(c.roster, &v->authority, NULL) == EVAULT_E_DAMAGED);
	c.roster->n = 1;
	CHECK(ev_roster_agrees(c.roster, &v->authority, NULL) == EVAULT_E_DAMAGED);
	c.roster->n = 0;
	CHECK(ev_roster_agrees(c.roster, &v->authority, NULL) == EVAULT_E_VERSION);
	ev_key_change_release(&c);
	evault_close(v);
}

int
main(void)
{
	if (!fixture_start() || evault_keygen("writer", writer_recipient, NULL) != EVAULT_OK ||
	    evault_keygen("reader", reader_recipient, NULL) != EVAULT_OK ||
	    evault_keygen("third", third_recipient, NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(each_role_opens_what_it_may);
	UNIT_RUN(only_an_owner_changes_keys);
	UNIT_RUN(nothing_is_changed_without_the_lock);
	UNIT_RUN(after_a_change_the_vault_must_be_opened_again);
	UNIT_RUN(names_that_say_nothing_or_too_much_are_refused);
	UNIT_RUN(removed_holder_is_still_known_by_name);
	UNIT_RUN(holder_is_called_in_records_as_the_roster_says);
	UNIT_RUN(vault_has_at_most_64_holders_and_readers);
	UNIT_RUN(removed_reader_opens_nothing_and_the_log_goes_on);
	UNIT_RUN(damaged_key_of_one_epoch_leaves_the_others_open);
	UNIT_RUN(cut_at_any_rename_the_slot_opens_with_the_old_key_or_the_new);
	UNIT_RUN(cut_at_any_rename_a_removal_is_whole_or_nothing);
	UNIT_RUN(slot_of_a_removed_holder_that_could_not_be_unlinked_goes_with_the_next_writer);
	UNIT_RUN(new_key_file_that_the_log_does_not_name_is_left_over_and_swept);
	UNIT_RUN(key_file_beside_its_name_opens_the_vault);
	UNIT_RUN(roster_that_says_other_than_the_log_is_found_and_not_used);
	return fixture_end();
}
