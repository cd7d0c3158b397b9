/*
 * A whole vault that is received, after somebody who has keys of it has put
 * something into it, has cut its log back or begun another past (forge.c), and
 * somebody without a key has done something to its files (alter.c).  The input:
 *
 *	how, which receives; how many entries of the good log are kept (0: all);
 *	length (2), what is forged; changes of files, as often as there is room
 *
 *	which: 0 a vault that has received nothing, 1 one that has received the good
 *	one, 2 that one after its log was put back to what it was before, beside the index of
 *	now, 3 a copy of the good one
 *	how: 4 a dry run comes first
 *
 * Whatever it is: nothing is written to it; nothing is received that its log has
 * not, signed by who might; what was known before is what it was; a past that is shorter,
 * or another one, than was received before is told, and nothing is taken (G4); a log of one's
 * own that was put back is told; the vault is sound after it, also without a key; and what
 * was received is not received again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alter.h"
#include "insider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum receiver {
	FRESH,
	KNOWS,
	PUT_BACK,
	TWIN,
	RECEIVERS
};
enum {
	DRY_RUN_FIRST = 4,
	CHANGES_MAX = 8,
	ITEMS_MAX = 64,
};

static struct small small;
static struct forging forging;
static struct folder receivers[RECEIVERS];
static struct evault_unlock receiver_key;

/* What a vault says of itself. */
struct told {
	struct ev_checkpoint head;
	struct {
		uint64_t index;
		struct ev_hash hash; /* of its record, as it is listed */
	} items[ITEMS_MAX];
	size_t n;
	bool noticed;
	const struct told *before; /* it is held to that */
};

/* One run of receiving. */
struct run {
	enum receiver who;
	bool altered;
	uint64_t events[4];
	struct evault_receive_summary summary;
	struct evault_error err;
};

static void
on_notice(void *ctx, const char *text)
{
	struct told *t = ctx;

	must(text[0] != '\0');
	t->noticed = t->noticed || strstr(text, "was made of a log of") != NULL;
}

static struct evault *
open_mine(enum receiver who, enum evault_access access, struct told *told)
{
	struct evault_open how = { .dir = at("mine"),
				   .access = access,
				   .unlock = who == TWIN ? &small_owner : &receiver_key,
				   .notice = on_notice,
				   .ctx = told };
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;

	must(answered(evault_open(&how, &v, &err), &err));
	return v;
}

/* ---- what is received from, and by whom ------------------------------------------ */

static void
receive_good(void)
{
	struct evault_receive what = { .dir = at("good"), .unlock = &small_owner };
	struct evault_receive_summary summary;
	struct evault_error err = { .text = "" };
	struct told told = { .n = 0 };
	struct evault *v = open_mine(KNOWS, EVAULT_WRITE, &told);

	must(answered(evault_receive(v, &what, &summary, &err), &err) && summary.received > 0);
	evault_close(v);
}

static void
keep_receiver(enum receiver who)
{
	unlink(at("mine/writer"));
	folder_load(&receivers[who], "mine");
}

/* It has one of the small vault's files already. */
static void
make_receivers(void)
{
	static char key[300];
	static const char *keys[1] = { key };
	char recipient[EVAULT_RECIPIENT_SIZE], origin[EVAULT_ORIGIN_SIZE];
	const char *path = at("src/letter.txt");
	struct evault_init init = { .dir = at("mine"), .name = "Receiver", .to = recipient };
	struct evault_add add = { .paths = &path, .n_paths = 1 };
	struct evault_add_summary added;
	struct evault_error err = { .text = "" };
	struct told told = { .n = 0 };
	struct folder_file *index;
	struct evault *v;

	snprintf(key, sizeof(key), "%s", at("mine.key"));
	receiver_key = (struct evault_unlock){ .identity_files = keys, .n_identity_files = 1 };
	must(answered(evault_keygen(key, recipient, &err), &err));
	must(answered(evault_init(&init, origin, &err), &err));
	v = open_mine(FRESH, EVAULT_WRITE, &told);
	must(answered(evault_add(v, &add, &added, &err), &err));
	evault_close(v);
	keep_receiver(FRESH);
	receive_good();
	keep_receiver(KNOWS);
	folder_copy(&receivers[PUT_BACK], &receivers[FRESH]);
	index = folder_find(&receivers[PUT_BACK], "index.db");
	ev_buf_clear(&index->bytes);
	ev_buf_add(&index->bytes, folder_find(&receivers[KNOWS], "index.db")->bytes.data,
		   folder_find(&receivers[KNOWS], "index.db")->bytes.len);
	folder_copy(&receivers[TWIN], &small.files);
}

