/*
 * Changes every byte of a small vault, one after the other, and more: cuts,
 * deletes, swaps, adds (G3).  Each time the check must find it or refuse with
 * a sentence, and whatever is given back must be what was kept.
 *
 *   tamper FOLDER [EVERY]
 *
 * FOLDER is empty, and best in memory.  With the key every EVERY-th byte is
 * taken in the middle of the pack and of the key files, and all of the rest.
 * It prints one line "ok CLAIM" or "not ok CLAIM" for each kind of change.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "evault.h"

enum {
	ITEMS = 10,
	FILES_MAX = 16,
	PATH_SIZE = 400,
	SHOWN_MAX = 20, /* misbehaviours printed for a claim */
	HEAD = 1024,    /* bytes at a pack's begin … */
	TAIL = 8192,    /* … and end that are all changed with the key too */
	PAIRS = 600,
};

struct bytes {
	uint8_t *data;
	size_t len;
};
struct kept {
	char path[200]; /* below the vault */
	struct bytes was;
};
struct original {
	char name[8];
	struct bytes was;
};

/* What a check must say of the change at hand. */
struct want {
	bool harmless;    /* sound, and everything is given back */
	bool interrupted; /* and reported as left by an interrupted run */
	const char *path; /* a finding must be about it; NULL: any */
	const char *word; /* and of this kind; NULL: any that is damage */
};

struct bench {
	char folder[PATH_SIZE], vault[PATH_SIZE], out[PATH_SIZE], identity[PATH_SIZE];
	const char *identities[1];
	size_t every;
	struct kept files[FILES_MAX];
	size_t n_files;
	struct original originals[ITEMS];
	uint64_t random;

	char change[600]; /* the change at hand, in words */
	struct want want;
	bool named;     /* such a finding came */
	char told[400]; /* the findings that came, in short */
	uint64_t indices[ITEMS + 8];
	size_t n_indices, given;

	uint64_t sealed, keyed, refused, wrong; /* of the claim at hand */
	uint64_t all_wrong;
	struct timespec began;
};

static void
die(const char *what)
{
	fprintf(stderr, "tamper: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint64_t
next_random(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

/* ---- files ------------------------------------------------------------------------ */

static const char *
join(char out[PATH_SIZE], const char *folder, const char *name)
{
	if (snprintf(out, PATH_SIZE, "%s/%s", folder, name) >= PATH_SIZE)
		die("a path is too long");
	return out;
}

static void
store(const char *path, const uint8_t *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || (len > 0 && write(fd, data, len) != (ssize_t)len) || close(fd) != 0)
		die(path);
}

static struct bytes
load(const char *path)
{
	struct bytes b = { NULL, 0 };
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path);
	b.len = (size_t)st.st_size;
	b.data = malloc(b.len + 1);
	if (b.data == NULL || read(fd, b.data, b.len) != st.st_size)
		die(path);
	close(fd);
	return b;
}

static void
patch(const char *path, size_t at, uint8_t byte)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || pwrite(fd, &byte, 1, (off_t)at) != 1 || close(fd) != 0)
		die(path);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return at->level == 0 ? 0 : remove(path);
}

static void
empty_folder(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		die(path);
}

/* Makes the folders that the path needs, and says which was the first that was not there. */
static void
make_parents(const char *path, char first[PATH_SIZE])
{
	char part[PATH_SIZE];
	size_t i;

	first[0] = '\0';
	for (i = 1; path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0700) == 0 && first[0] == '\0')
			memcpy(first, part, sizeof(part));
	}
}

/* ---- the vault ---------------------------------------------------------------------- */

static void
must(enum evault_status rc, const struct evault_error *err)
{
	if (rc == EVAULT_OK)
		return;
	fprintf(stderr, "tamper: %s\n", err->text);
	exit(2);
}

static void
make_originals(struct bench *b, const char *folder)
{
	/* All together stay below the least size of a pack. */
	static const size_t sizes[ITEMS] = { 0, 1, 64, 511, 512, 513, 4000, 9000, 15000, 20000 };
	struct original *o;
	char path[PATH_SIZE];
	size_t i, k;

	if (mkdir(folder, 0700) != 0)
		die(folder);
	for (i = 0; i < ITEMS; i++) {
		o = &b->originals[i];
		snprintf(o->name, sizeof(o->name), "f%zu", i);
		o->was.len = sizes[i];
		o->was.data = malloc(sizes[i] + 1);
		if (o->was.data == NULL)
			die(o->name);
		for (k = 0; k < sizes[i]; k++)
			o->was.data[k] = (uint8_t)(i == ITEMS - 1 ? 'a' + k % 7 : next_random(b));
		store(join(path, folder, o->name), o->was.data, o->was.len);
	}
}

