/*
 * Was this witness heard before?  Search finds where the words of the name
 * are; here the whole name is compared.
 */
#include "format/fold.h"
#include "vault.h"

struct hearing {
	struct evault *v;
	struct ev_slice witness;
	evault_item_fn *fn;
	void *ctx;
	bool same; /* the record looked at names the witness so */
};

static enum evault_status
compare(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct hearing *h = ctx;
	const struct evault_field *f = evault_item_field(item, "witness");

	(void)err;
	h->same = f != NULL && ev_fold_same(ev_slice_of(f->value, f->len), h->witness);
	return EVAULT_OK;
}

/* It is the item's own record that names the witness, or one about it. */
static enum evault_status
on_hit(void *ctx, const struct evault_hit *hit, struct evault_error *err)
{
	struct hearing *h = ctx;
	struct ev_catalog_entry entry;
	enum evault_status rc = compare(h, hit->item, err);
	size_t i;

	for (i = 0; i < hit->n_found && rc == EVAULT_OK && !h->same; i++) {
		if (hit->found[i].index == hit->item->index)
			continue;
		rc = ev_catalog_entry(h->v->catalog, hit->found[i].index, &entry, err);
		if (rc == EVAULT_OK)
			rc = ev_vault_give_item(h->v, &entry, compare, h, err);
	}
	return rc == EVAULT_OK && h->same ? h->fn(h->ctx, hit->item, err) : rc;
}

/* "witness:" and the words; false when there are none. */
static bool
make_term(struct ev_slice witness, struct ev_buf *term)
{
	struct ev_fold fold = ev_fold_of(witness);
	struct ev_fold_word word;
	bool any = false;

	ev_buf_puts(term, "witness:");
	while (ev_fold_next(&fold, &word)) {
		if (any)
			ev_buf_puts(term, " ");
		ev_buf_add(term, word.text, word.len);
		any = true;
	}
	return any;
}

enum evault_status
evault_heard(struct evault *v, const char *witness, evault_item_fn *fn, void *ctx,
	     struct evault_error *err)
{
	/* What was retracted was said all the same. */
	static const struct evault_filter all = { .retracted = EVAULT_RETRACTED_TOO };
	struct hearing h = { v, ev_slice_text(witness), fn, ctx, false };
	struct evault_search_summary summary;
	struct ev_buf term = EV_BUF_INIT;
	const char *terms[1];
	struct evault_search how = { .terms = terms, .n_terms = 1, .filter = &all };
	enum evault_status rc = EVAULT_OK;

	if (make_term(h.witness, &term)) {
		terms[0] = ev_buf_text(&term);
		rc = terms[0] == NULL ? ev_fail_nomem(err)
				      : evault_search(v, &how, on_hit, &h, &summary, err);
	}
	ev_buf_wipe(&term);
	return rc;
}
