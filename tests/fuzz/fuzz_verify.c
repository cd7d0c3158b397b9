/*
 * A whole bundle, through evault_verify.  The input says how it differs from
 * a good one (tests/bundle/), so that what is changed lies behind right
 * checksums of tar and, on request, behind lists and a share note that who
 * has all keys made anew for it:
 *
 *	mode: 1 lists and share note anew, 2 also in reverse, 4 without the tar's end
 *	member, as often as there is room:
 *		which: of the good ones; or above, and then: length, name
 *		how: 0 as it is; 1 where (2), length, bytes over it;
 *		     2 length (2), bytes; 3 length (2): cut
 *
 * G3: it is sound when it has all the good members, each once, and no other;
 * and under lists made anew, when all that it has of items is good.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../bundle/bundle.h"
#include "base/secret.h"
#include "format/archive.h"
#include "format/bag.h"
#include "format/share_note.h"
#include "format/tlog_proof.h"
#include "format/verify_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	GOOD_MAX = 48,
	MEMBERS_MAX = 96,
	NAME_MAX_LEN = 100,
	LISTS_ANEW = 1,
	REVERSED = 2,
	NO_END = 4,
};

struct member {
	char name[NAME_MAX_LEN + 1];
	struct ev_buf body;
};

static struct making making;
static struct member good[GOOD_MAX];
static size_t n_good;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- the good one -------------------------------------------------------------------- */

static struct ev_buf *
put(const char *name)
{
	must(n_good < GOOD_MAX);
	snprintf(good[n_good].name, sizeof(good[n_good].name), "%s", name);
	return &good[n_good++].body;
}

static void
put_entry(const char *below, unsigned n)
{
	char name[NAME_MAX_LEN];

	snprintf(name, sizeof(name), "evault/%s/%04u.entry", below, n);
	ev_buf_add(put(name), making.entries[n].data, making.entries[n].len);
	snprintf(name, sizeof(name), "evault/%s/%04u.tlog-proof", below, n);
	proof(&making, n, ENTRIES, false, put(name));
}

static void
put_item(unsigned n)
{
	char name[NAME_MAX_LEN];

	snprintf(name, sizeof(name), "evault/items/%04u.record", n);
	ev_buf_add(put(name), making.records[n].data, making.records[n].len);
	put_entry("items", n);
}

static void
put_consistency(struct ev_buf *out)
{
	struct ev_consistency c = { .from = OLDER, .to = ENTRIES };

	must(ev_merkle_root_at(fetcher(&making), OLDER, &c.from_root, NULL) == EVAULT_OK);
	must(ev_merkle_root_at(fetcher(&making), ENTRIES, &c.to_root, NULL) == EVAULT_OK);
	must(ev_merkle_prove_consistency(fetcher(&making), OLDER, ENTRIES, c.proof, &c.n, NULL) ==
	     EVAULT_OK);
	ev_consistency_encode(out, &c);
}

/* ---- lists, and the share note --------------------------------------------------------- */

static struct member *
find(struct member *list, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static bool
below(const struct member *m, const char *folder)
{
	return strncmp(m->name, folder, strlen(folder)) == 0;
}

/* Puts the bytes in the place of what the member has, if there is one. */
static void
replace(struct member *list, size_t n, const char *name, struct ev_buf *bytes)
{
	struct member *m = find(list, n, name);

	if (m != NULL) {
		ev_buf_clear(&m->body);
		ev_buf_add(&m->body, bytes->data, bytes->len);
	}
	ev_buf_clear(bytes);
}

static void
list_all(const struct member *list, size_t n, bool payload, struct ev_buf *out)
{
	struct ev_hash hash;
	size_t i;

	for (i = 0; i < n; i++) {
		if (below(&list[i], "data/") != payload ||
		    strcmp(list[i].name, "tagmanifest-sha256.txt") == 0 ||
		    strcmp(list[i].name, "evault/share.note") == 0)
			continue;
		ev_hash_of(list[i].body.data, list[i].body.len, &hash);
		ev_bag_line_put(out, &hash, ev_slice_text(list[i].name));
	}
}

static void
sign(struct member *list, size_t n, struct ev_buf *text)
{
	struct ev_share_note s = { .time = TIME, .size = ENTRIES, .to = EV_SHARE_TO_FOLDER };
	const struct member *tags = find(list, n, "tagmanifest-sha256.txt");
	struct ev_buf note = EV_BUF_INIT;
	size_t i;

	memcpy(s.origin, making.vault.origin, sizeof(s.origin));
	if (tags != NULL)
		ev_hash_of(tags->body.data, tags->body.len, &s.tagmanifest);
	ev_merkle_root(&making.tree, &s.root);
	for (i = 0; i < n && s.items < ENTRIES; i++)
		s.items +=
		    below(&list[i], "evault/items/") && strstr(list[i].name, ".entry") != NULL;
	ev_share_note_text(&s, text);
	ev_note_begin(&note, all(text));
	must(ev_note_sign(&note, all(text), &making.owner.key, &making.owner.seed, NULL) ==
	     EVAULT_OK);
	replace(list, n, "evault/share.note", &note);
	ev_buf_release(&note);
}

static void
lists_anew(struct member *list, size_t n)
{
	struct ev_buf text = EV_BUF_INIT;
	uint64_t bytes = 0, files = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		files += below(&list[i], "data/");
		bytes += below(&list[i], "data/") ? list[i].body.len : 0;
	}
	ev_bag_info_put(&text, "Bagging-Date", "2026-11-22");
	ev_bag_oxum_put(&text, bytes, files);
	replace(list, n, "bag-info.txt", &text);
	list_all(list, n, true, &text);
	replace(list, n, "manifest-sha256.txt", &text);
	list_all(list, n, false, &text);
	replace(list, n, "tagmanifest-sha256.txt", &text);
	sign(list, n, &text);
	ev_buf_release(&text);
}

