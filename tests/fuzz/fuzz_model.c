/*
 * A vault at work, beside a list in memory of what it must hold.  The input
 * says what is done, an operation after the other:
 *
 *	0 add: which file, case, tag           1 testify: which text, case, tag
 *	2 annotate: how many items, which, case, tag
 *	3 retract: how many, which, of items and of what was said of them
 *	4 get: how many, which                 5 list: by case, tag, retracted or not
 *	6 search: for which text               7 check
 *	8 tidy                                 9 share: how many, which; verify, and receive it
 *	10 keys: add, remove, rename, rotate   11 open it again; also without its index
 *
 * At each step the vault says what the list says; in the end it is sound.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each is all that a file or a statement says. */
static const char *const words[TEXTS] = { "aardvark",  "basilisk", "chimera",
					  "dromedary", "echidna",  "ferret" };
static const char *const cases[] = { "North", "South", "Üst-Kamengorsk", "" };
static const char *const tags[] = { "first", "second" };
static const char *const holders[KEYS] = { "Ann", "Ben", "Cem" };

static struct folder empty;     /* a vault with nothing in it … */
static struct folder receiving; /* … and another one */
static char recipient[EVAULT_RECIPIENT_SIZE];

static void
need(enum evault_status rc, const struct evault_error *err)
{
	if (rc != EVAULT_OK)
		fprintf(stderr, "model: %s\n", err->text);
	must(rc == EVAULT_OK);
}

/* ---- the vault --------------------------------------------------------------------- */

static void
open_again(struct model *m, bool without_index)
{
	struct evault_error err = { .text = "" };

	evault_close(m->v);
	m->v = NULL;
	if (without_index)
		(void)unlink(at("v/index.db"));
	need(small_open("v", EVAULT_WRITE, &m->v, &err), &err);
	m->again = false;
}

/* What the input chooses for a record. */
static struct evault_details
details(uint8_t case_, unsigned of_tags)
{
	struct evault_details said = { 0 };

	if (case_ != NONE)
		said.case_name = cases[case_];
	if (of_tags != 0) {
		said.tags = of_tags == 2 ? tags + 1 : tags;
		said.n_tags = of_tags == 3 ? 2 : 1;
	}
	return said;
}

static uint8_t
read_case(struct ev_cursor *c)
{
	uint8_t byte = ev_cursor_u8(c) % 5;

	return byte == 4 ? NONE : byte;
}

static size_t
read_items(const struct model *m, struct ev_cursor *c, uint64_t out[CHOSEN_MAX])
{
	size_t n = 1 + ev_cursor_u8(c) % CHOSEN_MAX, i, k;

	if (m->n_items == 0)
		return 0;
	for (i = k = 0; i < n; i++) {
		out[k] = m->items[ev_cursor_u8(c) % m->n_items].index;
		k += k == 0 || (out[k] != out[k - 1] && out[k] != out[0]);
	}
	return k;
}

static void
on_added(void *ctx, const struct evault_add_event *event)
{
	struct model *m = ctx;
	struct item *new = &m->items[m->n_items];
	const struct item *old = item_at(m, event->index);
	size_t i;

	if (event->what == EVAULT_ADD_ALREADY) {
		must(old != NULL && !old->statement && old->text == new->text &&
		     old->name == new->name);
		return;
	}
	must(event->what == EVAULT_ADD_KEPT && old == NULL);
	for (i = 0; i < m->n_items; i++)
		must(m->items[i].statement || m->items[i].text != new->text ||
		     m->items[i].name != new->name);
	new->index = event->index;
	m->n_items++;
}

static void
add(struct model *m, struct ev_cursor *c)
{
	struct item *new = &m->items[m->n_items];
	uint8_t which = ev_cursor_u8(c);
	struct evault_details said;
	struct evault_add how = { .n_paths = 1, .event = on_added, .ctx = m };
	struct evault_add_summary summary;
	struct evault_error err = { .text = "" };
	char path[40];
	const char *paths[1];

	*new = (struct item){ .text = which % TEXTS, .name = which / TEXTS % 2 };
	new->case_ = read_case(c);
	new->tags = ev_cursor_u8(c) % 4;
	if (new->case_ == NO_CASE_ANY_MORE)
		new->case_ = NONE;
	said = details(new->case_, new->tags);
	how.case_name = said.case_name;
	how.tags = said.tags;
	how.n_tags = said.n_tags;
	how.paths = paths;
	snprintf(path, sizeof(path), "src/%u-%u.txt", new->text, new->name);
	paths[0] = at(path);
	need(evault_add(m->v, &how, &summary, &err), &err);
	must(summary.kept + summary.already == 1);
}

