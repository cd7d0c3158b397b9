#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

enum {
	PASSES_MAX = 3 /* to judge what came too early, and to extract what came before that */
};

const char *
evault_verdict_word(enum evault_verdict verdict)
{
	switch (verdict) {
	case EVAULT_VERDICT_VERIFIED:
		return "verified";
	case EVAULT_VERDICT_SIGNER_UNKNOWN:
		return "intact, signer unknown";
	case EVAULT_VERDICT_NOT_JOINED:
		return "consistency not shown";
	case EVAULT_VERDICT_DAMAGED:
		return "damaged";
	case EVAULT_VERDICT_NOT_ADDRESSED:
		return "not addressed to you";
	case EVAULT_VERDICT_FORK:
		return "fork";
	}
	return "damaged";
}

/* ---- findings ------------------------------------------------------------------------ */

/* Of very many only the first are told; all are counted. */
static enum evault_status
report(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path,
       const char *detail, struct evault_error *err)
{
	struct ev_verifying *v = ctx;
	struct evault_finding f = { .kind = kind, .path = path, .detail = detail };

	(void)err;
	v->summary->damage++;
	if (v->what->finding == NULL || v->summary->damage > EV_VERIFY_TOLD_MAX)
		return EVAULT_OK;
	if (index != EV_NO_ITEM) {
		f.has_item = true;
		f.item = index;
		if (v->has_share)
			snprintf(f.citation, sizeof(f.citation), "%.6s-%llu",
				 v->share.origin + strlen("evault/"), (unsigned long long)index);
	}
	v->what->finding(v->what->ctx, &f);
	return EVAULT_OK;
}

/* ---- passes ---------------------------------------------------------------------------- */

/* What the input is not, as far as its form goes, is a finding; all else ends the run. */
static enum evault_status
judge_input(struct ev_verifying *v, enum evault_status rc, const struct evault_error *why,
	    struct evault_error *err)
{
	bool form = rc == EVAULT_E_FORMAT || rc == EVAULT_E_DAMAGED || rc == EVAULT_E_LIMIT;
	char shown[EV_SHOW_SIZE];

	if (rc == EVAULT_OK)
		return EVAULT_OK;
	if (v->own || !form || v->kept)
		return ev_fail(err, rc, "%s", why->text);
	if (v->members.n == 0 && rc != EVAULT_E_DAMAGED)
		return ev_fail(err, EVAULT_E_FORMAT, "%s: is no bundle: %s",
			       ev_show_path(v->what->path, shown), why->text);
	v->cut = true;
	return ev_find(&v->findings, err, EVAULT_FINDING_ALTERED, EV_NO_ITEM, "",
		       "the bundle cannot be read to its end: %s", why->text);
}

static enum evault_status
read_once(struct ev_verifying *v, struct ev_tar_events events, struct evault_error *err)
{
	v->own = false;
	return v->read != NULL ? v->read(v->read_ctx, events, err) : ev_verify_read(v, events, err);
}

static enum evault_status
pass_over(struct ev_verifying *v, struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	enum evault_status rc;

	v->pass++;
	v->summary->passes = v->pass;
	v->skip = true;
	rc = read_once(v, ev_verify_events(v), &why);
	return judge_input(v, rc, &why, err);
}

static bool
some_left(const struct ev_verifying *v)
{
	size_t i;

	for (i = 0; i < v->n_items; i++)
		if (v->items[i].entry.again_entry || v->items[i].entry.again_proof ||
		    v->items[i].again_file)
			return true;
	for (i = 0; i < v->n_sources; i++)
		if (v->sources[i].entry.again_entry || v->sources[i].entry.again_proof)
			return true;
	return false;
}

/* Parts that never came, or never could be judged. */
static enum evault_status
need_parts(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	struct ev_verify_item *item;
	uint32_t i;

	if (v->cut)
		return EVAULT_OK;
	for (i = 0; i < v->n_items && rc == EVAULT_OK; i++) {
		item = &v->items[i];
		if (!item->record_read && !item->entry.bad)
			rc = ev_verify_item_wrong(v, i, EVAULT_FINDING_MISSING, ".record",
						  _("is not there"), err);
		else
			rc = ev_verify_entry_whole(v, &v->own_log, &item->entry, err);
	}
	return rc == EVAULT_OK ? ev_verify_sources_whole(v, err) : rc;
}

