/*
 * age as evault does it, on standard input and output, for the tests of
 * exchange with other implementations:
 *
 *   age_tool open [-i FILE]... [-p PASSPHRASE_FILE] [-a]
 *   age_tool seal (-r RECIPIENT... | -p PASSPHRASE_FILE) [-w LOGN] [-a]
 *
 * The exit status tells the classes of failure apart: see CLASS_* below.
 * In opening, armor is recognised, and with -a there must be some.  What was
 * authenticated before a failure is written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/age.h"
#include "format/armor.h"

enum {
	CLASS_OK = 0,
	CLASS_USAGE = 1,
	CLASS_SYSTEM = 2,
	CLASS_HEADER = 3,
	CLASS_NO_MATCH = 4,
	CLASS_HMAC = 5,
	CLASS_PAYLOAD = 6,
	CLASS_ARMOR = 7,
	CLASS_LIMIT = 8,
	CLASS_VERSION = 9,

	KEYS_MAX = 16,
	FILE_MAX = 65536,
	/* Not a divisor of anything: chunks and pieces fall apart in every way. */
	PIECE = 40009,
};

struct args {
	struct ev_age_identity *identities; /* locked, KEYS_MAX of them */
	size_t n_identities;
	struct ev_age_recipient recipients[KEYS_MAX];
	size_t n_recipients;
	char passphrase[EVAULT_PASSPHRASE_MAX + 1];
	bool has_passphrase;
	unsigned work_factor;
	bool armored;
};

static bool
load(const char *path, char text[FILE_MAX + 1], size_t *len)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		perror(path);
		return false;
	}
	*len = fread(text, 1, FILE_MAX, f);
	text[*len] = '\0';
	fclose(f);
	return true;
}

static enum evault_status
add_identities(const char *path, struct args *args, struct evault_error *err)
{
	char text[FILE_MAX + 1];
	size_t len, n;
	enum evault_status rc;

	if (!load(path, text, &len))
		return EVAULT_E_IO;
	rc = ev_age_identity_file(ev_slice_of(text, len), args->identities + args->n_identities,
				  KEYS_MAX - args->n_identities, &n, err);
	if (rc == EVAULT_OK)
		args->n_identities += n;
	return rc;
}

static enum evault_status
add_passphrase(const char *path, struct args *args)
{
	char text[FILE_MAX + 1];
	size_t len;

	if (!load(path, text, &len) || strcspn(text, "\n") > EVAULT_PASSPHRASE_MAX)
		return EVAULT_E_IO;
	memcpy(args->passphrase, text, strcspn(text, "\n"));
	args->has_passphrase = true;
	return EVAULT_OK;
}

static enum evault_status
add_recipient(const char *text, struct args *args, struct evault_error *err)
{
	if (args->n_recipients == KEYS_MAX)
		return EVAULT_E_LIMIT;
	return ev_age_recipient_parse(ev_slice_text(text), &args->recipients[args->n_recipients++],
				      err);
}

static enum evault_status
parse_args(int argc, char **argv, struct args *args, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	int i;

	args->work_factor = 10;
	for (i = 2; i < argc && rc == EVAULT_OK; i++) {
		if (strcmp(argv[i], "-a") == 0)
			args->armored = true;
		else if (i + 1 < argc && strcmp(argv[i], "-i") == 0)
			rc = add_identities(argv[++i], args, err);
		else if (i + 1 < argc && strcmp(argv[i], "-r") == 0)
			rc = add_recipient(argv[++i], args, err);
		else if (i + 1 < argc && strcmp(argv[i], "-p") == 0)
			rc = add_passphrase(argv[++i], args);
		else if (i + 1 < argc && strcmp(argv[i], "-w") == 0)
			args->work_factor = (unsigned)strtoul(argv[++i], NULL, 10);
		else
			rc = EVAULT_E_USAGE;
	}
	return rc;
}

static enum evault_status
write_stdout(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	(void)ctx;
	if (fwrite(data, 1, len, stdout) != len)
		return ev_fail(err, EVAULT_E_IO, "standard output refuses");
	return EVAULT_OK;
}

/* ---- opening ------------------------------------------------------------------- */

struct opening {
	struct ev_age_opener *opener;
	struct ev_armor_reader *armor; /* NULL when binary */
	bool failed_in_age;            /* and not in the armor around it */
};

static enum evault_status
give_opener(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct opening *opening = ctx;
	enum evault_status rc = ev_age_opener_update(opening->opener, data, len, err);

	opening->failed_in_age = rc != EVAULT_OK;
	return rc;
}