static void
make_theirs(struct ev_cursor *c, struct run *run)
{
	static struct folder files;
	uint8_t keep = ev_cursor_u8(c);
	struct ev_slice forged;
	struct ev_cursor steps;
	unsigned n = 0;

	forging.keep = keep == 0 ? forging.n_good : 1 + keep % forging.n_good;
	forged = ev_cursor_take(c, ev_cursor_be16(c));
	steps = ev_cursor_of(forged.data, forged.len);
	folder_copy(&files, &small.files);
	forge(&forging, &files, &steps);
	folder_release(&files);
	run->altered = c->left > 0 && !c->bad;
	if (!run->altered)
		return;
	folder_load(&files, "v");
	while (c->left > 0 && !c->bad && n++ < CHANGES_MAX)
		alter(&files, c);
	must(folder_store(&files, "v") || folder_store(&small.files, "v"));
	folder_release(&files);
}

/* ---- what it says of itself --------------------------------------------------------- */

static const struct ev_buf *
entry_there(uint64_t n)
{
	must(n < forging.keep + forging.n_entries);
	return n < forging.keep ? &forging.good[n] : &forging.entries[n - forging.keep];
}

static bool
says(const struct ev_buf *entry, const char *word, const char *hex, char end)
{
	char line[40 + EVAULT_HEX_SIZE];

	snprintf(line, sizeof(line), "\n%s%s%c", word, hex, end);
	return memmem(entry->data, entry->len, line, strlen(line)) != NULL;
}

/* Was this key admitted by the entries before, and not removed since? */
static bool
might_sign(const struct signer *s, uint64_t n)
{
	const char *hex = s->key.name + strlen("evault/actor/");
	bool might = false;
	uint64_t i;

	for (i = 0; i < n; i++) {
		if (says(entry_there(i), "actor evault/actor/", hex, '+'))
			might = true;
		if (says(entry_there(i), "actor-end ", hex, '\n'))
			might = false;
	}
	return might;
}

/* The entry there with its record, by one of those whose keys there are. */
static void
hold_source(const struct evault_source *source)
{
	const struct signer *const all[] = { &small.owner, &small.field, &small.former,
					     &forging.stranger };
	const struct ev_buf *bytes = entry_there(source->index);
	static struct ev_entry entry;
	size_t i = 0;

	must(strcmp(source->origin, small.origin) == 0);
	must(says(bytes, "record ", source->digest, '\n'));
	must(ev_entry_parse(ev_slice_of(bytes->data, bytes->len), &entry, NULL) == EVAULT_OK);
	while (i < 4 && !ev_slice_is(entry.note.signatures[0].name, all[i]->key.name))
		i++;
	must(i < 4 && ev_note_verify(&entry.note, &all[i]->key, NULL) == EVAULT_OK);
	must(might_sign(all[i], source->index));
}

static void
hash_text(struct ev_hasher *h, const char *text)
{
	ev_hasher_update(h, text, strlen(text) + 1);
}

static void
hash_item(const struct evault_item *item, struct ev_hash *hash)
{
	struct ev_hasher *h = ev_hasher_new();
	size_t i;

	must(h != NULL);
	hash_text(h, item->citation);
	hash_text(h, item->digest);
	hash_text(h, item->actor_key);
	for (i = 0; i < item->n_fields; i++) {
		hash_text(h, item->fields[i].name);
		ev_hasher_update(h, item->fields[i].value, item->fields[i].len);
	}
	ev_hasher_final(h, hash);
	ev_hasher_free(h);
}

