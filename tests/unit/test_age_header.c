/* age: the form of headers, and keys as text. */
#include "format/age.h"

#include "base/secret.h"
#include "unit.h"

static struct ev_slice
slice_of(const struct ev_buf *buf)
{
	return ev_slice_of(buf->data, buf->len);
}

/* ---- headers --------------------------------------------------------------------- */

static enum evault_status
inspect(const char *text, enum ev_age_kind *kind)
{
	return ev_age_inspect(ev_slice_text(text), kind, NULL);
}

#define V1     "age-encryption.org/v1\n"
#define MAC    "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define B32    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SALT   "AAAAAAAAAAAAAAAAAAAAAA"
#define SCRYPT "-> scrypt " SALT " 10\n" B32 "\n"

static void
inspect_tells_the_kinds_apart(void)
{
	enum ev_age_kind kind;

	CHECK(inspect(V1 "-> X25519 " B32 "\n" B32 "\n" MAC, &kind) == EVAULT_OK);
	CHECK(kind == EV_AGE_X25519);
	CHECK(inspect(V1 "-> joint a b c d\n\n-> X25519 " B32 "\n" B32 "\n" MAC "rest", &kind) ==
	      EVAULT_OK);
	CHECK(kind == EV_AGE_X25519);
	CHECK(inspect(V1 SCRYPT MAC, &kind) == EVAULT_OK && kind == EV_AGE_SCRYPT);
	CHECK(inspect(V1 "-> x\n" B32 "\n" MAC, &kind) == EVAULT_OK && kind == EV_AGE_FOREIGN);
}

