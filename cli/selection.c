#include "selection.h"

#include "failure.h"
#include "filter.h"
#include "item.h"
#include "message.h"
#include "options.h"

int
selection_settle(const struct command *command, struct selection *sel)
{
	bool filtered = sel->filter.case_name != NULL || sel->filter.tag != NULL || sel->retracted;
	int status = filter_settle(command, &sel->filter, sel->retracted);

	if (status != OPTIONS_GO_ON)
		return status;
	sel->group = filtered || sel->all;
	if ((sel->operands.n > 0) + filtered + sel->all != 1)
		return options_wrong(command, _("say what: items, or --case, --tag and "
						"--retracted, or --all"));
	return OPTIONS_GO_ON;
}

static enum evault_status
collect(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	struct selection *sel = ctx;

	(void)err;
	if (filter_leaves_out(&sel->filter, item, &sel->left_out))
		return EVAULT_OK;
	if (item_is_lost(item) || evault_item_field(item, "sha256") != NULL)
		picked_add(&sel->picked, item->index);
	return EVAULT_OK;
}

/* Who names an item by itself shall know that it was retracted. */
static enum evault_status
warn_of_item(void *ctx, const struct evault_item *item, struct evault_error *err)
{
	(void)ctx;
	(void)err;
	item_warn_retracted(item);
	return EVAULT_OK;
}

enum evault_status
selection_resolve(struct selection *sel, struct evault *vault, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint64_t retracted = 0;
	size_t i;

	if (sel->group)
		rc = evault_list(vault, &sel->filter, collect, sel, err);
	else
		rc = refs_pick(&sel->refs, vault, false, &sel->picked, &retracted, err);
	for (i = 0; rc == EVAULT_OK && retracted > 0 && i < sel->refs.items.n; i++)
		rc = refs_find(&sel->refs, i, vault, warn_of_item, NULL, err);
	filter_note_left_out(sel->left_out);
	if (rc == EVAULT_OK && sel->picked.n == 0)
		rc = failure_set(err, EVAULT_E_NOT_FOUND, _("no item is like that"));
	return rc;
}

void
selection_release(struct selection *sel)
{
	refs_release(&sel->refs);
	list_release(&sel->operands);
	picked_release(&sel->picked);
}
