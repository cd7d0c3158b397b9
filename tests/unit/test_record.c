#include <stdlib.h>

#include "base/secret.h"
#include "format/record.h"
#include "unit.h"

#define FIRST  "evault/record/v1\n"
#define ACTION "AAECAwQFBgcICQoLDA0ODw action add\n"
#define TIME   "EBESExQVFhcYGRobHB0eHw time 2026-11-22T09:15:09Z\n"
#define NAME   "ICEiIyQlJicoKSorLC0uLw name 100%25 Гүлдария%0A%FF.jpg\n"
#define SIZE   "MDEyMzQ1Njc4OTo7PD0-Pw size 0\n"
#define TAG    "QEFCQ0RFRkdISUpLTE1OTw tag winter\n"
#define EMPTY  "UFFSU1RVVldYWVpbXF1eXw tag \n"
#define FIELD  "-_________-_________-w field witness=A. B.\n"
#define BASE   FIRST ACTION TIME
#define RECORD BASE NAME SIZE TAG EMPTY FIELD
#define SALT   "MDEyMzQ1Njc4OTo7PD0-Pw "
#define HASH   "b962ebf1546f4a4a9a664ef383a174a4e238b6a168d0faae55e1225293ee144f"

/* Made with sha256sum for each line, sort, and sha256sum over all. */
#define FORM                                                                                       \
	FIRST "- action 4f55a456d42ed1e7c58abb90206318fbb13eebda1455c4af4329a64370d3c4c1\n"        \
	      "- field witness=723cb146de21b75de683fa500d6a1d5c53d83db5230f74d041e428369f9ed086\n" \
	      "- name b2b75e80501e0e98f0719ee20014716bdffc310bbbabec75d53a4a9c3b6d193e\n"          \
	      "- size b962ebf1546f4a4a9a664ef383a174a4e238b6a168d0faae55e1225293ee144f\n"          \
	      "- tag b10fd55335da4c169b7384076f76580f8b9e306a62e5a48192a6a93605a9c391\n"           \
	      "- tag f71d06fe92e38047da5105c24bc1c5c6be73d717e3ae61f14a068c8897f60a78\n"           \
	      "- time d400ef7d03c0b6d6245e0aa3928755e12b06477e614fd6ad9a2d68901eedbef1\n"
#define DIGEST "1ab9c1cd3ef8b6a70749406c19e88d462c5090f11471608c75ddc605f1259b98"

static enum evault_status
parse_slice(struct ev_slice text)
{
	enum evault_status rc;
	struct ev_record r;

	ev_record_init(&r);
	rc = ev_record_parse(text, &r, NULL);
	if (rc != EVAULT_OK && (r.n != 0 || r.fields != NULL || r.text.data != NULL))
		rc = EVAULT_OK; /* it must hold nothing */
	ev_record_release(&r);
	return rc;
}

static enum evault_status
parse(const char *text)
{
	return parse_slice(ev_slice_text(text));
}

static bool
refused(const char *text)
{
	return parse(text) == EVAULT_E_FORMAT;
}

static bool
digest_is(struct ev_slice text, const char *hex)
{
	char found[EVAULT_HEX_SIZE];
	struct ev_hash digest;

	if (ev_record_digest(text, &digest, NULL) != EVAULT_OK)
		return false;
	ev_hash_hex(&digest, found);
	return strcmp(found, hex) == 0;
}

/* ---- digest ------------------------------------------------------------ */

