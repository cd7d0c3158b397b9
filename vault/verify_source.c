/*
 * One stream of members out of what was given: an age file (armored or not),
 * the volumes of one, a tar, or a folder.  A file is read and opened by a
 * worker, ahead of this thread, which takes the members and judges them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/worker.h"
#include "format/age.h"
#include "format/archive.h"
#include "format/armor.h"
#include "verify.h"
#include "walk.h"

enum {
	PIECE = 256 << 10,
	START = 64 << 10, /* bytes that are looked at to see what it is */
	VOLUMES_MAX = 9999,
	IDENTITY_FILE_MAX = 1 << 20,
	RANKS = 10, /* walks over a folder */
};

/* ---- keys -------------------------------------------------------------------- */

static enum evault_status
load_files(struct ev_verifying *v, const struct evault_unlock *unlock, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_SECRET_INIT;
	enum evault_status rc = EVAULT_OK;
	char shown[EV_SHOW_SIZE];
	size_t i, n;

	for (i = 0; i < unlock->n_identity_files && rc == EVAULT_OK; i++) {
		rc = ev_os_load_user(unlock->identity_files[i], IDENTITY_FILE_MAX, &text, err);
		if (rc != EVAULT_OK)
			break;
		rc = ev_age_identity_file(ev_slice_of(text.data, text.len),
					  v->identities + v->n_identities,
					  EV_VERIFY_IDENTITIES_MAX - v->n_identities, &n, err);
		if (rc == EVAULT_OK)
			v->n_identities += n;
		else
			rc = ev_error_prefix(err, rc,
					     ev_show_path(unlock->identity_files[i], shown));
		ev_buf_wipe(&text);
	}
	ev_buf_wipe(&text);
	return rc;
}

enum evault_status
ev_verify_keys(struct ev_verifying *v, struct evault_error *err)
{
	const struct evault *vault = v->what->vault;
	struct ev_age_with with = { .n_identities = 0 };
	enum evault_status rc = EVAULT_OK;
	size_t i;

	v->identities = ev_secret_new(EV_VERIFY_IDENTITIES_MAX * sizeof(*v->identities));
	v->passphrase = ev_secret_new(EVAULT_PASSPHRASE_MAX + 1);
	if (v->identities == NULL || v->passphrase == NULL)
		return ev_fail_nomem(err);
	if (v->what->unlock != NULL)
		rc = load_files(v, v->what->unlock, err);
	if (rc == EVAULT_OK && vault != NULL && vault->keys != NULL)
		with = ev_keyring_with(vault->keys);
	for (i = 0; i < with.n_identities && v->n_identities < EV_VERIFY_IDENTITIES_MAX; i++)
		v->identities[v->n_identities++] = with.identities[i];
	return rc;
}

bool
ev_verify_is_mine(const struct ev_verifying *v, const char *recipient)
{
	char text[EVAULT_RECIPIENT_SIZE];
	struct ev_age_recipient r;
	size_t i;

	for (i = 0; i < v->n_identities; i++) {
		ev_age_identity_recipient(&v->identities[i], &r);
		ev_age_recipient_text(&r, text);
		if (strcmp(text, recipient) == 0)
			return true;
	}
	return false;
}

/* ---- files, one after the other -------------------------------------------------- */

/* The worker's, while there is one. */
struct reading {
	struct ev_verifying *v; /* not the worker's, but for the keys */
	struct ev_worker *to;   /* the worker itself */
	struct ev_age_opener *age;
	struct ev_armor_reader *armor;
	struct ev_buf path; /* of the file that is open … */
	size_t stem;        /* … and of it what all volumes share; 0: there is one file */
	unsigned volume;
	int fd;
	uint8_t *piece;
	size_t got; /* bytes of it */
	char shown[EV_SHOW_SIZE];
	bool refused; /* by the system; what else fails is the input's form */
};

static enum evault_status
to_owner(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;

	return ev_worker_put(r->to, data, len, err);
}

static enum evault_status
to_age(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct reading *r = ctx;

	return ev_age_opener_update(r->age, data, len, err);
}

