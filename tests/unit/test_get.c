/*
 * Giving originals back: names, folders, times, what is never overwritten,
 * and what is said of damaged ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "commit.h"
#include "fault_fixture.h"
#include "vault_fixture.h"

struct told {
	unsigned good, bad;
	enum evault_status status; /* of the last that failed */
	char paths[2000];          /* of what was given, each in brackets */
	char why[400];
	uint64_t stop_at;
};

static void
on_event(void *ctx, const struct evault_get_event *e)
{
	struct told *t = ctx;
	size_t used = strlen(t->paths);

	if (e->status == EVAULT_OK) {
		t->good++;
		snprintf(t->paths + used, sizeof(t->paths) - used, "[%s]",
			 e->path == NULL ? "" : e->path);
		return;
	}
	t->bad++;
	t->status = e->status;
	snprintf(t->why, sizeof(t->why), "%s", e->why);
}

static bool
on_progress(void *ctx, const struct evault_progress *p)
{
	struct told *t = ctx;

	return t->stop_at != 0 && p->bytes_done >= t->stop_at;
}

static enum evault_status
get(const char *dir, enum evault_access access, const uint64_t *items, size_t n, const char *out,
    bool force, struct told *t, struct evault_get_summary *s)
{
	struct evault_get what = { .items = items, .n_items = n, .out = out, .fd = -1 };
	struct evault *v = NULL;
	enum evault_status rc = fixture_open(dir, access, FIXTURE_KEY, &v, NULL);
	uint64_t stop_at = t->stop_at;

	memset(t, 0, sizeof(*t));
	t->stop_at = stop_at;
	what.force = force;
	what.event = on_event;
	what.progress = on_progress;
	what.ctx = t;
	if (rc == EVAULT_OK)
		rc = evault_get(v, &what, s, NULL);
	evault_close(v);
	return rc;
}

static bool
add(const char *dir, const char *path)
{
	struct evault_add_summary s;

	return fixture_add(dir, path, &s) == EVAULT_OK && s.refused == 0 && s.kept > 0;
}

/*
 * A record made by hand, as the add of an attacker's program would be; without
 * a name, as that of a later evault may be.
 */
static bool
add_record(const char *dir, const char *name, const char *folder, const char *body,
	   const char *claimed)
{
	struct ev_commit c;
	struct ev_record r;
	struct evault *v = NULL;
	struct ev_hash sha;
	char hex[EVAULT_HEX_SIZE], size[24];
	uint64_t index;
	bool good = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK &&
		    ev_commit_init(&c, v, NULL) == EVAULT_OK;

	if (!good) {
		evault_close(v);
		return false;
	}
	ev_record_init(&r);
	ev_hash_of(claimed, strlen(claimed), &sha);
	ev_hash_hex(&sha, hex);
	snprintf(size, sizeof(size), "%zu", strlen(claimed));
	good = ev_commit_begin_record(v, name == NULL ? "develop" : "add", &r, NULL) == EVAULT_OK &&
	       (name == NULL || ev_record_add_text(&r, "name", name, NULL) == EVAULT_OK) &&
	       (folder == NULL || ev_record_add_text(&r, "folder", folder, NULL) == EVAULT_OK) &&
	       ev_record_add_text(&r, "size", size, NULL) == EVAULT_OK &&
	       ev_record_add_text(&r, "sha256", hex, NULL) == EVAULT_OK &&
	       ev_commit_member(&c, EV_MEMBER_OBJECT, &sha, 0, ev_slice_text(body), NULL) ==
		   EVAULT_OK &&
	       ev_commit_record(&c, &r, &index, NULL) == EVAULT_OK &&
	       ev_commit_finish(&c, NULL) == EVAULT_OK;
	ev_record_release(&r);
	ev_commit_release(&c);
	evault_close(v);
	return good;
}

/* ---- names --------------------------------------------------------------------- */

