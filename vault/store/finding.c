#include "store/finding.h"

#include <stdarg.h>
#include <stdio.h>

enum evault_status
ev_find(const struct ev_findings *f, struct evault_error *err, enum evault_finding_kind kind,
	uint64_t index, const char *path, const char *fmt, ...)
{
	char detail[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), ev_translate(fmt), ap);
	va_end(ap);
	return f->report(f->ctx, kind, index, path, detail, err);
}

static enum evault_status
strict_report(void *ctx, enum evault_finding_kind kind, uint64_t index, const char *path,
	      const char *detail, struct evault_error *err)
{
	char shown[EV_SHOW_SIZE];
	enum evault_status rc = EVAULT_E_DAMAGED;

	(void)ctx;
	if (kind == EVAULT_FINDING_INTERRUPTED)
		return EVAULT_OK;
	if (kind == EVAULT_FINDING_UNREADABLE)
		rc = EVAULT_E_IO;
	if (index != EV_NO_ITEM)
		return ev_fail(err, rc, "entry %llu: %s", (unsigned long long)index, detail);
	if (path[0] == '\0')
		return ev_fail(err, rc, "%s", detail);
	return ev_fail(err, rc, "%s: %s", ev_show_path(path, shown), detail);
}

struct ev_findings
ev_findings_strict(void)
{
	struct ev_findings f = { strict_report, NULL };

	return f;
}
