#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "format/short.h"
#include "store/keyring_change.h"

enum {
	CHECKPOINT_MAX = 65536, /* bytes of a checkpoint given to compare with */
	HELD_MAX = 4096,        /* findings about the log that are told one by one */
	LOG_TRIES = 6,
	DETAIL_SIZE = 800, /* of a sentence, and a name */
};

const char *
evault_finding_word(enum evault_finding_kind kind)
{
	switch (kind) {
	case EVAULT_FINDING_MISSING:
		return "missing";
	case EVAULT_FINDING_ALTERED:
		return "altered";
	case EVAULT_FINDING_UNKNOWN:
		return "unknown";
	case EVAULT_FINDING_FORGED:
		return "forged";
	case EVAULT_FINDING_HISTORY:
		return "history";
	case EVAULT_FINDING_INTERRUPTED:
		return "interrupted";
	case EVAULT_FINDING_UNREADABLE:
		return "unreadable";
	}
	return "unknown";
}

/* An actor's key says nothing to people: the name that the roster has for it goes beside it. */
static const char *
with_name(const struct ev_checking *c, const char *detail, char out[DETAIL_SIZE])
{
	static const char prefix[] = "evault/actor/";
	const char *at = strstr(detail, prefix), *name = NULL;
	char shown[EV_SHOW_SIZE];
	struct ev_hash actor;

	if (at != NULL && strlen(at) >= strlen(prefix) + 64 &&
	    ev_hash_parse(ev_slice_of(at + strlen(prefix), 64), &actor))
		name = ev_vault_holder(c->v, &actor);
	if (name == NULL || name[0] == '\0')
		return detail;
	snprintf(out, DETAIL_SIZE, _("%s; this is the key of %s"), detail,
		 ev_show_path(name, shown));
	return out;
}

static enum evault_status
report(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path,
       const char *detail, struct evault_error *err)
{
	struct ev_checking *c = ctx;
	struct evault_finding f = { .kind = kind, .path = path };
	char text[DETAIL_SIZE];

	(void)err;
	f.detail = with_name(c, detail, text);
	if (index != EV_NO_ITEM) {
		f.has_item = true;
		f.item = index;
		ev_vault_cite_item(c->v, index, f.citation);
	}
	c->summary->interrupted += kind == EVAULT_FINDING_INTERRUPTED;
	c->summary->unreadable += kind == EVAULT_FINDING_UNREADABLE;
	c->summary->damage +=
	    kind != EVAULT_FINDING_INTERRUPTED && kind != EVAULT_FINDING_UNREADABLE;
	if (c->what->finding != NULL)
		c->what->finding(c->what->ctx, &f);
	return EVAULT_OK;
}

enum evault_status
ev_check_failure(struct ev_checking *c, enum evault_status status, const struct evault_error *why,
		 uint64_t index, const char *path, struct evault_error *err)
{
	size_t len = strlen(path);
	const char *text = why->text;

	/* The path is told beside the sentence. */
	if (len > 0 && strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
		text += len + 2;
	switch (status) {
	case EVAULT_OK:
		return EVAULT_OK;
	case EVAULT_E_NOT_FOUND:
		return ev_find(&c->findings, err, EVAULT_FINDING_MISSING, index, path, "%s", text);
	case EVAULT_E_IO:
		return ev_find(&c->findings, err, EVAULT_FINDING_UNREADABLE, index, path, "%s",
			       text);
	case EVAULT_E_DAMAGED:
	case EVAULT_E_FORMAT:
	case EVAULT_E_LIMIT:
	case EVAULT_E_KEY:
	case EVAULT_E_VERSION:
		return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, index, path, "%s", text);
	default:
		return ev_fail(err, status, "%s", why->text);
	}
}

enum evault_finding_kind
ev_check_doubt(const struct ev_checking *c, enum evault_finding_kind kind)
{
	bool unread = c->v->unread || c->summary->unreadable > 0;
	size_t i;

	for (i = 0; i < c->held.n; i++)
		unread = unread || c->held.list[i].kind == EVAULT_FINDING_UNREADABLE;
	return unread ? EVAULT_FINDING_UNREADABLE : kind;
}

