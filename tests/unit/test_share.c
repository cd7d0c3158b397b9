/*
 * Bundles: what is disclosed, whom consent covers, and that a failure of the
 * system at any call leaves no bundle behind.
 */
#include "share.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fault_fixture.h"
#include "vault_fixture.h"

static struct evault_error err;
static struct evault_share_summary done;

static unsigned given, refused;
static char why[300];
static bool saw_withheld;

static void
on_event(void *ctx, const struct evault_share_event *e)
{
	size_t i;

	(void)ctx;
	given += e->what == EVAULT_SHARE_GIVEN;
	refused += e->what == EVAULT_SHARE_REFUSED;
	if (e->why != NULL)
		snprintf(why, sizeof(why), "%s", e->why);
	for (i = 0; e->withheld != NULL && i < e->item->n_fields; i++)
		saw_withheld = saw_withheld || e->withheld[i];
}

static enum evault_status
share(const char *dir, struct evault_share how)
{
	struct evault *v = NULL;
	enum evault_status rc = fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, &err);

	given = refused = 0;
	why[0] = '\0';
	saw_withheld = false;
	how.to = how.to == NULL && how.passphrase == NULL ? fixture_recipient() : how.to;
	how.event = on_event;
	if (rc == EVAULT_OK)
		rc = evault_share(v, &how, &done, &err);
	evault_close(v);
	return rc;
}

/* Adds a file with these fields; its number. */
static uint64_t
add(const char *dir, const char *path, const char *const *fields, size_t n)
{
	struct evault_add what = { .paths = &path, .n_paths = 1, .fields = fields, .n_fields = n };
	struct evault_add_summary s;
	struct evault_status_info info = { .entries = 0 };
	struct evault *v = NULL;

	if (fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) != EVAULT_OK ||
	    evault_get_status(v, &info, NULL) != EVAULT_OK ||
	    evault_add(v, &what, &s, NULL) != EVAULT_OK || s.kept != 1)
		info.entries = 0;
	evault_close(v);
	return info.entries;
}

/* ---- fields ------------------------------------------------------------------- */

static bool
hides(const struct evault_share *how, bool file, const char *name, const char *value)
{
	return ev_share_hides(how, file, name, ev_slice_text(value));
}

static void
what_is_named_is_withheld_and_what_judges_a_record_is_not(void)
{
	static const char *const names[] = { "witness", "phone", "sha256", "time", "about" };
	struct evault_share how = { .withhold = names, .n_withhold = 5 };

	CHECK(hides(&how, true, "witness", "W") && !hides(&how, true, "place", "P"));
	CHECK(hides(&how, true, "field", "phone=1") && !hides(&how, true, "field", "fax=1"));
	CHECK(!hides(&how, true, "field", "phone2=1") && !hides(&how, true, "field", "phon=1"));
	CHECK(!hides(&how, true, "sha256", "x") && hides(&how, false, "sha256", "x"));
	CHECK(!hides(&how, true, "time", "t") && !hides(&how, true, "about", "1 x") &&
	      !hides(&how, true, "action", "add"));
}

static void
of_what_is_disclosed_alone_the_rest_is_withheld(void)
{
	static const char *const names[] = { "place", "phone" };
	struct evault_share how = { .disclose = names, .n_disclose = 2 };

	CHECK(!hides(&how, true, "place", "P") && hides(&how, true, "witness", "W"));
	CHECK(!hides(&how, true, "field", "phone=1") && hides(&how, true, "field", "fax=1"));
	CHECK(!hides(&how, true, "size", "1") && hides(&how, false, "size", "1"));
	CHECK(!hides(&how, false, "action", "add") && !hides(&how, false, "time", "t"));
	how.n_disclose = 0;
	CHECK(hides(&how, true, "place", "P") && !hides(&how, true, "sha256", "x"));
}

