/*
 * A whole vault into which somebody who has keys of it has put something:
 * entries, records, originals, packs (forge.c tells how the input says it).
 *
 * Whatever it is: all of it can be listed, searched and told of without a
 * crash; the index says the same as the log; nothing is given back that is not
 * what its record names, nor outside of the folder given.  And what the check
 * calls sound is sound: also without a key; all can be given back, can be
 * shared, and who is given it finds it intact (G3, G4, G8).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "insider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	SHARES = 2, /* of `mode`: a bundle of all is made, and verified */
	ITEMS_MAX = 64,
};

static struct small small;
static struct forging forging;

struct listed {
	struct ev_hasher *hasher;
	uint64_t items[ITEMS_MAX]; /* that have a file */
	size_t n, given;
	uint64_t all[ITEMS_MAX];
	size_t n_all;
};

/* ---- check ------------------------------------------------------------------- */

static void
on_finding(void *ctx, const struct evault_finding *f)
{
	uint64_t *damage = ctx;

	must(f->detail != NULL && f->detail[0] != '\0' && f->path != NULL);
	must(f->kind != EVAULT_FINDING_UNREADABLE);
	*damage += f->kind != EVAULT_FINDING_INTERRUPTED;
}

static bool
is_sound(enum evault_access access)
{
	uint64_t damage = 0;
	struct evault_check what = { .depth = EVAULT_CHECK_FULL,
				     .finding = on_finding,
				     .ctx = &damage };
	struct evault_check_summary s = { 0 };
	struct evault_error err = { .text = "" };

	if (!answered(evault_check(at("v"), access, &small_owner, &what, &s, &err), &err))
		return false;
	must(s.damage == damage && s.sound == (damage == 0));
	return s.sound;
}

/* ---- what it holds ------------------------------------------------------------- */

static void
hash_text(struct ev_hasher *h, const char *text)
{
	ev_hasher_update(h, text, strlen(text) + 1);
}

static void
hash_item(struct ev_hasher *h, const struct evault_item *item)
{
	size_t i;

	ev_hasher_update(h, &item->index, sizeof(item->index));
	ev_hasher_update(h, &item->retracted, sizeof(item->retracted));
	hash_text(h, item->citation);
	hash_text(h, item->digest);
	hash_text(h, item->actor_key);
	for (i = 0; i < item->n_fields; i++) {
		hash_text(h, item->fields[i].name);
		ev_hasher_update(h, item->fields[i].value, item->fields[i].len);
	}
	for (i = 0; i < item->n_sources; i++)
		hash_text(h, item->sources[i].digest);
	for (i = 0; i < item->n_corrections; i++)
		hash_item(h, &item->corrections[i]);
}

static enum evault_status
on_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct listed *l = ctx;

	(void)err;
	hash_item(l->hasher, item);
	if (l->n_all < ITEMS_MAX)
		l->all[l->n_all++] = item->index;
	(void)evault_item_retraction(item);
	(void)evault_item_latest(item, "case");
	return EVAULT_OK;
}

static enum evault_status
on_evidence(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct listed *l = ctx;

	(void)err;
	if (l->n < ITEMS_MAX)
		l->items[l->n++] = item->index;
	return EVAULT_OK;
}

static enum evault_status
on_event(void *ctx, const struct evault_event *event, struct evault_error *err)
{
	struct listed *l = ctx;

	(void)err;
	ev_hasher_update(l->hasher, &event->index, sizeof(event->index));
	return EVAULT_OK;
}

static enum evault_status
on_holder(void *ctx, const struct evault_holder *holder, struct evault_error *err)
{
	struct listed *l = ctx;

	(void)err;
	hash_text(l->hasher, holder->name);
	return EVAULT_OK;
}

static enum evault_status
on_contact(void *ctx, const struct evault_contact *contact, struct evault_error *err)
{
	struct listed *l = ctx;

	(void)err;
	hash_text(l->hasher, contact->name);
	return EVAULT_OK;
}

static enum evault_status
on_hit(void *ctx, const struct evault_hit *hit, struct evault_error *err)
{
	struct listed *l = ctx;
	size_t i, k;

	(void)err;
	hash_item(l->hasher, hit->item);
	must(hit->n_found > 0);
	for (i = 0; i < hit->n_found; i++)
		for (k = 0; k < hit->found[i].n_ranges; k++)
			must(hit->found[i].ranges[k].from < hit->found[i].ranges[k].to &&
			     hit->found[i].ranges[k].to <= hit->found[i].len);
	return EVAULT_OK;
}

static bool
search(struct evault *v, const char *word, struct listed *l, struct evault_error *err)
{
	struct evault_search how = { .terms = &word, .n_terms = 1 };
	struct evault_search_summary s;

	return answered(evault_search(v, &how, on_hit, l, &s, err), err);
}