static enum evault_status
open_stream(struct opening *opening, bool armored, struct evault_error *err)
{
	struct ev_sink to_opener = { give_opener, opening };
	enum evault_status rc = EVAULT_OK;
	uint8_t piece[PIECE];
	size_t n = fread(piece, 1, sizeof(piece), stdin);

	if (armored || ev_armor_is(ev_slice_of(piece, n)))
		rc = ev_armor_reader_new(to_opener, &opening->armor, err);
	while (rc == EVAULT_OK && n > 0) {
		if (opening->armor != NULL)
			rc = ev_armor_reader_update(opening->armor, piece, n, err);
		else
			rc = give_opener(opening, piece, n, err);
		n = fread(piece, 1, sizeof(piece), stdin);
	}
	if (rc == EVAULT_OK && opening->armor != NULL)
		rc = ev_armor_reader_finish(opening->armor, err);
	if (rc == EVAULT_OK) {
		rc = ev_age_opener_finish(opening->opener, err);
		opening->failed_in_age = rc != EVAULT_OK;
	}
	return rc;
}

static int
class_of(enum evault_status rc, const struct opening *opening, const struct evault_error *err)
{
	if (rc == EVAULT_E_FORMAT && opening->armor != NULL && !opening->failed_in_age)
		return CLASS_ARMOR;
	switch (rc) {
	case EVAULT_OK:
		return CLASS_OK;
	case EVAULT_E_FORMAT:
		return CLASS_HEADER;
	case EVAULT_E_VERSION:
		return CLASS_VERSION;
	case EVAULT_E_KEY:
		return CLASS_NO_MATCH;
	case EVAULT_E_LIMIT:
		return CLASS_LIMIT;
	case EVAULT_E_DAMAGED:
		return strstr(err->text, "header") != NULL ? CLASS_HMAC : CLASS_PAYLOAD;
	default:
		return CLASS_SYSTEM;
	}
}

static int
open_stdin(const struct args *args, struct evault_error *err)
{
	struct ev_age_with with = { args->identities, args->n_identities, NULL };
	struct ev_sink out = { write_stdout, NULL };
	struct opening opening = { NULL, NULL, false };
	enum evault_status rc;
	int class;

	if (args->has_passphrase)
		with.passphrase = args->passphrase;
	rc = ev_age_opener_new(&with, out, &opening.opener, err);
	if (rc == EVAULT_OK)
		rc = open_stream(&opening, args->armored, err);
	class = class_of(rc, &opening, err);
	ev_age_opener_free(opening.opener);
	ev_armor_reader_free(opening.armor);
	return class;
}

/* ---- sealing ------------------------------------------------------------------- */

static enum evault_status
give_armor(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	return ev_armor_writer_update(ctx, data, len, err);
}

static enum evault_status
seal_stream(struct ev_age_sealer *sealer, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	uint8_t piece[PIECE];
	size_t n;

	while (rc == EVAULT_OK && (n = fread(piece, 1, sizeof(piece), stdin)) > 0)
		rc = ev_age_sealer_update(sealer, piece, n, err);
	if (rc == EVAULT_OK)
		rc = ev_age_sealer_finish(sealer, err);
	return rc;
}

static int
seal_stdin(const struct args *args, struct evault_error *err)
{
	struct ev_age_to to = { args->recipients, args->n_recipients, NULL, args->work_factor };
	struct ev_sink out = { write_stdout, NULL };
	struct ev_armor_writer *armor = NULL;
	struct ev_age_sealer *sealer = NULL;
	enum evault_status rc = EVAULT_OK;

	if (args->has_passphrase)
		to.passphrase = args->passphrase;
	if (args->armored) {
		rc = ev_armor_writer_new(out, &armor, err);
		out.write = give_armor;
		out.ctx = armor;
	}
	if (rc == EVAULT_OK)
		rc = ev_age_sealer_new(&to, out, &sealer, err);
	if (rc == EVAULT_OK)
		rc = seal_stream(sealer, err);
	if (rc == EVAULT_OK && armor != NULL)
		rc = ev_armor_writer_finish(armor, err);
	ev_age_sealer_free(sealer);
	ev_armor_writer_free(armor);
	return rc == EVAULT_OK ? CLASS_OK : CLASS_SYSTEM;
}

int
main(int argc, char **argv)
{
	struct evault_error err = { 0 };
	struct args args = { 0 };
	int class = CLASS_USAGE;

	if (ev_secret_start(&err) != EVAULT_OK)
		return CLASS_SYSTEM;
	args.identities = ev_secret_new(KEYS_MAX * sizeof(*args.identities));
	if (args.identities == NULL)
		return CLASS_SYSTEM;
	if (argc < 2 || parse_args(argc, argv, &args, &err) != EVAULT_OK)
		snprintf(err.text, sizeof(err.text), "wrong arguments");
	else if (strcmp(argv[1], "open") == 0)
		class = open_stdin(&args, &err);
	else if (strcmp(argv[1], "seal") == 0)
		class = seal_stdin(&args, &err);
	if (fflush(stdout) != 0 && class == CLASS_OK)
		class = CLASS_SYSTEM;
	if (class != CLASS_OK)
		fprintf(stderr, "age_tool: %s\n", err.text);
	ev_secret_free(args.identities);
	return class;
}
