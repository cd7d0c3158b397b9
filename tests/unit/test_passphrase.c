#include "format/passphrase.h"

#include "base/secret.h"
#include "format/words.h"
#include "unit.h"

/* Connected with the vault: the holder's, the vault's, the computer's user; one too short to count.
 */
static const char *const names[] = { "Айгерим Нұрлан", "almaty-case", "Zhanna", "ab" };

static enum ev_passphrase_verdict
judge(const char *text, unsigned *bits)
{
	enum ev_passphrase_verdict verdict = EV_PASSPHRASE_GUESSABLE;

	CHECK(ev_passphrase_judge(ev_slice_text(text), names, 4, &verdict, bits, NULL) ==
	      EVAULT_OK);
	return verdict;
}

static const struct {
	const char *text;
	enum ev_passphrase_verdict verdict;
} weak[] = {
	{ "", EV_PASSPHRASE_SHORT },
	{ " ", EV_PASSPHRASE_SHORT },
	{ "a", EV_PASSPHRASE_SHORT },
	{ "xK9#qL2", EV_PASSPHRASE_SHORT },
	{ "密码", EV_PASSPHRASE_SHORT },
	{ "我们的家在新疆", EV_PASSPHRASE_SHORT },
	{ "12345678901234567890", EV_PASSPHRASE_DIGITS },
	{ "7394628501", EV_PASSPHRASE_DIGITS },
	{ "8-701-555-01-02", EV_PASSPHRASE_DIGITS },
	{ "25.12.1991", EV_PASSPHRASE_DIGITS },
	{ "12/25/1991", EV_PASSPHRASE_DIGITS },
	{ "1991-12-25", EV_PASSPHRASE_DIGITS },
	{ "19911225", EV_PASSPHRASE_DIGITS },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", EV_PASSPHRASE_REPEATED },
	{ "abcabcabcabcabcabcabcabcabc", EV_PASSPHRASE_REPEATED },
	{ "ыыыыыыыыыыыыыыыыыыыыыыыы", EV_PASSPHRASE_REPEATED },
	{ "qwerty qwerty qwerty qwerty", EV_PASSPHRASE_REPEATED },
	{ "爱爱爱爱爱爱爱爱爱爱爱爱", EV_PASSPHRASE_REPEATED },
	{ "qwertyuiop123", EV_PASSPHRASE_KEYBOARD },
	{ "1qaz2wsx3edc4rfv", EV_PASSPHRASE_KEYBOARD },
	{ "poiuytrewq", EV_PASSPHRASE_KEYBOARD },
	{ "йцукенгшщзхъ", EV_PASSPHRASE_KEYBOARD },
	{ "ФЫВАПРОЛДЖЭ", EV_PASSPHRASE_KEYBOARD },
	{ "ячсмитьбю", EV_PASSPHRASE_KEYBOARD },
	{ "әіңғүұқөһ", EV_PASSPHRASE_KEYBOARD },
	{ "abcdefghijklmnop", EV_PASSPHRASE_KEYBOARD },
	{ "абвгдежзийклмн", EV_PASSPHRASE_KEYBOARD },
	{ "Айгерим1985", EV_PASSPHRASE_NAME },
	{ "нұрлан2030!", EV_PASSPHRASE_NAME },
	{ "Fquthbv1985", EV_PASSPHRASE_NAME }, /* Айгерим on Latin keys */
	{ "Almaty-case-2026", EV_PASSPHRASE_NAME },
	{ "zhanna_zhanna_5", EV_PASSPHRASE_NAME },
	{ "password", EV_PASSPHRASE_COMMON },
	{ "P@ssw0rd2024", EV_PASSPHRASE_COMMON },
	{ "зфыыцщкв", EV_PASSPHRASE_COMMON }, /* password on Russian keys */
	{ "elephant", EV_PASSPHRASE_WORD },
	{ "elephant2024!", EV_PASSPHRASE_WORD },
	{ "Kazakhstan2030", EV_PASSPHRASE_WORD },
	{ "пароль", EV_PASSPHRASE_WORD },
	{ "gfhjkm2024", EV_PASSPHRASE_WORD }, /* пароль on Latin keys */
	{ "Нурсултан2024", EV_PASSPHRASE_WORD },
	{ "сәлем", EV_PASSPHRASE_WORD },
	{ "ئەركىنلىك", EV_PASSPHRASE_WORD },
	{ "Tr0ub4dor&3", EV_PASSPHRASE_GUESSABLE },
	{ "umbrella elephant", EV_PASSPHRASE_GUESSABLE },
	{ "correct horse battery staple", EV_PASSPHRASE_GUESSABLE },
	{ "correct battery horse staple", EV_PASSPHRASE_GUESSABLE },
	{ "may the force be with you", EV_PASSPHRASE_GUESSABLE },
	{ "john michael david robert", EV_PASSPHRASE_GUESSABLE },
	{ "я тебя люблю мама", EV_PASSPHRASE_GUESSABLE },
	{ "все будет хорошо навсегда", EV_PASSPHRASE_GUESSABLE },
	{ "москва россия любовь", EV_PASSPHRASE_GUESSABLE },
	{ "correcthorsebattery", EV_PASSPHRASE_GUESSABLE },
	{ "зимний вечер гитара", EV_PASSPHRASE_GUESSABLE },
	{ "ghbdtndctvrfrltkf", EV_PASSPHRASE_GUESSABLE }, /* привет всем как дела */
	{ "lyublyu tebya navsegda", EV_PASSPHRASE_GUESSABLE },
	{ "жақсы балалар", EV_PASSPHRASE_GUESSABLE },
	{ "يۇرت تاغ", EV_PASSPHRASE_SHORT },
};

