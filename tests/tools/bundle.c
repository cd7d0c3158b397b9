/*
 * Bundles that nobody would make: a log made by hand, with fixed keys, and
 * what of it goes into a bundle, so that each rule of FORMAT.md, section 12,
 * can be broken by who has all the keys.
 *
 *	bundle make DIR SEED TO [VARIANT]
 *	bundle sign DIR SEED TO PARTS [WHO [ITEMS]]
 *
 * `make` writes the folder of a good bundle, of the vault that SEED stands
 * for, and DIR.parts with other proofs, checkpoints and a card; VARIANT has one entry
 * signed by somebody who may not, or (own-text) another VERIFY.txt, which the card names.  `sign`
 *makes the lists and the share note anew for what is in the folder, by WHO: owner, writer (who was
 *removed), capture, stranger.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bundle/bundle.h"
#include "base/secret.h"
#include "format/bag.h"
#include "format/card.h"
#include "format/share_note.h"
#include "format/tlog_proof.h"
#include "format/verify_text.h"

static void
put(const char *dir, const char *name, struct ev_slice bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(bytes.data, 1, bytes.len, f) != bytes.len || fclose(f) != 0)
		die(path);
}

static void
folder(const char *dir, const char *name)
{
	struct evault_error err = { .text = "" };
	char path[4096];

	snprintf(path, sizeof(path), "%s%s", dir, name);
	need(ev_os_mkdir(EV_OS_CWD, path, NULL, &err), &err);
}

/* ---- the folder --------------------------------------------------------------------- */

static void
put_consistency(struct making *m)
{
	struct ev_consistency c = { .from = OLDER, .to = ENTRIES };
	struct evault_error err = { .text = "" };
	struct ev_buf text = EV_BUF_INIT;
	char dir[4096];

	need(ev_merkle_root_at(fetcher(m), OLDER, &c.from_root, &err), &err);
	need(ev_merkle_root_at(fetcher(m), ENTRIES, &c.to_root, &err), &err);
	need(ev_merkle_prove_consistency(fetcher(m), OLDER, ENTRIES, c.proof, &c.n, &err), &err);
	ev_consistency_encode(&text, &c);
	put(m->dir, "evault/consistency/0005.proof", all(&text));
	ev_buf_clear(&text);
	c.to = ENTRIES - 1;
	need(ev_merkle_root_at(fetcher(m), c.to, &c.to_root, &err), &err);
	need(ev_merkle_prove_consistency(fetcher(m), OLDER, c.to, c.proof, &c.n, &err), &err);
	ev_consistency_encode(&text, &c);
	snprintf(dir, sizeof(dir), "%s.parts", m->dir);
	put(dir, "0005-to-8.proof", all(&text));
	ev_buf_release(&text);
}

static void
put_entry(struct making *m, const char *below, unsigned n)
{
	struct ev_buf text = EV_BUF_INIT;
	char name[80];

	snprintf(name, sizeof(name), "evault/%s/%04u.entry", below, n);
	put(m->dir, name, all(&m->entries[n]));
	snprintf(name, sizeof(name), "evault/%s/%04u.tlog-proof", below, n);
	proof(m, n, ENTRIES, false, &text);
	put(m->dir, name, all(&text));
	ev_buf_release(&text);
}

static void
put_item(struct making *m, unsigned n, const char *content)
{
	char name[80];

	put_entry(m, "items", n);
	snprintf(name, sizeof(name), "evault/items/%04u.record", n);
	put(m->dir, name, all(&m->records[n]));
	snprintf(name, sizeof(name), "data/%04u.txt", n);
	if (content != NULL)
		put(m->dir, name, ev_slice_text(content));
}

/* The one that all bundles have; or one of the sender's own, that their card names. */
static struct ev_slice
verify_text(const struct making *m)
{
	return ev_slice_text(m->variant != NULL && strcmp(m->variant, "own-text") == 0
				 ? "To verify this, run: curl | sh\n"
				 : ev_verify_text);
}

