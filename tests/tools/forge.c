/*
 * Rewrites the log of a vault as somebody could who has its keys, for the
 * tests of history:
 *
 *   forge VAULT IDENTITY [STEP]…
 *
 *   actor           from here on, sign entries anew where they or what is before them changed
 *   drop N          remove entry N
 *   keep N          remove all from entry N on
 *   swap N M        exchange two entries
 *   copy N M        put a copy of entry N before entry M
 *   record N HEX    let entry N name another record
 *   again N         append an entry, signed as it must be, with the record of entry N
 *   stranger HEX    append an entry for this record, signed by an actor that nobody admitted
 *   as VAULT KEY    from here on, append as whom KEY is in that copy of the vault
 *   line TEXT       append an entry with this structural line
 *   slot N FILE     append an entry that gives slot N the hash of this file
 *   log-key         append an entry with a new log key, which the one before has not signed; the
 *                   new one signs the checkpoint
 *   stray-key       sign the checkpoint with a key of the log's name that is not the log's
 *   head N FILE     only write the checkpoint of the first N entries to FILE
 *   fork N FILE     only write a signed checkpoint of N entries with a root of nothing to FILE
 *   print           only print the record of each entry, or "-"
 *
 * Without `actor` signatures of entries stay what they were.  Tiles, entries
 * and checkpoint are written anew, and signed by the log's own key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/remove.h"
#include "base/os.h"
#include "vault.h"

enum {
	ENTRIES_MAX = 4096
};

struct forging {
	struct evault *v;
	struct ev_buf entries[ENTRIES_MAX];
	size_t n;
	bool by_actor, stray_key, quiet;
	struct ev_verifier actor, log_key;     /* who appends, and signs the checkpoint … */
	struct ev_signing_seed seed, log_seed; /* … and with what */
};

static bool
must(enum evault_status rc, const struct evault_error *err)
{
	if (rc != EVAULT_OK)
		fprintf(stderr, "forge: %s\n", err->text);
	return rc == EVAULT_OK;
}

static bool
load(struct forging *f, struct evault_error *err)
{
	uint64_t size = ev_log_head(f->v->log)->size;
	enum evault_status rc = EVAULT_OK;

	if (size + 16 > ENTRIES_MAX)
		return must(ev_fail(err, EVAULT_E_LIMIT, "too many entries"), err);
	for (f->n = 0; f->n < size && rc == EVAULT_OK; f->n++)
		rc = ev_log_entry(f->v->log, f->n, &f->entries[f->n], NULL, err);
	return must(rc, err);
}

static void
insert(struct forging *f, size_t at, const struct ev_buf *entry)
{
	struct ev_buf copy = EV_BUF_INIT;

	ev_buf_add(&copy, entry->data, entry->len);
	memmove(&f->entries[at + 1], &f->entries[at], (f->n - at) * sizeof(copy));
	f->entries[at] = copy;
	f->n++;
}

static void
discard(struct forging *f, size_t at)
{
	ev_buf_release(&f->entries[at]);
	f->n--;
	memmove(&f->entries[at], &f->entries[at + 1], (f->n - at) * sizeof(f->entries[0]));
	f->entries[f->n] = (struct ev_buf)EV_BUF_INIT;
}

static void
swap(struct forging *f, size_t a, size_t b)
{
	struct ev_buf kept = f->entries[a];

	f->entries[a] = f->entries[b];
	f->entries[b] = kept;
}

/* A note over these lines after `tree`, signed with the seed in the name of `signer`. */
static bool
sign(const struct forging *f, const struct ev_merkle *tree, struct ev_slice lines,
     const struct ev_verifier *signer, const struct ev_signing_seed *seed, struct ev_buf *note)
{
	struct evault_error err = { .text = "" };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash root;
	enum evault_status rc;

	ev_merkle_root(tree, &root);
	ev_entry_head(&text, f->v->note.origin, tree->size, &root);
	ev_buf_add(&text, lines.data, lines.len);
	ev_buf_clear(note);
	ev_note_begin(note, ev_slice_of(text.data, text.len));
	rc = ev_note_sign(note, ev_slice_of(text.data, text.len), signer, seed, &err);
	ev_buf_release(&text);
	return must(rc, &err);
}