static void
weak_ones_are_refused_with_their_reason(void)
{
	struct evault_error err;
	unsigned bits, got;
	size_t i;

	for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		got = judge(weak[i].text, &bits);
		if (!CHECK(got == weak[i].verdict && bits < EV_PASSPHRASE_BITS))
			printf("# %s: %u, %u bits\n", weak[i].text, got, bits);
		memset(&err, 0, sizeof(err));
		CHECK(ev_passphrase_check(ev_slice_text(weak[i].text), names, 4, &err) ==
		      EVAULT_E_USAGE);
		CHECK(strstr(err.text, "guessed") != NULL || strstr(err.text, "short") != NULL);
	}
}

static void
good_ones_are_taken_in_every_language(void)
{
	static const char *const good[] = {
		"correct-horse-battery-staple-window",
		"purple tractors never sing under my bridge",
		"xK9#qL2$vN7pR",
		"kq7vmx2hfz9wb4",
		"зимний вечер гитара самовар облако",
		"Синий трактор ест варенье под луной",
		"pbvybq dtxth ubnfhf cfvjdfh j,kfrj ktc", /* six Russian words on Latin keys */
		"құстар аспанда ұшады көктемде гүл",
		"менің үйім тау етегінде тұр",
		"ئەتىرگۈل تاغ بۇلۇت قۇياش دەريا",
		"我的猫喜欢在星期三弹钢琴",
		"Айгерим любит синий трактор под полной луной", /* a name does no harm by itself */
	};
	unsigned bits;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!CHECK(judge(good[i], &bits) == EV_PASSPHRASE_GOOD &&
			   bits >= EV_PASSPHRASE_BITS))
			printf("# %s: %u bits\n", good[i], bits);
		CHECK(ev_passphrase_check(ev_slice_text(good[i]), names, 4, NULL) == EVAULT_OK);
	}
}

/* What evault makes counts no more than it is worth, and is taken. */
static void
generated_ones_are_taken_for_what_they_are_worth(void)
{
	char made[EV_WORDS_PASSPHRASE_SIZE];
	unsigned i, bits, least = 1000, most = 0;

	for (i = 0; i < 40; i++) {
		ev_words_passphrase(i % 2 == 0 ? EV_WORDS_ENGLISH : EV_WORDS_RUSSIAN,
				    EV_PASSPHRASE_BITS_MADE, made);
		CHECK(judge(made, &bits) == EV_PASSPHRASE_GOOD);
		least = bits < least ? bits : least;
		most = bits > most ? bits : most;
	}
	CHECK(least >= 70 && most <= 88 + 7);
}

static void
only_the_first_characters_count(void)
{
	char text[2000];
	unsigned bits, more;

	memset(text, 'q', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text + 300, " purple tractors never sing under my bridge ", 44);
	CHECK(judge(text, &bits) == EV_PASSPHRASE_REPEATED);
	text[EV_PASSPHRASE_CHARACTERS] = '\0';
	CHECK(judge(text, &more) == EV_PASSPHRASE_REPEATED && more == bits);
}

static void
any_bytes_are_judged_the_same_each_time(void)
{
	uint8_t bytes[300];
	unsigned first, again, i;
	enum ev_passphrase_verdict one, other;

	for (i = 0; i < 300; i++)
		bytes[i] = (uint8_t)(i * 151 + i / 7);
	for (i = 0; i < 300; i += 7) {
		CHECK(ev_passphrase_judge(ev_slice_of(bytes, i), NULL, 0, &one, &first, NULL) ==
		      EVAULT_OK);
		CHECK(ev_passphrase_judge(ev_slice_of(bytes, i), NULL, 0, &other, &again, NULL) ==
		      EVAULT_OK);
		CHECK(one == other && first == again);
	}
}

/* ё is typed as е by most, Kazakh letters are priced as Russian ones, a capital is a bit. */
static void
spelling_makes_no_great_difference(void)
{
	unsigned one, other;

	(void)judge("полёт", &one);
	(void)judge("полет", &other);
	CHECK(one == other);
	(void)judge("қоң", &one);
	(void)judge("кон", &other);
	CHECK(one == other);
	(void)judge("самовар", &one);
	(void)judge("САМОВАР", &other);
	CHECK(other > one && other <= one + 7);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 2;
	UNIT_RUN(weak_ones_are_refused_with_their_reason);
	UNIT_RUN(good_ones_are_taken_in_every_language);
	UNIT_RUN(generated_ones_are_taken_for_what_they_are_worth);
	UNIT_RUN(only_the_first_characters_count);
	UNIT_RUN(any_bytes_are_judged_the_same_each_time);
	UNIT_RUN(spelling_makes_no_great_difference);
	return unit_end();
}