static void
files_come_back_in_their_folders_with_their_times(void)
{
	static const uint64_t items[] = { 1, 2, 3 };
	struct evault_get_summary s;
	struct ev_os_stat st, original;
	struct told t = { .good = 0 };
	int fd;

	NEED(fixture_vault("v") && fixture_folder("in") && fixture_folder("in/s") &&
	     fixture_text("in/a", "A") && fixture_text("in/s/\xff\n", "B") &&
	     fixture_text("in/s/z", ""));
	fd = open("in/a", O_WRONLY);
	NEED(fd >= 0 && ev_os_set_mtime(fd, 1234567890, 123456789, "in/a", NULL) == EVAULT_OK);
	close(fd);
	NEED(add("v", "in"));
	CHECK(get("v", EVAULT_READ, items, 3, "out", false, &t, &s) == EVAULT_OK);
	CHECK(s.given == 3 && s.failed == 0 && s.bytes == 2 && t.good == 3);
	CHECK(fixture_holds("out/in/a", "A", 1) && fixture_holds("out/in/s/\xff\n", "B", 1) &&
	      fixture_holds("out/in/s/z", "", 0));
	CHECK(strstr(t.paths, "[in/a]") != NULL && strstr(t.paths, "[in/s/z]") != NULL);
	NEED(ev_os_stat(EV_OS_CWD, "out/in/a", &st, NULL) == EVAULT_OK);
	CHECK(st.mtime == 1234567890 && st.mtime_ns == 123456789);
	NEED(ev_os_stat(EV_OS_CWD, "in/s/z", &original, NULL) == EVAULT_OK &&
	     ev_os_stat(EV_OS_CWD, "out/in/s/z", &st, NULL) == EVAULT_OK);
	CHECK(st.mtime == original.mtime && st.mtime_ns == original.mtime_ns);
	CHECK(fixture_temps("out") == 0);
}

static void
one_item_goes_into_a_file_or_a_folder(void)
{
	static const uint64_t item[] = { 1 };
	struct evault_get_summary s;
	struct told t = { .good = 0 };

	NEED(fixture_folder("one"));
	CHECK(get("v", EVAULT_READ, item, 1, "single", false, &t, &s) == EVAULT_OK && s.given == 1);
	CHECK(fixture_holds("single", "A", 1) && strcmp(t.paths, "[single]") == 0);
	CHECK(get("v", EVAULT_READ, item, 1, "one/x.jpg", false, &t, &s) == EVAULT_OK);
	CHECK(fixture_holds("one/x.jpg", "A", 1));
	CHECK(get("v", EVAULT_READ, item, 1, "one", false, &t, &s) == EVAULT_OK);
	CHECK(fixture_holds("one/in/a", "A", 1));
	CHECK(get("v", EVAULT_READ, item, 1, "new/", false, &t, &s) == EVAULT_OK);
	CHECK(fixture_holds("new/in/a", "A", 1));
	CHECK(get("v", EVAULT_READ, item, 1, "nowhere/x", false, &t, &s) != EVAULT_OK);
	CHECK(get("v", EVAULT_READ, item, 1, "", false, &t, &s) != EVAULT_OK);
}

static void
file_that_is_there_is_left_alone_unless_forced(void)
{
	static const uint64_t items[] = { 1, 2 };
	struct evault_get_summary s;
	struct told t = { .good = 0 };

	NEED(fixture_folder("ex") && fixture_folder("ex/in") && fixture_text("ex/in/a", "mine"));
	CHECK(get("v", EVAULT_READ, items, 2, "ex", false, &t, &s) == EVAULT_OK);
	CHECK(s.given == 1 && s.failed == 1 && t.status == EVAULT_E_EXISTS);
	CHECK(fixture_holds("ex/in/a", "mine", 4) && fixture_temps("ex") == 0);
	CHECK(get("v", EVAULT_READ, items, 1, "ex", true, &t, &s) == EVAULT_OK && s.given == 1);
	CHECK(fixture_holds("ex/in/a", "A", 1));
	NEED(fixture_text("ex/single", "mine"));
	CHECK(get("v", EVAULT_READ, items, 1, "ex/single", false, &t, &s) == EVAULT_OK);
	CHECK(s.failed == 1 && t.status == EVAULT_E_EXISTS &&
	      fixture_holds("ex/single", "mine", 4));
	CHECK(get("v", EVAULT_READ, items, 1, "ex/single", true, &t, &s) == EVAULT_OK);
	CHECK(s.given == 1 && fixture_holds("ex/single", "A", 1));
	/* A file where a folder must be. */
	NEED(fixture_folder("ex2") && fixture_text("ex2/in", "file"));
	CHECK(get("v", EVAULT_READ, items, 2, "ex2", true, &t, &s) == EVAULT_OK && s.failed == 2);
	CHECK(fixture_holds("ex2/in", "file", 4));
}

