/* Folding: what people write differently and mean the same, and what they do not. */
#include <stdlib.h>

#include "format/fold.h"
#include "unit.h"

/* The words of a text, with a bar between them. */
static const char *
words(const char *text, size_t len, char out[1000])
{
	struct ev_fold f = ev_fold_of(ev_slice_of(text, len));
	struct ev_fold_word w;
	size_t n = 0;

	while (ev_fold_next(&f, &w) && n + w.len + 2 < 1000) {
		if (n > 0)
			out[n++] = '|';
		memcpy(out + n, w.text, w.len);
		n += w.len;
	}
	out[n] = '\0';
	return out;
}

static bool
folds(const char *text, const char *expected)
{
	char out[1000];

	if (strcmp(words(text, strlen(text), out), expected) == 0)
		return true;
	printf("# %s: %s and not %s\n", text, out, expected);
	return false;
}

static bool
same(const char *a, const char *b)
{
	char x[1000], y[1000];

	return strcmp(words(a, strlen(a), x), words(b, strlen(b), y)) == 0;
}

static void
latin_loses_case_and_accents(void)
{
	CHECK(folds("Hello, WORLD", "hello|world"));
	CHECK(folds("Élan naïve Ångström", "elan|naive|angstrom"));
	CHECK(folds("e\xCC\x81lan", "elan"));
	CHECK(folds("Straße STRASSE", "strasse|strasse"));
	CHECK(folds("ﬁn Ⅷ ① m²", "fin|viii|1|m2"));
	CHECK(folds("İstanbul ISPARTA ısparta", "istanbul|isparta|isparta"));
	CHECK(folds("Łódź Øre Æsir", "lodz|ore|aesir"));
	CHECK(folds("ＡＢＣ１２", "abc12"));
}

static void
gaps_part_words(void)
{
	CHECK(folds("", ""));
	CHECK(folds("... --- !", ""));
	CHECK(folds("IMG_0412.jpg", "img|0412|jpg"));
	CHECK(folds("don't o\xCA\xBBzbek o'zbek", "don|t|o|zbek|o|zbek"));
	CHECK(folds("a\xC2\xADz b\xE2\x80\x8Dy c\xE2\x80\x8Fx", "az|by|cx"));
	CHECK(folds("one\ntwo\tthree", "one|two|three"));
}

static void
russian_and_kazakh_letters_fold_to_those_of_a_plain_keyboard(void)
{
	CHECK(same("ёлка ЁЛКА Елка", "елка елка елка"));
	CHECK(same("Гүлдария", "гулдария"));
	CHECK(same("Алимнұр", "алимнур"));
	CHECK(same("Қазақстан", "казакстан"));
	CHECK(same("Әлия Өмір Үміт Ұлы Іле Ғани Шаңырақ Һәм",
		   "алия омир умит улы иле гани шанырак хам"));
	CHECK(same("Ўзбекистон Ҳаким Қўқон ғалаба", "узбекистон хаким кукон галаба"));
	CHECK(same("Җәлил Ҙур Ҫәс", "жалил зур сас"));
	CHECK(same("Їжак Ґанок", "ижак ганок"));
}

static void
short_i_is_a_letter_of_its_own_however_it_is_coded(void)
{
	CHECK(folds("Йод йод", "йод|йод"));
	CHECK(folds("и\xCC\x86од", "йод"));
	CHECK(folds("И\xCC\x86од", "йод"));
	CHECK(!same("мой", "мои"));
}

static void
arabic_script_loses_vowel_marks_and_tatweel(void)
{
	CHECK(same("مُحَمَّد", "محمد"));
	CHECK(same("محـــمد", "محمد"));
	CHECK(same("أحمد إلى آمن ٱلله", "احمد الى امن الله"));
	CHECK(same("ﻻ ﷲ ﺑﯧﺠﯩﯔ", "لا الله بېجىڭ"));
	CHECK(same("مدرسة", "مدرسه"));
	CHECK(same("کتاب یار", "كتاب يار"));
	CHECK(same("مى\xE2\x80\x8Cخواهم", "مىخواهم"));
}

static void
uyghur_words_stay_apart_and_forms_of_one_letter_do_not(void)
{
	CHECK(same("ئۇيغۇر", "ئۇيغۇر"));
	CHECK(same("ئۇيغۇ\xD9\x8Bر", "ئۇيغۇر"));
	CHECK(same("\xD9\x8A\xD9\x94ۇيغۇر", "ئۇيغۇر"));
	CHECK(!same("ئول", "يول"));
	CHECK(!same("ئۇن", "ئۈن"));
	CHECK(!same("كۆل", "كول"));
	CHECK(!same("بىر", "بير"));
	CHECK(!same("گۈل", "كۈل"));
	CHECK(same("ھەمدە", "\xD9\x87\xD9\x87مد\xD9\x87"));
	CHECK(!same("مؤمن", "مومن"));
}

