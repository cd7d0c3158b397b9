/*
 * What becomes of single characters: Unicode's tables, and ours for letters
 * that no Unicode rule makes one but people do.
 */
#include <stdlib.h>
#include <utf8proc.h>

#include "format/fold_private.h"

struct range {
	uint32_t first, last;
};

/* Written without spaces between words. */
static const struct range whole[] = {
	{ 0x3005, 0x3007 },   /* iteration mark, closing mark, zero */
	{ 0x3021, 0x3029 },   /* Hangzhou numerals */
	{ 0x3038, 0x303A },   /* more of these */
	{ 0x3041, 0x3096 },   /* Hiragana */
	{ 0x309D, 0x309F },   /* its iteration marks */
	{ 0x30A1, 0x30FA },   /* Katakana */
	{ 0x30FC, 0x30FF },   /* its length and iteration marks */
	{ 0x3105, 0x312F },   /* Bopomofo */
	{ 0x31A0, 0x31BF },   /* Bopomofo, extended */
	{ 0x31F0, 0x31FF },   /* Katakana, phonetic */
	{ 0x3400, 0x4DBF },   /* ideographs, extension A */
	{ 0x4E00, 0x9FFF },   /* ideographs */
	{ 0xA000, 0xA48C },   /* Yi */
	{ 0xAC00, 0xD7A3 },   /* Hangul syllables */
	{ 0xF900, 0xFAFF },   /* compatibility ideographs */
	{ 0x1B000, 0x1B167 }, /* Kana, supplements */
	{ 0x20000, 0x323AF }, /* ideographs, further extensions */
};

static const struct range accents[] = {
	{ 0x0300, 0x036F },                     /* Latin, Greek, Cyrillic */
	{ 0x0483, 0x0489 },                     /* Cyrillic, historic */
	{ 0x0591, 0x05BD },                     /* Hebrew points */
	{ 0x05BF, 0x05C7 }, { 0x0610, 0x061A }, /* Arabic marks */
	{ 0x064B, 0x065F }, { 0x0670, 0x0670 }, { 0x06D6, 0x06ED }, { 0x08CA, 0x08FF },
	{ 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x20D0, 0x20FF }, { 0xFE20, 0xFE2F },
};

/* What may stand inside a word unseen. */
static const struct range unseen[] = {
	{ 0x00AD, 0x00AD }, /* soft hyphen */
	{ 0x034F, 0x034F }, /* grapheme joiner */
	{ 0x061C, 0x061C }, /* Arabic letter mark */
	{ 0x200C, 0x200F }, /* joiners, direction marks */
	{ 0x202A, 0x202E }, /* bidi embeddings */
	{ 0x2060, 0x2060 }, /* word joiner */
	{ 0x2066, 0x2069 }, /* bidi isolates */
	{ 0xFE00, 0xFE0F }, /* variation selectors */
	{ 0xFEFF, 0xFEFF }, /* byte order mark */
	{ 0xE0100, 0xE01EF },
};

/* Modifier letters that are apostrophes: what an apostrophe parts, they part. */
static const struct range apostrophes[] = {
	{ 0x02B9, 0x02C1 },
	{ 0x02C6, 0x02D1 },
	{ 0x02EC, 0x02EE },
};

