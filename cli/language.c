#include "language.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

#ifndef LOCALEDIR
#define LOCALEDIR "/usr/local/share/evault/locale"
#endif

static const char domain[] = "evault";

enum {
	PATH_SIZE = 4096,
	CODE_SIZE = 12 /* "kk", "pt_BR" */
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

/* The first variable that says something about messages. */
static const char *
wanted_locale(void)
{
	static const char *const names[] = { "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "";
}

/* "ru_RU.UTF-8" to "ru_RU", and that to "ru"; false when it is no such name. */
static bool
language_code(const char *locale, const char *end, char out[CODE_SIZE])
{
	size_t len = strcspn(locale, end);

	if (len < 2 || len >= CODE_SIZE ||
	    strspn(locale, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") < len)
		return false;
	memcpy(out, locale, len);
	out[len] = '\0';
	return true;
}

/* Binds to the catalogue of one language: it is there once more, for the locale "C". */
static bool
bind_one(const char *catalogues, const char *code)
{
	char path[PATH_SIZE + CODE_SIZE];

	snprintf(path, sizeof(path), "%s/%s", catalogues, code);
	return is_folder(path) && bindtextdomain(domain, path) != NULL;
}

/*
 * libc takes C.UTF-8 for a language of its own; the variable LANGUAGE, which
 * some versions follow even then, has been followed here.
 */
static void
speak_without_locale(const char *catalogues)
{
	const char *wanted = wanted_locale();
	char code[CODE_SIZE];
	bool found = false;

	if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
		return;
	while (wanted[0] != '\0' && !found) {
		found = (language_code(wanted, ".@:", code) && bind_one(catalogues, code)) ||
			(language_code(wanted, "_.@:", code) && bind_one(catalogues, code));
		wanted += strcspn(wanted, ":"); /* LANGUAGE may name several */
		wanted += wanted[0] == ':';
	}
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
	const char *catalogues = language_folder();

	stay_with_ours();
	/* Numbers keep their point: only words and characters follow the user's language. */
	if (setlocale(LC_CTYPE, "") == NULL)
		setlocale(LC_CTYPE, "C.UTF-8");
	bindtextdomain(domain, catalogues);
	if (setlocale(LC_MESSAGES, "") == NULL)
		speak_without_locale(catalogues);
	/* Of a terminal of which nothing is known, UTF-8 is the better guess. */
	if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
		bind_textdomain_codeset(domain, "UTF-8");
	textdomain(domain);
}

bool
language_is_russian(void)
{
	/* TRANSLATORS: only in Russian "language of words: ru"; otherwise leave it as it is. */
	return strcmp(_("language of words: en"), "language of words: ru") == 0;
}

/* Does it begin with one of these letters, of any number of bytes? */
static bool
begins_with(const char *answer, const char *letters)
{
	size_t len;

	for (; *letters != '\0'; letters += len) {
		len = 1;
		while (((unsigned char)letters[len] & 0xC0) == 0x80)
			len++;
		if (strncmp(answer, letters, len) == 0)
			return true;
	}
	return false;
}

bool
language_is_yes(const char *answer)
{
	/* TRANSLATORS: the letters that an answer meaning yes can begin with, small and capital. */
	return begins_with(answer, "yY") || begins_with(answer, _("yY"));
}

bool
language_is_no(const char *answer)
{
	/* TRANSLATORS: the letters that an answer meaning no can begin with, small and capital. */
	return begins_with(answer, "nN") || begins_with(answer, _("nN"));
}