static enum evault_status
on_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	const struct evault_field *action = evault_item_field(item, "action");
	struct told *t = ctx;

	(void)err;
	must(action != NULL);
	must(t->n < ITEMS_MAX);
	t->items[t->n].index = item->index;
	hash_item(item, &t->items[t->n++].hash);
	if (t->before == NULL || item->index < t->before->head.size)
		return EVAULT_OK;
	if (item->n_sources > 0)
		hold_source(&item->sources[0]);
	else
		must(strcmp(action->value, "receive") == 0);
	return EVAULT_OK;
}

/* All that was known before is there, and is what it was. */
static void
hold_to(const struct told *now, const struct told *before, struct evault *v)
{
	struct evault_error err = { .text = "" };
	bool goes_on = false;
	size_t i, k = 0;

	must(now->head.size >= before->head.size);
	must(answered(ev_log_goes_on(v->log, before->head.size, &before->head.root, &goes_on, &err),
		      &err));
	must(goes_on);
	for (i = 0; i < before->n; i++) {
		while (k < now->n && now->items[k].index != before->items[i].index)
			k++;
		must(k < now->n && ev_hash_equal(&now->items[k].hash, &before->items[i].hash));
	}
}

static void
ask(enum receiver who, const struct told *before, struct told *told)
{
	struct evault_filter all = { .all_actions = true, .retracted = EVAULT_RETRACTED_TOO };
	struct evault_error err = { .text = "" };
	struct evault *v;

	memset(told, 0, sizeof(*told));
	told->before = before;
	v = open_mine(who, EVAULT_READ, told);
	told->head = *ev_log_head(v->log);
	must(answered(evault_list(v, &all, on_item, told, &err), &err));
	if (before != NULL)
		hold_to(told, before, v);
	evault_close(v);
}

static void
on_finding(void *ctx, const struct evault_finding *f)
{
	uint64_t *damage = ctx;

	*damage += f->kind != EVAULT_FINDING_INTERRUPTED;
}

static void
hold_sound(enum receiver who, enum evault_access access)
{
	uint64_t damage = 0;
	struct evault_check what = { .depth = EVAULT_CHECK_FULL,
				     .finding = on_finding,
				     .ctx = &damage };
	struct evault_check_summary s = { 0 };
	struct evault_error err = { .text = "" };

	must(answered(evault_check(at("mine"), access, who == TWIN ? &small_owner : &receiver_key,
				   &what, &s, &err),
		      &err));
	must(s.sound && damage == 0);
}

/* ---- receiving ------------------------------------------------------------------------ */

static void
on_event(void *ctx, const struct evault_receive_event *event)
{
	struct run *run = ctx;

	must((unsigned)event->what < 4);
	/* What a copy of this vault recorded has a number here, or none. */
	must(event->citation[0] != '\0' || run->who == TWIN);
	must((event->what == EVAULT_RECEIVE_FAILED) == (event->why != NULL));
	must(event->from < forging.keep + forging.n_entries);
	run->events[event->what]++;
}

static enum evault_status
receive(struct run *run, bool dry)
{
	struct evault_receive what = { .dir = at("v"),
				       .unlock = &small_owner,
				       .dry_run = dry,
				       .event = on_event,
				       .ctx = run };
	struct told told = { .n = 0 };
	struct evault *v = open_mine(run->who, dry ? EVAULT_READ : EVAULT_WRITE, &told);
	enum evault_status rc;

	memset(run->events, 0, sizeof(run->events));
	run->err = (struct evault_error){ .text = "" };
	rc = evault_receive(v, &what, &run->summary, &run->err);
	(void)answered(rc, &run->err);
	must(run->events[EVAULT_RECEIVE_KEPT] == run->summary.received);
	must(run->events[EVAULT_RECEIVE_FAILED] == run->summary.failed);
	evault_close(v);
	return rc;
}