static void
record_that_is_made_has_the_digest_of_its_text(void)
{
	static const char *const names[] = { "action", "time", "name", "field", "tag", "field" };
	static const char *const values[] = {
		"add", "2026-11-22T09:15:09Z", "100 % \xff\n", "a b%=c = d", "", "x="
	};
	struct ev_hash made, read;
	struct ev_record r;
	size_t i, k;

	ev_record_init(&r);
	/* More than salts are drawn at once. */
	for (k = 0; k < 8; k++)
		for (i = 0; i < 6; i++)
			if (k == 0 || i == 4)
				NEED(ev_record_add_text(&r, names[i], values[i], NULL) ==
				     EVAULT_OK);
	for (k = 0; k < 30; k++)
		NEED(ev_record_add_text(&r, "tag", "t", NULL) == EVAULT_OK);
	NEED(ev_record_digest_of(&r, &made, NULL) == EVAULT_OK);
	NEED(ev_record_digest(ev_slice_of(r.text.data, r.text.len), &read, NULL) == EVAULT_OK);
	CHECK(ev_hash_equal(&made, &read));
	/* No two salts are the same. */
	for (i = 0; i < r.text.len; i++)
		if (r.text.data[i] == '\n' && i + 23 < r.text.len)
			for (k = i + 1; k + 23 < r.text.len; k++)
				if (r.text.data[k] == '\n' &&
				    !CHECK(memcmp(r.text.data + i, r.text.data + k, 23) != 0))
					break;
	ev_record_release(&r);
	NEED(ev_record_add_text(&r, "action", "add", NULL) == EVAULT_OK);
	CHECK(ev_record_digest_of(&r, &made, NULL) == EVAULT_E_FORMAT);
	ev_record_release(&r);
}

static void
digest_is_what_sort_and_sha256sum_make_of_the_lines(void)
{
	struct ev_buf form = EV_BUF_INIT;

	CHECK(ev_record_withheld_form(ev_slice_text(RECORD), &form, NULL) == EVAULT_OK);
	CHECK(ev_slice_is(ev_slice_of(form.data, form.len), FORM));
	CHECK(digest_is(ev_slice_text(RECORD), DIGEST));
	ev_buf_release(&form);
}

static void
digest_does_not_depend_on_the_order_of_lines(void)
{
	CHECK(digest_is(ev_slice_text(FIRST FIELD EMPTY TIME NAME SIZE TAG ACTION), DIGEST));
	CHECK(digest_is(ev_slice_text(FIRST SIZE TAG NAME TIME ACTION FIELD EMPTY), DIGEST));
}

static void
a_line_twice_gives_another_digest(void)
{
	CHECK(parse(RECORD TAG) == EVAULT_OK);
	CHECK(!digest_is(ev_slice_text(RECORD TAG), DIGEST));
	CHECK(!digest_is(ev_slice_text(BASE NAME SIZE TAG FIELD), DIGEST));
}

static void
every_changed_byte_changes_the_digest_or_is_refused(void)
{
	char text[] = RECORD;
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++) {
		text[i] ^= 1;
		CHECK(!digest_is(ev_slice_of(text, sizeof(text) - 1), DIGEST));
		text[i] ^= 1;
	}
	CHECK(digest_is(ev_slice_of(text, sizeof(text) - 1), DIGEST));
}

static void
what_is_no_record_has_no_digest(void)
{
	struct ev_buf out = EV_BUF_INIT;
	const char *names[] = { "name" };
	struct ev_hash digest;

	CHECK(ev_record_digest(ev_slice_text(RECORD SIZE), &digest, NULL) == EVAULT_E_FORMAT);
	CHECK(ev_record_withheld_form(ev_slice_text(FIRST), &out, NULL) == EVAULT_E_FORMAT);
	CHECK(ev_record_withhold(ev_slice_text(RECORD "x"), names, 1, &out, NULL) ==
	      EVAULT_E_FORMAT);
	CHECK(out.len == 0);
	ev_buf_release(&out);
}

/* ---- withholding ------------------------------------------------------- */

static bool
hides_winter(void *ctx, const struct ev_record_field *field)
{
	++*(unsigned *)ctx;
	return field->len == 6 && memcmp(field->value, "winter", 6) == 0;
}

