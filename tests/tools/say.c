/*
 * Keeps a record that says anything that the form of a record allows, as
 * somebody could whose key may sign entries, and who has another program than
 * ours:
 *
 *	say VAULT IDENTITY NAME=VALUE…
 *
 * NAME=@FILE takes the value from a file; object=@FILE keeps its bytes as an
 * original, and as=SHA256 before it says that it is another.  On standard
 * output: the number of the entry.
 */
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "commit.h"

enum {
	FILE_MAX = 8 << 20
};

/* "NAME=VALUE" of the command line. */
static enum evault_status
take(struct ev_commit *c, const char *said, struct ev_record *record, struct ev_slice *as,
     struct evault_error *err)
{
	const char *value = strchr(said, '=');
	struct ev_buf bytes = EV_BUF_INIT;
	enum evault_status rc = EVAULT_OK;
	struct ev_hash sha256;
	char name[33];

	if (value == NULL || (size_t)(value - said) >= sizeof(name))
		return ev_fail(err, EVAULT_E_USAGE, "%s: not NAME=VALUE", said);
	snprintf(name, sizeof(name), "%.*s", (int)(value - said), said);
	if (value[1] == '@')
		rc = ev_os_load_user(value + 2, FILE_MAX, &bytes, err);
	else
		ev_buf_puts(&bytes, value + 1);
	if (rc == EVAULT_OK && strcmp(name, "object") == 0) {
		if (!ev_hash_parse(*as, &sha256))
			ev_hash_of(bytes.data, bytes.len, &sha256);
		rc = ev_commit_member(c, EV_MEMBER_OBJECT, &sha256, 0,
				      ev_slice_of(bytes.data, bytes.len), err);
	} else if (strcmp(name, "as") == 0) {
		*as = ev_slice_text(value + 1);
	} else if (rc == EVAULT_OK) {
		rc = ev_record_add(record, name, ev_slice_of(bytes.data, bytes.len), err);
	}
	ev_buf_release(&bytes);
	return rc;
}

static enum evault_status
say(struct evault *v, char **said, uint64_t *index, struct evault_error *err)
{
	struct ev_slice as = { NULL, 0 };
	struct ev_record record;
	struct ev_commit c = { 0 };
	enum evault_status rc = ev_commit_init(&c, v, err);

	ev_record_init(&record);
	for (; rc == EVAULT_OK && *said != NULL; said++)
		rc = take(&c, *said, &record, &as, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&c, &record, index, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_finish(&c, err);
	ev_record_release(&record);
	ev_commit_release(&c);
	return rc;
}

int
main(int argc, char **argv)
{
	struct evault_unlock unlock = { .n_identity_files = 1 };
	struct evault_open how = { .access = EVAULT_WRITE, .unlock = &unlock, .adding = true };
	struct evault_error err = { .text = "" };
	struct evault *v = NULL;
	const char *identity;
	uint64_t index = 0;
	enum evault_status rc;

	if (argc < 4) {
		fprintf(stderr, "usage: say VAULT IDENTITY NAME=VALUE...\n");
		return 2;
	}
	how.dir = argv[1];
	identity = argv[2];
	unlock.identity_files = &identity;
	rc = evault_open(&how, &v, &err);
	if (rc == EVAULT_OK)
		rc = say(v, argv + 3, &index, &err);
	if (rc == EVAULT_OK)
		printf("%llu\n", (unsigned long long)index);
	else
		fprintf(stderr, "say: %s\n", err.text);
	evault_close(v);
	return rc == EVAULT_OK ? 0 : 2;
}