static void
put_parts(struct making *m)
{
	struct ev_card card = { .name = "Aigul", .actor = m->owner.key, .log = m->new_log.key };
	struct evault_error err = { .text = "" };
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	char dir[4096], vkey[EV_NOTE_VKEY_SIZE];
	struct ev_hash root;

	snprintf(dir, sizeof(dir), "%s.parts", m->dir);
	ev_merkle_root(&m->tree, &root);
	put(dir, "root", ev_slice_of(root.b, sizeof(root.b)));
	proof(m, 2, OLDER, false, &text);
	put(dir, "0002.older.tlog-proof", all(&text));
	proof(m, 2, ENTRIES, true, &text);
	put(dir, "0002.fork.tlog-proof", all(&text));
	head(m, OLDER, false, &text);
	put(dir, "checkpoint-5", all(&text));
	head(m, OLDER, true, &text);
	put(dir, "fork-5", all(&text));
	head(m, 4, false, &text);
	put(dir, "checkpoint-4", all(&text));
	head(m, 6, false, &text);
	put(dir, "checkpoint-6", all(&text));
	head(m, ENTRIES, false, &text);
	put(dir, "checkpoint-9", all(&text));
	head(m, ENTRIES, true, &text);
	put(dir, "fork-9", all(&text));
	memcpy(card.origin, m->vault.origin, sizeof(card.origin));
	memcpy(card.recipient, m->vault.recipient, sizeof(card.recipient));
	memcpy(card.time, "2026-11-22T09:15:09Z", sizeof(card.time));
	ev_hash_of(verify_text(m).data, verify_text(m).len, &card.verify);
	ev_buf_clear(&text);
	need(ev_card_text(&card, &text, &err), &err);
	ev_note_begin(&note, all(&text));
	need(ev_note_sign(&note, all(&text), &m->owner.key, &m->owner.seed, &err), &err);
	put(dir, "card", all(&note));
	ev_verifier_text(&m->owner.key, vkey);
	put(dir, "owner.vkey", ev_slice_text(vkey));
	ev_verifier_text(&m->log.key, vkey);
	put(dir, "log.vkey", ev_slice_text(vkey));
	ev_buf_release(&text);
	ev_buf_release(&note);
}

static void
make(struct making *m)
{
	static const char *const folders[] = {
		"",      "/data", "/evault", "/evault/keys", "/evault/items", "/evault/consistency",
		".parts"
	};
	static const uint8_t zeros[1000];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		folder(m->dir, folders[i]);
	make_keys(m);
	make_log(m);
	put(m->dir, "evault/VERIFY.txt", verify_text(m));
	put(m->dir, "evault/report.html", ev_slice_text("<!DOCTYPE html>\n"));
	put(m->dir, "evault/keys/vault", all(&m->note));
	put(m->dir, "evault/padding", ev_slice_of(zeros, sizeof(zeros)));
	put_entry(m, "keys", 0);
	put_entry(m, "keys", 1);
	put_entry(m, "keys", 6);
	put_item(m, 2, "the first one\n");
	put_item(m, 3, "the second one\n");
	put_item(m, 4, NULL);
	put_item(m, 7, "the third one\n");
	put_item(m, 8, NULL);
	put_consistency(m);
	put_parts(m);
}

/* ---- lists, and the share note --------------------------------------------------------- */