static enum evault_status
open_file(struct reading *r, struct evault_error *err)
{
	const char *path;
	enum evault_status rc;

	if (r->stem > 0) {
		r->path.len = r->stem;
		ev_buf_printf(&r->path, "%03u", r->volume);
	}
	path = ev_buf_text(&r->path);
	if (path == NULL)
		return ev_fail_nomem(err);
	ev_show_path(path, r->shown);
	rc = ev_os_open_user(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &r->fd, err);
	if (rc == EVAULT_OK)
		ev_os_sequential(r->fd);
	return rc;
}

/* Up to PIECE bytes, over the end of a volume into the next one; *got 0 at the end. */
static enum evault_status
next_piece(struct reading *r, size_t *got, struct evault_error *err)
{
	enum evault_status rc;

	for (;;) {
		rc = ev_os_read(r->fd, r->piece, PIECE, got, r->shown, err);
		if (rc != EVAULT_OK || *got > 0 || r->stem == 0 || r->volume >= VOLUMES_MAX)
			return rc;
		ev_os_close_read(r->fd);
		r->fd = -1;
		r->volume++;
		rc = open_file(r, err);
		if (rc == EVAULT_E_NOT_FOUND) {
			r->stem = 0; /* that was the last one */
			*got = 0;
			r->fd = -1;
			return EVAULT_OK;
		}
		if (rc != EVAULT_OK)
			return rc;
	}
}

/* NAME.001: the parts before it are its, too. */
static void
see_volumes(struct reading *r, const char *path)
{
	size_t len = strlen(path);

	if (len > 4 && strcmp(path + len - 4, ".001") == 0) {
		r->stem = len - 3;
		r->volume = 1;
	}
}

/* ---- age --------------------------------------------------------------------------- */

/* The start of the age file, without its armor, as far as it is in the first piece. */
static enum evault_status
plain_start(struct ev_slice start, struct ev_buf *out, struct evault_error *err)
{
	struct ev_armor_reader *armor = NULL;
	enum evault_status rc;

	if (!ev_armor_is(start)) {
		ev_buf_add(out, start.data, start.len);
		return ev_buf_ask(out, err);
	}
	rc = ev_armor_reader_new(ev_sink_buf(out), &armor, err);
	/* It goes on after this: what is wrong with it shows when all of it is read. */
	if (rc == EVAULT_OK)
		(void)ev_armor_reader_update(armor, start.data, start.len, NULL);
	ev_armor_reader_free(armor);
	return rc == EVAULT_OK ? ev_buf_ask(out, err) : rc;
}

/* Asks until a passphrase opens the start of it. */
static enum evault_status
ask_passphrase(struct ev_verifying *v, struct ev_slice start, struct evault_error *err)
{
	const struct evault_unlock *unlock = v->what->unlock;
	struct ev_age_with with = { .passphrase = v->passphrase };
	struct ev_buf sink = EV_BUF_INIT;
	struct ev_age_opener *opener;
	enum evault_status rc;
	unsigned attempt;

	if (v->passphrase[0] != '\0')
		return EVAULT_OK;
	if (unlock == NULL || unlock->ask == NULL)
		return ev_fail(err, EVAULT_E_KEY, "it is sealed with a passphrase");
	for (attempt = 0;; attempt++) {
		rc = unlock->ask(unlock->ctx, attempt, v->passphrase, EVAULT_PASSPHRASE_MAX + 1,
				 err);
		if (rc == EVAULT_OK)
			rc = ev_age_opener_new(&with, ev_sink_buf(&sink), &opener, err);
		if (rc != EVAULT_OK)
			return rc;
		rc = ev_age_opener_update(opener, start.data, start.len < START ? start.len : START,
					  NULL);
		ev_age_opener_free(opener);
		ev_buf_wipe(&sink);
		if (rc != EVAULT_E_KEY)
			return EVAULT_OK; /* what is wrong otherwise shows when all of it is read */
		ev_wipe(v->passphrase, EVAULT_PASSPHRASE_MAX + 1);
	}
}