static void
testify(struct model *m, struct ev_cursor *c)
{
	struct item *new = &m->items[m->n_items];
	struct evault_testified kept;
	struct evault_testify how = { 0 };
	struct evault_error err = { .text = "" };
	const struct item *old;

	*new = (struct item){ .statement = true, .text = ev_cursor_u8(c) % TEXTS };
	new->case_ = read_case(c);
	new->tags = ev_cursor_u8(c) % 4;
	if (new->case_ == NO_CASE_ANY_MORE)
		new->case_ = NONE;
	how.said = details(new->case_, new->tags);
	how.text = words[new->text];
	how.len = strlen(words[new->text]);
	need(evault_testify(m->v, &how, &kept, &err), &err);
	old = item_at(m, kept.index);
	must(kept.already == (old != NULL));
	must(old == NULL || (old->statement && old->text == new->text));
	new->index = kept.index;
	m->n_items += old == NULL;
}

static void
annotate(struct model *m, struct ev_cursor *c)
{
	struct said *new = &m->said[m->n_said];
	struct evault_annotate how = { .items = new->about };
	struct evault_corrected done;
	struct evault_error err = { .text = "" };

	memset(new, 0, sizeof(*new));
	new->n = how.n_items = read_items(m, c, new->about);
	new->case_ = read_case(c);
	new->tags = ev_cursor_u8(c) % 4;
	how.details = details(new->case_, new->tags);
	if (new->n == 0 || (new->case_ == NONE &&new->tags == 0))
		return;
	need(evault_annotate(m->v, &how, &done, &err), &err);
	must(done.items == new->n &&done.entries == 1);
	new->index = done.index;
	m->n_said++;
}

static void
retract(struct model *m, struct ev_cursor *c)
{
	struct said *new = &m->said[m->n_said];
	uint64_t asked[CHOSEN_MAX];
	struct evault_retract how = { .items = asked, .reason = "an error" };
	struct evault_corrected done;
	struct evault_error err = { .text = "" };
	enum evault_status rc;
	bool refused = false;
	size_t i, which;

	memset(new, 0, sizeof(*new));
	new->retracts = true;
	new->case_ = NONE;
	how.n_items = read_items(m, c, asked);
	for (i = 0; i < how.n_items; i++) {
		which = ev_cursor_u8(c);
		if (which < m->n_said)
			asked[i] = m->said[which].index;
		if (i > 0 && (asked[i] == asked[0] || asked[i] == asked[i - 1])) {
			how.n_items = i;
			break;
		}
		refused |= said_at(m, asked[i]) != NULL && takes_back(m, said_at(m, asked[i]));
		if (!is_retracted(m, asked[i]))
			new->about[new->n++] = asked[i];
	}
	if (how.n_items == 0)
		return;
	rc = evault_retract(m->v, &how, &done, &err);
	must(rc == (refused ? EVAULT_E_USAGE : EVAULT_OK));
	if (refused)
		return;
	must(done.items == new->n &&done.already == how.n_items - new->n);
	new->index = done.index;
	m->n_said += new->n > 0;
}

/* ---- what it says -------------------------------------------------------------------- */

static void
on_given(void *ctx, const struct evault_get_event *event)
{
	struct model *m = ctx;
	const struct item *item = item_at(m, event->item->index);
	struct ev_buf got = EV_BUF_INIT;
	char path[300];

	must(event->status == EVAULT_OK && item != NULL);
	snprintf(path, sizeof(path), "out/%s", event->path);
	read_file(path, &got);
	must(ev_slice_is(ev_slice_of(got.data, got.len), words[item->text]));
	ev_buf_release(&got);
}

static void
get(struct model *m, struct ev_cursor *c)
{
	uint64_t asked[CHOSEN_MAX];
	struct evault_get how = {
		.items = asked, .out = at("out"), .folder = true, .event = on_given, .ctx = m
	};
	struct evault_get_summary summary;
	struct evault_error err = { .text = "" };

	how.n_items = read_items(m, c, asked);
	if (how.n_items == 0)
		return;
	need(evault_get(m->v, &how, &summary, &err), &err);
	must(summary.given == how.n_items && summary.failed == 0 && summary.logged);
	folder_remove("out");
}

static enum evault_status
on_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct model *m = ctx;
	const struct item *known = item_at(m, item->index);
	const struct evault_field *f = evault_item_latest(item, "case");
	unsigned of_tags;
	uint8_t case_;

	(void)err;
	must(known != NULL && m->n_told < ITEMS_MAX);
	m->told[m->n_told++] = item->index;
	case_ = holds(m, known, &of_tags);
	must(item->retracted == is_retracted(m, item->index));
	if (case_ == NONE)
		must(f == NULL || f->len == 0);
	else
		must(f != NULL && strcmp(f->value, cases[case_]) == 0);
	return EVAULT_OK;
}