/* Letters that stand for others, as they are after ev_fold_apart; sorted. */
static const struct {
	uint32_t from, to;
} stands_for[] = {
	{ 0x00F0, 'd' },    /* ð */
	{ 0x00F8, 'o' },    /* ø */
	{ 0x0111, 'd' },    /* đ */
	{ 0x0127, 'h' },    /* ħ */
	{ 0x0131, 'i' },    /* ı */
	{ 0x0142, 'l' },    /* ł */
	{ 0x014B, 'n' },    /* ŋ */
	{ 0x0167, 't' },    /* ŧ */
	{ 0x0180, 'b' },    /* ƀ */
	{ 0x01B6, 'z' },    /* ƶ */
	{ 0x0259, 'e' },    /* ə */
	{ 0x0275, 'o' },    /* ɵ */
	{ 0x0456, 0x0438 }, /* і и */
	{ 0x0491, 0x0433 }, /* ґ г */
	{ 0x0493, 0x0433 }, /* ғ г */
	{ 0x0495, 0x0433 }, /* ҕ г */
	{ 0x0497, 0x0436 }, /* җ ж */
	{ 0x0499, 0x0437 }, /* ҙ з */
	{ 0x049B, 0x043A }, /* қ к */
	{ 0x049D, 0x043A }, /* ҝ к */
	{ 0x049F, 0x043A }, /* ҟ к */
	{ 0x04A1, 0x043A }, /* ҡ к */
	{ 0x04A3, 0x043D }, /* ң н */
	{ 0x04A5, 0x043D }, /* ҥ н */
	{ 0x04A7, 0x043F }, /* ҧ п */
	{ 0x04AB, 0x0441 }, /* ҫ с */
	{ 0x04AD, 0x0442 }, /* ҭ т */
	{ 0x04AF, 0x0443 }, /* ү у */
	{ 0x04B1, 0x0443 }, /* ұ у */
	{ 0x04B3, 0x0445 }, /* ҳ х */
	{ 0x04B7, 0x0447 }, /* ҷ ч */
	{ 0x04B9, 0x0447 }, /* ҹ ч */
	{ 0x04BB, 0x0445 }, /* һ х */
	{ 0x04C4, 0x043A }, /* ӄ к */
	{ 0x04C8, 0x043D }, /* ӈ н */
	{ 0x04CA, 0x043D }, /* ӊ н */
	{ 0x04D9, 0x0430 }, /* ә а */
	{ 0x04E9, 0x043E }, /* ө о */
	{ 0x04F7, 0x0433 }, /* ӷ г */
	{ 0x04FB, 0x0433 }, /* ӻ г */
	{ 0x04FD, 0x0445 }, /* ӽ х */
	{ 0x0629, 0x0647 }, /* ة ه */
	{ 0x0640, 0 },      /* tatweel */
	{ 0x0671, 0x0627 }, /* ٱ ا */
	{ 0x0672, 0x0627 }, /* ٲ ا */
	{ 0x0673, 0x0627 }, /* ٳ ا */
	{ 0x0674, 0 },      /* Kazakh hamza */
	{ 0x06A9, 0x0643 }, /* ک ك */
	{ 0x06AA, 0x0643 }, /* ڪ ك */
	{ 0x06BE, 0x0647 }, /* ھ ه */
	{ 0x06C1, 0x0647 }, /* ہ ه */
	{ 0x06C3, 0x0647 }, /* ۃ ه */
	{ 0x06CC, 0x064A }, /* ی ي */
	{ 0x06D5, 0x0647 }, /* ە ه */
};