static void
one_line_of_several_of_a_name_can_be_withheld(void)
{
	struct ev_buf out = EV_BUF_INIT, again = EV_BUF_INIT;
	struct ev_hash before, after;
	unsigned asked = 0;

	NEED(ev_record_withhold_if(ev_slice_text(RECORD), hides_winter, &asked, &out, NULL) ==
	     EVAULT_OK);
	/* Not for action and time. */
	CHECK(asked == 5);
	CHECK(memmem(out.data, out.len, TAG, strlen(TAG)) == NULL &&
	      memmem(out.data, out.len, EMPTY, strlen(EMPTY)) != NULL);
	CHECK(ev_record_digest(ev_slice_text(RECORD), &before, NULL) == EVAULT_OK &&
	      ev_record_digest(ev_slice_of(out.data, out.len), &after, NULL) == EVAULT_OK &&
	      ev_hash_equal(&before, &after));
	asked = 0;
	CHECK(ev_record_withhold_if(ev_slice_of(out.data, out.len), hides_winter, &asked, &again,
				    NULL) == EVAULT_OK);
	CHECK(asked == 4 && again.len == out.len && memcmp(again.data, out.data, out.len) == 0);
	ev_buf_release(&out);
	ev_buf_release(&again);
}

static void
every_subset_of_fields_can_be_withheld_and_the_digest_stays(void)
{
	static const char *const all[] = { "name", "size", "tag", "field", "absent" };
	const char *some[5];
	struct ev_buf out = EV_BUF_INIT, again = EV_BUF_INIT;
	struct ev_slice once;
	unsigned set;
	size_t i, n;

	for (set = 0; set < 32; set++) {
		for (n = i = 0; i < 5; i++)
			if ((set >> i & 1) != 0)
				some[n++] = all[i];
		ev_buf_clear(&out);
		ev_buf_clear(&again);
		NEED(ev_record_withhold(ev_slice_text(RECORD), some, n, &out, NULL) == EVAULT_OK);
		once = ev_slice_of(out.data, out.len);
		CHECK(digest_is(once, DIGEST));
		CHECK(ev_record_withhold(once, all, 5, &again, NULL) == EVAULT_OK);
		CHECK(digest_is(ev_slice_of(again.data, again.len), DIGEST));
		CHECK((set & 15) != 0 || ev_slice_is(once, RECORD));
	}
	ev_buf_release(&out);
	ev_buf_release(&again);
}

static void
what_is_withheld_is_gone_and_only_that(void)
{
	static const char *const names[] = { "tag", "name" };
	struct ev_buf out = EV_BUF_INIT;
	const struct ev_record_field *f;
	struct ev_record r;

	ev_record_init(&r);
	NEED(ev_record_withhold(ev_slice_text(RECORD), names, 2, &out, NULL) == EVAULT_OK);
	CHECK(strstr(ev_buf_text(&out), "winter") == NULL);
	CHECK(strstr(ev_buf_text(&out), "QEFCQ0RFRkdISUpLTE1OTw") == NULL);
	CHECK(strstr(ev_buf_text(&out), FIELD) != NULL);
	NEED(ev_record_parse(ev_slice_of(out.data, out.len), &r, NULL) == EVAULT_OK);
	CHECK(r.n == 7);
	f = ev_record_find(&r, "name");
	NEED(f != NULL);
	CHECK(f->withheld && f->len == 0);
	f = ev_record_find(&r, "size");
	CHECK(f != NULL && !f->withheld && f->len == 1);
	ev_record_release(&r);
	ev_buf_release(&out);
}

