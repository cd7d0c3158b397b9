#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tamper.h"

static bool
is_pack(const struct kept *k)
{
	return strncmp(k->path, "packs/", 6) == 0;
}

static bool
is_key(const struct kept *k)
{
	return strncmp(k->path, "keys/", 5) == 0;
}

static bool
is_text(const struct kept *k)
{
	return !is_pack(k) && !is_key(k);
}

static bool
is_log(const struct kept *k)
{
	return strncmp(k->path, "log/", 4) == 0;
}

/* What is told of a changed file.  In the log it may be an entry; of the note, that it is none. */
static struct want
want_altered(const struct kept *k)
{
	struct want w = { .path = k->path, .word = "altered" };

	if (is_log(k))
		w = (struct want){ 0 };
	return w;
}

static bool
wants_key(const struct bench *b, const struct kept *k, size_t at)
{
	size_t head = is_pack(k) ? HEAD : 0, tail = is_pack(k) ? TAIL : 0;

	if (strstr(k->path, "/entries/") != NULL)
		return at % 5 == 0;
	if (is_text(k) && strcmp(k->path, "README.txt") != 0)
		return true;
	return at < head || at + tail >= k->was.len || at % b->every == 0;
}

static void
flip_bytes(struct bench *b, const struct kept *k, bool keyed, unsigned mask)
{
	char path[PATH_SIZE];
	size_t at;

	join(path, b->vault, k->path);
	b->want = want_altered(k);
	for (at = 0; at < k->was.len; at++) {
		if (keyed && !wants_key(b, k, at))
			continue;
		snprintf(b->change, sizeof(b->change), "%s: byte %zu xor %u", k->path, at, mask);
		patch(path, at, (uint8_t)(k->was.data[at] ^ mask));
		if (keyed)
			try_keyed(b);
		else
			try_sealed(b);
		patch(path, at, k->was.data[at]);
	}
}

void
flip_all(struct bench *b)
{
	size_t i;

	for (i = 0; i < b->n_files; i++)
		flip_bytes(b, &b->files[i], false, 1);
	claim(b, "every_byte_flipped_is_found_without_a_key");
	for (i = 0; i < b->n_files; i++) {
		if (is_text(&b->files[i]))
			flip_bytes(b, &b->files[i], false, (unsigned)(1 + next_random(b) % 255));
	}
	claim(b, "every_byte_of_a_text_file_set_to_something_else_is_found_without_a_key");
	for (i = 0; i < b->n_files; i++)
		flip_bytes(b, &b->files[i], true, 0x80);
	claim(b, "a_byte_flipped_is_found_with_the_key_and_what_is_given_back_is_what_was_kept");
}

static void
cut_file(struct bench *b, const struct kept *k)
{
	size_t step = is_pack(k) ? 97 : is_key(k) ? 7 : 1, len = k->was.len;
	char path[PATH_SIZE];

	join(path, b->vault, k->path);
	b->want = want_altered(k);
	while (len > 0) {
		len = len > step && len + HEAD < k->was.len && len > HEAD ? len - step : len - 1;
		snprintf(b->change, sizeof(b->change), "%s: cut to %zu bytes", k->path, len);
		if (truncate(path, (off_t)len) != 0)
			die(path);
		try_sealed(b);
		if (len % b->every == 0 || len + 20 > k->was.len)
			try_keyed(b);
	}
	restore(b, k);
}

static void
append_to(struct bench *b, const struct kept *k)
{
	static const size_t sizes[] = { 1, 16, 512, 65536, 1 << 20 };
	struct bytes longer = { calloc(1, k->was.len + (1 << 20)), 0 };
	char path[PATH_SIZE];
	size_t i;

	if (longer.data == NULL)
		die("append");
	memcpy(longer.data, k->was.data, k->was.len);
	b->want = want_altered(k);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(b->change, sizeof(b->change), "%s: %zu bytes appended", k->path, sizes[i]);
		longer.data[k->was.len] = (uint8_t)(i == 0 ? '\n' : 0);
		store(join(path, b->vault, k->path), longer.data, k->was.len + sizes[i]);
		try_both(b);
	}
	free(longer.data);
	restore(b, k);
}

static void
delete_file(struct bench *b, const struct kept *k)
{
	char path[PATH_SIZE];

	b->want = (struct want){ .path = k->path, .word = "missing" };
	snprintf(b->change, sizeof(b->change), "%s: deleted", k->path);
	if (unlink(join(path, b->vault, k->path)) != 0)
		die(path);
	try_both(b);
	restore(b, k);
}