/* The zeros of all decimal digits; nine more follow each. */
static const uint32_t zeros[] = {
	0x660,   0x6F0,   0x7C0,   0x966,   0x9E6,   0xA66,   0xAE6,   0xB66,   0xBE6,   0xC66,
	0xCE6,   0xD66,   0xDE6,   0xE50,   0xED0,   0xF20,   0x1040,  0x1090,  0x17E0,  0x1810,
	0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,  0xA8D0,
	0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136,
	0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50,
	0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E950,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_in(const struct range *ranges, size_t n, uint32_t point)
{
	size_t i;

	for (i = 0; i < n && ranges[i].first <= point; i++)
		if (point <= ranges[i].last)
			return true;
	return false;
}

bool
ev_fold_is_accent(uint32_t point)
{
	return is_in(accents, COUNT(accents), point);
}

enum ev_fold_kind
ev_fold_kind(uint32_t point)
{
	if (is_in(whole, COUNT(whole), point))
		return EV_FOLD_WHOLE;
	if (is_in(unseen, COUNT(unseen), point))
		return EV_FOLD_NONE;
	if (is_in(apostrophes, COUNT(apostrophes), point))
		return EV_FOLD_GAP;
	switch (utf8proc_category((utf8proc_int32_t)point)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return EV_FOLD_LETTER;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return EV_FOLD_MARK;
	default:
		return EV_FOLD_GAP;
	}
}

static uint32_t
digit(uint32_t point)
{
	size_t i;

	if (utf8proc_category((utf8proc_int32_t)point) != UTF8PROC_CATEGORY_ND)
		return point;
	for (i = 0; i < COUNT(zeros); i++)
		if (point >= zeros[i] && point - zeros[i] < 10)
			return '0' + point - zeros[i];
	return point;
}

size_t
ev_fold_apart(uint32_t point, uint32_t out[EV_FOLD_POINTS])
{
	utf8proc_int32_t points[EV_FOLD_POINTS];
	utf8proc_ssize_t n, i;
	size_t k = 0;
	int bound = UTF8PROC_BOUNDCLASS_START;

	/* Hangul stays whole; two letters of Kana would become two words in one. */
	if ((point >= 0xAC00 && point <= 0xD7A3) || point == 0x309F || point == 0x30FF) {
		out[0] = point;
		return 1;
	}
	n = utf8proc_decompose_char((utf8proc_int32_t)point, points, EV_FOLD_POINTS,
				    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD,
				    &bound);
	if (n < 0 || n > EV_FOLD_POINTS) {
		out[0] = point;
		return 1;
	}
	for (i = 0; i < n && k + 1 < EV_FOLD_POINTS; i++) {
		out[k++] = digit((uint32_t)points[i]);
		/* Letters that are two to everybody, and one to Unicode: æ, œ. */
		if (points[i] == 0xE6 || points[i] == 0x153) {
			out[k - 1] = points[i] == 0xE6 ? 'a' : 'o';
			out[k++] = 'e';
		}
	}
	return k;
}

uint32_t
ev_fold_join(uint32_t before, uint32_t point)
{
	enum {
		LEADS = 0x1100,
		VOWELS = 0x1161,
		TAILS = 0x11A7,
		SYLLABLES = 0xAC00
	};

	if (point == 0x0306 && before == 0x0438)
		return 0x0439; /* й */
	if (point == 0x0654 && (before == 0x064A || before == 0x0649))
		return 0x0626; /* ئ */
	if (point == 0x0654 && before == 0x0648)
		return 0x0624; /* ؤ */
	if (before >= LEADS && before < LEADS + 19 && point >= VOWELS && point < VOWELS + 21)
		return SYLLABLES + ((before - LEADS) * 21 + (point - VOWELS)) * 28;
	if (before >= SYLLABLES && before <= 0xD7A3 && (before - SYLLABLES) % 28 == 0 &&
	    point > TAILS && point < TAILS + 28)
		return before + (point - TAILS);
	return 0;
}

uint32_t
ev_fold_letter(uint32_t point)
{
	size_t low = 0, high = COUNT(stands_for), middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (stands_for[middle].from < point)
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT(stands_for) && stands_for[low].from == point ? stands_for[low].to
									: point;
}

const char *
ev_fold_unicode(void)
{
	return utf8proc_unicode_version();
}

void
ev_fold_caseless(struct ev_buf *out, struct ev_slice text)
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t len;

	/* It would take a length of 0 for a text without one. */
	if (text.len == 0)
		return;
	len = utf8proc_map(text.data, (utf8proc_ssize_t)text.len, &folded,
			   UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
	if (len == UTF8PROC_ERROR_NOMEM)
		out->bad = true;
	else if (len < 0)
		ev_buf_add(out, text.data, text.len);
	else
		ev_buf_add(out, folded, (size_t)len);
	free(folded);
}