static void
action_and_time_cannot_be_withheld(void)
{
	static const char *const action[] = { "name", "action" }, *const time[] = { "time" };
	struct ev_buf out = EV_BUF_INIT;

	CHECK(ev_record_withhold(ev_slice_text(RECORD), action, 2, &out, NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_withhold(ev_slice_text(RECORD), time, 1, &out, NULL) == EVAULT_E_USAGE);
	CHECK(out.len == 0);
	CHECK(refused(FIRST "- action " HASH "\n" TIME));
	CHECK(refused(FIRST ACTION "- time " HASH "\n"));
	CHECK(refused(FIRST ACTION));
	CHECK(refused(FIRST TIME));
	ev_buf_release(&out);
}

/* ---- parsing ----------------------------------------------------------- */

static void
values_are_decoded(void)
{
	static const char raw[] = "100% Гүлдария\n\xff.jpg";
	const struct ev_record_field *f;
	struct ev_record r;

	ev_record_init(&r);
	NEED(ev_record_parse(ev_slice_text(RECORD), &r, NULL) == EVAULT_OK);
	CHECK(r.n == 7);
	f = ev_record_find(&r, "name");
	NEED(f != NULL && !f->withheld);
	CHECK(f->len == sizeof(raw) - 1 && memcmp(f->value, raw, sizeof(raw)) == 0);
	CHECK(r.fields[5].len == 0 && r.fields[5].value[0] == 0);
	CHECK(strcmp(r.fields[6].name, "field") == 0);
	CHECK(ev_record_find(&r, "folder") == NULL);
	CHECK(ev_slice_is(ev_slice_of(r.text.data, r.text.len), RECORD));
	ev_record_release(&r);
}

static void
a_field_that_may_occur_once_is_refused_twice(void)
{
	CHECK(refused(RECORD SIZE));
	CHECK(refused(RECORD SALT "action get\n"));
	CHECK(refused(BASE SALT "place a\n" SIZE SALT "place b\n"));
	CHECK(refused(BASE "- place " HASH "\n" SALT "place b\n"));
	CHECK(refused(BASE "- place " HASH "\n- place " HASH "\n"));
	CHECK(parse(BASE "- tag " HASH "\n- tag " HASH "\n" TAG) == EVAULT_OK);
	CHECK(parse(BASE SALT "place a\n" SALT "place-2 b\n") == EVAULT_OK);
}

static void
a_first_line_of_another_kind_or_version_is_refused(void)
{
	CHECK(parse("evault/record/v2\n" ACTION TIME) == EVAULT_E_VERSION);
	CHECK(refused("evault/record/v1\r\n" ACTION TIME));
	CHECK(refused("evault/entry/v1\n" ACTION TIME));
	CHECK(refused(" " RECORD));
	CHECK(refused(""));
	CHECK(refused("evault/record/v1"));
}

static void
malformed_lines_are_refused(void)
{
	static const char *const lines[] = {
		"\n",
		" \n",
		"place x\n",
		SALT "\n",
		SALT "place\n",
		SALT " x\n",
		SALT "Place x\n",
		SALT "2place x\n",
		SALT "-place x\n",
		SALT "pla_ce x\n",
		SALT "abcdefghijklmnopqrstuvwxyzabcdefg x\n",
		" " SALT "place x\n",
		" place x\n",
		"MDEy place x\n",
		"MDEyMzQ1Njc4OTo7PD0-P place x\n",
		"MDEyMzQ1Njc4OTo7PD0-Pw0 place x\n",
		"MDEyMzQ1Njc4OTo7PD0-Px place x\n", /* slack bits */
		"MDEyMzQ1Njc4OTo7PD0+Pw place x\n",
		"MDEyMzQ1Njc4OTo7PD0-Pw== place x\n",
		"- \n",
		"- place\n",
		"- place \n",
		"-  " HASH "\n",
		"- Place " HASH "\n",
		"- place " HASH " \n",
		"- place " HASH "0\n",
		"- place  " HASH "\n",
		"- place B962ebf1546f4a4a9a664ef383a174a4e238b6a168d0faae55e1225293ee144f\n",
		SALT "place x", /* no end */
		SALT "place x\n\n",
	};
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ev_buf_clear(&text);
		ev_buf_printf(&text, "%s%s", BASE, lines[i]);
		if (!CHECK(refused(ev_buf_text(&text))))
			printf("# line %zu\n", i);
	}
	CHECK(parse(BASE SALT "abcdefghijklmnopqrstuvwxyzabcdef x\n") == EVAULT_OK);
	ev_buf_release(&text);
}