/* What did not need to wait for an item is judged. */
static enum evault_status
settle_all(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (!v->own_log.settled)
		rc = ev_verify_settle(v, err);
	for (i = 0; i < v->n_logs && rc == EVAULT_OK; i++)
		if (!v->logs[i]->settled)
			rc = ev_verify_settle_log(v, v->logs[i], err);
	return rc == EVAULT_OK ? ev_verify_compare_heads(v, err) : rc;
}

static enum evault_status
read_all(struct ev_verifying *v, struct evault_error *err)
{
	bool again = strcmp(v->what->path, "-") != 0;
	enum evault_status rc = pass_over(v, err);

	if (rc == EVAULT_OK)
		rc = settle_all(v, err);
	if (rc == EVAULT_OK)
		rc = ev_verify_complete(v, err);
	while (rc == EVAULT_OK && again && !v->cut && v->pass < PASSES_MAX && some_left(v))
		rc = pass_over(v, err);
	if (rc == EVAULT_OK && !again && v->summary->damage == 0 && some_left(v))
		rc = ev_fail(err, EVAULT_E_USAGE,
			     "its members are in an order that takes a second reading, which "
			     "standard input does not allow: save it to a file");
	if (rc == EVAULT_OK)
		rc = need_parts(v, err);
	return rc == EVAULT_OK ? ev_verify_tell(v, true, err) : rc;
}

/* ---- what it means ---------------------------------------------------------------------- */

/* The signature covers for whom it is: nobody passes it on as if it were for another (FORMAT.md).
 */
static enum evault_asked
judge_addressee(const struct ev_verifying *v)
{
	const char *to = v->share.to;
	bool is_folder = strcmp(to, EV_SHARE_TO_FOLDER) == 0;
	bool is_passphrase = strcmp(to, EV_SHARE_TO_PASSPHRASE) == 0;

	if (!v->has_share)
		return EVAULT_ASKED_OPEN;
	switch (v->opened) {
	case EV_OPENED_IDENTITY:
		return ev_verify_is_mine(v, to) ? EVAULT_ASKED_HOLDS : EVAULT_ASKED_FAILS;
	case EV_OPENED_PASSPHRASE:
		return is_passphrase ? EVAULT_ASKED_HOLDS : EVAULT_ASKED_FAILS;
	case EV_OPENED_TAR:
	case EV_OPENED_FOLDER:
		break;
	}
	if (is_folder)
		return EVAULT_ASKED_HOLDS;
	if (is_passphrase || v->n_identities == 0)
		return EVAULT_ASKED_NOT;
	return ev_verify_is_mine(v, to) ? EVAULT_ASKED_HOLDS : EVAULT_ASKED_FAILS;
}

static enum evault_verdict
judge(const struct ev_verifying *v)
{
	const struct evault_verify_summary *s = v->summary;

	if (v->forked)
		return EVAULT_VERDICT_FORK;
	if (s->damage > 0 || !v->own_log.trusted || s->good != s->items || s->signer[0] == '\0')
		return EVAULT_VERDICT_DAMAGED;
	if (s->addressee == EVAULT_ASKED_FAILS)
		return EVAULT_VERDICT_NOT_ADDRESSED;
	if (s->signer_known != EVAULT_ASKED_HOLDS)
		return EVAULT_VERDICT_SIGNER_UNKNOWN;
	if (s->against == EVAULT_ASKED_OPEN || s->seen == EVAULT_ASKED_OPEN)
		return EVAULT_VERDICT_NOT_JOINED;
	return EVAULT_VERDICT_VERIFIED;
}

/* ---- the command --------------------------------------------------------------------------- */