/* Asks for everything there is; true when each question was answered. */
static bool
ask(struct evault *v, struct listed *l)
{
	struct evault_filter all = { .all_actions = true, .retracted = EVAULT_RETRACTED_TOO };
	struct evault_filter evidence = { .retracted = EVAULT_RETRACTED_TOO };
	struct evault_status_info info;
	struct evault_error err = { .text = "" };
	uint64_t missing;
	bool good;
	size_t i;

	l->n = l->n_all = 0;
	good = answered(evault_list(v, &all, on_item, l, &err), &err);
	good &= answered(evault_list(v, &evidence, on_evidence, l, &err), &err);
	good &= answered(evault_history(v, NULL, on_event, l, &err), &err);
	for (i = 0; i < l->n_all; i++)
		good &= answered(evault_history(v, &l->all[i], on_event, l, &err), &err);
	good &= search(v, "letter", l, &err);
	good &= search(v, "witness:Гулдария", l, &err);
	good &= search(v, "fou*", l, &err);
	good &= answered(evault_key_list(v, on_holder, l, &err), &err);
	good &= answered(evault_contact_list(v, on_contact, l, &missing, &err), &err);
	good &= answered(evault_get_status(v, &info, &err), &err);
	return good;
}

/* ---- what it gives --------------------------------------------------------------- */

static void
on_given(void *ctx, const struct evault_get_event *event)
{
	struct listed *l = ctx;
	struct ev_buf got = EV_BUF_INIT;
	const struct evault_field *sha256;
	char path[4400], hex[EVAULT_HEX_SIZE];
	struct ev_hash hash;

	if (event->status != EVAULT_OK) {
		must(event->why != NULL && event->why[0] != '\0');
		return;
	}
	l->given++;
	sha256 = evault_item_field(event->item, "sha256");
	must(sha256 != NULL);
	snprintf(path, sizeof(path), "out/%s", event->path);
	must(strstr(path, "/../") == NULL);
	read_file(path, &got);
	ev_hash_of(got.data, got.len, &hash);
	ev_hash_hex(&hash, hex);
	must(strcmp(hex, sha256->value) == 0);
	ev_buf_release(&got);
}

static void
give_back(struct evault *v, struct listed *l, bool sound)
{
	struct evault_get get = { .items = l->items,
				  .n_items = l->n,
				  .out = at("out"),
				  .folder = true,
				  .event = on_given,
				  .ctx = l };
	struct evault_get_summary summary = { 0 };
	struct evault_error err = { .text = "" };

	l->given = 0;
	if (l->n > 0)
		(void)answered(evault_get(v, &get, &summary, &err), &err);
	must(l->given == summary.given);
	must(!sound || l->given == l->n);
	folder_remove("out");
}

static void
share(struct listed *l, bool sound)
{
	struct evault_share how = { .items = l->items,
				    .n_items = l->n,
				    .out = at("bundle"),
				    .plain = true,
				    .override = "a test" };
	struct evault_verify verify = { .path = at("bundle") };
	struct evault_share_summary shared;
	struct evault_verify_summary s = { 0 };
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;
	bool given;

	if (!answered(small_open("v", EVAULT_WRITE, &v, &err), &err))
		return;
	given = l->n > 0 && answered(evault_share(v, &how, &shared, &err), &err);
	evault_close(v);
	if (given && sound) {
		must(answered(evault_verify(&verify, &s, &err), &err));
		must(s.verdict == EVAULT_VERDICT_SIGNER_UNKNOWN && s.good == s.items);
	}
	folder_remove("bundle");
}

/* What the vault says, as a hash; with the index that is there, or made anew. */
static bool
look(struct listed *l, bool sound, bool gives, struct ev_hash *said)
{
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;
	bool good = false;

	l->hasher = ev_hasher_new();
	must(l->hasher != NULL);
	if (answered(small_open("v", EVAULT_READ, &v, &err), &err)) {
		good = ask(v, l);
		if (gives)
			give_back(v, l, sound);
	}
	evault_close(v);
	ev_hasher_final(l->hasher, said);
	ev_hasher_free(l->hasher);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct folder files;
	struct ev_cursor c = ev_cursor_of(data, size);
	struct listed l = { 0 };
	struct ev_hash first, second;
	bool sound, good;

	if (small.v == NULL) {
		small_make(&small);
		forge_init(&forging, &small);
	}
	folder_copy(&files, &small.files);
	forge(&forging, &files, &c);
	sound = is_sound(EVAULT_READ);
	must(!sound || is_sound(EVAULT_SEALED));
	good = look(&l, sound, true, &first);
	must(!sound || good);
	/* First the index of the small vault was brought up to date; now there is none. */
	must(unlink(at("v/index.db")) == 0 || !good);
	must(look(&l, sound, false, &second) == good && ev_hash_equal(&first, &second));
	if (forging.mode & SHARES)
		share(&l, sound);
	folder_release(&files);
	return 0;
}
