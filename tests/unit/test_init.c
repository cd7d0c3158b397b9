/*
 * Making vaults: what is in a new one, what is refused, and an init that
 * fails.
 */
#include <errno.h>
#include <sys/stat.h>

#include "base/os.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

static char origin[EVAULT_ORIGIN_SIZE];

static struct evault_init
how(const char *dir)
{
	struct evault_init h = { .dir = dir, .to = fixture_recipient() };

	return h;
}

static enum evault_status
init(const char *dir)
{
	struct evault_init h = how(dir);

	return evault_init(&h, origin, NULL);
}

static enum evault_status
look(const char *dir)
{
	struct evault_init h = how(dir);

	return evault_init_look(&h, NULL);
}

static bool
opens(const char *dir)
{
	struct evault_status_info info = { .entries = 0 };
	struct evault *v = NULL;
	bool good = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    evault_get_status(v, &info, NULL) == EVAULT_OK && info.entries == 1 &&
		    info.items == 0 && strcmp(info.origin, origin) == 0;

	evault_close(v);
	return good;
}

static void
new_vault_holds_just_the_files_that_the_format_names(void)
{
	static const char *const files[] = { "v/vault",
					     "v/README.txt",
					     "v/keys/1.age",
					     "v/keys/read.0.age",
					     "v/keys/write.0.age",
					     "v/log/checkpoint",
					     "v/log/tile/0/000.p/1",
					     "v/log/tile/entries/000.p/1",
					     "v/writer" };
	struct ev_os_stat st;
	size_t i, n;

	NEED(init("v") == EVAULT_OK);
	for (i = 0; i < 9; i++) {
		CHECK(ev_os_stat(EV_OS_CWD, files[i], &st, NULL) == EVAULT_OK);
		CHECK(st.mtime == EV_OS_CONSTANT_TIME && st.mtime_ns == 0);
	}
	fixture_bytes("v", &n);
	CHECK(n == 9 && fixture_there("v/packs"));
	CHECK(opens("v") && fixture_is_sound("v"));
}

