/*
 * Goes on with the log of a vault, as its owner could who wants whoever opens
 * or receives it to take all memory, or for ever:
 *
 *   longlog VAULT IDENTITY SHAPE BYTES
 *
 * so many bytes of entries, rightly signed, with as many lines as they can have:
 *
 *   packs     packs that are not there
 *   drops     … and then each of them is dropped, in no order
 *   actors    keys that may only add
 *   terms     the same 400 keys, admitted and removed again and again
 *   slots     key files of holders, which are not there
 *   again     the same 400 slots, again and again
 *   files     other files that are not there
 *   epochs    read keys
 *   records   entries with one record each, which is not there
 *   signed    … each signed by another one of 900 keys
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/remove.h"
#include "base/os.h"
#include "base/secret.h"
#include "vault.h"

enum {
	SAME = 400,
	SIGNERS = 900,
	LINES_BYTES = EV_NOTE_MAX - 2048,
};

struct signer {
	struct ev_verifier key;
	struct ev_signing_seed seed;
};

struct writing {
	struct evault *v;
	struct ev_log *log;
	struct ev_merkle tree;
	struct ev_buf lines, note;
	struct signer owner, *signers;
	const char *shape;
	uint64_t bytes, n; /* written so far; of lines of this shape */
};

static bool
must(enum evault_status rc, const struct evault_error *err)
{
	if (rc != EVAULT_OK)
		fprintf(stderr, "longlog: %s\n", err->text);
	return rc == EVAULT_OK;
}

static bool
is(const struct writing *w, const char *shape)
{
	return strcmp(w->shape, shape) == 0;
}

static bool
stage(struct writing *w, struct ev_slice entry)
{
	struct evault_error err = { .text = "" };
	struct ev_hash leaf;

	ev_merkle_leaf(entry.data, entry.len, &leaf);
	ev_merkle_append(&w->tree, &leaf);
	return must(ev_log_stage(w->log, entry, &err), &err);
}

/* The lines so far become an entry. */
static bool
sign(struct writing *w, const struct signer *by)
{
	struct evault_error err = { .text = "" };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash root;
	bool good;

	ev_merkle_root(&w->tree, &root);
	ev_entry_head(&text, w->v->note.origin, w->tree.size, &root);
	ev_buf_add(&text, w->lines.data, w->lines.len);
	ev_buf_clear(&w->note);
	ev_buf_clear(&w->lines);
	ev_note_begin(&w->note, ev_slice_of(text.data, text.len));
	good = must(
	    ev_note_sign(&w->note, ev_slice_of(text.data, text.len), &by->key, &by->seed, &err),
	    &err);
	w->bytes += w->note.len;
	ev_buf_release(&text);
	return good && stage(w, ev_slice_of(w->note.data, w->note.len));
}

/* ---- lines ----------------------------------------------------------------------- */

static void
hash_of(const char *what, uint64_t n, struct ev_hash *hash)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %llu", what, (unsigned long long)n);
	ev_hash_of(text, strlen(text), hash);
}

static void
put_key(const struct writing *w, uint64_t n, bool ends, struct ev_line *line)
{
	struct ev_hash key;

	line->kind = ends ? EV_LINE_ACTOR_END : EV_LINE_ACTOR;
	line->role = EV_ROLE_CAPTURE;
	hash_of("key", n, &key);
	if (is(w, "signed"))
		line->vkey = w->signers[n].key;
	else
		ev_actor_verifier(key.b, &line->vkey);
	ev_hash_of(line->vkey.key, sizeof(line->vkey.key), &line->hash);
}

static void
put_read_key(struct ev_line *line)
{
	struct ev_age_identity *identity = ev_secret_new(sizeof(*identity));
	struct ev_age_recipient recipient;

	line->kind = EV_LINE_READ_KEY;
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, &recipient);
	ev_age_recipient_text(&recipient, line->text);
	ev_secret_free(identity);
}

/* The n-th line of the shape. */
static void
put_line(struct writing *w, uint64_t n)
{
	struct ev_line line = { .kind = EV_LINE_PACK, .number = 1 };
	struct ev_buf one = EV_BUF_INIT;

	hash_of("line", n, &line.hash);
	if (is(w, "actors") || is(w, "signed")) {
		put_key(w, n, false, &line);
	} else if (is(w, "terms")) {
		put_key(w, n % SAME, n / SAME % 2 == 1, &line);
	} else if (is(w, "slots") || is(w, "again")) {
		line.kind = EV_LINE_SLOT;
		line.number = 10 + (is(w, "again") ? n % SAME : n);
	} else if (is(w, "files")) {
		line.kind = EV_LINE_FILE;
		snprintf(line.text, sizeof(line.text), "f%llu", (unsigned long long)n);
	} else if (is(w, "epochs")) {
		put_read_key(&line);
	}
	ev_line_encode(&one, &line);
	ev_buf_add(&w->lines, one.data, one.len);
	ev_buf_release(&one);
}

static void
put_drop(struct writing *w, uint64_t n)
{
	struct ev_line line = { .kind = EV_LINE_DROP };

	hash_of("line", n, &line.hash);
	hash_of("why", 0, &line.record);
	ev_line_encode(&w->lines, &line);
}

/* ---- entries --------------------------------------------------------------------- */