static void
field_that_no_record_has_cannot_be_withheld(void)
{
	static const char *const fields[] = { "phone=1", "witness=W" };
	static const char *const wrong[] = { "fone" }, *const right[] = { "phone", "place" },
				 *const never[] = { "action" };
	struct evault_share how = { .n_items = 1, .out = "named", .withhold = wrong };
	uint64_t item = 0;

	how.n_withhold = 1;
	NEED(fixture_vault("fields") && fixture_text("f", "text"));
	item = add("fields", "f", fields, 2);
	NEED(item > 0);
	how.items = &item;
	CHECK(share("fields", how) == EVAULT_E_USAGE && done.index == 0 && !fixture_there("named"));
	how.withhold = never;
	CHECK(share("fields", how) == EVAULT_E_USAGE && done.index == 0);
	how.withhold = right;
	how.n_withhold = 2;
	CHECK(share("fields", how) == EVAULT_OK && fixture_there("named") && saw_withheld);
	CHECK(fixture_is_sound("fields"));
}

/* ---- consent ------------------------------------------------------------------ */

static void
consent_covers_whom_it_names_and_none_covers_nobody(void)
{
	static const struct {
		const char *field;
		enum evault_audience audience;
		bool covers;
	} cases[] = {
		{ "consent=court", EVAULT_AUDIENCE_COURT, true },
		{ "consent=court", EVAULT_AUDIENCE_PARTNER, false },
		{ "consent=court,public", EVAULT_AUDIENCE_PUBLIC, true },
		{ "consent=partner,public", EVAULT_AUDIENCE_COURT, false },
		{ "consent=none", EVAULT_AUDIENCE_COURT, false },
		{ "title=x", EVAULT_AUDIENCE_PUBLIC, true },
	};
	struct evault_share how = { .n_items = 1, .dry_run = true };
	char file[16];
	uint64_t item;
	size_t i;

	NEED(fixture_vault("consent"));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(file, sizeof(file), "consent%zu", i);
		NEED(fixture_text(file, file));
		item = add("consent", file, &cases[i].field, 1);
		NEED(item > 0);
		how.items = &item;
		how.audience = &cases[i].audience;
		how.override = NULL;
		CHECK(share("consent", how) == (cases[i].covers ? EVAULT_OK : EVAULT_E_DENIED));
		CHECK(given == (cases[i].covers ? 1 : 0) && refused == 1 - given);
		CHECK(done.unstated == (i == 5));
		how.override = "ordered";
		CHECK(share("consent", how) == EVAULT_OK && done.given == 1);
		CHECK(done.overridden == !cases[i].covers && done.index == 0);
	}
}

/* ---- what may fail ---------------------------------------------------------------- */

enum {
	LARGE = 200 * 1024
};

static uint64_t
large_vault(const char *dir)
{
	static uint8_t bytes[LARGE];

	fixture_noise(bytes, sizeof(bytes), 7);
	if (!fixture_vault(dir) || !fixture_file("large", bytes, sizeof(bytes)))
		return 0;
	return add(dir, "large", NULL, 0);
}

/* Makes calls of the kind fail in turn; how many there are, about. */
static int
fail_each(enum fault_call call, const char *dir, struct evault_share how)
{
	struct fault_plan plan = { call, 0, EIO, false, NULL };
	struct found f;
	enum evault_status rc;
	struct evault *v;
	bool failed = true;

	/* The first ones, and then fewer and fewer. */
	for (plan.nth = 0; failed; plan.nth += 1 + plan.nth / 4) {
		v = NULL;
		if (!CHECK(fixture_remove("out") && fixture_folder("out") &&
			   fixture_open(dir, EVAULT_WRITE, FIXTURE_KEY, &v, NULL) == EVAULT_OK))
			return -1;
		how.to = fixture_recipient();
		faults_on(&plan);
		rc = evault_share(v, &how, &done, &err);
		failed = faults_off();
		evault_close(v);
		CHECK(failed || rc == EVAULT_OK);
		/* Once all is written and named, a failing sync of the folder is told, and no more.
		 */
		if (rc != EVAULT_OK && call != FAULT_FSYNC)
			CHECK(fixture_bytes("out", NULL) == 0);
		if (rc != EVAULT_OK)
			CHECK(fixture_temps("out") == 0);
	}
	CHECK(fixture_check(dir, EVAULT_READ, EVAULT_CHECK_FULL, &f, NULL) == EVAULT_OK);
	CHECK(f.of[EVAULT_FINDING_MISSING] + f.of[EVAULT_FINDING_ALTERED] +
		  f.of[EVAULT_FINDING_FORGED] + f.of[EVAULT_FINDING_HISTORY] ==
	      0);
	return plan.nth;
}