static void
list(struct model *m, uint8_t by_case, unsigned by_tag, enum evault_retracted retracted)
{
	struct evault_filter filter = { .retracted = retracted };
	struct evault_error err = { .text = "" };
	unsigned of_tags;
	uint8_t case_;
	struct evault_status_info info;
	bool gone;
	size_t i, n = 0;

	need(evault_get_status(m->v, &info, &err), &err);
	must(info.items == m->n_items && info.missing == 0);
	if (by_case < NO_CASE_ANY_MORE)
		filter.case_name = cases[by_case];
	if (by_tag > 0)
		filter.tag = tags[by_tag - 1];
	m->n_told = 0;
	need(evault_list(m->v, &filter, on_item, m, &err), &err);
	for (i = 0; i < m->n_items; i++) {
		case_ = holds(m, &m->items[i], &of_tags);
		gone = is_retracted(m, m->items[i].index);
		if ((filter.case_name != NULL && case_ != by_case) ||
		    (by_tag > 0 && (of_tags >> (by_tag - 1) & 1) == 0) ||
		    (gone && retracted == EVAULT_RETRACTED_OUT) ||
		    (!gone && retracted == EVAULT_RETRACTED_ONLY))
			continue;
		must(n < m->n_told && m->told[n] == m->items[i].index);
		n++;
	}
	must(n == m->n_told);
}

static enum evault_status
on_hit(void *ctx, const struct evault_hit *hit, struct evault_error *err)
{
	return on_item(ctx, hit->item, err);
}

static void
search(struct model *m, uint8_t text)
{
	struct evault_filter all = { .retracted = EVAULT_RETRACTED_TOO };
	struct evault_search how = { .terms = &words[text], .n_terms = 1, .filter = &all };
	struct evault_search_summary summary;
	struct evault_error err = { .text = "" };
	size_t i, n = 0;

	m->n_told = 0;
	need(evault_search(m->v, &how, on_hit, m, &summary, &err), &err);
	for (i = 0; i < m->n_items; i++)
		if (m->items[i].text == text)
			must(n < m->n_told && m->told[n++] == m->items[i].index);
	must(n == m->n_told && summary.unread == 0);
}

static void
must_be_sound(const char *dir)
{
	struct evault_check what = { .depth = EVAULT_CHECK_FULL };
	struct evault_check_summary s;
	struct evault_error err = { .text = "" };

	need(evault_check(at(dir), EVAULT_READ, &small_owner, &what, &s, &err), &err);
	must(s.sound && s.damage == 0 && s.interrupted == 0);
}

/* ---- the rest --------------------------------------------------------------------------- */

static void
tidy(struct model *m)
{
	struct evault_tidy how = { 0 };
	struct evault_tidy_summary s;
	struct evault_error err = { .text = "" };

	open_again(m, false); /* what it has written itself is not merged */
	need(evault_tidy(m->v, &how, &s, &err), &err);
	must(s.left == 0 && !s.cancelled);
	m->again = true;
}

static void
receive(size_t items)
{
	struct evault_verify bundle = { .path = at("b.age"), .unlock = &small_owner };
	struct evault_receive how = { 0 };
	struct evault_verify_summary verified;
	struct evault_receive_summary s;
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;

	must(folder_store(&receiving, "w"));
	folder_make("w/packs");
	need(small_open("w", EVAULT_WRITE, &v, &err), &err);
	need(evault_receive_bundle(v, &bundle, &how, &verified, &s, &err), &err);
	must(verified.verdict == EVAULT_VERDICT_SIGNER_UNKNOWN && verified.damage == 0);
	must(s.failed == 0 && s.items == items);
	evault_free(s.receipt);
	evault_close(v);
	must_be_sound("w");
}

static void
share(struct model *m, struct ev_cursor *c)
{
	uint64_t asked[CHOSEN_MAX];
	struct evault_share how = {
		.items = asked, .to = recipient, .out = at("b.age"), .override = "a test"
	};
	struct evault_verify verify = { .path = at("b.age"), .unlock = &small_owner };
	struct evault_share_summary shared;
	struct evault_verify_summary s;
	struct evault_error err = { .text = "" };

	how.n_items = read_items(m, c, asked);
	if (how.n_items == 0)
		return;
	need(evault_share(m->v, &how, &shared, &err), &err);
	must(shared.given == how.n_items && shared.refused == 0);
	need(evault_verify(&verify, &s, &err), &err);
	must(s.verdict == EVAULT_VERDICT_SIGNER_UNKNOWN && s.damage == 0 && s.good == s.items);
	must(s.items == shared.given + shared.corrections && s.files == shared.given);
	if (ev_cursor_u8(c) % 2)
		receive(how.n_items);
	unlink(at("b.age"));
}