void
ev_verify_end(struct ev_verifying *v)
{
	size_t i;

	if (v == NULL)
		return;
	ev_verify_out_close(v);
	ev_verify_log_release(&v->own_log);
	for (i = 0; i < v->n_logs; i++) {
		ev_verify_log_release(v->logs[i]);
		free(v->logs[i]);
	}
	free(v->logs);
	for (i = 0; i < v->n_items; i++)
		free(v->items[i].path);
	ev_contacts_release(&v->contacts);
	ev_verify_members_release(&v->members);
	ev_verify_members_release(&v->item_names);
	ev_verify_members_release(&v->source_names);
	ev_hasher_free(v->hasher);
	ev_buf_release(&v->body);
	ev_buf_release(&v->share_bytes);
	ev_buf_release(&v->known.note);
	free(v->known.seen);
	ev_buf_release(&v->texts);
	free(v->sources);
	free(v->chains);
	free(v->links);
	free(v->trees);
	free(v->items);
	free(v->abouts);
	free(v->order);
	ev_secret_free(v->identities);
	ev_secret_free(v->passphrase);
	free(v);
}

enum evault_status
ev_verify_begin(const struct evault_verify *what, struct evault_verify_summary *summary,
		struct ev_verifying **out, struct evault_error *err)
{
	struct ev_verifying *v = calloc(1, sizeof(*v));
	enum evault_status rc;

	*out = v;
	if (v == NULL)
		return ev_fail_nomem(err);
	*summary = (struct evault_verify_summary){ .verdict = EVAULT_VERDICT_DAMAGED };
	v->what = what;
	v->summary = summary;
	v->findings = (struct ev_findings){ report, v };
	v->out = v->out_file = -1;
	ev_verify_members_init(&v->members, &v->held);
	ev_verify_members_init(&v->item_names, &v->held);
	ev_verify_members_init(&v->source_names, &v->held);
	v->own_log.own = true;
	memcpy(v->own_log.folder, "evault/", sizeof("evault/"));
	v->hasher = ev_hasher_new();
	rc = v->hasher == NULL ? ev_fail_nomem(err) : ev_secret_start(err);
	if (rc == EVAULT_OK && what->against != NULL && what->against_short != NULL)
		rc = ev_fail(err, EVAULT_E_USAGE, "there is one checkpoint to compare with");
	if (rc == EVAULT_OK)
		rc = ev_verify_load_known(v, err);
	if (rc == EVAULT_OK)
		rc = ev_verify_keys(v, err);
	return rc == EVAULT_OK ? ev_verify_out_open(v, err) : rc;
}

enum evault_status
ev_verify_run(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = read_all(v, err);

	if (rc == EVAULT_OK)
		rc = ev_verify_judge_seen(v, err);
	if (rc == EVAULT_OK) {
		v->summary->addressee = judge_addressee(v);
		v->summary->verdict = judge(v);
	}
	return rc;
}

enum evault_status
ev_verify_run_kept(struct ev_verifying *v, struct evault_error *err)
{
	enum evault_status rc = pass_over(v, err);

	if (rc == EVAULT_OK)
		rc = settle_all(v, err);
	while (rc == EVAULT_OK && !v->cut && v->pass < PASSES_MAX && some_left(v))
		rc = pass_over(v, err);
	return rc;
}

enum evault_status
ev_verify_again(struct ev_verifying *v, struct ev_tar_events events, struct evault_error *err)
{
	struct evault_error why = { .text = "" };
	enum evault_status rc = read_once(v, events, &why);
	char shown[EV_SHOW_SIZE];

	if (rc == EVAULT_E_FORMAT || rc == EVAULT_E_DAMAGED)
		return ev_fail(err, EVAULT_E_CHANGED, "%s: changed while it was read",
			       ev_show_path(v->what->path, shown));
	return rc == EVAULT_OK ? rc : ev_fail(err, rc, "%s", why.text);
}

enum evault_status
evault_verify(const struct evault_verify *what, struct evault_verify_summary *summary,
	      struct evault_error *err)
{
	struct ev_verifying *v;
	enum evault_status rc = ev_verify_begin(what, summary, &v, err);

	if (rc == EVAULT_OK)
		rc = ev_verify_run(v, err);
	ev_verify_end(v);
	return rc;
}
