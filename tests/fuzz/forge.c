/*
 * The input: a mode, who signs for the packs, and then as often as there is room:
 *
 *	0 an original: length (2), bytes
 *	1 a record: who signs, action, what is filled in, of which original, about which record;
 *	  number of fields, for each: name, length, value
 *	2 a record as it stands: who signs, length (2), text
 *	3 an entry: who signs, length (2), lines
 *	4 a member: kind, of which original, part (2), length (2), body
 *	5 a change of the pack: in what, where (2), length, bytes over it
 *	6 the pack is finished
 *
 * In texts, bytes below 9 stand for what has to be known: see put_known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/record.h"
#include "insider.h"

enum {
	FILL_TIME = 1,
	FILL_NAME = 2,
	FILL_ORIGINAL = 4, /* size and sha256 */
	FILL_ABOUT = 8,
	WITHHOLDS = 16,
	SIGNED_BY_LOG = 128, /* of who signs: the log's key, too */
};

static const char *const actions[] = { "add",   "testify", "annotate", "retract", "get",
				       "share", "contact", "key",      "receive", "receipt",
				       "adopt", "tidy",    "other" };
static const char *const names[] = {
	"action",     "time",    "offset",   "clock",       "actor",       "software",  "name",
	"folder",     "size",    "sha256",   "media-type",  "begun",       "modified",  "case",
	"title",      "tag",     "witness",  "interviewer", "language",    "place",     "consent",
	"field",      "about",   "reason",   "pack",        "packs",       "bytes",     "change",
	"holder",     "was",     "role",     "key",         "from",        "tree",      "source",
	"contact",    "card",    "audience", "to",          "tagmanifest", "withheld",  "files",
	"overridden", "receipt", "result",   "from-about",  "from-source", "from-time", "x-unknown",
};

/* ---- what is known ---------------------------------------------------------- */

static void
learn(struct known_hash *list, size_t *n, const struct ev_hash *hash, uint64_t number)
{
	if (*n < KNOWN_MAX)
		list[(*n)++] = (struct known_hash){ *hash, number };
}

static void
learn_entry(struct forging *f, const struct ev_buf *entry)
{
	struct ev_entry parsed;
	struct ev_hash leaf;
	struct ev_line line;
	struct ev_cursor lines;

	if (ev_entry_parse(ev_slice_of(entry->data, entry->len), &parsed, NULL) == EVAULT_OK) {
		lines = ev_cursor_of(parsed.lines.data, parsed.lines.len);
		if (parsed.is_record)
			learn(f->records, &f->n_records, &parsed.record, f->tree.size);
		while (!parsed.is_record && ev_entry_next(&lines, &line))
			if (line.kind == EV_LINE_PACK)
				learn(f->packs, &f->n_packs, &line.hash, line.number);
	}
	ev_merkle_leaf(entry->data, entry->len, &leaf);
	ev_merkle_append(&f->tree, &leaf);
}

static void
make_signer(struct signer *s)
{
	uint8_t key[32];

	ev_signing_seed_make(&s->seed);
	ev_signing_seed_public(&s->seed, key);
	ev_actor_verifier(key, &s->key);
}

void
forge_init(struct forging *f, const struct small *s)
{
	uint64_t size = ev_log_head(s->v->log)->size;
	struct ev_hash hash;
	uint8_t key[32];
	size_t i;

	f->small = s;
	make_signer(&f->stranger);
	make_signer(&f->next_log);
	ev_signing_seed_public(&f->next_log.seed, key);
	ev_verifier_init(&f->next_log.key, s->origin, key);
	ev_merkle_init(&f->tree);
	must(size <= KNOWN_MAX);
	for (f->n_good = 0; f->n_good < size; f->n_good++) {
		must(ev_log_entry(s->v->log, f->n_good, &f->good[f->n_good], NULL, NULL) ==
		     EVAULT_OK);
		learn_entry(f, &f->good[f->n_good]);
	}
	for (i = 0; i < SMALL_ITEMS; i++) {
		ev_hash_of(small_body(i).data, small_body(i).len, &hash);
		learn(f->originals, &f->n_originals, &hash, small_body(i).len);
	}
	f->keep = f->n_good;
	f->n_good_records = f->n_records;
	f->n_good_originals = f->n_originals;
	f->n_good_packs = f->n_packs;
}

