/*
 * Keeps a file in a vault as the log of another vault that was received, as
 * somebody could who may write there, whatever is in it:
 *
 *	keeplog VAULT IDENTITY FROM TREE FILE
 *
 * FROM and TREE are the fields of the record, as `evault list --json` shows them.
 */
#include <stdio.h>

#include "base/os.h"
#include "commit.h"

/* The record of these bytes. */
static enum evault_status
describe(const struct evault *v, const char *from, const char *tree, struct ev_slice tar,
	 struct ev_record *record, struct evault_error *err)
{
	char hex[EVAULT_HEX_SIZE], size[24];
	struct ev_hash sha256;
	enum evault_status rc = ev_commit_begin_record(v, "receive", record, err);

	ev_hash_of(tar.data, tar.len, &sha256);
	ev_hash_hex(&sha256, hex);
	snprintf(size, sizeof(size), "%zu", tar.len);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "from", from, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "tree", tree, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "name", "log.tar", err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "size", size, err);
	if (rc == EVAULT_OK)
		rc = ev_record_add_text(record, "sha256", hex, err);
	return rc;
}

static enum evault_status
keep(struct evault *v, const char *from, const char *tree, struct ev_slice tar,
     struct evault_error *err)
{
	struct ev_record record;
	struct ev_commit c = { 0 };
	struct ev_hash sha256;
	uint64_t index;
	enum evault_status rc;

	ev_hash_of(tar.data, tar.len, &sha256);
	ev_record_init(&record);
	rc = ev_commit_init(&c, v, err);
	if (rc == EVAULT_OK)
		rc = describe(v, from, tree, tar, &record, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_member(&c, EV_MEMBER_OBJECT, &sha256, 0, tar, err);
	if (rc == EVAULT_OK)
		rc = ev_commit_record(&c, &record, &index, err);
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
	struct evault_open how = { .access = EVAULT_WRITE, .unlock = &unlock };
	struct evault_error err = { .text = "" };
	struct ev_buf tar = EV_BUF_INIT;
	struct evault *v = NULL;
	const char *identity;
	enum evault_status rc;

	if (argc != 6) {
		fprintf(stderr, "usage: keeplog VAULT IDENTITY FROM TREE FILE\n");
		return 2;
	}
	how.dir = argv[1];
	identity = argv[2];
	unlock.identity_files = &identity;
	rc = ev_os_load_user(argv[5], 1 << 20, &tar, &err);
	if (rc == EVAULT_OK)
		rc = evault_open(&how, &v, &err);
	if (rc == EVAULT_OK)
		rc = keep(v, argv[3], argv[4], ev_slice_of(tar.data, tar.len), &err);
	if (rc != EVAULT_OK)
		fprintf(stderr, "keeplog: %s\n", err.text);
	evault_close(v);
	ev_buf_release(&tar);
	return rc == EVAULT_OK ? 0 : 2;
}