enum evault_status
ev_check_tick(void *ctx, uint64_t bytes, struct evault_error *err)
{
	struct ev_checking *c = ctx;

	c->summary->bytes_read += bytes;
	c->progress.bytes_done += bytes;
	if (c->what->progress != NULL && c->what->progress(c->what->ctx, &c->progress))
		return ev_fail(err, EVAULT_E_CANCELLED, "the check was interrupted");
	return EVAULT_OK;
}

/* ---- the log, and a checkpoint from before -------------------------------------- */

static enum evault_status
hold(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path, const char *detail,
     struct evault_error *err)
{
	struct ev_held *h = ctx;
	size_t cap = h->cap == 0 ? 16 : h->cap * 2;
	void *grown;

	if (h->n == HELD_MAX) {
		h->more += kind != EVAULT_FINDING_INTERRUPTED;
		return EVAULT_OK;
	}
	if (h->n == h->cap) {
		grown = realloc(h->list, cap * sizeof(*h->list));
		if (grown == NULL)
			return ev_fail_nomem(err);
		h->list = grown;
		h->cap = cap;
	}
	h->list[h->n].kind = kind;
	h->list[h->n].index = index;
	memcpy(h->list[h->n].path, path, strnlen(path, 79) + 1);
	h->list[h->n].path[79] = '\0';
	memcpy(h->list[h->n].detail, detail, strnlen(detail, 399));
	h->list[h->n++].detail[strnlen(detail, 399)] = '\0';
	return EVAULT_OK;
}

static enum evault_status
tell_held(struct ev_checking *c, struct evault_error *err)
{
	const struct ev_held *h = &c->held;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < h->n && rc == EVAULT_OK; i++)
		rc = report(c, h->list[i].kind, h->list[i].index, h->list[i].path,
			    h->list[i].detail, err);
	if (rc == EVAULT_OK && h->more > 0)
		rc = ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, "log",
			     "%llu further findings of this kind", (unsigned long long)h->more);
	c->held.n = 0;
	c->held.more = 0;
	return rc;
}

static bool
held_damage(const struct ev_held *h)
{
	size_t i;

	for (i = 0; i < h->n && h->list[i].kind == EVAULT_FINDING_INTERRUPTED; i++)
		;
	return i < h->n || h->more > 0;
}

/* A checkpoint from before. */
struct past {
	struct ev_buf bytes;
	struct ev_log_past log;
	bool usable;   /* of this vault */
	bool is_short; /* not signed: who gives it knows where it is from */
};

/* One of another vault is a finding, as below. */
static enum evault_status
take_short(struct ev_checking *c, struct past *past, struct evault_error *err)
{
	struct ev_short s;
	enum evault_status rc = ev_short_parse(ev_slice_text(c->what->against_short), &s, err);

	if (rc != EVAULT_OK)
		return rc;
	if (memcmp(s.vault, c->v->note.origin + strlen("evault/"), 6) != 0)
		return ev_find(&c->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
			       "the checkpoint given is of a vault whose name begins with %s, and "
			       "this vault is %s",
			       s.vault, c->v->note.origin);
	if (!ev_short_fits(&s, c->v->note.origin))
		return ev_fail(
		    err, EVAULT_E_FORMAT,
		    "the number of entries in the short checkpoint is mistyped, or it is "
		    "of another vault whose name begins like this one's");
	past->usable = past->is_short = true;
	past->log.size = s.size;
	past->log.root = s.root;
	past->log.agrees = past->log.reached = s.size == 0;
	return EVAULT_OK;
}

/*
 * Reads the checkpoint that was given.  One of another log is a finding,
 * since that is what a vault put in another one's place looks like.
 */