static void
files_of_a_vault_are_for_their_owner_alone(void)
{
	struct stat st;

	CHECK(stat("v", &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK(stat("v/keys/1.age", &st) == 0 && (st.st_mode & 0777) == 0600);
}

static void
discreet_vault_has_no_readme(void)
{
	struct evault_init h = how("d");

	h.discreet = true;
	NEED(evault_init(&h, origin, NULL) == EVAULT_OK);
	CHECK(!fixture_there("d/README.txt") && opens("d") && fixture_is_sound("d"));
}

static void
two_vaults_have_different_names(void)
{
	char first[EVAULT_ORIGIN_SIZE];

	NEED(init("t1") == EVAULT_OK);
	memcpy(first, origin, sizeof(first));
	NEED(init("t2") == EVAULT_OK);
	CHECK(strcmp(first, origin) != 0 && strncmp(first, "evault/", 7) == 0);
}

static void
folder_with_anything_in_it_is_left_alone(void)
{
	static const char *const others[] = { "x", "vault.txt", "keys/9.age", "packs/x", "log/x" };
	char path[40];
	size_t i, n;

	for (i = 0; i < 5; i++) {
		NEED(fixture_remove("full") && fixture_folder("full"));
		snprintf(path, sizeof(path), "full/%s", others[i]);
		if (i >= 2) {
			char *slash = strrchr(path, '/');

			*slash = '\0';
			NEED(fixture_folder(path));
			*slash = '/';
		}
		NEED(fixture_text(path, "mine"));
		CHECK(init("full") == EVAULT_E_EXISTS);
		CHECK(look("full") == EVAULT_E_EXISTS);
		fixture_bytes("full", &n);
		CHECK(n == 1 && fixture_holds(path, "mine", 4));
	}
	NEED(init("again") == EVAULT_OK);
	CHECK(init("again") == EVAULT_E_EXISTS && opens("again"));
	CHECK(look("again") == EVAULT_E_EXISTS && look("plain") == EVAULT_OK);
	NEED(fixture_text("plain", "x"));
	CHECK(init("plain") != EVAULT_OK && init("no/where") == EVAULT_E_NOT_FOUND);
	NEED(fixture_folder("empty"));
	CHECK(look("plain") != EVAULT_OK && look("empty") == EVAULT_OK);
	CHECK(init("empty") == EVAULT_OK && opens("empty"));
}

static void
what_cannot_be_right_is_refused_before_anything_is_made(void)
{
	static const char *const bad_readers[] = { "age1bad" };
	char name[300];
	struct evault_init h = how("bad");

	h.to = "age1nonsense";
	CHECK(evault_init(&h, origin, NULL) == EVAULT_E_USAGE);
	h.to = NULL;
	CHECK(evault_init(&h, origin, NULL) == EVAULT_E_USAGE);
	h.passphrase = "";
	CHECK(evault_init(&h, origin, NULL) == EVAULT_E_USAGE);
	h.passphrase = "x";
	h.work_factor = 9;
	CHECK(evault_init(&h, origin, NULL) == EVAULT_E_USAGE);
	h.work_factor = 21;
	CHECK(evault_init(&h, origin, NULL) == EVAULT_E_USAGE);
	h = how("bad");
	h.readers = bad_readers;
	h.n_readers = 1;
	CHECK(evault_init(&h, origin, NULL) == EVAULT_E_USAGE);
	CHECK(evault_init_look(&h, NULL) == EVAULT_E_USAGE);
	memset(name, 'n', sizeof(name));
	name[299] = '\0';
	h = how("bad");
	h.name = name;
	CHECK(evault_init(&h, origin, NULL) == EVAULT_E_USAGE);
	CHECK(!fixture_there("bad"));
}

/* One init with the n-th call failing, which leaves nothing; then another one. */
static bool
init_with_fault(const struct fault_plan *plan, bool *fired)
{
	enum evault_status rc;
	bool good = fixture_remove("f");

	faults_on(plan);
	rc = init("f");
	*fired = faults_off();
	if (rc == EVAULT_OK)
		return good && opens("f") && fixture_is_sound("f");
	/* What is read is not refused for want of room. */
	good =
	    good && *fired && (rc == EVAULT_E_IO || (plan->sys == ENOSPC && rc == EVAULT_E_FULL));
	if (fixture_there("f/log/checkpoint") || fixture_there("f/log/checkpoint.new"))
		printf("# a failed init left a head\n");
	good = good && !fixture_there("f");
	return good && init("f") == EVAULT_OK && opens("f") && fixture_is_sound("f");
}

static void
init_that_fails_at_any_call_is_begun_anew_by_the_next(void)
{
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, false, NULL };
	bool fired;
	int i;

	for (plan.call = FAULT_OPENAT; plan.call < FAULT_CALLS; plan.call++) {
		for (i = 0; i < 2; i++) {
			plan.sys = i == 0 ? ENOSPC : EIO;
			for (plan.nth = 0, fired = true; fired; plan.nth++) {
				if (!CHECK(init_with_fault(&plan, &fired))) {
					printf("# %s %d\n", fault_word(plan.call), plan.nth);
					return;
				}
			}
		}
	}
}

/* ---- key files ------------------------------------------------------------------------ */

static void
key_file_is_made_once_and_whole(void)
{
	char recipient[EVAULT_RECIPIENT_SIZE], other[EVAULT_RECIPIENT_SIZE];
	struct ev_buf text = EV_BUF_INIT, again = EV_BUF_INIT;
	struct stat st;

	NEED(evault_keygen("made", recipient, NULL) == EVAULT_OK);
	CHECK(strncmp(recipient, "age1", 4) == 0);
	CHECK(stat("made", &st) == 0 && (st.st_mode & 0777) == 0600);
	NEED(ev_os_load(EV_OS_CWD, "made", 10000, &text, NULL) == EVAULT_OK);
	CHECK(memmem(text.data, text.len, recipient, strlen(recipient)) != NULL);
	CHECK(evault_keygen("made", other, NULL) == EVAULT_E_EXISTS);
	NEED(ev_os_load(EV_OS_CWD, "made", 10000, &again, NULL) == EVAULT_OK);
	CHECK(ev_slice_equal(ev_slice_of(text.data, text.len), ev_slice_of(again.data, again.len)));
	ev_buf_wipe(&text);
	ev_buf_wipe(&again);
}

static void
key_file_that_could_not_be_written_is_gone(void)
{
	static const enum fault_call calls[] = { FAULT_OPENAT, FAULT_WRITE, FAULT_FSYNC,
						 FAULT_CLOSE };
	struct fault_plan plan = { FAULT_OPENAT, 0, ENOSPC, false, NULL };
	char recipient[EVAULT_RECIPIENT_SIZE];
	enum evault_status rc;
	size_t i;

	for (i = 0; i < 4; i++) {
		plan.call = calls[i];
		faults_on(&plan);
		rc = evault_keygen("halfway", recipient, NULL);
		CHECK(faults_off() && rc == EVAULT_E_FULL && !fixture_there("halfway"));
	}
	CHECK(evault_keygen("halfway", recipient, NULL) == EVAULT_OK);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(new_vault_holds_just_the_files_that_the_format_names);
	UNIT_RUN(files_of_a_vault_are_for_their_owner_alone);
	UNIT_RUN(discreet_vault_has_no_readme);
	UNIT_RUN(two_vaults_have_different_names);
	UNIT_RUN(folder_with_anything_in_it_is_left_alone);
	UNIT_RUN(what_cannot_be_right_is_refused_before_anything_is_made);
	UNIT_RUN(init_that_fails_at_any_call_is_begun_anew_by_the_next);
	UNIT_RUN(key_file_is_made_once_and_whole);
	UNIT_RUN(key_file_that_could_not_be_written_is_gone);
	return fixture_end();
}
