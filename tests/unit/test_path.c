#include "format/path.h"

#include "unit.h"

static bool
fits(const char *path)
{
	return ev_path_check(ev_slice_text(path), NULL) == EVAULT_OK;
}

static void
paths_below_their_folder_are_taken(void)
{
	static const char *const good[] = { "a",    "a/b",     "data/x y.txt", "...",
					    "..a",  ".hidden", "a/~b",         "a/..b/c..",
					    "1a:b", "ab:c",    "data/C:/x",    "%HOME%",
					    "a\nb", "a\xff",   "1:x",          "data/\xcc\x81" };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(fits(good[i]));
}

static void
paths_that_lead_elsewhere_are_refused(void)
{
	static const char *const bad[] = {
		"",      "/",  "/a",   "//a",         "a/",       "a//b",   "a///b",
		".",     "..", "./a",  "../a",        "a/..",     "a/../b", "a/.",
		"a/./b", "~",  "~/a",  "~root/a",     "a:b",      "C:",     "c:x",
		"Z:/x",  "\\", "a\\b", "\\\\host\\x", "\\.\\./a", "a/b/..", "a\\..\\..\\b",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(!fits(bad[i])))
			printf("# %s\n", bad[i]);
	CHECK(ev_path_check(ev_slice_of("a\0b", 3), NULL) == EVAULT_E_FORMAT);
}

static void
paths_have_at_most_4096_bytes(void)
{
	char longest[EV_PATH_MAX + 1];

	memset(longest, 'a', sizeof(longest));
	CHECK(ev_path_check(ev_slice_of(longest, EV_PATH_MAX), NULL) == EVAULT_OK);
	CHECK(ev_path_check(ev_slice_of(longest, EV_PATH_MAX + 1), NULL) == EVAULT_E_FORMAT);
}

static void
the_refusal_names_the_path_and_the_reason(void)
{
	struct evault_error err;

	NEED(ev_path_check(ev_slice_text("a/../\x1b[31m"), &err) == EVAULT_E_FORMAT);
	CHECK(strstr(err.text, "a/../") != NULL && strstr(err.text, "is . or ..") != NULL);
	CHECK(strchr(err.text, '\x1b') == NULL);
}

static void
dot_slash_at_the_start_says_nothing(void)
{
	CHECK(ev_slice_is(ev_path_plain(ev_slice_text("./a")), "a"));
	CHECK(ev_slice_is(ev_path_plain(ev_slice_text("././a/./b")), "a/./b"));
	CHECK(ev_slice_is(ev_path_plain(ev_slice_text(".//a")), "/a"));
	CHECK(ev_slice_is(ev_path_plain(ev_slice_text("./")), ""));
	CHECK(ev_slice_is(ev_path_plain(ev_slice_text(".")), "."));
	CHECK(ev_slice_is(ev_path_plain(ev_slice_text("../a")), "../a"));
}

static bool
alike(const char *a, const char *b)
{
	struct ev_buf x = EV_BUF_INIT, y = EV_BUF_INIT;
	bool same;

	ev_path_key(&x, ev_slice_text(a));
	ev_path_key(&y, ev_slice_text(b));
	same = !x.bad && !y.bad &&
	       ev_slice_equal(ev_slice_of(x.data, x.len), ev_slice_of(y.data, y.len));
	ev_buf_release(&x);
	ev_buf_release(&y);
	return same;
}

static void
names_that_some_system_takes_for_one_have_one_key(void)
{
	CHECK(alike("a/B.txt", "A/b.TXT"));
	CHECK(alike("\xd0\x96", "\xd0\xb6"));                     /* Ж ж */
	CHECK(alike("N\xc3\xba\xc3\xb1", "Nu\xcc\x81n\xcc\x83")); /* NFC, NFD */
	CHECK(alike("a./b ", "a/b"));
	CHECK(alike("a. .", "a"));
	CHECK(alike("\xff", "\xff"));
}

static void
other_names_have_other_keys(void)
{
	CHECK(!alike("a/b", "ab"));
	CHECK(!alike("a/b", "a/c"));
	CHECK(!alike("\xd0\xb5", "\xd1\x91")); /* е ё */
	CHECK(!alike("\xd0\xb8", "\xd0\xb9")); /* и й */
	CHECK(!alike("1", "\xe2\x91\xa0"));    /* 1 ① */
	CHECK(!alike("\xff", "\xfe"));
	CHECK(!alike("a", "a/"));
	CHECK(!alike(" a", "a"));
}

int
main(void)
{
	UNIT_RUN(paths_below_their_folder_are_taken);
	UNIT_RUN(paths_that_lead_elsewhere_are_refused);
	UNIT_RUN(paths_have_at_most_4096_bytes);
	UNIT_RUN(the_refusal_names_the_path_and_the_reason);
	UNIT_RUN(dot_slash_at_the_start_says_nothing);
	UNIT_RUN(names_that_some_system_takes_for_one_have_one_key);
	UNIT_RUN(other_names_have_other_keys);
	return unit_end();
}