static enum evault_status
begin_age(struct reading *r, struct ev_slice start, struct ev_age_with *with,
	  struct evault_error *err)
{
	struct ev_verifying *v = r->v;
	struct ev_buf plain = EV_BUF_INIT;
	enum ev_age_kind kind = EV_AGE_X25519;
	enum evault_status rc = plain_start(start, &plain, err);

	/* A header that is longer than the first piece has recipients. */
	if (rc == EVAULT_OK &&
	    ev_age_inspect(ev_slice_of(plain.data, plain.len), &kind, NULL) == EVAULT_OK &&
	    kind == EV_AGE_SCRYPT) {
		rc = ask_passphrase(v, ev_slice_of(plain.data, plain.len), err);
		with->passphrase = v->passphrase;
		v->opened = EV_OPENED_PASSPHRASE;
	} else {
		with->identities = v->identities;
		with->n_identities = v->n_identities;
		v->opened = EV_OPENED_IDENTITY;
	}
	ev_buf_release(&plain);
	if (rc == EVAULT_OK)
		rc = ev_age_opener_new(with, (struct ev_sink){ to_owner, r }, &r->age, err);
	if (rc == EVAULT_OK && ev_armor_is(start))
		rc = ev_armor_reader_new((struct ev_sink){ to_age, r }, &r->armor, err);
	return rc;
}

static bool
is_age(struct ev_slice start)
{
	return ev_armor_is(start) || ev_slice_starts(start, "age-encryption.org/");
}

/* ---- one file, or volumes -------------------------------------------------------------- */

static enum evault_status
count(struct ev_verifying *v, size_t len, struct evault_error *err)
{
	v->progress.bytes_done += len;
	if (v->what->progress != NULL && v->what->progress(v->what->ctx, &v->progress)) {
		v->own = true;
		return ev_fail(err, EVAULT_E_CANCELLED, "interrupted");
	}
	return EVAULT_OK;
}

/* On the worker: what was read, and the rest of it. */
static enum evault_status
feed(struct reading *r, struct evault_error *err)
{
	if (r->armor != NULL)
		return ev_armor_reader_update(r->armor, r->piece, r->got, err);
	if (r->age != NULL)
		return ev_age_opener_update(r->age, r->piece, r->got, err);
	return ev_worker_put(r->to, r->piece, r->got, err);
}

static enum evault_status
finish(struct reading *r, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (r->armor != NULL)
		rc = ev_armor_reader_finish(r->armor, err);
	if (rc == EVAULT_OK && r->age != NULL)
		rc = ev_age_opener_finish(r->age, err);
	return rc;
}

static enum evault_status
open_ahead(void *ctx, struct ev_worker *to, struct evault_error *err)
{
	struct reading *r = ctx;
	enum evault_status rc = EVAULT_OK;

	r->to = to;
	while (rc == EVAULT_OK && r->got > 0) {
		rc = feed(r, err);
		if (rc != EVAULT_OK)
			return rc;
		rc = next_piece(r, &r->got, err);
		r->refused = rc != EVAULT_OK;
	}
	return rc == EVAULT_OK ? finish(r, err) : rc;
}

/* What `events` return is ours; what else fails is the input's form. */
static enum evault_status
take_members(struct reading *r, struct ev_archive_reader *tar, struct evault_error *err)
{
	struct ev_verifying *v = r->v;
	struct ev_worker *worker = NULL;
	struct ev_slice piece = { NULL, 0 };
	enum evault_status rc;

	rc = ev_worker_new(EV_WORKER_GIVES, EV_WORKER_PIECE, EV_WORKER_PIECES, open_ahead, r,
			   &worker, err);
	v->own = rc != EVAULT_OK;
	while (rc == EVAULT_OK) {
		rc = ev_worker_take(worker, &piece, err);
		if (rc != EVAULT_OK)
			v->own = r->refused; /* it is over */
		if (rc != EVAULT_OK || piece.len == 0)
			break;
		rc = count(v, piece.len, err);
		if (rc == EVAULT_OK)
			rc = ev_archive_reader_update(tar, piece.data, piece.len, err);
	}
	if (rc == EVAULT_OK)
		rc = ev_archive_reader_finish(tar, err);
	ev_worker_free(worker);
	return rc;
}

