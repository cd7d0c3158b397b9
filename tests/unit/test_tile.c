#include "format/merkle.h"
#include "unit.h"

static void
a_tree_of_70000_has_the_tiles_of_the_specification(void)
{
	uint64_t n;

	for (n = 0; n < 273; n++)
		CHECK(ev_tile_width(0, n, 70000) == 256);
	CHECK(ev_tile_width(0, 273, 70000) == 112);
	CHECK(ev_tile_width(0, 274, 70000) == 0);
	CHECK(ev_tile_width(1, 0, 70000) == 256);
	CHECK(ev_tile_width(1, 1, 70000) == 17);
	CHECK(ev_tile_width(1, 2, 70000) == 0);
	CHECK(ev_tile_width(2, 0, 70000) == 1);
	CHECK(ev_tile_width(2, 1, 70000) == 0);
	CHECK(ev_tile_width(3, 0, 70000) == 0);
	CHECK(ev_tile_width(EV_TILE_ENTRIES, 272, 70000) == 256);
	CHECK(ev_tile_width(EV_TILE_ENTRIES, 273, 70000) == 112);
	CHECK(ev_tile_width(EV_TILE_ENTRIES, 274, 70000) == 0);
}

static void
a_full_tile_is_followed_by_none_and_hashed_into_the_next_level(void)
{
	CHECK(ev_tile_width(0, 0, 0) == 0);
	CHECK(ev_tile_width(1, 0, 255) == 0);
	CHECK(ev_tile_width(0, 0, 255) == 255);
	CHECK(ev_tile_width(0, 0, 256) == 256);
	CHECK(ev_tile_width(0, 1, 256) == 0);
	CHECK(ev_tile_width(1, 0, 256) == 1);
	CHECK(ev_tile_width(2, 0, 65535) == 0);
	CHECK(ev_tile_width(2, 0, 65536) == 1);
}

static void
widths_hold_at_the_ends_of_64_bits(void)
{
	CHECK(ev_tile_width(0, UINT64_MAX >> 8, UINT64_MAX) == 255);
	CHECK(ev_tile_width(0, (UINT64_MAX >> 8) + 1, UINT64_MAX) == 0);
	CHECK(ev_tile_width(0, UINT64_MAX, UINT64_MAX) == 0);
	CHECK(ev_tile_width(7, 0, UINT64_MAX) == 255);
	CHECK(ev_tile_width(8, 0, UINT64_MAX) == 0);
	CHECK(ev_tile_width(63, 0, UINT64_MAX) == 0);
}

static void
paths_are_written_as_specified_and_read_back(void)
{
	static const struct {
		unsigned level;
		uint64_t n;
		unsigned width;
		const char *path;
	} cases[] = {
		{ 0, 0, 256, "tile/0/000" },
		{ 0, 0, 37, "tile/0/000.p/37" },
		{ 0, 999, 1, "tile/0/999.p/1" },
		{ 1, 1000, 255, "tile/1/x001/000.p/255" },
		{ 9, 1234, 256, "tile/9/x001/234" },
		{ 10, 1234067, 100, "tile/10/x001/x234/067.p/100" },
		{ 63, 7, 256, "tile/63/007" },
		{ EV_TILE_ENTRIES, 1234067, 256, "tile/entries/x001/x234/067" },
		{ EV_TILE_ENTRIES, 0, 9, "tile/entries/000.p/9" },
		{ EV_TILE_ENTRIES, UINT64_MAX, 255,
		  "tile/entries/x018/x446/x744/x073/x709/x551/615.p/255" },
	};
	char path[EV_TILE_PATH_SIZE];
	unsigned level, width;
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ev_tile_path(cases[i].level, cases[i].n, cases[i].width, path);
		CHECK(strcmp(path, cases[i].path) == 0);
		NEED(ev_tile_path_parse(ev_slice_text(path), &level, &n, &width));
		CHECK(level == cases[i].level && n == cases[i].n && width == cases[i].width);
	}
}