static enum evault_status
load_past(struct ev_checking *c, struct past *past, struct evault_error *err)
{
	struct ev_checkpoint cp;
	struct ev_note note;
	char shown[EV_SHOW_SIZE];
	enum evault_status rc;

	ev_show_path(c->what->against, shown);
	rc = ev_os_load_user(c->what->against, CHECKPOINT_MAX, &past->bytes, err);
	if (rc != EVAULT_OK)
		return rc;
	if (ev_note_parse(ev_slice_of(past->bytes.data, past->bytes.len), &note, NULL) !=
		EVAULT_OK ||
	    ev_checkpoint_parse(note.text, &cp, NULL) != EVAULT_OK ||
	    !ev_origin_valid(ev_slice_text(cp.origin)))
		return ev_fail(err, EVAULT_E_FORMAT, "%s: is no checkpoint", shown);
	if (strcmp(cp.origin, c->v->note.origin) != 0)
		return ev_find(&c->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
			       "the checkpoint given is of %s, and this vault is %s", cp.origin,
			       c->v->note.origin);
	past->usable = true;
	past->log.size = cp.size;
	past->log.root = cp.root;
	past->log.agrees = past->log.reached = cp.size == 0;
	return EVAULT_OK;
}

/* Is it signed by the key that the log had at that size, as far as it goes? */
static bool
past_is_signed(const struct ev_checking *c, const struct past *past)
{
	const struct ev_verifier *key = ev_authority_log_key(&c->v->authority, past->log.size);
	struct ev_checkpoint cp;

	return ev_checkpoint_open(ev_slice_of(past->bytes.data, past->bytes.len), key, true, &cp,
				  NULL) == EVAULT_OK;
}

static enum evault_status
judge_past(struct ev_checking *c, const struct past *past, struct evault_error *err)
{
	unsigned long long size = past->log.size;
	char shown[EV_SHOW_SIZE];
	bool is_signed = past->is_short || past_is_signed(c, past);
	bool otherwise =
	    !is_signed && ev_authority_log_signed(&c->v->authority,
						  ev_slice_of(past->bytes.data, past->bytes.len));

	if (!is_signed && !otherwise && past->log.reached)
		return ev_fail(err, EVAULT_E_FORMAT, "%s: is not signed by this vault's log",
			       ev_show_path(c->what->against, shown));
	c->summary->against_checked = true;
	if (otherwise)
		return ev_find(&c->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
			       "the checkpoint given counts %llu entries, and is signed by a key "
			       "that the log here had at another time: the past was rewritten, or "
			       "it is by somebody who kept a key that was replaced",
			       size);
	if (!is_signed)
		return ev_find(&c->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
			       "the checkpoint given counts %llu entries, more than the log has, "
			       "and is signed by a key that the log does not name: the log was cut "
			       "back to before a change of its keys, or the checkpoint is no true "
			       "one",
			       size);
	if (!past->log.reached)
		return ev_find(&c->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
			       "the log is shorter than when the checkpoint was given: it had %llu "
			       "entries",
			       size);
	if (!past->log.agrees)
		return ev_find(&c->findings, err, EVAULT_FINDING_HISTORY, EV_NO_ITEM, "",
			       "the first %llu entries are not those that the checkpoint vouches "
			       "for: the past was rewritten",
			       size);
	return EVAULT_OK;
}

/*
 * *readable: the log has a head, and the rest can be compared with it.  What
 * is found in the log is held until it can be said with names.
 */
static enum evault_status
check_log(struct ev_checking *c, bool *readable, struct evault_error *err)
{
	struct ev_findings findings = { hold, &c->held };
	struct past past = { .bytes = EV_BUF_INIT };
	struct evault_error why = { 0 };
	int tries = 0;
	enum evault_status rc = EVAULT_OK;

	*readable = false;
	if (c->what->against != NULL)
		rc = load_past(c, &past, err);
	else if (c->what->against_short != NULL)
		rc = take_short(c, &past, err);
	if (rc != EVAULT_OK)
		goto out;
	do {
		c->held.n = 0;
		c->held.more = 0;
		rc = ev_vault_load_log(c->v, &findings, &past.log, past.usable ? 1 : 0, &why);
	} while (rc == EVAULT_OK && c->held.n > 0 && ev_vault_moved(c->v) && ++tries < LOG_TRIES);
	*readable = rc == EVAULT_OK;
	if (rc == EVAULT_E_DAMAGED)
		rc = EVAULT_OK;
	else if (rc != EVAULT_OK && err != NULL)
		*err = why;
	if (rc == EVAULT_OK && past.usable && *readable)
		rc = judge_past(c, &past, err);
	c->log_sound = c->summary->damage + c->summary->unreadable == 0 && !held_damage(&c->held);
	c->summary->log_checked = *readable;
	c->summary->entries = *readable ? ev_log_head(c->v->log)->size : 0;
out:
	ev_buf_release(&past.bytes);
	return rc;
}