/* A pipe gives what it has: enough of it to see what it is. */
static enum evault_status
read_start(struct reading *r, struct evault_error *err)
{
	enum evault_status rc = next_piece(r, &r->got, err);
	size_t more = 1;

	while (rc == EVAULT_OK && r->got < START && more > 0) {
		rc = ev_os_read(r->fd, r->piece + r->got, START - r->got, &more, r->shown, err);
		r->got += rc == EVAULT_OK ? more : 0;
	}
	return rc;
}

static enum evault_status
read_stream(struct reading *r, struct ev_archive_reader *tar, struct evault_error *err)
{
	struct ev_age_with with = { .n_identities = 0 };
	enum evault_status rc = read_start(r, err);
	struct ev_slice start = ev_slice_of(r->piece, r->got);

	r->v->opened = EV_OPENED_TAR;
	if (rc == EVAULT_OK && is_age(start))
		rc = begin_age(r, start, &with, err);
	if (rc != EVAULT_OK) {
		r->v->own = true;
		return rc;
	}
	return take_members(r, tar, err);
}

static enum evault_status
read_file(struct ev_verifying *v, struct ev_tar_events events, struct evault_error *err)
{
	struct ev_archive_reader *tar = ev_archive_reader_new(events);
	struct reading r = { .v = v, .path = EV_BUF_INIT, .fd = -1 };
	enum evault_status rc;

	ev_buf_puts(&r.path, v->what->path);
	see_volumes(&r, v->what->path);
	r.piece = malloc(PIECE);
	if (r.piece == NULL || tar == NULL)
		rc = ev_fail_nomem(err);
	else
		rc = open_file(&r, err);
	if (rc != EVAULT_OK) {
		r.fd = -1;
		v->own = true;
	} else {
		rc = read_stream(&r, tar, err);
		if (rc == EVAULT_E_KEY)
			rc = ev_error_prefix(err, rc, r.shown);
	}
	ev_age_opener_free(r.age);
	ev_armor_reader_free(r.armor);
	ev_archive_reader_free(tar);
	ev_os_close_read(r.fd);
	ev_buf_release(&r.path);
	free(r.piece);
	return rc;
}

/* ---- a folder ------------------------------------------------------------------------------ */

struct walking {
	struct ev_verifying *v;
	struct ev_tar_events events;
	size_t below; /* where in a path the name begins */
	unsigned rank;
	uint8_t *piece;
};

/* In which of the walks over the folder it is read: as FORMAT.md has the order. */
static unsigned
rank_of(struct ev_slice name)
{
	struct ev_verify_place place;

	switch (ev_verify_kind_of(name, &place)) {
	case EV_BUNDLE_BAGIT:
	case EV_BUNDLE_INFO:
		return 0;
	case EV_BUNDLE_MANIFEST:
		return 1;
	case EV_BUNDLE_TAG_MANIFEST:
		return 2;
	case EV_BUNDLE_SHARE_NOTE:
		return 3;
	case EV_BUNDLE_VERIFY_TEXT:
	case EV_BUNDLE_REPORT:
	case EV_BUNDLE_VAULT:
	case EV_BUNDLE_KEY_ENTRY:
	case EV_BUNDLE_KEY_PROOF:
	case EV_BUNDLE_TREE:
		return 4;
	case EV_BUNDLE_SOURCE_VAULT:
	case EV_BUNDLE_SOURCE_KEY_ENTRY:
	case EV_BUNDLE_SOURCE_KEY_PROOF:
		return 5;
	case EV_BUNDLE_SOURCE_ENTRY:
	case EV_BUNDLE_SOURCE_PROOF:
		return 6;
	case EV_BUNDLE_RECORD:
	case EV_BUNDLE_ENTRY:
	case EV_BUNDLE_PROOF:
		return 7;
	case EV_BUNDLE_DATA:
		return 8;
	case EV_BUNDLE_PADDING:
	case EV_BUNDLE_OTHER:
		break;
	}
	return RANKS - 1;
}

