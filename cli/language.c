#include "language.h"

#include <stdlib.h>
#include <string.h>

#include "language_private.h"
#include "message.h"

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
language_code(const char *locale, const char *end, char out[LANGUAGE_CODE_SIZE])
{
	size_t len = strcspn(locale, end);

	if (len < 2 || len >= LANGUAGE_CODE_SIZE ||
	    strspn(locale, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") < len)
		return false;
	memcpy(out, locale, len);
	out[len] = '\0';
	return true;
}

bool
language_take_wanted(bool (*take)(const char *code))
{
	const char *wanted = wanted_locale();
	char code[LANGUAGE_CODE_SIZE];

	while (wanted[0] != '\0') {
		if ((language_code(wanted, ".@:", code) && take(code)) ||
		    (language_code(wanted, "_.@:", code) && take(code)))
			return true;
		wanted += strcspn(wanted, ":"); /* LANGUAGE may name several */
		wanted += wanted[0] == ':';
	}
	return false;
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