static void
inspect_refuses_malformed_headers(void)
{
	enum ev_age_kind kind;

	CHECK(inspect("", &kind) == EVAULT_E_FORMAT);
	CHECK(inspect("PK\3\4", &kind) == EVAULT_E_FORMAT);
	CHECK(inspect("age-encryption.org/\n", &kind) == EVAULT_E_FORMAT);
	CHECK(inspect("age-encryption.org/v1 \n" SCRYPT MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect("age-encryption.org/v2\n", &kind) == EVAULT_E_VERSION);
	CHECK(inspect(V1, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> x\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> \n\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "->\n\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> a  b\n\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> a \n\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> a\nAB\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> a\nAA==\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> a\r\n\r\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> \303\244\n\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "\n" SCRYPT MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 SCRYPT "---\n", &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 SCRYPT "--- " B32 "A\n", &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 SCRYPT "--- AAAA\n", &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 SCRYPT "---- " B32 "\n", &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> X25519 " B32 "\n" B32 "AAAA\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> X25519 " B32 " x\n" B32 "\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> X25519\n" B32 "\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 "-> X25519 " SALT "\n" B32 "\n" MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 SCRYPT SCRYPT MAC, &kind) == EVAULT_E_FORMAT);
	CHECK(inspect(V1 SCRYPT "-> grease\n\n" MAC, &kind) == EVAULT_E_FORMAT);
}

static void
work_factors_are_bounded_before_they_are_tried(void)
{
	struct ev_age_with with = { .passphrase = "x" };
	struct ev_buf out = EV_BUF_INIT;
	enum ev_age_kind kind;
	static const char *const huge[] = { "21",
					    "22",
					    "64",
					    "100",
					    "4294967306",
					    "18446744073709551626",
					    "99999999999999999999999999999999999" };
	static const char *const bad[] = { "0", "01", "+1", "-1", "1a", "0x10", "1.0", "" };
	char text[400];
	size_t i;

	for (i = 0; i < sizeof(huge) / sizeof(huge[0]); i++) {
		snprintf(text, sizeof(text), V1 "-> scrypt " SALT " %s\n" B32 "\n" MAC, huge[i]);
		CHECK(inspect(text, &kind) == EVAULT_E_LIMIT);
		CHECK(ev_age_open(&with, ev_slice_text(text), &out, NULL) == EVAULT_E_LIMIT);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), V1 "-> scrypt " SALT " %s\n" B32 "\n" MAC, bad[i]);
		CHECK(inspect(text, &kind) == EVAULT_E_FORMAT);
	}
	CHECK(inspect(V1 "-> scrypt " SALT " 20\n" B32 "\n" MAC, &kind) == EVAULT_OK);
	ev_buf_release(&out);
}

static void
headers_are_bounded(void)
{
	struct ev_buf text = EV_BUF_INIT;
	enum ev_age_kind kind;
	size_t i;

	ev_buf_puts(&text, V1 "-> ");
	ev_buf_fill(&text, 'a', EV_AGE_HEADER_MAX);
	CHECK(ev_age_inspect(slice_of(&text), &kind, NULL) == EVAULT_E_LIMIT);
	ev_buf_clear(&text);
	ev_buf_puts(&text, V1);
	for (i = 0; i < EV_AGE_STANZAS_MAX; i++)
		ev_buf_puts(&text, "-> a\n\n");
	ev_buf_puts(&text, MAC);
	CHECK(ev_age_inspect(slice_of(&text), &kind, NULL) == EVAULT_OK);
	text.len -= strlen(MAC);
	ev_buf_puts(&text, "-> a\n\n" MAC);
	CHECK(ev_age_inspect(slice_of(&text), &kind, NULL) == EVAULT_E_LIMIT);
	ev_buf_clear(&text);
	ev_buf_puts(&text, V1);
	ev_buf_fill(&text, 0, 100);
	CHECK(ev_age_inspect(slice_of(&text), &kind, NULL) == EVAULT_E_FORMAT);
	ev_buf_release(&text);
}

/* ---- keys ------------------------------------------------------------------------ */

static const char spec_identity[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
static const char spec_recipient[] =
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

static void
keys_have_the_text_of_the_specification(void)
{
	struct ev_age_identity id, back;
	struct ev_age_recipient r, parsed;
	char text[EVAULT_IDENTITY_SIZE], rtext[EVAULT_RECIPIENT_SIZE];

	memset(id.b, 0x42, sizeof(id.b));
	ev_age_identity_text(&id, text);
	CHECK(strcmp(text, spec_identity) == 0);
	ev_age_identity_recipient(&id, &r);
	ev_age_recipient_text(&r, rtext);
	CHECK(strcmp(rtext, spec_recipient) == 0);
	CHECK(ev_age_identity_parse(ev_slice_text(text), &back, NULL) == EVAULT_OK);
	CHECK(memcmp(&id, &back, sizeof(id)) == 0);
	CHECK(ev_age_recipient_parse(ev_slice_text(rtext), &parsed, NULL) == EVAULT_OK);
	CHECK(memcmp(&r, &parsed, sizeof(r)) == 0);
}

static void
keys_of_another_kind_are_named_and_never_repeated(void)
{
	static const struct ev_age_recipient zero;
	struct ev_age_identity id;
	struct ev_age_recipient r;
	struct evault_error err;
	char text[EVAULT_RECIPIENT_SIZE];

	CHECK(ev_age_recipient_parse(ev_slice_text(spec_identity), &r, &err) == EVAULT_E_FORMAT);
	CHECK(strstr(err.text, "secret key") != NULL && strstr(err.text, "GFPYY") == NULL);
	CHECK(ev_age_identity_parse(ev_slice_text(spec_recipient), &id, &err) == EVAULT_E_FORMAT);
	CHECK(strstr(err.text, "recipient") != NULL);
	CHECK(ev_age_identity_parse(ev_slice_text("AGE-SECRET-KEY-1GFPYYSJZGFP"), &id, &err) ==
	      EVAULT_E_FORMAT);
	CHECK(strstr(err.text, "mistyped") != NULL && strstr(err.text, "GFPYY") == NULL);
	CHECK(ev_age_recipient_parse(ev_slice_text("ssh-ed25519 AAAA"), &r, &err) ==
	      EVAULT_E_FORMAT);
	CHECK(strstr(err.text, "SSH") != NULL);
	CHECK(ev_age_recipient_parse(ev_slice_of(NULL, 0), &r, NULL) == EVAULT_E_FORMAT);
	ev_age_recipient_text(&zero, text);
	CHECK(ev_age_recipient_parse(ev_slice_text(text), &r, NULL) == EVAULT_E_FORMAT);
}

static enum evault_status
read_file(const char *head, const char *tail, size_t *n, struct evault_error *err)
{
	static struct ev_age_identity out[2];
	char text[1000];

	snprintf(text, sizeof(text), "%s%s%s", head, spec_identity, tail);
	return ev_age_identity_file(ev_slice_text(text), out, 2, n, err);
}

static void
identity_files_hold_comments_empty_lines_and_identities(void)
{
	struct ev_age_identity one[1];
	struct evault_error err;
	char both[sizeof(spec_identity) + 2];
	size_t n = 0;

	CHECK(read_file("# created\n\n# public key: x\n", "\n", &n, NULL) == EVAULT_OK && n == 1);
	CHECK(read_file("# created\r\n", "\r\n", &n, NULL) == EVAULT_OK && n == 1);
	CHECK(read_file("", "", &n, NULL) == EVAULT_OK && n == 1);
	snprintf(both, sizeof(both), "\n%s\n", spec_identity);
	CHECK(read_file("", both, &n, NULL) == EVAULT_OK && n == 2);
	CHECK(ev_age_identity_file(ev_slice_text(both), one, 1, &n, NULL) == EVAULT_OK);
	CHECK(ev_age_identity_file(ev_slice_text(both), one, 0, &n, NULL) == EVAULT_E_LIMIT);
	CHECK(read_file(" ", "\n", &n, NULL) == EVAULT_E_FORMAT);
	CHECK(read_file("", " \n", &n, NULL) == EVAULT_E_FORMAT);
	CHECK(read_file("# x\n", "\nhello\n", &n, &err) == EVAULT_E_FORMAT);
	CHECK(strncmp(err.text, "line 3: ", 8) == 0 && strstr(err.text, "hello") == NULL);
	CHECK(ev_age_identity_file(ev_slice_text("# x\n"), one, 1, &n, NULL) == EVAULT_E_FORMAT);
	CHECK(ev_age_identity_file(ev_slice_of(NULL, 0), one, 1, &n, NULL) == EVAULT_E_FORMAT);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(inspect_tells_the_kinds_apart);
	UNIT_RUN(inspect_refuses_malformed_headers);
	UNIT_RUN(work_factors_are_bounded_before_they_are_tried);
	UNIT_RUN(headers_are_bounded);
	UNIT_RUN(keys_have_the_text_of_the_specification);
	UNIT_RUN(keys_of_another_kind_are_named_and_never_repeated);
	UNIT_RUN(identity_files_hold_comments_empty_lines_and_identities);
	return unit_end();
}