static void
every_other_spelling_of_a_path_is_refused(void)
{
	static const char *const bad[] = {
		"",
		"tile",
		"tile/",
		"tile/0",
		"tile/0/",
		"tile//000",
		"/tile/0/000",
		"Tile/0/000",
		"tile/0/000/",
		"tile/0/000 ",
		" tile/0/000",
		"tile/0/0",
		"tile/0/00",
		"tile/0/0000",
		"tile/0/00a",
		"tile/0/-01",
		"tile/0/+01",
		"tile/00/000",
		"tile/01/000",
		"tile/64/000",
		"tile/-1/000",
		"tile/256/000",
		"tile/18446744073709551616/000",
		"tile/x/000",
		"tile/entry/000",
		"tile/e/000",
		"tile/entries",
		"tile/entriesx/000",
		"tile/data/000",
		"tile/0/x000",
		"tile/0/x000/001",
		"tile/0/x001",
		"tile/0/x001/",
		"tile/0/x001/x002",
		"tile/0/001/002",
		"tile/0/X001/002",
		"tile/0/x1/002",
		"tile/0/x001/2",
		"tile/0/x01/002",
		"tile/0/000.p",
		"tile/0/000.p/",
		"tile/0/000.p/0",
		"tile/0/000.p/01",
		"tile/0/000.p/256",
		"tile/0/000.p/1000",
		"tile/0/000.p/-1",
		"tile/0/000.p/1/",
		"tile/0/000.p/1 ",
		"tile/0/000.P/1",
		"tile/0/000p/1",
		"tile/0/000/p/1",
		"tile/0/../000",
		"tile/0/x018/x446/x744/x073/x709/x551/616",
		"tile/0/x999/x999/x999/x999/x999/x999/999",
		"tile/0/x001/x000/x000/x000/x000/x000/x000/000",
	};
	unsigned level, width;
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(!ev_tile_path_parse(ev_slice_text(bad[i]), &level, &n, &width)))
			printf("# %s\n", bad[i]);
	CHECK(!ev_tile_path_parse(ev_slice_of("tile/0/000\0", 11), &level, &n, &width));
	CHECK(!ev_tile_path_parse(ev_slice_of("tile/0/000.p/3\0"
					      "7",
					      16),
				  &level, &n, &width));
}

static void
entries_of_0_to_65535_bytes_come_back_from_a_bundle(void)
{
	static uint8_t big[65536];
	static const size_t sizes[] = { 0, 1, 255, 256, 65535 };
	struct ev_buf bundle = EV_BUF_INIT;
	struct ev_cursor c;
	struct ev_slice s;
	size_t i;

	memset(big, 'e', sizeof(big));
	for (i = 0; i < 5; i++)
		NEED(ev_tile_entry_add(&bundle, ev_slice_of(big, sizes[i]), NULL) == EVAULT_OK);
	CHECK(ev_tile_entry_add(&bundle, ev_slice_of(big, 65536), NULL) == EVAULT_E_LIMIT);
	CHECK(bundle.len == 5 * 2 + 0 + 1 + 255 + 256 + 65535);
	CHECK(memcmp(bundle.data, "\0\0\0\1e\0\xff", 7) == 0);
	c = ev_cursor_of(bundle.data, bundle.len);
	for (i = 0; i < 5; i++) {
		s = ev_tile_entry_next(&c);
		CHECK(ev_slice_equal(s, ev_slice_of(big, sizes[i])));
	}
	CHECK(ev_cursor_done(&c));
	ev_tile_entry_next(&c);
	CHECK(c.bad);
	ev_buf_release(&bundle);
}

static void
a_bundle_cut_short_turns_the_cursor_bad(void)
{
	static const uint8_t bundle[] = { 0, 3, 'a', 'b', 'c' };
	struct ev_cursor c;
	struct ev_slice s;
	size_t len;

	for (len = 0; len < sizeof(bundle); len++) {
		c = ev_cursor_of(bundle, len);
		s = ev_tile_entry_next(&c);
		CHECK(c.bad && s.len == 0);
	}
	c = ev_cursor_of(bundle, sizeof(bundle));
	CHECK(ev_slice_is(ev_tile_entry_next(&c), "abc"));
	CHECK(ev_cursor_done(&c));
}

int
main(void)
{
	UNIT_RUN(a_tree_of_70000_has_the_tiles_of_the_specification);
	UNIT_RUN(a_full_tile_is_followed_by_none_and_hashed_into_the_next_level);
	UNIT_RUN(widths_hold_at_the_ends_of_64_bits);
	UNIT_RUN(paths_are_written_as_specified_and_read_back);
	UNIT_RUN(every_other_spelling_of_a_path_is_refused);
	UNIT_RUN(entries_of_0_to_65535_bytes_come_back_from_a_bundle);
	UNIT_RUN(a_bundle_cut_short_turns_the_cursor_bad);
	return unit_end();
}
