#include "language.h"

#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "message.h"

enum {
	CODE_SIZE = 12 /* "kk", "pt_BR" */
};

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

/* "C" and "POSIX" are no language, whatever LANGUAGE says; so it is with libc. */
static bool
is_plain_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			break;
	}
	return i == sizeof(names) / sizeof(names[0]) || strcmp(value, "POSIX") == 0 ||
	       (value[0] == 'C' && (value[1] == '\0' || value[1] == '.'));
}

/* Of the languages that the user wants, best first, with country and without, the first there is.
 */
static void
speak_wanted(void)
{
	const char *wanted = wanted_locale();
	char code[CODE_SIZE];

	while (wanted[0] != '\0') {
		if ((language_code(wanted, ".@:", code) && catalogue_speak(code)) ||
		    (language_code(wanted, "_.@:", code) && catalogue_speak(code)))
			return;
		wanted += strcspn(wanted, ":"); /* LANGUAGE may name several */
		wanted += wanted[0] == ':';
	}
}

void
language_init(void)
{
	language_take_characters();
	if (!is_plain_locale())
		speak_wanted();
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