static void
a_value_has_one_spelling(void)
{
	CHECK(parse(BASE SALT "place %25%00%7F%80  \n") == EVAULT_OK);
	CHECK(refused(BASE SALT "place %\n"));
	CHECK(refused(BASE SALT "place %2\n"));
	CHECK(refused(BASE SALT "place 100%\n"));
	CHECK(refused(BASE SALT "place %41\n"));
	CHECK(refused(BASE SALT "place %0a\n"));
	CHECK(refused(BASE SALT "place %D0%93\n"));
	CHECK(refused(BASE SALT "place \x7f\n"));
	CHECK(refused(BASE SALT "place a\tb\n"));
	CHECK(refused(BASE SALT "place a\r\n"));
	CHECK(refused(BASE SALT "place \x80\n"));
	CHECK(refused(BASE SALT "place \xed\xa0\x80\n"));
	CHECK(parse_slice(ev_slice_of(BASE SALT "place \0\n",
				      sizeof(BASE SALT "place \0\n") - 1)) == EVAULT_E_FORMAT);
}

static void
two_values_of_one_field_of_the_users_own_are_refused_shown_or_withheld(void)
{
	struct ev_record r;

	CHECK(parse(BASE SALT "field K=1\n" SALT "field L=1\n") == EVAULT_OK);
	CHECK(refused(BASE SALT "field K=1\n" SALT "field K=2\n"));
	CHECK(refused(BASE SALT "field K=1\n- field K=" HASH "\n"));
	CHECK(refused(BASE "- field K=" HASH "\n- field K=" HASH "\n"));
	CHECK(parse(BASE SALT "field K=1\n- field L=" HASH "\n") == EVAULT_OK);
	CHECK(refused(BASE "- field " HASH "\n"));
	CHECK(refused(BASE "- field =" HASH "\n"));
	CHECK(refused(BASE "- field K%41=" HASH "\n"));
	ev_record_init(&r);
	CHECK(ev_record_add_text(&r, "field", "K=1", NULL) == EVAULT_OK);
	CHECK(ev_record_add_text(&r, "field", "K=2", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add_text(&r, "field", "KK=2", NULL) == EVAULT_OK);
	ev_record_release(&r);
}

static void
known_fields_have_the_values_that_the_format_gives_them(void)
{
	static const struct {
		const char *name, *good, *bad;
	} cases[] = {
		{ "time", "2026-02-28T23:59:59Z", "2026-02-29T00:00:00Z" },
		{ "time", "0000-01-01T00:00:00Z", "2026-01-01T00:00:00+00:00" },
		{ "time", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00.500000000Z" },
		{ "modified", "2026-01-01T00:00:00.500000000Z", "2026-01-01T00:00:00.000000000Z" },
		{ "modified", "2026-01-01T00:00:00Z", "" },
		{ "size", "18446744073709551615", "18446744073709551616" },
		{ "size", "0", "00" },
		{ "size", "10", "10 " },
		{ "sha256", HASH, "b962" },
		{ "pack", HASH, HASH "0" },
		{ "field", "K=", "=V" },
		{ "field", "K==V", "K" },
		{ "about", "12 " HASH, "12  " HASH },
		{ "about", "0 " HASH, "012 " HASH },
		{ "about", "7 " HASH, "7" },
		{ "about", "8 " HASH, "8 " HASH " " },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK(ev_record_value_fits(ev_slice_text(cases[i].name),
					   ev_slice_text(cases[i].good)));
		CHECK(!ev_record_value_fits(ev_slice_text(cases[i].name),
					    ev_slice_text(cases[i].bad)));
	}
	CHECK(!ev_record_value_fits(ev_slice_text("name"), ev_slice_of("a\0b", 3)));
	CHECK(!ev_record_value_fits(ev_slice_text("folder"), ev_slice_of("\0", 1)));
	CHECK(ev_record_value_fits(ev_slice_text("title"), ev_slice_of("\0", 1)));
	CHECK(refused(BASE SALT "name a%00b\n"));
	CHECK(refused(BASE SALT "size -1\n"));
	CHECK(refused(BASE SALT "field K\n"));
}

static void
too_many_lines_or_bytes_are_refused(void)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i, at;

	ev_buf_puts(&text, BASE);
	for (i = 3; i < EV_RECORD_LINES_MAX; i++)
		ev_buf_puts(&text, "AAECAwQFBgcICQoLDA0ODw tag a\n");
	CHECK(parse_slice(ev_slice_of(text.data, text.len)) == EVAULT_OK);
	at = text.len;
	ev_buf_puts(&text, "AAECAwQFBgcICQoLDA0ODw tag a\n");
	CHECK(parse_slice(ev_slice_of(text.data, text.len)) == EVAULT_E_LIMIT);
	text.len = at - 1; /* the last line, as long as it can be */
	ev_buf_fill(&text, 'b', EVAULT_RECORD_MAX - at);
	ev_buf_puts(&text, "\n");
	CHECK(text.len == EVAULT_RECORD_MAX);
	CHECK(parse_slice(ev_slice_of(text.data, text.len)) == EVAULT_OK);
	text.len--;
	ev_buf_puts(&text, "b\n");
	CHECK(parse_slice(ev_slice_of(text.data, text.len)) == EVAULT_E_LIMIT);
	ev_buf_release(&text);
}

static void
many_names_are_compared_all(void)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	ev_buf_puts(&text, BASE);
	for (i = 0; i < 4000; i++)
		ev_buf_printf(&text, SALT "x-%zu y\n", i);
	CHECK(parse_slice(ev_slice_of(text.data, text.len)) == EVAULT_OK);
	ev_buf_puts(&text, SALT "x-1234 z\n");
	CHECK(parse_slice(ev_slice_of(text.data, text.len)) == EVAULT_E_FORMAT);
	ev_buf_release(&text);
}

