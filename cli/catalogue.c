/*
 * Messages, from catalogues that the program has in itself (catalogues.S): a
 * stick is one file, and libc's gettext speaks no language whose locale the
 * machine does not have.
 *
 * The program is linked so that calls of gettext and its like come here (--wrap).
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "catalogue.h"

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

struct language {
	const char *code;
	const char *catalogue; /* by msgfmt: the originals are sorted */
	size_t (*form)(unsigned long n);
};

extern const char catalogue_kk[], catalogue_ru[];

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
	{ "kk", catalogue_kk, form_kk },
	{ "ru", catalogue_ru, form_ru },
};

/* A process speaks one language. */
static const struct language *spoken;

bool
catalogue_speak(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strcmp(languages[i].code, code) == 0) {
			spoken = &languages[i];
			return true;
		}
	return false;
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

static char *
translated(const char *original)
{
	const char *found = find(original);

	return (char *)(uintptr_t)(found == NULL ? original : found);
}

static char *
translated_plural(const char *one, const char *many, unsigned long n)
{
	const char *found = find(one);
	size_t form;

	if (found == NULL)
		return (char *)(uintptr_t)(n == 1 ? one : many);
	for (form = spoken->form(n); form > 0; form--)
		found += strlen(found) + 1;
	return (char *)(uintptr_t)found;
}

/* NOLINTBEGIN(bugprone-reserved-identifier): the names that the linker gives them */
char *__wrap_gettext(const char *original);
char *__wrap_dgettext(const char *domain, const char *original);
char *__wrap_dcgettext(const char *domain, const char *original, int category);
char *__wrap_ngettext(const char *one, const char *many, unsigned long n);
char *__wrap_dngettext(const char *domain, const char *one, const char *many, unsigned long n);
char *__wrap_dcngettext(const char *domain, const char *one, const char *many, unsigned long n,
			int category);
/* NOLINTEND(bugprone-reserved-identifier) */

char *
__wrap_gettext(const char *original)
{
	return translated(original);
}

char *
__wrap_dgettext(const char *domain, const char *original)
{
	(void)domain;
	return translated(original);
}

char *
__wrap_dcgettext(const char *domain, const char *original, int category)
{
	(void)domain;
	(void)category;
	return translated(original);
}

char *
__wrap_ngettext(const char *one, const char *many, unsigned long n)
{
	return translated_plural(one, many, n);
}

char *
__wrap_dngettext(const char *domain, const char *one, const char *many, unsigned long n)
{
	(void)domain;
	return translated_plural(one, many, n);
}

char *
__wrap_dcngettext(const char *domain, const char *one, const char *many, unsigned long n,
		  int category)
{
	(void)domain;
	(void)category;
	return translated_plural(one, many, n);
}