static void
call_that_fails_leaves_no_bundle_and_nothing_unfinished(void)
{
	static const enum fault_call calls[] = { FAULT_WRITE, FAULT_FSYNC, FAULT_RENAME,
						 FAULT_OPENAT, FAULT_CLOSE };
	struct evault_share how = { .n_items = 1, .out = "out/b" };
	uint64_t item = large_vault("fail");
	size_t i;

	NEED(item > 0);
	how.items = &item;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		CHECK(fail_each(calls[i], "fail", how) > 2);
	how.volume = 64 * 1024;
	CHECK(fail_each(FAULT_RENAME, "fail", how) > 3);
	CHECK(fail_each(FAULT_WRITE, "fail", how) > 6);
	how.volume = 0;
	how.plain = true;
	how.out = "out/folder";
	CHECK(fail_each(FAULT_MKDIR, "fail", how) > 3);
	CHECK(fail_each(FAULT_WRITE, "fail", how) > 12);
	CHECK(fail_each(FAULT_OPENAT, "fail", how) > 12);
}

static bool
stop_at_once(void *ctx, const struct evault_progress *p)
{
	(void)ctx;
	return p->bytes_done > 100000;
}

static void
stopped_in_the_middle_it_leaves_nothing_and_says_which_entry(void)
{
	struct evault_share how = { .n_items = 1, .out = "out/b", .progress = stop_at_once };
	uint64_t item = large_vault("stop");

	NEED(item > 0 && fixture_remove("out") && fixture_folder("out"));
	how.items = &item;
	CHECK(share("stop", how) == EVAULT_E_CANCELLED && done.index > item);
	CHECK(fixture_bytes("out", NULL) == 0 && fixture_is_sound("stop"));
}

static void
volumes_have_less_than_they_may(void)
{
	struct evault_share how = { .n_items = 1, .out = "out/v", .volume = 65536 };
	struct ev_os_stat st = { .size = 0 };
	uint64_t item = large_vault("volumes");
	char path[32];
	unsigned i;

	NEED(item > 0 && fixture_remove("out") && fixture_folder("out"));
	how.items = &item;
	CHECK(share("volumes", how) == EVAULT_OK && done.volumes > 3);
	for (i = 1; i <= done.volumes; i++) {
		snprintf(path, sizeof(path), "out/v.%03u", i);
		NEED(ev_os_stat(EV_OS_CWD, path, &st, NULL) == EVAULT_OK);
		CHECK(i == done.volumes ? st.size <= 65535 : st.size == 65535);
	}
	how.volume = 65535;
	how.out = "out/w";
	CHECK(share("volumes", how) == EVAULT_E_USAGE && done.index == 0);
}

static void
what_is_no_item_and_who_is_nobody_are_told(void)
{
	struct evault_share how = { .n_items = 1, .out = "out/x" };
	uint64_t item = large_vault("no"), none = 0, far = 99, twice[2] = { item, item };

	NEED(item > 0);
	how.items = &none;
	CHECK(share("no", how) == EVAULT_E_NOT_FOUND);
	how.items = &far;
	CHECK(share("no", how) == EVAULT_E_NOT_FOUND);
	how.items = twice;
	how.n_items = 2;
	CHECK(share("no", how) == EVAULT_E_USAGE && strstr(err.text, "twice") != NULL);
	how.items = &item;
	how.n_items = 1;
	how.to = "Nobody";
	CHECK(share("no", how) == EVAULT_E_NOT_FOUND && strstr(err.text, "Nobody") != NULL);
	how.to = "age1nonsense";
	CHECK(share("no", how) == EVAULT_E_FORMAT);
	CHECK(done.index == 0 && !fixture_there("out/x"));
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(what_is_named_is_withheld_and_what_judges_a_record_is_not);
	UNIT_RUN(of_what_is_disclosed_alone_the_rest_is_withheld);
	UNIT_RUN(field_that_no_record_has_cannot_be_withheld);
	UNIT_RUN(consent_covers_whom_it_names_and_none_covers_nobody);
	UNIT_RUN(call_that_fails_leaves_no_bundle_and_nothing_unfinished);
	UNIT_RUN(stopped_in_the_middle_it_leaves_nothing_and_says_which_entry);
	UNIT_RUN(volumes_have_less_than_they_may);
	UNIT_RUN(what_is_no_item_and_who_is_nobody_are_told);
	return fixture_end();
}