/* ---- making ------------------------------------------------------------ */

static void
what_is_added_is_what_is_parsed(void)
{
	static const char raw[] = "a%\n\0\xff Гү";
	struct ev_record r, again;
	size_t i;

	ev_record_init(&r);
	ev_record_init(&again);
	NEED(ev_record_add_text(&r, "action", "add", NULL) == EVAULT_OK);
	NEED(ev_record_add_text(&r, "time", "2026-11-22T09:15:09Z", NULL) == EVAULT_OK);
	for (i = 0; i < 500; i++)
		NEED(ev_record_add(&r, "tag", ev_slice_of(raw, sizeof(raw) - 1), NULL) ==
		     EVAULT_OK);
	NEED(ev_record_add_text(&r, "title", "", NULL) == EVAULT_OK);
	NEED(ev_record_parse(ev_slice_of(r.text.data, r.text.len), &again, NULL) == EVAULT_OK);
	NEED(again.n == 503 && r.n == 503);
	for (i = 0; i < r.n; i++) {
		CHECK(strcmp(r.fields[i].name, again.fields[i].name) == 0);
		NEED(r.fields[i].len == again.fields[i].len);
		CHECK(memcmp(r.fields[i].value, again.fields[i].value, r.fields[i].len + 1) == 0);
	}
	CHECK(r.fields[100].len == sizeof(raw) - 1);
	CHECK(memcmp(r.fields[100].value, raw, sizeof(raw)) == 0);
	ev_record_release(&r);
	ev_record_release(&again);
}

static void
the_same_field_gets_another_salt_each_time(void)
{
	struct ev_record r;
	const char *text;

	ev_record_init(&r);
	NEED(ev_record_add_text(&r, "tag", "a", NULL) == EVAULT_OK);
	NEED(ev_record_add_text(&r, "tag", "a", NULL) == EVAULT_OK);
	text = (const char *)r.text.data + sizeof(FIRST) - 1;
	CHECK(memcmp(text, text + 29, 22) != 0);
	CHECK(memcmp(text + 22, text + 29 + 22, 7) == 0);
	CHECK(r.text.len == sizeof(FIRST) - 1 + 58);
	ev_record_release(&r);
}