static void
add_kept(struct bench *b, const char *folder, const char *below)
{
	struct kept *k = &b->files[b->n_files++];
	char path[PATH_SIZE];

	if (b->n_files > FILES_MAX)
		die("more files than there should be");
	snprintf(k->path, sizeof(k->path), "%s", below);
	k->was = load(join(path, folder, below));
}

/* Finds the one file whose path is not known beforehand. */
static void
add_pack(struct bench *b)
{
	char path[PATH_SIZE], below[200];
	struct evault_check_summary summary;
	FILE *find;

	(void)summary;
	/* The log names it; its entry is the last. */
	join(path, b->vault, "log/tile/entries/000.p/12");
	find = fopen(path, "rb");
	if (find == NULL)
		die(path);
	while (fgets(path, sizeof(path), find) != NULL) {
		if (strncmp(path, "pack ", 5) != 0)
			continue;
		snprintf(below, sizeof(below), "packs/%.2s/%.64s.tar.zst.age", path + 5, path + 5);
		add_kept(b, b->vault, below);
	}
	fclose(find);
}

static void
make_vault(struct bench *b)
{
	static const char *const names[] = { "vault",
					     "README.txt",
					     "keys/1.age",
					     "keys/read.0.age",
					     "keys/write.0.age",
					     "log/checkpoint",
					     "log/tile/0/000.p/12",
					     "log/tile/entries/000.p/12" };
	char recipient[EVAULT_RECIPIENT_SIZE], origin[EVAULT_ORIGIN_SIZE], source[PATH_SIZE];
	struct evault_unlock unlock = { .identity_files = b->identities, .n_identity_files = 1 };
	struct evault_init init = { .dir = b->vault, .to = recipient };
	struct evault_add_summary added;
	const char *paths[1] = { source };
	struct evault_add add = { .paths = paths, .n_paths = 1 };
	struct evault *v = NULL;
	struct evault_error err = { 0 };
	size_t i;

	must(evault_keygen(b->identity, recipient, &err), &err);
	must(evault_init(&init, origin, &err), &err);
	make_originals(b, join(source, b->folder, "src"));
	must(evault_open(b->vault, EVAULT_WRITE, &unlock, &v, &err), &err);
	must(evault_add(v, &add, &added, &err), &err);
	evault_close(v);
	if (added.kept != ITEMS)
		die("the vault does not hold ten items");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_kept(b, b->vault, names[i]);
	add_pack(b);
	if (b->n_files != 9)
		die("the vault has another number of files");
}

/* ---- judging ------------------------------------------------------------------------ */

static void
complain(struct bench *b, const char *how, const char *what)
{
	if (b->wrong++ < SHOWN_MAX)
		printf("# %s, %s: %s%s%s\n", b->change, how, what,
		       b->told[0] == '\0' ? "" : "; told: ", b->told);
	fflush(stdout);
}

static bool
is_damage(enum evault_finding_kind kind)
{
	return kind != EVAULT_FINDING_INTERRUPTED;
}

static void
on_finding(void *ctx, const struct evault_finding *f)
{
	struct bench *b = ctx;
	size_t len = strlen(b->told);

	if (b->want.path == NULL || strcmp(b->want.path, f->path) == 0)
		b->named |= b->want.word == NULL
				? is_damage(f->kind)
				: strcmp(b->want.word, evault_finding_word(f->kind)) == 0;
	snprintf(b->told + len, sizeof(b->told) - len, "[%s %s%s]", evault_finding_word(f->kind),
		 f->path, f->citation);
	if (f->detail == NULL || f->detail[0] == '\0')
		complain(b, "check", "a finding says nothing");
}

static void
judge_check(struct bench *b, const char *how, enum evault_status rc,
	    const struct evault_check_summary *s, const struct evault_error *err)
{
	if (rc != EVAULT_OK) {
		b->refused++;
		if (b->want.harmless)
			complain(b, how, err->text);
		else if (err->text[0] == '\0' || err->status != rc)
			complain(b, how, "failed without a sentence");
		return;
	}
	if (b->want.harmless && (!s->sound || s->damage > 0 || s->unreadable > 0))
		complain(b, how, "is no damage, and was taken for some");
	else if (b->want.harmless && b->want.interrupted != (s->interrupted > 0))
		complain(b, how,
			 "what an interrupted run leaves was not told, or told and not there");
	else if (!b->want.harmless && (s->sound || s->damage + s->unreadable == 0))
		complain(b, how, "was not found");
	else if (!b->want.harmless && !b->named)
		complain(b, how, "was found, and not named as it should be");
}