static const struct signer *
signer(const struct forging *f, unsigned who)
{
	const struct signer *const all[] = { &f->small->owner, &f->small->field, &f->small->former,
					     &f->stranger };

	return all[who % 4];
}

static void
put_hash(struct ev_buf *out, const struct known_hash *list, size_t n, uint8_t which)
{
	char hex[EVAULT_HEX_SIZE];

	if (n == 0)
		return;
	ev_hash_hex(&list[which % n].hash, hex);
	ev_buf_puts(out, hex);
}

static void
put_known(const struct forging *f, uint8_t what, uint8_t which, struct ev_buf *out)
{
	char vkey[EV_NOTE_VKEY_SIZE];
	const struct ev_verifier *key = &signer(f, which)->key;

	switch (what) {
	case 1:
		put_hash(out, f->records, f->n_records, which);
		break;
	case 2:
		put_hash(out, f->originals, f->n_originals, which);
		break;
	case 3:
		put_hash(out, f->packs, f->n_packs, which);
		break;
	case 4: /* an entry, as `about` has it */
		ev_buf_printf(out, "%llu ",
			      (unsigned long long)f->records[which % f->n_records].number);
		put_hash(out, f->records, f->n_records, which);
		break;
	case 5:
		ev_buf_puts(out, f->small->origin);
		break;
	case 6:
		ev_buf_puts(out, key->name + strlen("evault/actor/"));
		break;
	case 7:
		ev_verifier_text(key, vkey);
		ev_buf_puts(out, vkey);
		break;
	default:
		ev_verifier_text(which % 2 ? &f->next_log.key : &f->small->v->authority.log_key,
				 vkey);
		ev_buf_puts(out, vkey);
	}
}

/* The text that the bytes stand for. */
static void
read_text(const struct forging *f, struct ev_slice bytes, struct ev_buf *out)
{
	struct ev_cursor c = ev_cursor_of(bytes.data, bytes.len);
	uint8_t byte;

	while (c.left > 0) {
		byte = ev_cursor_u8(&c);
		if (byte > 0 && byte < 9)
			put_known(f, byte, ev_cursor_u8(&c), out);
		else
			ev_buf_add(out, &byte, 1);
	}
}

static struct ev_slice
slice(const struct ev_buf *b)
{
	return ev_slice_of(b->data, b->len);
}

/* ---- entries ------------------------------------------------------------------- */

/* Nothing comes of lines that no note can have. */
static void
put_entry(struct forging *f, uint8_t who, struct ev_slice lines)
{
	const struct signer *by = signer(f, who);
	struct ev_buf text = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_hash root;
	bool good;

	ev_merkle_root(&f->tree, &root);
	ev_entry_head(&text, f->small->origin, f->tree.size, &root);
	ev_buf_add(&text, lines.data, lines.len);
	ev_note_begin(&note, slice(&text));
	good = f->n_entries < FORGED_MAX &&
	       ev_note_sign(&note, slice(&text), &by->key, &by->seed, NULL) == EVAULT_OK;
	if (good && who >= SIGNED_BY_LOG)
		good = ev_note_sign(&note, slice(&text), &f->small->v->authority.log_key,
				    &f->small->v->keys->write->log, NULL) == EVAULT_OK;
	if (good) {
		f->entries[f->n_entries] = note;
		note = (struct ev_buf)EV_BUF_INIT;
		learn_entry(f, &f->entries[f->n_entries++]);
	}
	ev_buf_release(&text);
	ev_buf_release(&note);
}

/* ---- packs --------------------------------------------------------------------- */

static void
put_member(struct forging *f, const struct ev_member *m, struct ev_slice body)
{
	struct ev_member at = *m;
	char name[EV_MEMBER_NAME_SIZE];
	uint8_t header[EV_TAR_BLOCK];

	ev_member_name(m, name);
	must(ev_tar_header(header, ev_slice_text(name), body.len));
	at.offset = f->tar.len;
	at.size = body.len;
	ev_member_table_add(&f->table, &at);
	ev_buf_add(&f->tar, header, sizeof(header));
	ev_buf_add(&f->tar, body.data, body.len);
	ev_buf_fill(&f->tar, 0, ev_tar_padding(body.len));
}

