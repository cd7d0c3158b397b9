/*
 * Keys on paper and secret sharing as evault does them, for the tests of
 * exchange with other implementations:
 *
 *   paper_tool split K N HEX          N lines "NUMBER HEX"
 *   paper_tool join NUMBER:HEX …      the secret in hex
 *   paper_tool print ORIGIN K N       an identity from standard input: its N shares, or with
 *                                     K 1 a recovery key, an empty line after each
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/paper.h"

/* What a run works on, in locked memory. */
struct work {
	struct ev_shamir_share shares[EV_SHAMIR_SHARES_MAX];
	struct ev_paper papers[EV_SHAMIR_SHARES_MAX];
	struct ev_age_identity identity;
	uint8_t secret[EV_SHAMIR_SECRET_MAX];
	char text[2 * EV_SHAMIR_SECRET_MAX + 1];
	char line[EVAULT_IDENTITY_SIZE + 2];
};

static unsigned
number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static enum evault_status
split(struct work *w, char **argv, struct evault_error *err)
{
	size_t len = strlen(argv[2]) / 2;
	unsigned n = number(argv[1]), i;
	enum evault_status rc;

	if (len > sizeof(w->secret) || !ev_hex_decode(ev_slice_text(argv[2]), w->secret, len))
		return ev_fail(err, EVAULT_E_USAGE, "not hex");
	rc = ev_shamir_split(w->secret, len, number(argv[0]), n, w->shares, err);
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		ev_hex_encode(w->shares[i].value, len, w->text);
		printf("%u %s\n", (unsigned)w->shares[i].number, w->text);
	}
	return rc;
}

static enum evault_status
join(struct work *w, int n, char **argv, struct evault_error *err)
{
	enum evault_status rc;
	const char *hex;
	size_t len = 0;
	int i;

	for (i = 0; i < n && i < EV_SHAMIR_SHARES_MAX; i++) {
		hex = strchr(argv[i], ':');
		w->shares[i].number = (uint8_t)number(argv[i]);
		len = hex == NULL ? 0 : strlen(hex + 1) / 2;
		if (len > EV_SHAMIR_SECRET_MAX || len == 0 ||
		    !ev_hex_decode(ev_slice_text(hex + 1), w->shares[i].value, len))
			return ev_fail(err, EVAULT_E_USAGE, "not NUMBER:HEX");
	}
	rc = ev_shamir_combine(w->shares, (unsigned)n, len, w->secret, err);
	if (rc == EVAULT_OK) {
		ev_hex_encode(w->secret, len, w->text);
		puts(w->text);
	}
	return rc;
}

static enum evault_status
print(struct work *w, char **argv, struct evault_error *err)
{
	unsigned k = number(argv[1]), n = number(argv[2]), i;
	enum evault_status rc;

	if (fgets(w->line, sizeof(w->line), stdin) == NULL)
		return ev_fail(err, EVAULT_E_USAGE, "no identity on standard input");
	rc = ev_age_identity_parse(ev_slice_of(w->line, strcspn(w->line, "\n")), &w->identity, err);
	if (rc == EVAULT_OK && k == 1)
		rc = ev_paper_recovery(&w->identity, argv[0], &w->papers[0], err);
	else if (rc == EVAULT_OK)
		rc = ev_paper_split(&w->identity, argv[0], k, n, w->papers, err);
	for (i = 0; i < n && rc == EVAULT_OK; i++) {
		ev_paper_text(&w->papers[i], w->text);
		puts(w->text);
	}
	return rc;
}

_Static_assert(EV_PAPER_TEXT_SIZE <= 2 * EV_SHAMIR_SECRET_MAX + 1, "a text fits");

int
main(int argc, char **argv)
{
	struct evault_error err = { 0 };
	enum evault_status rc = EVAULT_E_USAGE;
	struct work *w;

	if (ev_secret_start(NULL) != EVAULT_OK || (w = ev_secret_new(sizeof(*w))) == NULL)
		return 2;
	if (argc == 5 && strcmp(argv[1], "split") == 0)
		rc = split(w, argv + 2, &err);
	else if (argc > 2 && strcmp(argv[1], "join") == 0)
		rc = join(w, argc - 2, argv + 2, &err);
	else if (argc == 5 && strcmp(argv[1], "print") == 0)
		rc = print(w, argv + 2, &err);
	if (rc != EVAULT_OK)
		fprintf(stderr, "paper_tool: %s\n", err.text);
	ev_secret_free(w);
	return rc == EVAULT_OK ? 0 : 1;
}