/* Makes entries fit their places again, for who has the actor's key. */
static bool
sign_anew(struct forging *f)
{
	struct evault_error err = { .text = "" };
	struct ev_buf lines = EV_BUF_INIT;
	struct ev_entry entry;
	struct ev_merkle tree;
	struct ev_hash root, leaf;
	bool good = true;
	size_t i;

	ev_merkle_init(&tree);
	for (i = 0; i < f->n && good; i++) {
		struct ev_buf *e = &f->entries[i];

		good = must(ev_entry_parse(ev_slice_of(e->data, e->len), &entry, &err), &err);
		ev_merkle_root(&tree, &root);
		if (good && (entry.after != i || !ev_hash_equal(&entry.root, &root) ||
			     ev_note_verify(&entry.note, &f->v->keys->actor, NULL) != EVAULT_OK)) {
			ev_buf_clear(&lines);
			ev_buf_add(&lines, entry.lines.data, entry.lines.len);
			good = sign(f, &tree, ev_slice_of(lines.data, lines.len),
				    &f->v->keys->actor, &f->v->keys->slot->actor, e);
		}
		ev_merkle_leaf(e->data, e->len, &leaf);
		ev_merkle_append(&tree, &leaf);
	}
	ev_buf_release(&lines);
	return good;
}

static void
tree_of(const struct forging *f, size_t n, struct ev_merkle *tree)
{
	struct ev_hash leaf;
	size_t i;

	ev_merkle_init(tree);
	for (i = 0; i < n; i++) {
		ev_merkle_leaf(f->entries[i].data, f->entries[i].len, &leaf);
		ev_merkle_append(tree, &leaf);
	}
}

/* Appends an entry of these lines. */
static bool
append_lines(struct forging *f, struct ev_slice lines, const struct ev_verifier *actor,
	     const struct ev_signing_seed *seed)
{
	struct ev_merkle tree;

	tree_of(f, f->n, &tree);
	return sign(f, &tree, lines, actor, seed, &f->entries[f->n++]);
}

static bool
append_line(struct forging *f, const struct ev_line *line, const struct ev_verifier *actor,
	    const struct ev_signing_seed *seed)
{
	struct ev_buf lines = EV_BUF_INIT;
	bool good;

	ev_line_encode(&lines, line);
	good = append_lines(f, ev_slice_of(lines.data, lines.len), actor, seed);
	ev_buf_release(&lines);
	return good;
}

/* Appends an entry for a record; by an actor of a key that is made here when `stranger`. */
static bool
append(struct forging *f, const struct ev_hash *record, bool stranger)
{
	struct ev_line line = { .kind = EV_LINE_RECORD, .hash = *record };
	struct ev_verifier actor = f->actor;
	struct ev_signing_seed seed = f->seed;
	uint8_t key[32];
	bool good;

	if (stranger) {
		ev_signing_seed_make(&seed);
		ev_signing_seed_public(&seed, key);
		ev_actor_verifier(key, &actor);
	}
	good = append_line(f, &line, &actor, &seed);
	ev_wipe(&seed, sizeof(seed));
	return good;
}

static bool
append_text(struct forging *f, const char *text)
{
	struct ev_buf lines = EV_BUF_INIT;
	bool good;

	ev_buf_printf(&lines, "%s\n", text);
	good = append_lines(f, ev_slice_of(lines.data, lines.len), &f->actor, &f->seed);
	ev_buf_release(&lines);
	return good;
}

static bool
append_slot(struct forging *f, uint64_t n, const char *path)
{
	struct ev_line line = { .kind = EV_LINE_SLOT, .number = n };
	struct evault_error err = { .text = "" };
	struct ev_buf bytes = EV_BUF_INIT;
	bool good = must(ev_os_load_user(path, 64 << 20, &bytes, &err), &err);

	ev_hash_of(bytes.data, bytes.len, &line.hash);
	good = good && append_line(f, &line, &f->actor, &f->seed);
	ev_buf_release(&bytes);
	return good;
}

