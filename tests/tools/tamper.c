/*
 * Changes every byte of a small vault, one after the other, and more: cuts,
 * deletes, swaps, adds (G3).  Each time the check must find it or refuse with
 * a sentence, and whatever is given back must be what was kept.
 *
 *   tamper FOLDER [EVERY]
 *
 * FOLDER is empty, and best in memory.  Without a key it is every byte; with
 * it every EVERY-th of the key files and of the middle of the pack, every
 * fifth of the entries, and all of the rest.
 * It prints one line "ok CLAIM" or "not ok CLAIM" for each kind of change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tamper/tamper.h"

/* Memory is used and freed a hundred thousand times: keeping little of it aside is faster. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=4:malloc_context_size=3";
}

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
	must(
	    evault_open(
		&(struct evault_open){ .dir = b->vault, .access = EVAULT_WRITE, .unlock = &unlock },
		&v, &err),
	    &err);
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
	b->every = argc == 3 ? (size_t)strtoul(argv[2], NULL, 10) : 127;
	if (b->every == 0)
		b->every = 1;
	b->random = UINT64_C(0x9E3779B97F4A7C15);
	if (mkdir(join(b->out, b->folder, "out"), 0700) != 0)
		die(b->out);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b->began);
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