/* ---- the steps ---------------------------------------------------------------------- */

/* The vault note may be what was altered: then nothing else can be judged. */
static enum evault_status
check_note(struct ev_checking *c, bool *readable, struct evault_error *err)
{
	struct evault_error why = { 0 };
	struct ev_os_stat st;
	bool log_there = ev_os_stat(c->v->dir, "log/checkpoint", &st, NULL) == EVAULT_OK;
	enum evault_status rc = ev_vault_load_note(c->v, &why);
	bool there = ev_os_stat(c->v->dir, "vault", &st, NULL) == EVAULT_OK;

	*readable = rc == EVAULT_OK;
	if (rc == EVAULT_OK)
		return rc;
	if (log_there && (rc == EVAULT_E_NOT_VAULT || (there && st.kind != EV_OS_FILE)))
		return ev_find(&c->findings, err,
			       there ? EVAULT_FINDING_ALTERED : EVAULT_FINDING_MISSING, EV_NO_ITEM,
			       "vault", "the vault note: %s", why.text);
	if (rc == EVAULT_E_DAMAGED)
		return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, "vault",
			       "the vault note: %s", why.text);
	if (err != NULL)
		*err = why;
	return rc;
}

/* Opens the keys that are given.  Where damage keeps them shut, that is a finding. */
static enum evault_status
unlock(struct ev_checking *c, const struct evault_unlock *how, bool *unlocked,
       struct evault_error *err)
{
	struct evault_error why = { 0 };
	enum evault_status rc;

	*unlocked = false;
	if (c->v->access == EVAULT_SEALED)
		return EVAULT_OK;
	rc = ev_vault_unlock(c->v, how, &why);
	*unlocked = rc == EVAULT_OK && evault_reads(c->v);
	c->summary->adds_only = rc == EVAULT_OK && !evault_reads(c->v);
	if (c->summary->adds_only && c->what->adopt)
		return ev_vault_need_reading(c->v, err);
	/* A damaged log may be why there is no slot that the key opens. */
	if (rc == EVAULT_E_DAMAGED || (rc == EVAULT_E_KEY && !c->log_sound))
		return ev_find(&c->findings, err,
			       rc == EVAULT_E_DAMAGED ? EVAULT_FINDING_ALTERED
						      : ev_check_doubt(c, EVAULT_FINDING_ALTERED),
			       EV_NO_ITEM, "", "the vault cannot be unlocked: %s", why.text);
	if (rc != EVAULT_OK && err != NULL)
		*err = why;
	return rc;
}

/* Keys are sealed anew for those whom the roster names. */
static enum evault_status
check_roster(struct ev_checking *c, struct evault_error *err)
{
	const struct ev_roster *roster = c->v->keys->roster;
	struct evault_error why = { 0 };
	char path[EV_ENTRY_FILE_NAME_MAX + 1];
	enum evault_status rc;

	/* Who may not read it, or has a vault from before there was one. */
	if (roster == NULL || roster->n == 0 || !c->log_sound)
		return EVAULT_OK;
	rc = ev_roster_agrees(roster, &c->v->authority, &why);
	if (rc == EVAULT_OK)
		return rc;
	snprintf(path, sizeof(path), "keys/read.%llu.age",
		 (unsigned long long)c->v->authority.n_read_keys - 1);
	return ev_find(&c->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, path, "%s", why.text);
}