static void
keys(struct model *m, struct ev_cursor *c)
{
	uint8_t how = ev_cursor_u8(c) % 4, who = ev_cursor_u8(c) % KEYS;
	struct evault_key_add new = { .name = holders[who],
				      .role = EVAULT_ROLE_CAPTURE,
				      .seal = { .to = recipient } };
	struct evault_key_changed changed;
	struct evault_error err = { .text = "" };
	enum evault_status rc, want = m->has_key[who] ? EVAULT_OK : EVAULT_E_NOT_FOUND;
	uint8_t other = (uint8_t)((who + 1) % KEYS);

	switch (how) {
	case 0:
		want = m->has_key[who] ? EVAULT_E_EXISTS : EVAULT_OK;
		rc = evault_key_add(m->v, &new, &changed, &err);
		m->has_key[who] = true;
		break;
	case 1:
		rc = evault_key_remove(m->v, holders[who], &changed, &err);
		m->has_key[who] = false;
		break;
	case 2:
		if (want == EVAULT_OK && m->has_key[other])
			want = EVAULT_E_EXISTS;
		rc = evault_key_rename(m->v, holders[who], holders[other], &changed, &err);
		if (want == EVAULT_OK) {
			m->has_key[who] = false;
			m->has_key[other] = true;
		}
		break;
	default:
		want = EVAULT_OK;
		rc = evault_key_rotate(m->v, &changed, &err);
	}
	must(rc == want);
	m->again = true;
}

static void
operate(struct model *m, struct ev_cursor *c)
{
	uint8_t what = ev_cursor_u8(c) % 12, by_case;
	unsigned by_tag;

	if (m->again)
		open_again(m, false);
	switch (what) {
	case 0:
		add(m, c);
		break;
	case 1:
		testify(m, c);
		break;
	case 2:
		annotate(m, c);
		break;
	case 3:
		retract(m, c);
		break;
	case 4:
		get(m, c);
		break;
	case 5:
		by_case = read_case(c);
		by_tag = ev_cursor_u8(c) % 3;
		list(m, by_case, by_tag, ev_cursor_u8(c) % 3);
		break;
	case 6:
		search(m, ev_cursor_u8(c) % TEXTS);
		break;
	case 7:
		must_be_sound("v");
		break;
	case 8:
		tidy(m);
		break;
	case 9:
		share(m, c);
		break;
	case 10:
		keys(m, c);
		break;
	default:
		open_again(m, ev_cursor_u8(c) % 2);
	}
}

static void
make_vault(const char *dir, struct folder *f)
{
	struct evault_init init = { .dir = at(dir), .name = "Owner", .to = recipient };
	char origin[EVAULT_ORIGIN_SIZE];
	struct evault_error err = { .text = "" };

	need(evault_init(&init, origin, &err), &err);
	folder_load(f, dir);
}

static void
make(void)
{
	static const struct timespec times[2] = { { .tv_sec = 1000000000 },
						  { .tv_sec = 1000000000 } };
	struct evault_error err = { .text = "" };
	char path[40];
	unsigned i;

	folder_start();
	need(evault_keygen(at("owner.key"), recipient, &err), &err);
	make_vault("good", &empty);
	make_vault("other", &receiving);
	folder_make("src");
	for (i = 0; i < 2 * TEXTS; i++) {
		snprintf(path, sizeof(path), "src/%u-%u.txt", i % TEXTS, i / TEXTS);
		must(write_file(path, ev_slice_text(words[i % TEXTS])));
		must(utimensat(AT_FDCWD, at(path), times, 0) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model m;
	struct ev_cursor c = ev_cursor_of(data, size);
	unsigned n = 0;

	if (empty.n == 0)
		make();
	memset(&m, 0, sizeof(m));
	must(folder_store(&empty, "v"));
	folder_make("v/packs");
	open_again(&m, false);
	while (c.left > 0 && !c.bad && n++ < OPERATIONS_MAX)
		operate(&m, &c);
	list(&m, NONE, 0, EVAULT_RETRACTED_TOO);
	evault_close(m.v);
	m.v = NULL;
	must_be_sound("v");
	return 0;
}
