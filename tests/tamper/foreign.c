#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tamper.h"

/* A pack's name, and not of what is in it. */
#define STRAY_PACK                                                                                 \
	"packs/00/"                                                                                \
	"0000000000000000000000000000000000000000000000000000000000000000.tar.zst.age"

static void
put_foreign(struct bench *b, const char *name, const struct bytes *content, struct want want)
{
	char path[PATH_SIZE], made[PATH_SIZE];

	b->want = want;
	snprintf(b->change, sizeof(b->change), "%s: put in, %zu bytes", name, content->len);
	/* It is made anew when it is gone. */
	if (strncmp(name, "index.db/", strlen("index.db/")) == 0)
		unlink(join(path, b->vault, "index.db"));
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

static const char *const unknown_names[] = {
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
	"log/tile/9/x",
	"log/tile/entries/1",
	"a/b/c/d/e/f/g/h/i/j/k/l/m/n",
	STRAY_PACK,
	"index.db/x",
	"writer.lock",
	"index.db-journal",
	"index.db-wal",
	"foreign/0123456789abcdef.tmp",
	"\n",
	"\033[31mred",
	"\xff\xfe",
};

static const char *const unknown_folders[] = { "foreign",   "keys/foreign", "packs/zz",
					       "packs/0",   "log/foreign",  "log/tile/0/foreign",
					       "keys/2.age" };

static const char *const unseen_names[] = {
	"index.db", "writer",                             /* caches and the lock */
	"log/tile/0/000.p/3", "log/tile/entries/000.p/11" /* of a smaller tree */
};

static const char *const interrupted_names[] = {
	"0123456789abcdef.tmp",
	"keys/0123456789abcdef.tmp",
	"log/0123456789abcdef.tmp",
	"packs/0123456789abcdef.tmp",
	"log/tile/0/0123456789abcdef.tmp", /* temporary */
	"log/checkpoint.new",              /* of a commit that was not signed, torn */
	"log/tile/0/000.p/13",
	"log/tile/entries/000.p/13",
	"log/tile/0/001" /* of a commit that never got its head */
};

void
put_unknown(struct bench *b)
{
	struct bytes content[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	char path[PATH_SIZE];
	size_t i, k;

	content[1] = b->files[2].was;
	content[2] = b->files[b->n_files - 1].was;
	for (i = 0; i < sizeof(unknown_names) / sizeof(unknown_names[0]); i++) {
		for (k = 0; k < 3; k++)
			put_foreign(b, unknown_names[i], &content[k],
				    (struct want){ .word = "unknown" });
	}
	for (i = 0; i < sizeof(unknown_folders) / sizeof(unknown_folders[0]); i++) {
		b->want = (struct want){ .word = "unknown", .path = unknown_folders[i] };
		snprintf(b->change, sizeof(b->change), "%s: an empty folder", unknown_folders[i]);
		if (mkdir(join(path, b->vault, unknown_folders[i]), 0700) != 0)
			die(path);
		try_both(b);
		rmdir(path);
		snprintf(b->change, sizeof(b->change), "%s: a link", unknown_folders[i]);
		if (symlink("/", path) != 0)
			die(path);
		try_both(b);
		unlink(path);
		snprintf(b->change, sizeof(b->change), "%s: a pipe", unknown_folders[i]);
		if (mkfifo(path, 0600) != 0)
			die(path);
		try_both(b);
		unlink(path);
	}
	claim(b, "what_does_not_belong_to_the_vault_is_called_unknown");
}

void
put_harmless(struct bench *b)
{
	struct bytes content[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	size_t i, k;

	content[1] = b->files[0].was;
	content[2] = b->files[b->n_files - 1].was;
	for (k = 0; k < 3; k++) {
		for (i = 0; i < sizeof(unseen_names) / sizeof(unseen_names[0]); i++)
			put_foreign(b, unseen_names[i], &content[k],
				    (struct want){ .harmless = true });
		for (i = 0; i < sizeof(interrupted_names) / sizeof(interrupted_names[0]); i++)
			put_foreign(b, interrupted_names[i], &content[k],
				    (struct want){ .harmless = true, .interrupted = true });
	}
	claim(b, "caches_and_leftovers_are_no_damage_and_leftovers_are_told");
}

/* The head under its other name, whole and torn: one good one of the two is enough. */
void
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
