#include "findings.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "json.h"
#include "memory.h"
#include "message.h"
#include "progress.h"

enum {
	TOTAL_MAX = 4 << 20 /* bytes that are kept before they are printed */
};

static const char *
heading(size_t kind)
{
	switch ((enum evault_finding_kind)kind) {
	case EVAULT_FINDING_MISSING:
		return _("missing: it was kept, and is not there");
	case EVAULT_FINDING_ALTERED:
		return _("altered: it is there, and is not what was kept");
	case EVAULT_FINDING_UNKNOWN:
		return _("unknown: it is there, and the log does not know it");
	case EVAULT_FINDING_FORGED:
		return _("forged: not signed by somebody who may, or against the log's rules");
	case EVAULT_FINDING_HISTORY:
		return _("history: the log is not a continuation of the checkpoint that was given");
	case EVAULT_FINDING_INTERRUPTED:
		return _("interrupted: left by a run that was cut short; this is no damage");
	case EVAULT_FINDING_UNREADABLE:
		return _("unreadable: the system could not read it, so nothing can be said");
	}
	return "?";
}

static const char *
heading_of_bundle(size_t kind)
{
	switch ((enum evault_finding_kind)kind) {
	case EVAULT_FINDING_MISSING:
		return _("missing: it belongs to the bundle, and is not there");
	case EVAULT_FINDING_ALTERED:
		return _("altered: it is there, and is not what it should be");
	case EVAULT_FINDING_UNKNOWN:
		return _("unknown: it is there, and does not belong to the bundle");
	case EVAULT_FINDING_FORGED:
		return _("forged: not signed by somebody who may, or against the rules");
	case EVAULT_FINDING_HISTORY:
		return _("history: it is of another past, or of another tree, of the log");
	case EVAULT_FINDING_INTERRUPTED:
	case EVAULT_FINDING_UNREADABLE:
		break;
	}
	return heading(kind);
}

static void
add(struct findings *findings, const struct evault_finding *finding)
{
	size_t kind = (size_t)finding->kind, size;
	char *path = escape_text(finding->path);
	const char *gap = finding->citation[0] != '\0' && path[0] != '\0' ? "  " : "";
	char *lines;

	if (kind >= FINDINGS_KINDS)
		kind = EVAULT_FINDING_ALTERED;
	size = strlen(finding->citation) + strlen(path) + strlen(finding->detail) + 16;
	lines = memory_grow(findings->lines[kind], findings->sizes[kind] + size);
	findings->lines[kind] = lines;
	lines += findings->sizes[kind];
	if (finding->citation[0] == '\0' && path[0] == '\0')
		snprintf(lines, size, "  %s\n", finding->detail);
	else
		snprintf(lines, size, "  %s%s%s: %s\n", finding->citation, gap, path,
			 finding->detail);
	findings->sizes[kind] += strlen(lines);
	findings->total += strlen(lines);
	free(path);
	if (findings->total > TOTAL_MAX)
		findings_print(findings, stdout);
}

static void
print_json(const struct evault_finding *finding)
{
	struct json json = json_begin(stdout);

	json_text(&json, "finding", evault_finding_word(finding->kind));
	if (finding->has_item) {
		json_number(&json, "item", finding->item);
		json_text(&json, "citation", finding->citation);
	}
	if (finding->path[0] != '\0')
		json_text(&json, "path", finding->path);
	json_text(&json, "detail", finding->detail);
	json_end(&json);
}

void
findings_take(struct findings *findings, bool json, const struct evault_finding *finding)
{
	progress_hide();
	if (json)
		print_json(finding);
	else
		add(findings, finding);
}

void
findings_print(struct findings *findings, FILE *out)
{
	size_t kind;

	for (kind = 0; kind < FINDINGS_KINDS; kind++) {
		if (findings->sizes[kind] > 0)
			fprintf(out, "%s\n%s",
				findings->bundle ? heading_of_bundle(kind) : heading(kind),
				findings->lines[kind]);
		free(findings->lines[kind]);
	}
	*findings = (struct findings){ .bundle = findings->bundle };
}
