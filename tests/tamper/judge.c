#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tamper.h"

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
	enum evault_status rc = evault_open(
	    &(struct evault_open){ .dir = b->vault, .access = EVAULT_READ, .unlock = &unlock }, &v,
	    &err);

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

void
try_sealed(struct bench *b)
{
	b->sealed++;
	check(b, EVAULT_SEALED);
}

void
try_keyed(struct bench *b)
{
	b->keyed++;
	check(b, EVAULT_READ);
	give_back(b);
}

void
try_both(struct bench *b)
{
	try_sealed(b);
	try_keyed(b);
}

void
claim(struct bench *b, const char *name)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	printf(
	    "# %s: %llu without a key, %llu with it; %llu refused with an error; %ld s of work\n",
	    name, (unsigned long long)b->sealed, (unsigned long long)b->keyed,
	    (unsigned long long)b->refused, (long)(now.tv_sec - b->began.tv_sec));
	printf("%s %s\n", b->wrong == 0 ? "ok" : "not ok", name);
	fflush(stdout);
	b->all_wrong += b->wrong;
	b->sealed = b->keyed = b->refused = b->wrong = 0;
	b->began = now;
}