static void
check(struct bench *b, enum evault_access access)
{
	struct evault_unlock unlock = { .identity_files = b->identities, .n_identity_files = 1 };
	struct evault_check what = { .depth = EVAULT_CHECK_FULL, .finding = on_finding, .ctx = b };
	struct evault_check_summary summary;
	struct evault_error err = { 0 };
	enum evault_status rc;

	b->named = false;
	b->told[0] = '\0';
	rc = evault_check(b->vault, access, &unlock, &what, &summary, &err);
	judge_check(b, access == EVAULT_SEALED ? "sealed" : "keyed", rc, &summary, &err);
}

static const struct original *
original_of(const struct bench *b, const struct evault_item *item)
{
	const struct evault_field *name = evault_item_field(item, "name");
	size_t i;

	for (i = 0; name != NULL && i < ITEMS; i++) {
		if (strcmp(b->originals[i].name, name->value) == 0)
			return &b->originals[i];
	}
	return NULL;
}

static enum evault_status
on_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct bench *b = ctx;

	(void)err;
	if (item->n_fields > 0 && original_of(b, item) == NULL)
		complain(b, "list", "an item that was not kept");
	if (b->n_indices < sizeof(b->indices) / sizeof(b->indices[0]))
		b->indices[b->n_indices++] = item->index;
	return EVAULT_OK;
}

static void
on_given(void *ctx, const struct evault_get_event *event)
{
	struct bench *b = ctx;
	const struct original *o;
	char path[PATH_SIZE];
	struct bytes got;

	if (event->status != EVAULT_OK) {
		if (event->why == NULL || event->why[0] == '\0')
			complain(b, "get", "refused without a sentence");
		return;
	}
	b->given++;
	o = original_of(b, event->item);
	got = load(join(path, b->out, event->path));
	if (o == NULL || got.len != o->was.len || memcmp(got.data, o->was.data, got.len) != 0)
		complain(b, "get", "gave back what was not kept");
	free(got.data);
}

static int
count_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)path;
	(void)st;
	(void)at;
	return kind == FTW_F ? 1 : 0;
}

/* Everything that can be had is what was kept, and what cannot leaves nothing behind. */
static void
give_back(struct bench *b)
{
	struct evault_unlock unlock = { .identity_files = b->identities, .n_identity_files = 1 };
	struct evault_get get = { .out = b->out, .event = on_given, .ctx = b };
	struct evault_get_summary summary = { 0 };
	struct evault *v = NULL;
	struct evault_error err = { 0 };
	enum evault_status rc = evault_open(b->vault, EVAULT_READ, &unlock, &v, &err);

	b->n_indices = b->given = 0;
	if (rc == EVAULT_OK)
		rc = evault_list(v, NULL, on_item, b, &err);
	get.items = b->indices;
	get.n_items = b->n_indices;
	if (rc == EVAULT_OK)
		rc = evault_get(v, &get, &summary, &err);
	if (rc != EVAULT_OK && (err.text[0] == '\0' || err.status != rc))
		complain(b, "get", "failed without a sentence");
	if (summary.given != b->given)
		complain(b, "get", "the summary and the events differ");
	if (b->want.harmless && b->given != ITEMS)
		complain(b, "get", err.text[0] != '\0' ? err.text : "did not give everything back");
	evault_close(v);
	if (b->given == 0 && nftw(b->out, count_one, 16, FTW_PHYS) != 0)
		complain(b, "get", "left a file of what it did not give");
	empty_folder(b->out);
}

static void
try_sealed(struct bench *b)
{
	b->sealed++;
	check(b, EVAULT_SEALED);
}

static void
try_keyed(struct bench *b)
{
	b->keyed++;
	check(b, EVAULT_READ);
	give_back(b);
}

static void
try_both(struct bench *b)
{
	try_sealed(b);
	try_keyed(b);
}