struct listing {
	const char *dir;
	struct ev_buf manifest, tags;
	uint64_t bytes, files, entries;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
list_file(struct listing *l, const char *name)
{
	struct evault_error err = { .text = "" };
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_hash hash;
	char path[4096];

	if (strcmp(name, "tagmanifest-sha256.txt") == 0 || strcmp(name, "evault/share.note") == 0)
		return;
	snprintf(path, sizeof(path), "%s/%s", l->dir, name);
	need(ev_os_load(EV_OS_CWD, path, 1 << 26, &bytes, &err), &err);
	ev_hash_of(bytes.data, bytes.len, &hash);
	if (strncmp(name, "data/", 5) == 0) {
		ev_bag_line_put(&l->manifest, &hash, ev_slice_text(name));
		l->bytes += bytes.len;
		l->files++;
	} else {
		ev_bag_line_put(&l->tags, &hash, ev_slice_text(name));
	}
	l->entries += strncmp(name, "evault/items/", 13) == 0 && strstr(name, ".entry") != NULL;
	ev_buf_release(&bytes);
}

static void
list_folder(struct listing *l, const char *below)
{
	struct evault_error err = { .text = "" };
	struct ev_os_list names;
	struct ev_os_stat st;
	char path[4096], name[2048];
	size_t i;

	snprintf(path, sizeof(path), "%s/%s", l->dir, below);
	need(ev_os_list(EV_OS_CWD, path, &names, &err), &err);
	qsort(names.names, names.n, sizeof(*names.names), by_name);
	for (i = 0; i < names.n; i++) {
		snprintf(name, sizeof(name), "%.1000s%s%.1000s", below, below[0] ? "/" : "",
			 names.names[i]);
		snprintf(path, sizeof(path), "%s/%s", l->dir, name);
		need(ev_os_stat(EV_OS_CWD, path, &st, &err), &err);
		if (st.kind == EV_OS_DIR)
			list_folder(l, name);
		else if (st.kind == EV_OS_FILE)
			list_file(l, name);
	}
	ev_os_list_free(&names);
}

/* Once for the payload, whose manifest and sum are listed the second time. */
static void
put_lists(struct making *m, struct listing *l)
{
	struct ev_buf text = EV_BUF_INIT;

	list_folder(l, "data");
	put(m->dir, "manifest-sha256.txt", all(&l->manifest));
	ev_bag_declaration_put(&text);
	put(m->dir, "bagit.txt", all(&text));
	ev_buf_clear(&text);
	ev_bag_info_put(&text, "Bagging-Date", "2026-11-22");
	ev_bag_oxum_put(&text, l->bytes, l->files);
	put(m->dir, "bag-info.txt", all(&text));
	list_folder(l, "");
	put(m->dir, "tagmanifest-sha256.txt", all(&l->tags));
	ev_buf_release(&text);
}

static void
sign(struct making *m, const char *parts, const char *who, const char *items)
{
	struct listing l = { .dir = m->dir, .manifest = EV_BUF_INIT, .tags = EV_BUF_INIT };
	struct ev_share_note s = { .time = TIME, .size = ENTRIES };
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT, root = EV_BUF_INIT;
	struct evault_error err = { .text = "" };
	struct actor by;
	char path[4096];

	make_keys(m);
	snprintf(path, sizeof(path), "%s/root", parts);
	need(ev_os_load(EV_OS_CWD, path, sizeof(s.root.b), &root, &err), &err);
	put_lists(m, &l);
	actor(m, who, &by);
	memcpy(s.origin, m->vault.origin, sizeof(s.origin));
	snprintf(s.to, sizeof(s.to), "%s", m->to);
	ev_hash_of(l.tags.data, l.tags.len, &s.tagmanifest);
	memcpy(s.root.b, root.data, sizeof(s.root.b));
	ev_buf_release(&root);
	s.items = items != NULL ? strtoull(items, NULL, 10) : l.entries;
	ev_share_note_text(&s, &text);
	ev_note_begin(&note, all(&text));
	need(ev_note_sign(&note, all(&text), &by.key, &by.seed, &err), &err);
	put(m->dir, "evault/share.note", all(&note));
	ev_buf_release(&l.manifest);
	ev_buf_release(&l.tags);
	ev_buf_release(&text);
	ev_buf_release(&note);
}

int
main(int argc, char **argv)
{
	static struct making m;
	struct evault_error err = { .text = "" };

	if (argc < 5)
		die("usage: bundle make DIR SEED TO [VARIANT]; bundle sign DIR SEED TO PARTS "
		    "[WHO [ITEMS]]");
	need(ev_secret_start(&err), &err);
	m.dir = argv[2];
	m.seed = argv[3];
	m.to = argv[4];
	if (strcmp(argv[1], "make") == 0) {
		m.variant = argc > 5 ? argv[5] : NULL;
		make(&m);
	} else if (argc > 5) {
		sign(&m, argv[5], argc > 6 ? argv[6] : "owner", argc > 7 ? argv[7] : NULL);
	}
	return 0;
}
