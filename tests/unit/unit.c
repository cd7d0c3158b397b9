#include "unit.h"

static bool failed;
static int failures;

void
unit_run(const char *name, void (*test)(void))
{
	failed = false;
	test();
	printf("%s %s\n", failed ? "not ok" : "ok", name);
	fflush(stdout);
	failures += failed;
}

bool
unit_check(bool good, const char *what, const char *file, int line)
{
	if (!good && !failed)
		printf("# %s:%d: %s\n", file, line, what);
	failed = failed || !good;
	return good;
}

void
unit_skip(const char *name, const char *reason)
{
	printf("skipped %s: %s\n", name, reason);
}

int
unit_end(void)
{
	return failures == 0 ? 0 : 1;
}