static void
put_original(struct forging *f, struct ev_slice bytes)
{
	struct ev_member m = { .kind = EV_MEMBER_OBJECT };

	ev_hash_of(bytes.data, bytes.len, &m.id);
	learn(f->originals, &f->n_originals, &m.id, bytes.len);
	put_member(f, &m, bytes);
}

static void
change(const struct forging *f, uint8_t where, struct ev_buf *b)
{
	const struct forged_change *c;
	size_t i;

	for (i = 0; i < f->n_changes; i++) {
		c = &f->changes[i];
		if (c->where % 6 == where && c->bytes.len > 0 && c->bytes.len <= b->len)
			memcpy(b->data + c->at % (b->len - c->bytes.len + 1), c->bytes.data,
			       c->bytes.len);
	}
}

static void
put_frame(struct ev_buf *frames, struct ev_frame_seek *seek, const struct ev_buf *frame,
	  size_t plain)
{
	ev_buf_add(frames, frame->data, frame->len);
	*seek = (struct ev_frame_seek){ (uint32_t)frame->len, (uint32_t)plain };
}

/* Table, padding and seek table, after the one frame of data. */
static void
put_tail(struct forging *f, struct ev_buf *frames, struct ev_frame_seek seek[3])
{
	struct ev_buf skip = EV_BUF_INIT, zeros = EV_BUF_INIT, table = EV_BUF_INIT;
	uint64_t size;

	ev_frame_skippable(&skip, EV_FRAME_MAGIC_MEMBERS, slice(&f->table));
	change(f, 2, &skip);
	put_frame(frames, &seek[1], &skip, 0);
	size = frames->len + EV_FRAME_SKIP_HEADER + ev_frame_seek_size(3);
	ev_buf_fill(&zeros, 0, (size_t)(ev_frame_padded(size) - size));
	ev_buf_clear(&skip);
	ev_frame_skippable(&skip, EV_FRAME_MAGIC_PADDING, slice(&zeros));
	change(f, 3, &skip);
	put_frame(frames, &seek[2], &skip, 0);
	ev_frame_seek_encode(&table, seek, 3);
	change(f, 4, &table);
	ev_buf_add(frames, table.data, table.len);
	ev_buf_release(&skip);
	ev_buf_release(&zeros);
	ev_buf_release(&table);
}

static void
store_pack(struct forging *f, struct ev_slice sealed)
{
	char path[EV_PACK_PATH_SIZE], hex[EVAULT_HEX_SIZE];
	struct folder_file *file;
	struct ev_hash name;

	ev_hash_of(sealed.data, sealed.len, &name);
	ev_pack_path(&name, path);
	file = folder_put(f->files, path);
	if (file == NULL)
		return;
	ev_buf_add(&file->bytes, sealed.data, sealed.len);
	ev_hash_hex(&name, hex);
	ev_buf_printf(&f->pack_lines, "pack %s %zu\n", hex, sealed.len);
	learn(f->packs, &f->n_packs, &name, sealed.len);
}

static void
finish_pack(struct forging *f)
{
	struct ev_frame_encoder *e = ev_frame_encoder_new();
	struct ev_age_recipient recipient;
	struct ev_age_to to = { .recipients = &recipient, .n_recipients = 1 };
	struct ev_buf frames = EV_BUF_INIT, frame = EV_BUF_INIT, sealed = EV_BUF_INIT;
	struct ev_frame_seek seek[3];
	const struct ev_keyring *k = f->small->v->keys;

	if (f->tar.len > 0) {
		ev_buf_fill(&f->tar, 0, EV_TAR_END);
		change(f, 0, &f->tar);
		must(f->tar.len <= EV_FRAME_MAX &&
		     ev_frame_encode(e, f->tar.data, f->tar.len, &frame, NULL) == EVAULT_OK);
		change(f, 1, &frame);
		put_frame(&frames, &seek[0], &frame, f->tar.len);
		put_tail(f, &frames, seek);
		ev_age_identity_recipient(&k->reads[0], &recipient);
		must(ev_age_seal(&to, slice(&frames), &sealed, NULL) == EVAULT_OK);
		change(f, 5, &sealed);
		store_pack(f, slice(&sealed));
	}
	ev_frame_encoder_free(e);
	ev_buf_release(&frames);
	ev_buf_release(&frame);
	ev_buf_release(&sealed);
	ev_buf_clear(&f->tar);
	ev_buf_clear(&f->table);
	f->n_changes = 0;
}