static void
make_good(void)
{
	static const unsigned keys[] = { 0, 1, 6 }, items[] = { 2, 3, 4, 7, 8 };
	size_t i;

	must(ev_secret_start(NULL) == EVAULT_OK);
	making.seed = "A";
	make_keys(&making);
	make_log(&making);
	ev_bag_declaration_put(put("bagit.txt"));
	put("bag-info.txt");
	put("manifest-sha256.txt");
	put("tagmanifest-sha256.txt");
	put("evault/share.note");
	ev_buf_puts(put("evault/VERIFY.txt"), ev_verify_text);
	ev_buf_puts(put("evault/report.html"), "<!DOCTYPE html>\n");
	ev_buf_add(put("evault/keys/vault"), making.note.data, making.note.len);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		put_entry("keys", keys[i]);
	put_consistency(put("evault/consistency/0005.proof"));
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		put_item(items[i]);
	ev_buf_puts(put("data/0002.txt"), "the first one\n");
	ev_buf_puts(put("data/0003.txt"), "the second one\n");
	ev_buf_puts(put("data/0007.txt"), "the third one\n");
	ev_buf_fill(put("evault/padding"), 0, 600);
	lists_anew(good, n_good);
}

/* ---- what the input says ------------------------------------------------------------------ */

static void
read_name(struct ev_cursor *c, struct member *m)
{
	struct ev_slice name = ev_cursor_take(c, ev_cursor_u8(c) % NAME_MAX_LEN);

	if (name.len > 0)
		memcpy(m->name, name.data, name.len);
	m->name[name.len] = '\0'; /* a tar's name ends at its first NUL, too */
}

/* False when there is no more of it. */
static bool
read_member(struct ev_cursor *c, struct member *m)
{
	uint8_t which = ev_cursor_u8(c);
	const struct member *from = &good[which % n_good];
	struct ev_slice over;
	size_t at;

	if (which < n_good)
		memcpy(m->name, from->name, sizeof(m->name));
	else
		read_name(c, m);
	switch (ev_cursor_u8(c) % 4) {
	case 1:
		ev_buf_add(&m->body, from->body.data, from->body.len);
		at = ev_cursor_be16(c);
		over = ev_cursor_take(c, ev_cursor_u8(c));
		if (over.len > 0 && over.len <= m->body.len)
			memcpy(m->body.data + at % (m->body.len - over.len + 1), over.data,
			       over.len);
		break;
	case 2:
		over = ev_cursor_take(c, ev_cursor_be16(c));
		ev_buf_add(&m->body, over.data, over.len);
		break;
	case 3:
		at = ev_cursor_be16(c);
		ev_buf_add(&m->body, from->body.data, at < from->body.len ? at : from->body.len);
		break;
	default:
		ev_buf_add(&m->body, from->body.data, from->body.len);
	}
	return !c->bad;
}

/* A header with any name, and the right sum. */
static void
put_header(struct ev_buf *tar, const struct member *m)
{
	size_t at = tar->len, i;
	unsigned sum = 0;
	char digits[8];

	must(ev_archive_header(tar, ev_slice_text("x"), m->body.len, NULL) == EVAULT_OK);
	memset(tar->data + at, 0, NAME_MAX_LEN);
	memcpy(tar->data + at, m->name, strlen(m->name));
	memset(tar->data + at + 148, ' ', 8);
	for (i = 0; i < EV_TAR_BLOCK; i++)
		sum += tar->data[at + i];
	snprintf(digits, sizeof(digits), "%06o", sum);
	memcpy(tar->data + at + 148, digits, 7);
}