static enum evault_status
check_parts(struct ev_checking *c, const struct evault_unlock *how, struct evault_error *err)
{
	bool unlocked = false;
	enum evault_status told, rc = unlock(c, how, &unlocked, err);

	told = tell_held(c, rc == EVAULT_OK ? err : NULL);
	if (rc == EVAULT_OK)
		rc = told;
	if (rc == EVAULT_OK)
		rc = ev_check_named(c, err);
	if (rc == EVAULT_OK && unlocked)
		rc = check_roster(c, err);
	if (rc == EVAULT_OK)
		rc = ev_check_count_packs(c, err);
	if (rc == EVAULT_OK && unlocked && c->what->depth == EVAULT_CHECK_FULL)
		rc = ev_check_content(c, err);
	else if (rc == EVAULT_OK)
		rc = ev_check_packs(c, err);
	if (rc == EVAULT_OK)
		rc = ev_check_folder(c, err);
	if (rc == EVAULT_OK && unlocked && c->what->adopt && c->log_sound)
		rc = ev_check_adopt(c, err);
	return rc;
}

static enum evault_status
lock_for_adoption(struct ev_checking *c, struct evault_error *err)
{
	char who[200];

	if (!c->what->adopt)
		return EVAULT_OK;
	ev_os_who(who, sizeof(who));
	return ev_os_lock(c->v->dir, "writer", who, &c->v->lock, err);
}

static enum evault_status
recover(const struct ev_checking *c, struct evault_error *err)
{
	enum evault_status rc = ev_log_recover(c->v->log, err);

	return rc == EVAULT_OK ? ev_keyring_recover(c->v->dir, &c->v->authority, err) : rc;
}

static enum evault_status
check_all(struct ev_checking *c, const struct evault_unlock *how, struct evault_error *err)
{
	bool readable;
	enum evault_status told, rc = check_note(c, &readable, err);

	if (rc == EVAULT_OK && readable)
		rc = lock_for_adoption(c, err);
	if (rc == EVAULT_OK && readable)
		rc = check_log(c, &readable, err);
	/* Nothing is signed, and nothing put away, where the log is not as it should be. */
	if (rc == EVAULT_OK && readable && c->what->adopt && c->log_sound)
		rc = recover(c, err);
	if (rc == EVAULT_OK && readable)
		return check_parts(c, how, err);
	told = tell_held(c, rc == EVAULT_OK ? err : NULL);
	return rc == EVAULT_OK ? told : rc;
}

enum evault_status
evault_check(const char *dir, enum evault_access access, const struct evault_unlock *how,
	     const struct evault_check *what, struct evault_check_summary *summary,
	     struct evault_error *err)
{
	struct ev_checking c = { .what = what, .summary = summary };
	enum evault_status rc;

	memset(summary, 0, sizeof(*summary));
	if (what->against != NULL && what->against_short != NULL)
		return ev_fail(err, EVAULT_E_USAGE, "one checkpoint at a time");
	if (what->adopt && access != EVAULT_WRITE)
		return ev_fail(err, EVAULT_E_USAGE, "adopting needs the vault open for writing");
	if (what->adopt && what->depth != EVAULT_CHECK_FULL)
		return ev_fail(err, EVAULT_E_USAGE, "adopting needs the full check");
	c.findings.report = report;
	c.findings.ctx = &c;
	rc = ev_vault_begin(dir, access, &c.v, err);
	if (rc != EVAULT_OK)
		return rc;
	c.v->adding = true;
	/* Who adopts asks what is kept already. */
	c.v->checking = !what->adopt;
	rc = check_all(&c, how, err);
	if (rc == EVAULT_E_CANCELLED) {
		summary->cancelled = true;
		rc = EVAULT_OK;
	}
	summary->sound = rc == EVAULT_OK && summary->log_checked && summary->damage == 0 &&
			 summary->unreadable == 0 && !summary->cancelled;
	evault_close(c.v);
	free(c.held.list);
	ev_set_release(&c.strays);
	ev_set_release(&c.dropped);
	ev_set_release(&c.replaced);
	ev_buf_release(&c.latest);
	ev_set_release(&c.vouched);
	ev_set_release(&c.vouching);
	free(c.stray_names);
	return rc;
}