/* Without its index, which vouches for what was read of the log before. */
static bool
theirs_opens(void)
{
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;
	bool opens;

	unlink(at("v/index.db"));
	opens = answered(small_open("v", EVAULT_READ, &v, &err), &err);
	evault_close(v);
	return opens;
}

/* Of the good log's entries, how many are the first ones there? */
static size_t
common(void)
{
	size_t n = 0;

	while (n < forging.n_good && n < forging.keep + forging.n_entries &&
	       ev_slice_equal(ev_slice_of(forging.good[n].data, forging.good[n].len),
			      ev_slice_of(entry_there(n)->data, entry_there(n)->len)))
		n++;
	return n;
}

/* What must come of it, whatever was forged. */
static void
hold_outcome(const struct run *run, enum evault_status rc, const struct told *before,
	     const struct told *after, bool opens)
{
	size_t theirs = forging.keep + forging.n_entries;
	bool other_past = common() < forging.n_good;
	bool taken = after->head.size > before->head.size;
	bool further = run->who == TWIN && !other_past && theirs > forging.n_good;

	must(rc == EVAULT_OK || !taken);
	must(opens || !taken);
	if (run->who == KNOWS && other_past) {
		must(rc != EVAULT_OK && !taken);
		must(!opens || (rc == EVAULT_E_DAMAGED &&
				strstr(run->err.text, "nothing was received") != NULL));
	} else if (further) {
		must(!taken && (!opens || rc == EVAULT_E_USAGE));
	} else {
		must((rc == EVAULT_OK) == opens);
	}
	if (run->who == TWIN && other_past && rc == EVAULT_OK)
		must(run->summary.forked == (theirs > common()));
	if (run->who == KNOWS && theirs == forging.n_good)
		must(!taken);
	if (rc == EVAULT_OK && !run->altered && !other_past && theirs == forging.n_good)
		must(run->summary.failed == 0 && (run->who != FRESH || taken));
}

static void
hold_unwritten(const struct folder *was)
{
	static struct folder is;
	size_t i;

	folder_load(&is, "v");
	must(is.n == was->n);
	for (i = 0; i < is.n; i++)
		must(
		    strcmp(is.files[i].path, was->files[i].path) == 0 &&
		    ev_slice_equal(ev_slice_of(is.files[i].bytes.data, is.files[i].bytes.len),
				   ev_slice_of(was->files[i].bytes.data, was->files[i].bytes.len)));
	folder_release(&is);
}

static void
try_it(struct run *run, bool dry)
{
	static struct told before, after, again;
	static struct folder theirs;
	enum evault_status rc;
	bool opens;

	folder_load(&theirs, "v");
	ask(run->who, NULL, &before);
	must(before.noticed == (run->who == PUT_BACK));
	if (dry) {
		(void)receive(run, true);
		ask(run->who, &before, &after);
		must(after.head.size == before.head.size);
	}
	rc = receive(run, false);
	hold_unwritten(&theirs);
	folder_release(&theirs);
	opens = theirs_opens();
	ask(run->who, &before, &after);
	hold_outcome(run, rc, &before, &after, opens);
	hold_sound(run->who, EVAULT_READ);
	hold_sound(run->who, EVAULT_SEALED);
	must(receive(run, false) == rc && run->summary.received == 0);
	ask(run->who, &after, &again);
	must(again.head.size == after.head.size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_cursor c = ev_cursor_of(data, size);
	struct run run = { .altered = false };
	uint8_t how = ev_cursor_u8(&c);

	if (small.v == NULL) {
		small_make(&small);
		forge_init(&forging, &small);
		make_receivers();
	}
	run.who = how % RECEIVERS;
	must(folder_store(&receivers[run.who], "mine"));
	make_theirs(&c, &run);
	try_it(&run, (how & DRY_RUN_FIRST) != 0);
	return 0;
}