/* ---- records --------------------------------------------------------------------- */

/* Keeps it, and says so in the log; also what is no record. */
static void
keep_record(struct forging *f, uint8_t who, struct ev_slice text)
{
	struct ev_member m = { .kind = EV_MEMBER_RECORD };
	char hex[EVAULT_HEX_SIZE], line[EVAULT_HEX_SIZE + 10];

	if (ev_record_digest(text, &m.id, NULL) != EVAULT_OK)
		ev_hash_of(text.data, text.len, &m.id);
	put_member(f, &m, text);
	ev_hash_hex(&m.id, hex);
	snprintf(line, sizeof(line), "record %s\n", hex);
	put_entry(f, who, ev_slice_text(line));
}

static void
add_text(struct ev_record *r, const char *name, struct ev_buf *value)
{
	(void)ev_record_add(r, name, slice(value), NULL);
	ev_buf_clear(value);
}

static void
fill_in(const struct forging *f, struct ev_record *r, uint8_t fill, uint8_t original, uint8_t about)
{
	const struct known_hash *o = &f->originals[original % f->n_originals];
	struct ev_buf value = EV_BUF_INIT;

	if (fill & FILL_TIME)
		(void)ev_record_add_text(r, "time", "2026-11-22T09:15:09Z", NULL);
	if (fill & FILL_NAME)
		(void)ev_record_add_text(r, "name", "IMG_0412.jpg", NULL);
	if (fill & FILL_ORIGINAL) {
		put_hash(&value, o, 1, 0);
		add_text(r, "sha256", &value);
		ev_buf_printf(&value, "%llu", (unsigned long long)o->number);
		add_text(r, "size", &value);
	}
	if (fill & FILL_ABOUT) {
		put_known(f, 4, about, &value);
		add_text(r, "about", &value);
	}
	ev_buf_release(&value);
}

static void
put_record(struct forging *f, struct ev_cursor *c)
{
	uint8_t who = ev_cursor_u8(c), action = ev_cursor_u8(c), fill = ev_cursor_u8(c);
	uint8_t original = ev_cursor_u8(c), about = ev_cursor_u8(c), n = ev_cursor_u8(c) % 12;
	const char *hidden[12];
	struct ev_buf value = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_record r;
	size_t i;

	ev_record_init(&r);
	if (action < 200)
		(void)ev_record_add_text(
		    &r, "action", actions[action % (sizeof(actions) / sizeof(actions[0]))], NULL);
	fill_in(f, &r, fill, original, about);
	for (i = 0; i < n; i++) {
		hidden[i] = names[ev_cursor_u8(c) % (sizeof(names) / sizeof(names[0]))];
		read_text(f, ev_cursor_take(c, ev_cursor_u8(c)), &value);
		add_text(&r, hidden[i], &value);
	}
	if (!(fill & WITHHOLDS) ||
	    ev_record_withhold(slice(&r.text), hidden, n, &text, NULL) != EVAULT_OK)
		ev_buf_add(&text, r.text.data, r.text.len);
	keep_record(f, who, slice(&text));
	ev_record_release(&r);
	ev_buf_release(&value);
	ev_buf_release(&text);
}

/* ---- the input ---------------------------------------------------------------------- */

