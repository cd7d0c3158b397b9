/*
 * Messages of the static program, from catalogues that it has in itself
 * (static_messages.S): a stick is one file, and libc's gettext wants locales,
 * which on another machine are another libc's, or none.
 *
 * The program is linked so that calls of dcgettext and dcngettext, which
 * libintl.h makes of all others, come here (--wrap).
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"
#include "language_private.h"

/* Where a catalogue of GNU's has what (gettext's manual, "The Format of GNU MO Files"). */
enum {
	MAGIC_AT = 0,
	COUNT_AT = 8,
	ORIGINALS_AT = 12,
	TRANSLATIONS_AT = 16,
	ROW = 8,     /* bytes: the length of a text, and where it begins */
	ROW_TEXT = 4 /* where in a row the latter is */
};
#define MAGIC UINT32_C(0x950412de)

/* Numbers in formats are written for this in the catalogues (Makefile). */
_Static_assert(sizeof(long) == sizeof(uint64_t), "PRIu64 is lu");

struct language {
	const char *code;
	const char *catalogue; /* by msgfmt: the originals are sorted */
	size_t (*form)(unsigned long n);
};

extern const char static_messages_kk[], static_messages_ru[];

/* What the heads of the catalogues say (Plural-Forms). */
static size_t
form_kk(unsigned long n)
{
	(void)n;
	return 0;
}

static size_t
form_ru(unsigned long n)
{
	if (n % 10 == 1 && n % 100 != 11)
		return 0;
	return n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 10 || n % 100 >= 20) ? 1 : 2;
}

static const struct language languages[] = {
	{ "kk", static_messages_kk, form_kk },
	{ "ru", static_messages_ru, form_ru },
};

/* A process speaks one language. */
static const struct language *spoken;

static bool
speak(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strcmp(languages[i].code, code) == 0) {
			spoken = &languages[i];
			return true;
		}
	return false;
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

void
language_init(void)
{
	if (!is_plain_locale())
		(void)language_take_wanted(speak);
}

const char *
language_folder(void)
{
	return NULL;
}

static uint32_t
number(const char *catalogue, size_t at)
{
	uint32_t n;

	memcpy(&n, catalogue + at, sizeof(n));
	return n;
}

static const char *
text(const char *catalogue, size_t table, size_t row)
{
	return catalogue + number(catalogue, table + row * ROW + ROW_TEXT);
}

/* The translation, and after it other forms for other numbers; NULL when there is none. */
static const char *
find(const char *original)
{
	const char *catalogue = spoken == NULL ? NULL : spoken->catalogue;
	size_t from = 0, to, middle, originals;
	int order;

	/* That of the empty text is the catalogue's own head. */
	if (catalogue == NULL || original[0] == '\0' || number(catalogue, MAGIC_AT) != MAGIC)
		return NULL;
	originals = number(catalogue, ORIGINALS_AT);
	for (to = number(catalogue, COUNT_AT); from < to;) {
		middle = from + (to - from) / 2;
		order = strcmp(original, text(catalogue, originals, middle));
		if (order == 0)
			return text(catalogue, number(catalogue, TRANSLATIONS_AT), middle);
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

/* NOLINTBEGIN(bugprone-reserved-identifier): the names that the linker gives them */
char *__wrap_dcgettext(const char *domain, const char *original, int category);
char *__wrap_dcngettext(const char *domain, const char *one, const char *many, unsigned long n,
			int category);
/* NOLINTEND(bugprone-reserved-identifier) */

char *
__wrap_dcgettext(const char *domain, const char *original, int category)
{
	const char *found = find(original);

	(void)domain;
	(void)category;
	return (char *)(uintptr_t)(found == NULL ? original : found);
}

char *
__wrap_dcngettext(const char *domain, const char *one, const char *many, unsigned long n,
		  int category)
{
	const char *found = find(one);
	size_t form;

	(void)domain;
	(void)category;
	if (found == NULL)
		return (char *)(uintptr_t)(n == 1 ? one : many);
	for (form = spoken->form(n); form > 0; form--)
		found += strlen(found) + 1;
	return (char *)(uintptr_t)found;
}