/* Lines from *at on, while `more` of them are left: one entry. */
static bool
write_lines(struct writing *w, void (*put)(struct writing *w, uint64_t n), uint64_t *left,
	    uint64_t step, uint64_t of)
{
	uint64_t most = is(w, "terms") || is(w, "again") ? SAME : EV_ENTRY_LINES_MAX, i;

	for (i = 0; i<most && * left> 0 && w->lines.len < LINES_BYTES; i++) {
		(*left)--;
		put(w, step == 1 ? w->n : w->n * step % of);
		w->n++;
	}
	return sign(w, &w->owner);
}

static bool
write_records(struct writing *w, uint64_t bytes)
{
	char text[10 + EVAULT_HEX_SIZE], hex[EVAULT_HEX_SIZE];
	uint64_t left = is(w, "signed") ? SIGNERS : 0;
	struct ev_hash hash;
	bool good = true;

	while (good && left > 0)
		good = write_lines(w, put_line, &left, 1, 0);
	while (good && w->bytes < bytes) {
		hash_of("record", w->n, &hash);
		ev_hash_hex(&hash, hex);
		snprintf(text, sizeof(text), "record %s\n", hex);
		ev_buf_add(&w->lines, text, strlen(text));
		good = sign(w, is(w, "signed") ? &w->signers[w->n % SIGNERS] : &w->owner);
		w->n++;
	}
	return good;
}

static bool
write_drops(struct writing *w, uint64_t bytes)
{
	uint64_t left, n;
	bool good = true;

	while (good && w->bytes < bytes * 35 / 100) {
		left = EV_ENTRY_LINES_MAX;
		good = write_lines(w, put_line, &left, 1, 0);
	}
	/* 7919 is a prime: each is dropped once, and none beside the one before. */
	left = n = w->n - w->n % 2 + 1 - (w->n % 2 == 0 ? 2 : 0);
	w->n = 0;
	while (good && left > 0 && n % 7919 != 0 && w->bytes < bytes)
		good = write_lines(w, put_drop, &left, 7919, n);
	return good;
}

static bool
write_all(struct writing *w, uint64_t bytes)
{
	uint64_t left;
	bool good = true;

	if (is(w, "records") || is(w, "signed"))
		return write_records(w, bytes);
	if (is(w, "drops"))
		return write_drops(w, bytes);
	while (good && w->bytes < bytes) {
		left = EV_ENTRY_LINES_MAX;
		good = write_lines(w, put_line, &left, 1, 0);
	}
	return good;
}

/* ---- the vault ------------------------------------------------------------------- */

static bool
copy_log(struct writing *w)
{
	uint64_t size = ev_log_head(w->v->log)->size, i;
	struct evault_error err = { .text = "" };
	struct ev_buf entry = EV_BUF_INIT;
	bool good = must(ev_log_new(w->v->dir, w->v->note.origin, &w->log, &err), &err);

	ev_merkle_init(&w->tree);
	for (i = 0; i < size && good; i++) {
		ev_buf_clear(&entry);
		good = must(ev_log_entry(w->v->log, i, &entry, NULL, &err), &err) &&
		       stage(w, ev_slice_of(entry.data, entry.len));
	}
	ev_buf_release(&entry);
	return good;
}

/* In the place of the log that is there. */
static bool
store(struct writing *w, const char *dir)
{
	struct evault_error err = { .text = "" };
	char there[4096];

	snprintf(there, sizeof(there), "%s/log", dir);
	remove_tree(there);
	return must(ev_log_commit(w->log, &w->v->authority.log_key, &w->v->keys->write->log, &err),
		    &err);
}

static bool
make_signers(struct writing *w)
{
	uint8_t key[32];
	size_t i;

	w->owner.key = w->v->keys->actor;
	w->owner.seed = w->v->keys->slot->actor;
	w->signers = calloc(SIGNERS, sizeof(*w->signers));
	for (i = 0; w->signers != NULL && i < SIGNERS; i++) {
		ev_signing_seed_make(&w->signers[i].seed);
		ev_signing_seed_public(&w->signers[i].seed, key);
		ev_actor_verifier(key, &w->signers[i].key);
	}
	return w->signers != NULL;
}

int
main(int argc, char **argv)
{
	struct evault_error err = { .text = "" };
	struct writing w = { .lines = EV_BUF_INIT, .note = EV_BUF_INIT };
	const char *identity = argc == 5 ? argv[2] : NULL;
	struct evault_unlock unlock = { .identity_files = &identity, .n_identity_files = 1 };
	bool good;

	if (argc != 5) {
		fprintf(stderr, "usage: longlog VAULT IDENTITY SHAPE BYTES\n");
		return 2;
	}
	w.shape = argv[3];
	good = must(evault_open(&(struct evault_open){ .dir = argv[1],
						       .access = EVAULT_READ,
						       .unlock = &unlock },
				&w.v, &err),
		    &err) &&
	       copy_log(&w) && make_signers(&w) && write_all(&w, strtoull(argv[4], NULL, 10)) &&
	       store(&w, argv[1]);
	ev_log_free(w.log);
	evault_close(w.v);
	free(w.signers);
	ev_buf_release(&w.lines);
	ev_buf_release(&w.note);
	return good ? 0 : 2;
}