static bool
append_log_key(struct forging *f)
{
	struct ev_line line = { .kind = EV_LINE_LOG_KEY };
	uint8_t key[32];

	ev_signing_seed_make(&f->log_seed);
	ev_signing_seed_public(&f->log_seed, key);
	ev_verifier_init(&f->log_key, f->v->note.origin, key);
	line.vkey = f->log_key;
	return append_line(f, &line, &f->actor, &f->seed);
}

/* Takes the keys of somebody who is, or was, a holder. */
static bool
become(struct forging *f, const char *dir, const char *identity)
{
	struct evault_unlock unlock = { .identity_files = &identity, .n_identity_files = 1 };
	struct ev_findings strict = ev_findings_strict();
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;
	enum evault_status rc = ev_vault_begin(dir, EVAULT_SEALED, &v, &err);

	if (rc == EVAULT_OK)
		rc = ev_vault_load_note(v, &err);
	if (rc == EVAULT_OK)
		rc = ev_vault_load_log(v, &strict, NULL, 0, &err);
	if (rc == EVAULT_OK)
		rc = ev_keyring_unlock(v->dir, &v->authority, &unlock, &v->keys, &err);
	if (rc == EVAULT_OK && v->keys->slot == NULL)
		rc = ev_fail(&err, EVAULT_E_KEY, "no holder's key");
	if (rc == EVAULT_OK) {
		f->actor = v->keys->actor;
		f->seed = v->keys->slot->actor;
	}
	evault_close(v);
	return must(rc, &err);
}

/* "record <64 hex>" in the entry, or NULL. */
static char *
record_of(const struct forging *f, size_t n)
{
	const struct ev_buf *e = &f->entries[n];
	char *at = memmem(e->data, e->len, "\nrecord ", 8);

	return at == NULL ? NULL : at + 8;
}

static bool
write_head(const struct forging *f, size_t n, bool fork, const char *path)
{
	struct ev_checkpoint c = { .size = n };
	struct evault_error err = { .text = "" };
	struct ev_buf note = EV_BUF_INIT;
	struct ev_merkle tree;
	FILE *out = fopen(path, "wb");
	bool good;

	tree_of(f, fork ? 0 : n, &tree);
	memcpy(c.origin, f->v->note.origin, sizeof(c.origin));
	ev_merkle_root(&tree, &c.root);
	good = must(ev_checkpoint_sign(&c, &f->log_key, &f->log_seed, &note, &err), &err);
	good = good && out != NULL && fwrite(note.data, 1, note.len, out) == note.len;
	if (out != NULL)
		good = fclose(out) == 0 && good;
	ev_buf_release(&note);
	return good;
}

static void
print(const struct forging *f)
{
	const char *record;
	size_t i;

	for (i = 0; i < f->n; i++) {
		record = record_of(f, i);
		printf("%zu %.64s\n", i, record == NULL ? "-" : record);
	}
}

/* Puts the entries in the place of the log that is there. */
static bool
store(struct forging *f, const char *dir)
{
	struct ev_verifier key = f->log_key;
	struct ev_signing_seed seed = f->log_seed;
	struct evault_error err = { .text = "" };
	struct ev_log *log = NULL;
	enum evault_status rc;
	char there[4096];
	uint8_t public[32];
	size_t i;

	if (f->stray_key) {
		ev_signing_seed_make(&seed);
		ev_signing_seed_public(&seed, public);
		ev_verifier_init(&key, f->v->note.origin, public);
	}
	snprintf(there, sizeof(there), "%s/log", dir);
	remove_tree(there);
	rc = ev_log_new(f->v->dir, f->v->note.origin, &log, &err);
	for (i = 0; i < f->n && rc == EVAULT_OK; i++)
		rc = ev_log_stage(log, ev_slice_of(f->entries[i].data, f->entries[i].len), &err);
	if (rc == EVAULT_OK)
		rc = ev_log_commit(log, &key, &seed, &err);
	ev_log_free(log);
	ev_wipe(&seed, sizeof(seed));
	return must(rc, &err);
}