static struct ev_slice
name_below(const struct walking *w, const char *path)
{
	const char *name = path + w->below;

	while (*name == '/')
		name++;
	return ev_slice_text(name);
}

static enum evault_status
give_bytes(struct walking *w, int fd, uint64_t size, const char *shown, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint64_t sum = 0;
	size_t got = 1;

	while (rc == EVAULT_OK && got > 0) {
		rc = ev_os_read(fd, w->piece, PIECE, &got, shown, err);
		sum += rc == EVAULT_OK ? got : 0;
		if (rc == EVAULT_OK && (sum > size || (got == 0 && sum != size)))
			rc = ev_fail(err, EVAULT_E_CHANGED, "%s: changed while it was read", shown);
		if (rc == EVAULT_OK && got > 0)
			rc = count(w->v, got, err);
		if (rc == EVAULT_OK && got > 0)
			rc = w->events.data(w->events.ctx, w->piece, got, err);
	}
	return rc;
}

static enum evault_status
give_file(void *ctx, const struct ev_walk_file *file, struct evault_error *err)
{
	struct walking *w = ctx;
	struct ev_slice name = name_below(w, file->path);
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;
	int fd = -1;

	if (rank_of(name) != w->rank)
		return EVAULT_OK;
	ev_show_path(file->path, shown);
	rc = ev_os_open_read(file->dir, file->name, &fd, err);
	if (rc != EVAULT_OK)
		return rc;
	rc = w->events.member(w->events.ctx, name, file->stat.size, 0, err);
	if (rc == EVAULT_OK)
		rc = give_bytes(w, fd, file->stat.size, shown, err);
	if (rc == EVAULT_OK)
		rc = w->events.end(w->events.ctx, err);
	ev_os_close_read(fd);
	return rc;
}

/* Links and devices belong to no bundle; what cannot be read ends it. */
static enum evault_status
pass_over(void *ctx, const char *path, bool failed, const char *why, struct evault_error *err)
{
	struct walking *w = ctx;
	struct ev_slice name = name_below(w, path);
	char shown[EV_SHOW_SIZE];

	if (failed)
		return ev_fail(err, EVAULT_E_IO, "%s: %s", ev_show_path(path, shown), why);
	if (w->rank > 0 || w->v->pass > 1)
		return EVAULT_OK;
	return ev_find(&w->v->findings, err, EVAULT_FINDING_UNKNOWN, EV_NO_ITEM,
		       (const char *)name.data, "%s; a bundle has files alone", why);
}

static enum evault_status
read_folder(struct ev_verifying *v, struct ev_tar_events events, struct evault_error *err)
{
	struct walking w = { .v = v, .events = events, .below = strlen(v->what->path) };
	struct ev_walk walk = { .file = give_file, .skipped = pass_over, .ctx = &w };
	enum evault_status rc = EVAULT_OK;

	v->opened = EV_OPENED_FOLDER;
	w.piece = malloc(PIECE);
	if (w.piece == NULL)
		rc = ev_fail_nomem(err);
	for (w.rank = 0; w.rank < RANKS && rc == EVAULT_OK; w.rank++)
		rc = ev_walk(&walk, v->what->path, err);
	free(w.piece);
	v->own = true; /* a folder has no form that could be wrong */
	return rc;
}

enum evault_status
ev_verify_read(struct ev_verifying *v, struct ev_tar_events events, struct evault_error *err)
{
	struct ev_os_stat st;

	v->own = false;
	if (strcmp(v->what->path, "-") != 0 &&
	    ev_os_stat_user(v->what->path, &st, NULL) == EVAULT_OK && st.kind == EV_OS_DIR)
		return read_folder(v, events, err);
	return read_file(v, events, err);
}
