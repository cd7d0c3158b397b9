/* Messages by libc's gettext, from catalogues in files: of every evault but the static one. */
#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language.h"
#include "language_private.h"

#ifndef LOCALEDIR
#define LOCALEDIR "/usr/local/share/evault/locale"
#endif

static const char domain[] = "evault";

enum {
	PATH_SIZE = 4096,
};

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "<folder of this program>/<below>"; false when that is no folder. */
static bool
beside_program(const char *below, char out[PATH_SIZE])
{
	ssize_t len = readlink("/proc/self/exe", out, PATH_SIZE - 1);
	char *slash;
	size_t dir;

	if (len <= 0 || len >= PATH_SIZE - 1)
		return false;
	out[len] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL)
		return false;
	dir = (size_t)(slash + 1 - out);
	return snprintf(slash + 1, PATH_SIZE - dir, "%s", below) < (int)(PATH_SIZE - dir) &&
	       is_folder(out);
}

static void
find_catalogues(char out[PATH_SIZE])
{
	if (!beside_program("locale", out) && !beside_program("../share/evault/locale", out))
		snprintf(out, PATH_SIZE, "%s", LOCALEDIR);
}

const char *
language_folder(void)
{
	static char folder[PATH_SIZE];

	if (folder[0] == '\0')
		find_catalogues(folder);
	return folder;
}

/* Binds to the catalogue of one language: it is there once more, for the locale "C". */
static bool
bind_one(const char *code)
{
	char path[PATH_SIZE + LANGUAGE_CODE_SIZE];

	snprintf(path, sizeof(path), "%s/%s", language_folder(), code);
	return is_folder(path) && bindtextdomain(domain, path) != NULL;
}

/*
 * libc takes C.UTF-8 for a language of its own; the variable LANGUAGE, which
 * some versions follow even then, has been followed here.
 */
static void
speak_without_locale(void)
{
	if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
		return;
	(void)language_take_wanted(bind_one);
	unsetenv("LANGUAGE");
}

/*
 * Variables by which libc takes messages, locales and, for other character sets,
 * code from wherever they say: into a process that has keys in it.
 */
static void
stay_with_ours(void)
{
	static const char *const names[] = { "GCONV_PATH", "LOCPATH", "NLSPATH", "OUTPUT_CHARSET" };
	const char *language = getenv("LANGUAGE");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	if (language != NULL && strchr(language, '/') != NULL)
		unsetenv("LANGUAGE");
}

void
language_init(void)
{
	stay_with_ours();
	/* Numbers keep their point: only words and characters follow the user's language. */
	if (setlocale(LC_CTYPE, "") == NULL)
		setlocale(LC_CTYPE, "C.UTF-8");
	bindtextdomain(domain, language_folder());
	if (setlocale(LC_MESSAGES, "") == NULL)
		speak_without_locale();
	/* Of a terminal of which nothing is known, UTF-8 is the better guess. */
	if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
		bind_textdomain_codeset(domain, "UTF-8");
	textdomain(domain);
}