static void
put_tar(const struct member *list, size_t n, uint8_t mode, struct ev_buf *tar)
{
	const struct member *m;
	size_t i;

	ev_buf_clear(tar);
	for (i = 0; i < n; i++) {
		m = &list[(mode & REVERSED) ? n - 1 - i : i];
		put_header(tar, m);
		ev_buf_add(tar, m->body.data, m->body.len);
		ev_buf_fill(tar, 0, ev_tar_padding(m->body.len));
	}
	if (!(mode & NO_END))
		ev_buf_fill(tar, 0, EV_TAR_END);
	must(!tar->bad);
}

/* ---- what is said of it ---------------------------------------------------------------------- */

static void
on_finding(void *ctx, const struct evault_finding *finding)
{
	++*(uint64_t *)ctx;
	must(finding->path != NULL && finding->detail != NULL && finding->detail[0] != '\0');
}

static void
on_item(void *ctx, const struct evault_bundle_item *item)
{
	(void)ctx;
	must(item != NULL);
}

static bool
is_sound(const struct ev_buf *tar)
{
	struct evault_verify_summary s;
	struct evault_error err = { .text = "" };
	uint64_t findings = 0;
	char path[40];
	enum evault_status rc;
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct evault_verify what = {
		.path = path, .finding = on_finding, .item = on_item, .ctx = &findings
	};

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(fd >= 0 && write(fd, tar->data, tar->len) == (ssize_t)tar->len);
	rc = evault_verify(&what, &s, &err);
	close(fd);
	must(rc == EVAULT_OK || rc == EVAULT_E_FORMAT || rc == EVAULT_E_LIMIT ||
	     rc == EVAULT_E_KEY || rc == EVAULT_E_VERSION || rc == EVAULT_E_DAMAGED);
	must(rc == EVAULT_OK || err.text[0] != '\0');
	must(s.good <= s.items && s.passes <= 3 && findings <= s.damage);
	/* Nothing says here whose key the signer's is. */
	must(s.verdict == EVAULT_VERDICT_DAMAGED || s.verdict == EVAULT_VERDICT_SIGNER_UNKNOWN);
	must(rc == EVAULT_OK || s.verdict == EVAULT_VERDICT_DAMAGED);
	must(s.verdict == EVAULT_VERDICT_DAMAGED || (s.damage == 0 && s.good == s.items));
	return rc == EVAULT_OK && s.verdict == EVAULT_VERDICT_SIGNER_UNKNOWN;
}

static bool
same(const struct member *a, const struct member *b)
{
	return ev_slice_equal(all(&a->body), all(&b->body));
}

/* All the good members, each once, and no other. */
static bool
is_the_good_one(struct member *list, size_t n)
{
	const struct member *m;
	size_t i;

	for (i = 0; i < n_good; i++) {
		m = find(list, n, good[i].name);
		if (m == NULL || !same(m, &good[i]))
			return false;
	}
	return n == n_good;
}

/* What the log has signed, each as it was signed; an original may have another end of its name. */
static bool
has_only_what_was_signed(const struct member *list, size_t n)
{
	const struct member *from;
	char name[NAME_MAX_LEN + 1];
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(name, list[i].name, sizeof(name));
		if (below(&list[i], "data/"))
			snprintf(name, sizeof(name), "%.9s.txt", list[i].name);
		else if (!below(&list[i], "evault/items/"))
			continue;
		from = find(good, n_good, name);
		if (from == NULL || !same(&list[i], from))
			return false;
	}
	return true;
}

static void
judge(struct member *list, size_t n, uint8_t mode)
{
	struct ev_buf tar = EV_BUF_INIT;
	bool sound;

	put_tar(list, n, mode & NO_END, &tar);
	sound = is_sound(&tar);
	if (mode & NO_END)
		must(!sound);
	else if (mode & LISTS_ANEW)
		must(!sound || has_only_what_was_signed(list, n));
	else
		must(sound == is_the_good_one(list, n));
	if (mode & REVERSED) {
		put_tar(list, n, mode, &tar);
		must(is_sound(&tar) == sound);
	}
	ev_buf_release(&tar);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct member list[MEMBERS_MAX];
	struct ev_cursor c = ev_cursor_of(data, size);
	uint8_t mode = ev_cursor_u8(&c);
	size_t n = 0, i;

	if (n_good == 0)
		make_good();
	while (n < MEMBERS_MAX && c.left > 0 && read_member(&c, &list[n]))
		n++;
	if (mode & LISTS_ANEW)
		lists_anew(list, n);
	judge(list, n, mode);
	for (i = 0; i < MEMBERS_MAX; i++)
		ev_buf_release(&list[i].body);
	memset(list, 0, sizeof(list));
	return 0;
}