static void
put_raw(struct forging *f, struct ev_cursor *c)
{
	struct ev_member m = { .kind = ev_cursor_u8(c) % 4 };
	struct ev_buf body = EV_BUF_INIT;

	m.id = f->originals[ev_cursor_u8(c) % f->n_originals].hash;
	m.part = ev_cursor_be16(c);
	if (m.kind == EV_MEMBER_PART) {
		memset(m.id.b + 16, 0, sizeof(m.id.b) - 16);
		m.part += m.part == 0;
	} else {
		m.part = 0;
	}
	read_text(f, ev_cursor_take(c, ev_cursor_be16(c)), &body);
	put_member(f, &m, slice(&body));
	ev_buf_release(&body);
}

static void
step(struct forging *f, struct ev_cursor *c)
{
	struct ev_buf text = EV_BUF_INIT;
	struct forged_change *change;
	uint8_t who, how = ev_cursor_u8(c) % 7;

	switch (how) {
	case 0:
		put_original(f, ev_cursor_take(c, ev_cursor_be16(c)));
		break;
	case 1:
		put_record(f, c);
		break;
	case 2:
	case 3:
		who = ev_cursor_u8(c);
		read_text(f, ev_cursor_take(c, ev_cursor_be16(c)), &text);
		if (how == 2)
			keep_record(f, who, slice(&text));
		else
			put_entry(f, who, slice(&text));
		break;
	case 4:
		put_raw(f, c);
		break;
	case 5:
		change = &f->changes[f->n_changes < FORGED_MAX ? f->n_changes++ : 0];
		change->where = ev_cursor_u8(c);
		change->at = ev_cursor_be16(c);
		change->bytes = ev_cursor_take(c, ev_cursor_u8(c));
		break;
	default:
		finish_pack(f);
	}
	ev_buf_release(&text);
}

/* The entries of both, as tiles and bundles, under a new head. */
static void
store_log(const struct forging *f)
{
	const struct ev_verifier *key = &f->small->v->authority.log_key;
	const struct ev_signing_seed *seed = &f->small->v->keys->write->log;
	struct ev_log *log = NULL;
	size_t i;
	int dir;

	if (f->mode & NEW_LOG_KEY) {
		key = &f->next_log.key;
		seed = &f->next_log.seed;
	}
	folder_remove("v/log");
	folder_make("v/log");
	must(ev_os_open_folder(EV_OS_CWD, at("v"), &dir, NULL) == EVAULT_OK);
	must(ev_log_new(dir, f->small->origin, &log, NULL) == EVAULT_OK);
	for (i = 0; i < f->keep; i++)
		must(ev_log_stage(log, slice(&f->good[i]), NULL) == EVAULT_OK);
	for (i = 0; i < f->n_entries; i++)
		must(ev_log_stage(log, slice(&f->entries[i]), NULL) == EVAULT_OK);
	must(ev_log_commit(log, key, seed, NULL) == EVAULT_OK);
	ev_log_free(log);
	ev_os_close_read(dir);
}

static void
begin(struct forging *f)
{
	struct ev_hash leaf;
	size_t i;

	for (i = 0; i < f->n_entries; i++)
		ev_buf_release(&f->entries[i]);
	f->n_entries = f->n_changes = 0;
	ev_merkle_init(&f->tree);
	for (i = 0; i < f->keep; i++) {
		ev_merkle_leaf(f->good[i].data, f->good[i].len, &leaf);
		ev_merkle_append(&f->tree, &leaf);
	}
	f->n_records = f->n_good_records;
	f->n_originals = f->n_good_originals;
	f->n_packs = f->n_good_packs;
	ev_buf_clear(&f->tar);
	ev_buf_clear(&f->table);
	ev_buf_clear(&f->pack_lines);
}

void
forge(struct forging *f, struct folder *files, struct ev_cursor *c)
{
	uint8_t who;

	begin(f);
	f->files = files;
	f->mode = ev_cursor_u8(c);
	who = ev_cursor_u8(c);
	while (c->left > 0 && !c->bad && f->n_entries + 1 < FORGED_MAX &&
	       f->tar.len < EV_FRAME_MAX / 2)
		step(f, c);
	finish_pack(f);
	if (f->pack_lines.len > 0)
		put_entry(f, who, slice(&f->pack_lines));
	must(folder_store(files, "v"));
	store_log(f);
}
