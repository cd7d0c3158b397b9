/*
 * Puts something into a vault that nobody should, as a program could that has
 * its keys: packs that lie, bombs, records that lead elsewhere.  All of it is
 * named by the log and rightly signed.
 *
 *   hostile VAULT IDENTITY CASE
 *   hostile --list        for each case: its name, what check must call it, and whether the
 *                         finding is about the item or the pack ("sound -": it is allowed)
 */
#include <stdio.h>
#include <string.h>

#include "../hostile/hostile.h"

static const struct hostile_case {
	const char *name;
	void (*make)(struct hostile *h);
	const char *word, *about; /* what check must say, and of what */
} cases[] = {
	{ "honest", honest, "sound", "-" },
	{ "parts_honest", parts_honest, "sound", "-" },
	{ "table_size", table_size, "altered", "pack" },
	{ "table_other_size", table_other_size, "altered", "pack" },
	{ "table_short", table_short, "altered", "pack" },
	{ "table_long", table_long, "altered", "pack" },
	{ "table_gap", table_gap, "altered", "pack" },
	{ "table_garbage", table_garbage, "altered", "pack" },
	{ "table_empty", table_empty, "altered", "pack" },
	{ "table_of_many", table_of_many, "altered", "pack" },
	{ "table_too_long", table_too_long, "altered", "pack" },
	{ "header_mode", header_mode, "altered", "pack" },
	{ "header_link", header_link, "altered", "pack" },
	{ "header_prefix", header_prefix, "altered", "pack" },
	{ "header_name_up", header_name_up, "altered", "pack" },
	{ "stream_goes_on", stream_goes_on, "altered", "pack" },
	{ "stream_has_no_end", stream_has_no_end, "altered", "pack" },
	{ "body_padding", body_padding, "altered", "pack" },
	{ "pack_padding", pack_padding, "altered", "pack" },
	{ "pack_padding_longer", pack_padding_longer, "altered", "pack" },
	{ "member_twice", member_twice, "altered", "pack" },
	{ "member_of_no_kind", member_of_no_kind, "altered", "pack" },
	{ "object_is_another", object_is_another, "altered", "item" },
	{ "object_too_large", object_too_large, "altered", "pack" },
	{ "record_is_another", record_is_another, "altered", "item" },
	{ "record_withholds", record_withholds, "altered", "pack" },
	{ "record_is_none", record_is_none, "altered", "item" },
	{ "record_too_long", record_too_long, "altered", "pack" },
	{ "record_nowhere", record_nowhere, "missing", "item" },
	{ "original_nowhere", original_nowhere, "missing", "item" },
	{ "size_too_large", size_too_large, "altered", "item" },
	{ "size_too_small", size_too_small, "altered", "item" },
	{ "name_up", name_up, "forged", "item" },
	{ "name_here", name_here, "forged", "item" },
	{ "name_with_slash", name_with_slash, "forged", "item" },
	{ "name_empty", name_empty, "forged", "item" },
	{ "name_none", name_none, "forged", "item" },
	{ "folder_up", folder_up, "forged", "item" },
	{ "folder_absolute", folder_absolute, "forged", "item" },
	{ "folder_with_nothing", folder_with_nothing, "forged", "item" },
	{ "folder_here", folder_here, "forged", "item" },
	{ "parts_nowhere", parts_nowhere, "missing", "item" },
	{ "parts_of_another", parts_of_another, "altered", "item" },
	{ "parts_twice", parts_twice, "altered", "pack" },
	{ "parts_in_two_packs", parts_in_two_packs, "altered", "pack" },
	{ "parts_without_end", parts_without_end, "missing", "item" },
	{ "list_is_none", list_is_none, "altered", "item" },
	{ "bomb_says_less", bomb_says_less, "altered", "pack" },
	{ "bomb_says_nothing", bomb_says_nothing, "altered", "pack" },
	{ "bomb_with_window", bomb_with_window, "altered", "pack" },
	{ "bomb_says_huge", bomb_says_huge, "altered", "pack" },
	{ "bomb_with_dictionary", bomb_with_dictionary, "altered", "pack" },
	{ "bomb_of_many", bomb_of_many, "altered", "pack" },
	{ "seek_says_more", seek_says_more, "altered", "pack" },
	{ "seek_says_less", seek_says_less, "altered", "pack" },
	{ "seek_too_far", seek_too_far, "altered", "pack" },
	{ "seek_before", seek_before, "altered", "pack" },
	{ "seek_table_is_data", seek_table_is_data, "altered", "pack" },
	{ "seek_of_many", seek_of_many, "altered", "pack" },
	{ "seek_count_lies", seek_count_lies, "altered", "pack" },
	{ "garbage_between_frames", garbage_between_frames, "altered", "pack" },
	{ "pack_is_no_age", pack_is_no_age, "altered", "pack" },
	{ "pack_is_empty", pack_is_empty, "altered", "pack" },
	{ "pack_to_another", pack_to_another, "altered", "pack" },
	{ "pack_of_other_size", pack_of_other_size, "altered", "pack" },
	{ "pack_nowhere", pack_nowhere, "missing", "pack" },
};

static int
make(const char *dir, const char *identity, const struct hostile_case *which)
{
	struct evault_unlock unlock = { .identity_files = &identity, .n_identity_files = 1 };
	struct evault_error err = { 0 };
	struct hostile h = { 0 };

	must(evault_open(
		 &(struct evault_open){ .dir = dir, .access = EVAULT_WRITE, .unlock = &unlock },
		 &h.v, &err),
	     &err);
	ev_hash_of(EVIL, sizeof(EVIL) - 1, &h.evil);
	must(ev_commit_init(&h.commit, h.v, &err), &err);
	pack_begin(&h);
	which->make(&h);
	must(ev_commit_finish(&h.commit, &err), &err);
	ev_commit_release(&h.commit);
	evault_close(h.v);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t i, n = sizeof(cases) / sizeof(cases[0]);

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (i = 0; i < n; i++)
			printf("%s %s %s\n", cases[i].name, cases[i].word, cases[i].about);
		return 0;
	}
	for (i = 0; argc == 4 && i < n; i++) {
		if (strcmp(cases[i].name, argv[3]) == 0)
			return make(argv[1], argv[2], &cases[i]);
	}
	fputs("usage: hostile VAULT IDENTITY CASE\n", stderr);
	return 2;
}