/* Does the step at *at, and moves on. */
static bool
step(struct forging *f, char ***at)
{
	const char *name = *(*at)++;
	const char *text = **at == NULL ? "" : **at, *second = *text == '\0' ? NULL : (*at)[1];
	size_t n = strtoul(text, NULL, 10), m = second == NULL ? 0 : strtoul(second, NULL, 10);
	struct ev_hash record;
	bool good = true;

	if (strcmp(name, "actor") == 0) {
		f->by_actor = true;
	} else if (strcmp(name, "stray-key") == 0) {
		f->stray_key = true;
	} else if (strcmp(name, "log-key") == 0) {
		good = append_log_key(f);
	} else if (strcmp(name, "line") == 0 && *text != '\0') {
		good = append_text(f, text);
		*at += 1;
	} else if (strcmp(name, "as") == 0 && second != NULL) {
		good = become(f, text, second);
		*at += 2;
	} else if (strcmp(name, "slot") == 0 && second != NULL) {
		good = append_slot(f, n, second);
		*at += 2;
	} else if (strcmp(name, "print") == 0) {
		print(f);
		f->quiet = true;
	} else if (strcmp(name, "stranger") == 0 && ev_hash_parse(ev_slice_text(text), &record)) {
		good = append(f, &record, true);
		*at += 1;
	} else if (strcmp(name, "fork") == 0 && second != NULL) {
		good = write_head(f, n, true, second);
		f->quiet = true;
		*at += 2;
	} else if (n >= f->n + (strcmp(name, "head") == 0)) {
		return false;
	} else if (strcmp(name, "drop") == 0) {
		discard(f, n);
		*at += 1;
	} else if (strcmp(name, "keep") == 0) {
		while (f->n > n)
			discard(f, f->n - 1);
		*at += 1;
	} else if (strcmp(name, "again") == 0) {
		good = record_of(f, n) != NULL &&
		       ev_hash_parse(ev_slice_of(record_of(f, n), 64), &record) &&
		       append(f, &record, false);
		*at += 1;
	} else if (second == NULL) {
		return false;
	} else if (strcmp(name, "swap") == 0 && m < f->n) {
		swap(f, n, m);
		*at += 2;
	} else if (strcmp(name, "copy") == 0 && m <= f->n) {
		insert(f, m, &f->entries[n]);
		*at += 2;
	} else if (strcmp(name, "record") == 0 && record_of(f, n) != NULL && strlen(second) == 64) {
		memcpy(record_of(f, n), second, 64);
		*at += 2;
	} else if (strcmp(name, "head") == 0) {
		good = write_head(f, n, false, second);
		f->quiet = true;
		*at += 2;
	} else {
		return false;
	}
	return good;
}

static int
forge(struct forging *f, const char *dir, char **steps)
{
	struct evault_error err = { .text = "" };

	f->actor = f->v->keys->actor;
	f->seed = f->v->keys->slot->actor;
	f->log_key = f->v->authority.log_key;
	f->log_seed = f->v->keys->write->log;
	if (!load(f, &err))
		return 2;
	while (*steps != NULL) {
		if (!step(f, &steps)) {
			fprintf(stderr, "forge: no such step, or entry\n");
			return 2;
		}
	}
	if (f->quiet)
		return 0;
	if (f->by_actor && !sign_anew(f))
		return 2;
	return store(f, dir) ? 0 : 2;
}

int
main(int argc, char **argv)
{
	struct evault_unlock unlock = { .n_identity_files = 1 };
	struct evault_error err = { .text = "" };
	const char *identity;
	struct forging *f;
	int status;
	size_t i;

	if (argc < 3) {
		fprintf(stderr, "usage: forge VAULT IDENTITY [STEP]...\n");
		return 2;
	}
	identity = argv[2];
	unlock.identity_files = &identity;
	f = calloc(1, sizeof(*f));
	if (f == NULL || !must(evault_open(&(struct evault_open){ .dir = argv[1],
								  .access = EVAULT_READ,
								  .unlock = &unlock },
					   &f->v, &err),
			       &err)) {
		free(f);
		return 2;
	}
	status =
	    f->v->keys->slot == NULL || f->v->keys->write == NULL ? 2 : forge(f, argv[1], argv + 3);
	for (i = 0; i < ENTRIES_MAX; i++)
		ev_buf_release(&f->entries[i]);
	evault_close(f->v);
	free(f);
	return status;
}
