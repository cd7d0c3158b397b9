/*
 * Where findings go.  Whoever reads the store tells what it finds here: a
 * check collects it, an opening stops at the first that is damage.
 */
#ifndef EV_STORE_FINDING_H
#define EV_STORE_FINDING_H

#include "base/bytes.h"

#define EV_NO_ITEM UINT64_MAX

struct ev_findings {
	/*
	 * index: of the entry it is about, or EV_NO_ITEM.  path: below the vault's
	 * folder, or "".  A failure ends what was going on, and is returned.
	 */
	enum evault_status (*report)(void *ctx, enum evault_finding_kind kind, uint64_t index,
				     const char *path, const char *detail,
				     struct evault_error *err);
	void *ctx;
};

/* Words a finding like printf; at most 400 bytes. */
enum evault_status ev_find(const struct ev_findings *f, struct evault_error *err,
			   enum evault_finding_kind kind, uint64_t index, const char *path,
			   const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Turns each finding into a failure: INTERRUPTED passes, UNREADABLE is E_IO, others E_DAMAGED. */
struct ev_findings ev_findings_strict(void);

#endif