static void
kazakh_in_arabic_script_is_found_without_its_hamza(void)
{
	CHECK(same("ٴبىر", "بىر"));
	CHECK(same("ءبىر", "بىر"));
	CHECK(!same("جزء", "جز"));
}

static void
ideographs_are_words_each(void)
{
	CHECK(folds("新疆", "新|疆"));
	CHECK(folds("在新疆2019年", "在|新|疆|2019|年"));
	CHECK(folds("ウイグル", "ウ|イ|ク\xE3\x82\x99|ル"));
	CHECK(same("ｳｲｸﾞﾙ", "ウイグル"));
	CHECK(same("ウイグル", "ウイク\xE3\x82\x99ル"));
	CHECK(!same("ウイグル", "ウイクル"));
	CHECK(folds("위구르", "위|구|르"));
	CHECK(folds("\xE1\x84\x8B\xE1\x85\xB1구르", "위|구|르"));
	CHECK(folds("\xEF\xA4\x80", "豈"));
}

static void
digits_of_all_scripts_are_the_same(void)
{
	CHECK(folds("٢٠١٩ ۲۰۱۹ २०१९ ２０１９", "2019|2019|2019|2019"));
}

static void
marks_that_are_vowels_stay(void)
{
	CHECK(!same("བོད", "བད"));
	CHECK(!same("हिन्दी", "हन्द"));
}

static void
ranges_are_of_the_original_bytes(void)
{
	static const char text[] = "«Гү\xCC\x81л», мُحَ!新";
	struct ev_fold f = ev_fold_of(ev_slice_text(text));
	struct ev_fold_word w;

	NEED(ev_fold_next(&f, &w));
	CHECK(w.from == 2 && w.to == 10 && w.len == 6);
	NEED(ev_fold_next(&f, &w));
	CHECK(w.from == 14 && w.to == 22);
	NEED(ev_fold_next(&f, &w));
	CHECK(w.from == 23 && w.to == 26);
	CHECK(!ev_fold_next(&f, &w));
}

static void
invalid_utf8_is_passed_over(void)
{
	char out[1000];

	CHECK(strcmp(words("a\xFFz \xC3", 5, out), "a|z") == 0);
	CHECK(strcmp(words("\xED\xA0\x80q\xF5", 5, out), "q") == 0);
	CHECK(strcmp(words("a\0z", 3, out), "a|z") == 0);
	CHECK(strcmp(words("\xC0\xAFx", 3, out), "x") == 0);
}

static void
a_long_run_is_several_words(void)
{
	char *run = malloc(100000);
	struct ev_fold f;
	struct ev_fold_word w;
	size_t n = 0, end = 0;

	NEED(run != NULL);
	memset(run, 'a', 100000);
	f = ev_fold_of(ev_slice_of(run, 100000));
	while (ev_fold_next(&f, &w)) {
		n += CHECK(w.len <= EV_FOLD_WORD_MAX && w.from == end);
		end = w.to;
	}
	CHECK(n == (100000 + EV_FOLD_WORD_MAX - 1) / EV_FOLD_WORD_MAX && end == 100000);
	free(run);
}

static void
texts_are_the_same_whose_words_are(void)
{
	CHECK(ev_fold_same(ev_slice_text("Имя свидетеля "), ev_slice_text("имя  СВИДЕТЕЛЯ")));
	CHECK(ev_fold_same(ev_slice_text(""), ev_slice_text("!")));
	CHECK(!ev_fold_same(ev_slice_text("witness"), ev_slice_text("witness two")));
	CHECK(!ev_fold_same(ev_slice_text("witness two"), ev_slice_text("witness")));
	CHECK(!ev_fold_same(ev_slice_text("witness"), ev_slice_text("witnes")));
}

int
main(void)
{
	UNIT_RUN(latin_loses_case_and_accents);
	UNIT_RUN(gaps_part_words);
	UNIT_RUN(russian_and_kazakh_letters_fold_to_those_of_a_plain_keyboard);
	UNIT_RUN(short_i_is_a_letter_of_its_own_however_it_is_coded);
	UNIT_RUN(arabic_script_loses_vowel_marks_and_tatweel);
	UNIT_RUN(uyghur_words_stay_apart_and_forms_of_one_letter_do_not);
	UNIT_RUN(kazakh_in_arabic_script_is_found_without_its_hamza);
	UNIT_RUN(ideographs_are_words_each);
	UNIT_RUN(digits_of_all_scripts_are_the_same);
	UNIT_RUN(marks_that_are_vowels_stay);
	UNIT_RUN(ranges_are_of_the_original_bytes);
	UNIT_RUN(invalid_utf8_is_passed_over);
	UNIT_RUN(a_long_run_is_several_words);
	UNIT_RUN(texts_are_the_same_whose_words_are);
	return unit_end();
}
