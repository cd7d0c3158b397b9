/*
 * Packs in a folder of their own, for the tests of packs.
 */
#ifndef UNIT_PACK_ON_DISK_H
#define UNIT_PACK_ON_DISK_H

#include <stdlib.h>

#include "base/os.h"
#include "base/secret.h"
#include "store/pack.h"
#include "vault_fixture.h"

static struct ev_age_identity *identity;
static struct ev_age_recipient recipient;
static int dir = -1;
static uint8_t *noise; /* EV_MEMBER_OBJECT_MAX bytes */

struct put {
	enum ev_member_kind kind;
	size_t size;
	struct ev_hash id;
	uint32_t part;
};

static inline struct ev_age_with
with_identity(void)
{
	struct ev_age_with with = { identity, 1, NULL };

	return with;
}

static inline bool
begin(void)
{
	ev_os_close_read(dir);
	dir = -1;
	return fixture_remove("p") && fixture_folder("p") && fixture_folder("p/packs") &&
	       ev_os_open_dir(EV_OS_CWD, "p", &dir, NULL) == EVAULT_OK;
}

/* The body of the n-th member: noise from another place for each. */
static inline struct ev_slice
body_of(const struct put *put, size_t n)
{
	return ev_slice_of(noise + (put->size + 4096 < EV_MEMBER_OBJECT_MAX ? n : 0), put->size);
}

struct seen {
	struct ev_member members[64];
	size_t n;
};

static inline enum evault_status
see_member(void *ctx, const struct ev_member *m, struct evault_error *err)
{
	struct seen *s = ctx;

	(void)err;
	if (s->n < 64)
		s->members[s->n] = *m;
	s->n++;
	return EVAULT_OK;
}

static inline enum evault_status
write_pack(struct put *puts, size_t n, struct ev_hash *name, uint64_t *size, struct seen *seen)
{
	struct ev_pack_writer *w = NULL;
	struct ev_slice body;
	enum evault_status rc = ev_pack_writer_new(dir, &recipient, &w, NULL);
	size_t i;

	memset(seen, 0, sizeof(*seen));
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		body = body_of(&puts[i], i);
		ev_hash_of(body.data, body.len, &puts[i].id);
		if (puts[i].kind == EV_MEMBER_PART) {
			memset(puts[i].id.b + 16, 0, 16);
			puts[i].part = (uint32_t)i + 1;
		}
		rc = ev_pack_append(w, puts[i].kind, &puts[i].id, puts[i].part, body, NULL);
	}
	if (rc == EVAULT_OK)
		rc = ev_pack_finish(w, name, size, see_member, seen, NULL);
	ev_pack_writer_free(w);
	return rc;
}

static inline struct ev_pack *
open_pack(const struct ev_hash *name, enum evault_status *rc)
{
	struct ev_age_with with = with_identity();
	struct ev_pack *pack = NULL;

	*rc = ev_pack_open(dir, name, &with, &pack, NULL);
	return pack;
}

struct walked {
	size_t members, ends;
	uint64_t bytes;
	enum evault_status stop;
};

static inline enum evault_status
walk_member(void *ctx, struct ev_slice name, uint64_t size, uint64_t offset,
	    struct evault_error *err)
{
	struct walked *w = ctx;

	(void)name, (void)size, (void)offset;
	w->members++;
	return w->stop == EVAULT_OK ? EVAULT_OK : ev_fail(err, w->stop, "stopped");
}

static inline enum evault_status
walk_data(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct walked *w = ctx;

	(void)data, (void)err;
	w->bytes += len;
	return EVAULT_OK;
}

static inline enum evault_status
walk_end(void *ctx, struct evault_error *err)
{
	struct walked *w = ctx;

	(void)err;
	w->ends++;
	return EVAULT_OK;
}

static inline enum evault_status
walk(struct ev_pack *pack, struct walked *w)
{
	struct ev_tar_events events = { walk_member, walk_data, walk_end, w };

	return ev_pack_walk(pack, events, NULL);
}

/* Opens, reads all members, walks: the worst that any of them says. */
static inline enum evault_status
read_all(const struct ev_hash *name)
{
	struct walked w = { .members = 0 };
	struct seen seen = { .n = 0 };
	struct ev_buf out = EV_BUF_INIT;
	enum evault_status rc, walked;
	struct ev_pack *pack = open_pack(name, &rc);
	size_t i;

	if (pack == NULL)
		return rc;
	walked = walk(pack, &w);
	rc = ev_pack_members(pack, see_member, &seen, NULL);
	for (i = 0; i < seen.n && rc == EVAULT_OK; i++)
		rc = ev_pack_read(pack, &seen.members[i], ev_sink_buf(&out), NULL);
	ev_buf_release(&out);
	ev_pack_close(pack);
	/* What reading members finds, the walk finds too. */
	return rc != EVAULT_OK && walked == EVAULT_OK ? EVAULT_E_USAGE : walked;
}

static inline bool
packs_start(void)
{
	if (!fixture_start())
		return false;
	identity = ev_secret_new(sizeof(*identity));
	noise = malloc(EV_MEMBER_OBJECT_MAX);
	if (identity == NULL || noise == NULL)
		return false;
	ev_age_identity_make(identity);
	ev_age_identity_recipient(identity, &recipient);
	fixture_noise(noise, EV_MEMBER_OBJECT_MAX, 1);
	return true;
}

static inline int
packs_end(void)
{
	ev_os_close_read(dir);
	ev_secret_free(identity);
	free(noise);
	return fixture_end();
}

#endif