/* Something else than a file stands where it was. */
static void
replace_file(struct bench *b, const struct kept *k)
{
	char path[PATH_SIZE], aside[PATH_SIZE];

	join(path, b->vault, k->path);
	join(aside, b->folder, "aside");
	b->want = (struct want){ 0 };
	if (rename(path, aside) != 0 || symlink(aside, path) != 0)
		die(path);
	snprintf(b->change, sizeof(b->change), "%s: a link to what it was", k->path);
	try_both(b);
	if (unlink(path) != 0 || mkdir(path, 0700) != 0)
		die(path);
	snprintf(b->change, sizeof(b->change), "%s: a folder", k->path);
	try_both(b);
	if (rmdir(path) != 0 || mkfifo(path, 0600) != 0)
		die(path);
	snprintf(b->change, sizeof(b->change), "%s: a pipe", k->path);
	try_both(b);
	if (unlink(path) != 0 || rename(aside, path) != 0)
		die(path);
}

static void
swap_files(struct bench *b, const struct kept *one, const struct kept *two)
{
	char path[PATH_SIZE];

	b->want = want_altered(is_log(one) ? two : one);
	/* Without a vault note nothing else can be judged. */
	if (strcmp(one->path, "vault") == 0)
		b->want = want_altered(one);
	snprintf(b->change, sizeof(b->change), "%s and %s: swapped", one->path, two->path);
	/* Without a head of the log there is nothing to compare the rest with. */
	if (strcmp(one->path, "log/checkpoint") == 0 || strcmp(two->path, "log/checkpoint") == 0)
		b->want = (struct want){ 0 };
	else if (is_log(one) || is_log(two))
		b->want = (struct want){ 0 };
	store(join(path, b->vault, one->path), two->was.data, two->was.len);
	store(join(path, b->vault, two->path), one->was.data, one->was.len);
	try_both(b);
	restore(b, one);
	restore(b, two);
}

static void
move_folder(struct bench *b, const char *name)
{
	char path[PATH_SIZE], aside[PATH_SIZE];

	b->want = (struct want){ .word = "missing" };
	snprintf(b->change, sizeof(b->change), "%s: the whole folder gone", name);
	join(path, b->vault, name);
	join(aside, b->folder, "aside");
	if (rename(path, aside) != 0)
		die(path);
	try_both(b);
	b->want = (struct want){ 0 };
	snprintf(b->change, sizeof(b->change), "%s: a link to the folder it was", name);
	if (symlink(aside, path) != 0)
		die(path);
	try_both(b);
	if (unlink(path) != 0 || rename(aside, path) != 0)
		die(path);
}

void
change_whole_files(struct bench *b)
{
	static const char *const folders[] = { "keys", "packs", "log", "log/tile" };
	size_t i, k;

	for (i = 0; i < b->n_files; i++)
		cut_file(b, &b->files[i]);
	claim(b, "a_file_cut_short_anywhere_is_found");
	for (i = 0; i < b->n_files; i++)
		append_to(b, &b->files[i]);
	claim(b, "bytes_appended_are_found");
	for (i = 0; i < b->n_files; i++)
		delete_file(b, &b->files[i]);
	claim(b, "a_deleted_file_is_called_missing");
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		move_folder(b, folders[i]);
	claim(b, "a_folder_gone_or_replaced_by_a_link_is_found");
	for (i = 0; i < b->n_files; i++)
		replace_file(b, &b->files[i]);
	claim(b, "a_link_a_folder_or_a_pipe_in_the_place_of_a_file_is_found");
	for (i = 0; i < b->n_files; i++) {
		for (k = i + 1; k < b->n_files; k++)
			swap_files(b, &b->files[i], &b->files[k]);
	}
	claim(b, "any_two_files_swapped_are_found");
}

/* ---- several at once ---------------------------------------------------------------- */

static void
change_somehow(struct bench *b, const struct kept *k)
{
	size_t at = next_random(b) % k->was.len, len = strlen(b->change);
	uint64_t what = next_random(b) % 4;
	char path[PATH_SIZE];

	snprintf(b->change + len, sizeof(b->change) - len, " %s: %s %zu;", k->path,
		 what == 0   ? "deleted"
		 : what == 1 ? "cut to"
			     : "byte changed at",
		 at);
	join(path, b->vault, k->path);
	if (what == 0)
		unlink(path);
	else if (what == 1 && truncate(path, (off_t)at) != 0)
		die(path);
	else if (what > 1)
		patch(path, at, (uint8_t)(k->was.data[at] ^ (1 + next_random(b) % 255)));
}

void
change_several(struct bench *b)
{
	size_t i, one, two;

	b->want = (struct want){ 0 };
	for (i = 0; i < PAIRS; i++) {
		one = next_random(b) % b->n_files;
		two = (one + 1 + next_random(b) % (b->n_files - 1)) % b->n_files;
		b->change[0] = '\0';
		change_somehow(b, &b->files[one]);
		change_somehow(b, &b->files[two]);
		try_both(b);
		restore(b, &b->files[one]);
		restore(b, &b->files[two]);
	}
	claim(b, "two_files_changed_at_once_are_found");
}
