/* What of libc depends on the language: the static program does without. */
#include <locale.h>
#include <stdlib.h>

#include "language.h"

/*
 * Variables by which libc takes messages, locales and, for other character sets,
 * code from wherever they say: into a process that has keys in it.
 */
static void
stay_with_ours(void)
{
	static const char *const names[] = { "GCONV_PATH", "LOCPATH", "NLSPATH", "OUTPUT_CHARSET" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

void
language_take_characters(void)
{
	stay_with_ours();
	/* Numbers keep their point: only characters, for fnmatch, are as the user has them. */
	if (setlocale(LC_CTYPE, "") == NULL)
		setlocale(LC_CTYPE, "C.UTF-8");
}