static void
claim(struct bench *b, const char *name)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("# %s: %llu without a key, %llu with it; %llu refused with an error; %ld s\n", name,
	       (unsigned long long)b->sealed, (unsigned long long)b->keyed,
	       (unsigned long long)b->refused, (long)(now.tv_sec - b->began.tv_sec));
	printf("%s %s\n", b->wrong == 0 ? "ok" : "not ok", name);
	fflush(stdout);
	b->all_wrong += b->wrong;
	b->sealed = b->keyed = b->refused = b->wrong = 0;
	b->began = now;
}

/* ---- changes ------------------------------------------------------------------------ */

static bool
is_pack(const struct kept *k)
{
	return strncmp(k->path, "packs/", 6) == 0;
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

	if (!is_pack(k) && strncmp(k->path, "keys/", 5) != 0 && strcmp(k->path, "README.txt") != 0)
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

static void
flip_all(struct bench *b)
{
	size_t i;

	for (i = 0; i < b->n_files; i++)
		flip_bytes(b, &b->files[i], false, 1);
	claim(b, "every_byte_flipped_is_found_without_a_key");
	for (i = 0; i < b->n_files; i++) {
		if (!is_pack(&b->files[i]))
			flip_bytes(b, &b->files[i], false, (unsigned)(1 + next_random(b) % 255));
	}
	claim(b, "every_byte_of_a_small_file_set_to_something_else_is_found_without_a_key");
	for (i = 0; i < b->n_files; i++)
		flip_bytes(b, &b->files[i], true, 0x80);
	claim(b, "a_byte_flipped_is_found_with_the_key_and_what_is_given_back_is_what_was_kept");
}

static void
restore(const struct bench *b, const struct kept *k)
{
	char path[PATH_SIZE];

	store(join(path, b->vault, k->path), k->was.data, k->was.len);
}

static void
cut_file(struct bench *b, const struct kept *k)
{
	size_t step = is_pack(k) ? 97 : 1, len = k->was.len;
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

static void
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

/* ---- files that do not belong ------------------------------------------------------- */

static void
put_foreign(struct bench *b, const char *name, const struct bytes *content, struct want want)
{
	char path[PATH_SIZE], made[PATH_SIZE];

	b->want = want;
	snprintf(b->change, sizeof(b->change), "%s: put in, %zu bytes", name, content->len);
	join(path, b->vault, name);
	make_parents(path, made);
	store(path, content->data, content->len);
	try_both(b);
	unlink(path);
	if (made[0] != '\0') {
		empty_folder(made);
		rmdir(made);
	}
}

static void
put_unknown(struct bench *b)
{
	static const char *const names[] = {
		"x",
		"x.tmp",
		"0123456789abcde.tmp",
		".hidden",
		"Vault",
		"vault ",
		"vault~",
		"README",
		"readme.txt",
		"keys/2.age",
		"keys/0.age",
		"keys/01.age",
		"keys/1.age.bak",
		"keys/read.1.age",
		"keys/write.1.age",
		"keys/read.00.age",
		"packs/x",
		"packs/00/x",
		"packs/00/00.tar.zst.age",
		"packs/ab/x.tar.zst.age",
		"packs/00/x/y",
		"log/x",
		"log/checkpoint.old",
		"log/checkpoint.new.tmp",
		"log/tile/x",
		"log/tile/0/0",
		"log/tile/0/000.p/0",
		"log/tile/0/000.p/256",
		"log/tile/0/000.p/012",
		"log/tile/0/x000/000",
		"log/tile/00/000",
		"log/tile/0/000.p/12/x",
		"log/tile/9/x",
		"log/tile/entries/1",
		"a/b/c/d/e/f/g/h/i/j/k/l/m/n",
		"index.db/x",
		"writer.lock",
		"index.db-journal",
		"index.db-wal",
		"foreign/0123456789abcdef.tmp",
		"\n",
		"\033[31mred",
		"\xff\xfe",
	};
	static const char *const folders[] = { "foreign",   "keys/foreign", "packs/zz",
					       "packs/0",   "log/foreign",  "log/tile/0/foreign",
					       "keys/2.age" };
	struct bytes content[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	char path[PATH_SIZE];
	size_t i, k;

	content[1] = b->files[2].was;
	content[2] = b->files[b->n_files - 1].was;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (k = 0; k < 3; k++)
			put_foreign(b, names[i], &content[k], (struct want){ .word = "unknown" });
	}
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		b->want = (struct want){ .word = "unknown", .path = folders[i] };
		snprintf(b->change, sizeof(b->change), "%s: an empty folder", folders[i]);
		if (mkdir(join(path, b->vault, folders[i]), 0700) != 0)
			die(path);
		try_both(b);
		rmdir(path);
		snprintf(b->change, sizeof(b->change), "%s: a link", folders[i]);
		if (symlink("/", path) != 0)
			die(path);
		try_both(b);
		unlink(path);
		snprintf(b->change, sizeof(b->change), "%s: a pipe", folders[i]);
		if (mkfifo(path, 0600) != 0)
			die(path);
		try_both(b);
		unlink(path);
	}
	claim(b, "what_does_not_belong_to_the_vault_is_called_unknown");
}

/*
 * The exceptions of FORMAT.md, section 1: these are no damage.
 */
static void
put_harmless(struct bench *b)
{
	static const char *const unseen[] = {
		"index.db", "writer",                              /* caches and the lock */
		"log/tile/0/000.p/3", "log/tile/entries/000.p/11", /* of a smaller tree */
	};
	static const char *const interrupted[] = {
		"0123456789abcdef.tmp",
		"keys/0123456789abcdef.tmp",
		"log/0123456789abcdef.tmp",
		"packs/0123456789abcdef.tmp",
		"log/tile/0/0123456789abcdef.tmp", /* temporary */
		"packs/00/0000000000000000000000000000000000000000000000000000000000000000"
		".tar.zst.age",       /* a pack that no entry names, torn */
		"log/checkpoint.new", /* of a commit that was not signed, torn */
		"log/tile/0/000.p/13",
		"log/tile/entries/000.p/13",
		"log/tile/0/001", /* of a commit that never got its head */
	};
	struct bytes content[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	size_t i, k;

	content[1] = b->files[0].was;
	content[2] = b->files[b->n_files - 1].was;
	for (k = 0; k < 3; k++) {
		for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
			put_foreign(b, unseen[i], &content[k], (struct want){ .harmless = true });
		for (i = 0; i < sizeof(interrupted) / sizeof(interrupted[0]); i++)
			put_foreign(b, interrupted[i], &content[k],
				    (struct want){ .harmless = true, .interrupted = true });
	}
	claim(b, "caches_and_leftovers_are_no_damage_and_leftovers_are_told");
}

/* The head under its other name, whole and torn: one good one of the two is enough. */
static void
tear_heads(struct bench *b)
{
	const struct kept *head = NULL;
	struct bytes part;
	size_t i, len;

	for (i = 0; i < b->n_files; i++) {
		if (strcmp(b->files[i].path, "log/checkpoint") == 0)
			head = &b->files[i];
	}
	for (len = 0; head != NULL && len <= head->was.len; len++) {
		part = (struct bytes){ head->was.data, len };
		put_foreign(b, "log/checkpoint.new", &part,
			    (struct want){ .harmless = true, .interrupted = true });
	}
	claim(b, "a_torn_checkpoint_new_is_no_damage");
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

static void
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

int
main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));
	char path[PATH_SIZE];
	size_t i;

	if (b == NULL || argc < 2 || argc > 3) {
		fputs("usage: tamper FOLDER [EVERY]\n", stderr);
		return 2;
	}
	snprintf(b->folder, sizeof(b->folder), "%.200s", argv[1]);
	join(b->vault, b->folder, "v");
	join(b->identity, b->folder, "key");
	b->identities[0] = b->identity;
	b->every = argc == 3 ? (size_t)strtoul(argv[2], NULL, 10) : 61;
	if (b->every == 0)
		b->every = 1;
	b->random = UINT64_C(0x9E3779B97F4A7C15);
	if (mkdir(join(b->out, b->folder, "out"), 0700) != 0)
		die(b->out);
	clock_gettime(CLOCK_MONOTONIC, &b->began);
	make_vault(b);
	unlink(join(path, b->vault, "writer"));
	snprintf(b->change, sizeof(b->change), "nothing");
	b->want = (struct want){ .harmless = true };
	try_both(b);
	claim(b, "an_untouched_vault_is_sound");
	flip_all(b);
	change_whole_files(b);
	put_unknown(b);
	put_harmless(b);
	tear_heads(b);
	change_several(b);
	snprintf(b->change, sizeof(b->change), "nothing any more");
	b->want = (struct want){ .harmless = true };
	try_both(b);
	claim(b, "the_vault_is_sound_when_everything_is_as_it_was");
	for (i = 0; i < b->n_files; i++)
		free(b->files[i].was.data);
	for (i = 0; i < ITEMS; i++)
		free(b->originals[i].was.data);
	i = b->all_wrong;
	free(b);
	return i == 0 ? 0 : 1;
}