static void
link_in_the_output_is_not_followed(void)
{
	static const uint64_t item[] = { 1, 2 };
	struct evault_get_summary s;
	struct told t = { .good = 0 };

	NEED(fixture_folder("ln") && fixture_folder("elsewhere") &&
	     symlink("../elsewhere", "ln/in") == 0);
	CHECK(get("v", EVAULT_READ, item, 2, "ln", true, &t, &s) == EVAULT_OK && s.failed == 2);
	CHECK(!fixture_there("elsewhere/a"));
}

static void
items_of_one_name_get_their_citations_into_it(void)
{
	static const uint64_t items[] = { 1, 3, 5, 7 };
	static const uint64_t doubled[] = { 1, 1 };
	char name[80], long_name[256], cite[EVAULT_CITATION_SIZE];
	struct evault_get_summary s;
	struct told t = { .good = 0 };
	struct evault *v = NULL;
	uint64_t i;

	NEED(fixture_vault("col") && fixture_text("x.tar.gz", "1") && add("col", "x.tar.gz"));
	NEED(fixture_text("x.tar.gz", "22") && add("col", "x.tar.gz"));
	memset(long_name, 'l', 255);
	long_name[255] = '\0';
	NEED(fixture_text(long_name, "1") && add("col", long_name));
	NEED(fixture_text(long_name, "22") && add("col", long_name));
	NEED(fixture_open("col", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	ev_vault_cite(v, 3, cite);
	evault_close(v);
	CHECK(get("col", EVAULT_READ, items, 4, "colo", false, &t, &s) == EVAULT_OK);
	CHECK(s.given == 4 && s.failed == 0);
	CHECK(fixture_holds("colo/x.tar.gz", "1", 1));
	snprintf(name, sizeof(name), "[x.tar (%s).gz]", cite);
	if (strstr(t.paths, name) == NULL)
		snprintf(name, sizeof(name), "[x (%s).tar.gz]", cite);
	CHECK(strstr(t.paths, name) != NULL);
	fixture_bytes("colo", (size_t *)&i);
	CHECK(i == 4);
	CHECK(get("col", EVAULT_READ, doubled, 2, "cold", true, &t, &s) == EVAULT_OK &&
	      s.given == 2);
	fixture_bytes("cold", (size_t *)&i);
	CHECK(i == 2);
}

static void
forced_run_never_overwrites_what_it_gave_itself(void)
{
	static const uint64_t items[] = { 1, 3, 5 };
	char name[80], cite[EVAULT_CITATION_SIZE];
	struct evault_get_summary s;
	struct told t = { .good = 0 };
	struct evault *v = NULL;
	size_t files;

	/* The first file is called what the third must be called instead. */
	NEED(fixture_vault("self") &&
	     fixture_open("self", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	ev_vault_cite(v, 5, cite);
	evault_close(v);
	snprintf(name, sizeof(name), "a (%s).txt", cite);
	NEED(fixture_text(name, "one") && add("self", name));
	NEED(fixture_text("a.txt", "two") && add("self", "a.txt"));
	NEED(fixture_text("a.txt", "three") && add("self", "a.txt"));
	CHECK(get("self", EVAULT_READ, items, 3, "selfo", true, &t, &s) == EVAULT_OK);
	fixture_bytes("selfo", &files);
	CHECK(files == s.given && s.given + s.failed == 3 && s.given >= 2);
	snprintf(name, sizeof(name), "selfo/a (%s).txt", cite);
	CHECK(fixture_holds(name, "one", 3) && fixture_holds("selfo/a.txt", "two", 3));
}

static void
names_that_would_lead_out_are_refused(void)
{
	static const char *const names[] = { "../x", "..", ".", "", "a/b" };
	static const char *const folders[] = { "..", "a/../..", "/etc", "a//b", "." };
	struct evault_get_summary s;
	struct told t = { .good = 0 };
	uint64_t item = 1;
	size_t i;

	NEED(fixture_vault("out-v"));
	for (i = 0; i < 5; i++, item += 2) {
		NEED(add_record("out-v", names[i], NULL, "body", "body"));
		CHECK(get("out-v", EVAULT_READ, &item, 1, "leads/", true, &t, &s) == EVAULT_OK);
		CHECK(s.failed == 1 && t.status == EVAULT_E_DAMAGED);
		CHECK(strstr(t.why, "lead out") != NULL);
	}
	for (i = 0; i < 5; i++, item += 2) {
		NEED(add_record("out-v", "x", folders[i], "body", "body"));
		CHECK(get("out-v", EVAULT_READ, &item, 1, "leads/", true, &t, &s) == EVAULT_OK);
		CHECK(s.failed == 1 && t.status == EVAULT_E_DAMAGED);
	}
	CHECK(!fixture_there("x") && fixture_bytes("leads", NULL) == 0);
	/* Into a file of one's own choice it may be given. */
	item = 1;
	CHECK(get("out-v", EVAULT_READ, &item, 1, "chosen", true, &t, &s) == EVAULT_OK);
	CHECK(s.given == 1 && fixture_holds("chosen", "body", 4));
}

/* ---- bytes ------------------------------------------------------------------------- */

static void
bytes_that_are_not_the_ones_kept_are_never_given_a_name(void)
{
	static const uint64_t items[] = { 1, 3, 5, 7 };
	struct evault_get_summary s;
	struct told t = { .good = 0 };

	NEED(fixture_vault("lie") && add_record("lie", "same-size", NULL, "body", "BODY") &&
	     add_record("lie", "longer", NULL, "body and more", "body") &&
	     add_record("lie", "shorter", NULL, "bod", "body2") &&
	     add_record("lie", "right", NULL, "right", "right"));
	CHECK(get("lie", EVAULT_READ, items, 4, "lieo", false, &t, &s) == EVAULT_OK);
	CHECK(s.given == 1 && s.failed == 3 && t.status == EVAULT_E_DAMAGED);
	CHECK(fixture_holds("lieo/right", "right", 5) && !fixture_there("lieo/same-size"));
	CHECK(fixture_temps("lieo") == 0);
}

static void
damaged_original_does_not_keep_the_others_back(void)
{
	static const uint64_t items[] = { 1, 3 };
	struct evault_get_summary s;
	struct told t = { .good = 0 };
	char pack[300];

	NEED(fixture_vault("dam") && fixture_text("d1", "one") && add("dam", "d1"));
	NEED(fixture_pack("dam", 0, pack, sizeof(pack)));
	NEED(fixture_text("d2", "two") && add("dam", "d2"));
	NEED(fixture_remove(pack));
	CHECK(get("dam", EVAULT_READ, items, 2, "damo", false, &t, &s) == EVAULT_OK);
	CHECK(s.given == 1 && s.failed == 1 && t.status == EVAULT_E_DAMAGED);
	CHECK(strstr(t.why, "check") != NULL);
	CHECK(fixture_holds("damo/d2", "two", 3) && !fixture_there("damo/d1"));
}

static void
original_goes_to_a_descriptor(void)
{
	static const uint64_t items[] = { 1, 3 };
	struct evault_get what = { .items = items, .n_items = 1 };
	struct evault_get_summary s;
	struct told t = { .good = 0 };
	struct evault *v = NULL;

	what.fd = open("descriptor", O_WRONLY | O_CREAT | O_EXCL, 0600);
	what.event = on_event;
	what.ctx = &t;
	NEED(what.fd >= 0 && fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_get(v, &what, &s, NULL) == EVAULT_OK && s.given == 1);
	CHECK(fixture_holds("descriptor", "A", 1) && strcmp(t.paths, "[]") == 0);
	evault_close(v);
	close(what.fd);
	/* Nobody there to read ends the run. */
	NEED(fixture_open("v", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_get(v, &what, &s, NULL) == EVAULT_E_IO && s.given == 0);
	evault_close(v);
	/* What is not the original is said to be damaged, though it was written. */
	what.fd = open("descriptor", O_WRONLY | O_TRUNC);
	NEED(fixture_open("lie", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_get(v, &what, &s, NULL) == EVAULT_OK && s.failed == 1);
	CHECK(t.status == EVAULT_E_DAMAGED);
	evault_close(v);
	close(what.fd);
}

static void
cancelled_run_leaves_no_half_file(void)
{
	static const uint64_t items[] = { 1, 3 };
	struct evault_get_summary s;
	struct told t = { .stop_at = 3 << 20 };
	uint8_t *data = malloc(5 << 20);

	NEED(data != NULL);
	fixture_noise(data, 5 << 20, 3);
	NEED(fixture_vault("can") && fixture_file("c1", data, 5 << 20) && add("can", "c1") &&
	     fixture_text("c2", "2") && add("can", "c2"));
	free(data);
	CHECK(get("can", EVAULT_READ, items, 2, "cano", false, &t, &s) == EVAULT_E_CANCELLED);
	CHECK(s.cancelled && s.given == 0 && fixture_bytes("cano", NULL) == 0);
}

/* Of two packs one at most is open still from the opening of the vault. */
static void
record_that_cannot_be_read_is_not_called_damaged(void)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EROFS };
	static const uint64_t items[] = { 1, 3 };
	struct evault_get what = { .items = items, .n_items = 2, .out = "unreado", .folder = true };
	struct fault_plan plan = { FAULT_OPENAT, 0, 0, true, ".tar.zst.age" };
	struct told t = { .good = 0 };
	struct evault_get_summary s;
	struct evault *v = NULL;
	size_t i;

	NEED(fixture_vault("unread") && fixture_text("u", "text") && add("unread", "u") &&
	     fixture_text("u2", "text 2") && add("unread", "u2"));
	what.event = on_event;
	what.ctx = &t;
	for (i = 0; i < 4; i++) {
		plan.sys = errors[i];
		t.status = EVAULT_OK;
		NEED(fixture_remove("unreado"));
		NEED(fixture_open("unread", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
		faults_on(&plan);
		CHECK(evault_get(v, &what, &s, NULL) == EVAULT_OK && s.failed > 0);
		CHECK(faults_off() && t.status == EVAULT_E_IO);
		evault_close(v);
	}
}

static void
full_disk_ends_the_run_and_leaves_no_half_file(void)
{
	const struct fault_plan full = { FAULT_WRITE, 1, ENOSPC, true, NULL };
	static const uint64_t items[] = { 1, 3 };
	struct evault_get what = { .items = items, .n_items = 2, .out = "fullo" };
	struct evault_get_summary s;
	struct evault *v = NULL;

	NEED(fixture_open("can", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	faults_on(&full);
	CHECK(evault_get(v, &what, &s, NULL) == EVAULT_E_FULL && s.given == 0);
	CHECK(faults_off());
	evault_close(v);
	CHECK(fixture_bytes("fullo", NULL) == 0);
}

/* ---- what is no file; what is logged --------------------------------------------------- */

static void
what_keeps_no_file_is_said_to_keep_none(void)
{
	uint64_t item = 0;
	struct evault_get_summary s;
	struct told t = { .good = 0 };

	NEED(fixture_vault("log") && fixture_text("l", "l") && add("log", "l"));
	CHECK(get("log", EVAULT_READ, &item, 1, "logo", false, &t, &s) == EVAULT_E_NOT_FOUND);
	item = 99;
	CHECK(get("log", EVAULT_READ, &item, 1, "logo", false, &t, &s) == EVAULT_E_NOT_FOUND);
	item = 1;
	CHECK(get("log", EVAULT_WRITE, &item, 1, "logo", false, &t, &s) == EVAULT_OK && s.logged);
	item = 3; /* the record of that access */
	CHECK(get("log", EVAULT_READ, &item, 1, "logo2", false, &t, &s) == EVAULT_OK);
	CHECK(s.failed == 1 && t.status == EVAULT_E_NOT_FOUND);
	CHECK(get("log", EVAULT_READ, &item, 1, "logo2/", false, &t, &s) == EVAULT_OK);
	CHECK(s.failed == 1 && t.status == EVAULT_E_NOT_FOUND);
}

static enum evault_status
see_about(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_field *about = evault_item_field(item, "about");
	const struct evault_field *action = evault_item_field(item, "action");
	char *out = ctx;

	(void)err;
	if (about != NULL && action != NULL)
		snprintf(out, 200, "%s %s", action->value, about->value);
	return EVAULT_OK;
}

static void
file_of_an_action_that_is_not_known_is_given_by_its_citation(void)
{
	static const uint64_t items[] = { 1 };
	struct evault_get_summary s;
	struct told t = { .good = 0 };

	NEED(fixture_vault("later") && fixture_folder("later-out") &&
	     add_record("later", NULL, NULL, "x", "x") && fixture_is_sound("later"));
	CHECK(get("later", EVAULT_READ, items, 1, "later-out", false, &t, &s) == EVAULT_OK);
	CHECK(t.good == 1 && strstr(t.paths, "-1.bin]") != NULL);
}

static void
access_is_an_entry_that_names_item_and_record(void)
{
	struct evault_get_summary s;
	struct told t = { .good = 0 };
	struct evault *v = NULL;
	uint64_t item = 1;
	char about[200] = "";

	NEED(get("log", EVAULT_WRITE, &item, 1, "again", false, &t, &s) == EVAULT_OK);
	CHECK(s.logged && s.not_logged.status == EVAULT_OK);
	NEED(fixture_open("log", EVAULT_READ, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	CHECK(evault_find(v, "5", see_about, about, NULL) == EVAULT_OK);
	CHECK(strncmp(about, "get 1 ", 6) == 0 && strlen(about) == 6 + 64);
	evault_close(v);
	CHECK(fixture_is_sound("log"));
	CHECK(get("log", EVAULT_READ, &item, 1, "again2", false, &t, &s) == EVAULT_OK);
	CHECK(!s.logged && s.not_logged.status == EVAULT_E_DENIED && s.given == 1);
}

static void
access_that_cannot_be_logged_is_given_and_said_so(void)
{
	const struct fault_plan plan = { FAULT_RENAME, 0, ENOSPC, true, "age" };
	static const uint64_t items[] = { 1 };
	struct evault_get what = { .items = items, .n_items = 1, .out = "unlogged" };
	struct evault_get_summary s;
	struct evault *v = NULL;

	NEED(fixture_open("log", EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK);
	faults_on(&plan);
	CHECK(evault_get(v, &what, &s, NULL) == EVAULT_OK);
	CHECK(faults_off());
	CHECK(s.given == 1 && !s.logged && s.not_logged.status == EVAULT_E_FULL);
	what.out = "unlogged2";
	CHECK(evault_get(v, &what, &s, NULL) == EVAULT_OK && s.given == 1 && !s.logged);
	evault_close(v);
	CHECK(fixture_is_sound("log"));
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(files_come_back_in_their_folders_with_their_times);
	UNIT_RUN(one_item_goes_into_a_file_or_a_folder);
	UNIT_RUN(file_that_is_there_is_left_alone_unless_forced);
	UNIT_RUN(link_in_the_output_is_not_followed);
	UNIT_RUN(items_of_one_name_get_their_citations_into_it);
	UNIT_RUN(forced_run_never_overwrites_what_it_gave_itself);
	UNIT_RUN(names_that_would_lead_out_are_refused);
	UNIT_RUN(bytes_that_are_not_the_ones_kept_are_never_given_a_name);
	UNIT_RUN(damaged_original_does_not_keep_the_others_back);
	UNIT_RUN(original_goes_to_a_descriptor);
	UNIT_RUN(cancelled_run_leaves_no_half_file);
	UNIT_RUN(record_that_cannot_be_read_is_not_called_damaged);
	UNIT_RUN(full_disk_ends_the_run_and_leaves_no_half_file);
	UNIT_RUN(what_keeps_no_file_is_said_to_keep_none);
	UNIT_RUN(file_of_an_action_that_is_not_known_is_given_by_its_citation);
	UNIT_RUN(access_is_an_entry_that_names_item_and_record);
	UNIT_RUN(access_that_cannot_be_logged_is_given_and_said_so);
	return fixture_end();
}