static void
what_cannot_be_added_changes_nothing(void)
{
	struct ev_buf big = EV_BUF_INIT;
	struct ev_record r;
	size_t len;

	ev_record_init(&r);
	CHECK(ev_record_add_text(&r, "", "x", NULL) == EVAULT_E_USAGE);
	CHECK(r.n == 0 && r.text.len == 0);
	NEED(ev_record_add_text(&r, "action", "add", NULL) == EVAULT_OK);
	len = r.text.len;
	CHECK(ev_record_add_text(&r, "action", "get", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add_text(&r, "A", "x", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add_text(&r, "a b", "x", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add_text(&r, "a\nb", "x", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add_text(&r, "field", "K", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add_text(&r, "field", "=V", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add_text(&r, "time", "now", NULL) == EVAULT_E_USAGE);
	CHECK(ev_record_add(&r, "name", ev_slice_of("\0", 1), NULL) == EVAULT_E_USAGE);
	ev_buf_fill(&big, 'a', EVAULT_RECORD_MAX);
	CHECK(ev_record_add_text(&r, "title", ev_buf_text(&big), NULL) == EVAULT_E_LIMIT);
	ev_buf_puts(&big, "a");
	CHECK(ev_record_add_text(&r, "title", ev_buf_text(&big), NULL) == EVAULT_E_LIMIT);
	CHECK(r.n == 1 && r.text.len == len && strcmp(r.fields[0].name, "action") == 0);
	big.len = EVAULT_RECORD_MAX - len - sizeof(SALT "title \n") + 1;
	CHECK(ev_record_add_text(&r, "title", ev_buf_text(&big), NULL) == EVAULT_OK);
	CHECK(r.text.len == EVAULT_RECORD_MAX);
	ev_buf_release(&big);
	ev_record_release(&r);
}

static void
lines_are_counted_when_added(void)
{
	struct ev_record r;
	size_t i;

	ev_record_init(&r);
	NEED(ev_record_add_text(&r, "action", "add", NULL) == EVAULT_OK);
	NEED(ev_record_add_text(&r, "time", "2026-11-22T09:15:09Z", NULL) == EVAULT_OK);
	for (i = 3; i < EV_RECORD_LINES_MAX; i++)
		NEED(ev_record_add_text(&r, "tag", "a", NULL) == EVAULT_OK);
	CHECK(ev_record_add_text(&r, "tag", "a", NULL) == EVAULT_E_LIMIT);
	CHECK(parse_slice(ev_slice_of(r.text.data, r.text.len)) == EVAULT_OK);
	ev_record_release(&r);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(one_line_of_several_of_a_name_can_be_withheld);
	UNIT_RUN(record_that_is_made_has_the_digest_of_its_text);
	UNIT_RUN(digest_is_what_sort_and_sha256sum_make_of_the_lines);
	UNIT_RUN(digest_does_not_depend_on_the_order_of_lines);
	UNIT_RUN(a_line_twice_gives_another_digest);
	UNIT_RUN(every_changed_byte_changes_the_digest_or_is_refused);
	UNIT_RUN(what_is_no_record_has_no_digest);
	UNIT_RUN(every_subset_of_fields_can_be_withheld_and_the_digest_stays);
	UNIT_RUN(what_is_withheld_is_gone_and_only_that);
	UNIT_RUN(action_and_time_cannot_be_withheld);
	UNIT_RUN(values_are_decoded);
	UNIT_RUN(a_field_that_may_occur_once_is_refused_twice);
	UNIT_RUN(a_first_line_of_another_kind_or_version_is_refused);
	UNIT_RUN(malformed_lines_are_refused);
	UNIT_RUN(a_value_has_one_spelling);
	UNIT_RUN(two_values_of_one_field_of_the_users_own_are_refused_shown_or_withheld);
	UNIT_RUN(known_fields_have_the_values_that_the_format_gives_them);
	UNIT_RUN(too_many_lines_or_bytes_are_refused);
	UNIT_RUN(many_names_are_compared_all);
	UNIT_RUN(what_is_added_is_what_is_parsed);
	UNIT_RUN(the_same_field_gets_another_salt_each_time);
	UNIT_RUN(what_cannot_be_added_changes_nothing);
	UNIT_RUN(lines_are_counted_when_added);
	return unit_end();
}
