/*
 * Walking folders: what is given, in which order, and what is passed over.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/secret.h"
#include "fault_fixture.h"
#include "vault_fixture.h"
#include "walk.h"

static struct ev_buf given, skipped; /* "<path>|<folder>|<name>\n"; "<path>: <why>\n" */
static unsigned n_given, n_failed;

static enum evault_status
on_file(void *ctx, const struct ev_walk_file *file, struct evault_error *err)
{
	enum evault_status *stop = ctx;
	struct ev_os_stat st;

	(void)err;
	n_given++;
	ev_buf_printf(&given, "%s|%s|%s\n", file->path, file->folder, file->name);
	if (ev_os_stat(file->dir, file->name, &st, NULL) != EVAULT_OK ||
	    st.inode != file->stat.inode)
		ev_buf_puts(&given, "not in its folder\n");
	return stop == NULL ? EVAULT_OK : *stop;
}

static enum evault_status
on_skipped(void *ctx, const char *path, bool failed, const char *why, struct evault_error *err)
{
	(void)ctx, (void)err;
	n_failed += failed;
	ev_buf_printf(&skipped, "%s: %s\n", path, why);
	return EVAULT_OK;
}

static struct ev_walk
walk_of(const char *const *excludes, size_t n)
{
	struct ev_walk w = { .excludes = excludes, .n_excludes = n };

	w.file = on_file;
	w.skipped = on_skipped;
	ev_buf_clear(&given);
	ev_buf_clear(&skipped);
	n_given = n_failed = 0;
	return w;
}

static bool
gives(const char *path, const char *files)
{
	struct ev_walk w = walk_of(NULL, 0);

	if (ev_walk(&w, path, NULL) != EVAULT_OK)
		return false;
	if (strcmp(ev_buf_text(&given), files) == 0)
		return true;
	printf("# %s gives %s\n", path, ev_buf_text(&given));
	return false;
}

static bool
passes_over(const char *words)
{
	return strstr(ev_buf_text(&skipped), words) != NULL;
}

/* ---- the tests ------------------------------------------------------------------ */

static void
folder_is_walked_in_byte_order_of_names(void)
{
	NEED(fixture_folder("o") && fixture_folder("o/b") && fixture_text("o/b/2", "") &&
	     fixture_text("o/b/10", "") && fixture_text("o/a", "") && fixture_text("o/B", "") &&
	     fixture_text("o/b.x", "") && fixture_text("o/\xd1\x8f", "") &&
	     fixture_text("o/\xff", "") && fixture_text("o/.hidden", "") &&
	     fixture_text("o/new\nline", ""));
	CHECK(gives("o", "o/.hidden|o|.hidden\no/B|o|B\no/a|o|a\no/b/10|o/b|10\no/b/2|o/b|2\n"
			 "o/b.x|o|b.x\no/new\nline|o|new\nline\no/\xd1\x8f|o|\xd1\x8f\n"
			 "o/\xff|o|\xff\n"));
	CHECK(skipped.len == 0);
}

static void
paths_begin_as_they_were_given_and_folders_with_the_last_component(void)
{
	char whole[300], cwd[200], expected[600];

	NEED(fixture_folder("p") && fixture_folder("p/q") && fixture_text("p/q/f", ""));
	CHECK(gives("p/q/f", "p/q/f||f\n"));
	CHECK(gives("p/q", "p/q/f|q|f\n"));
	CHECK(gives("p/q/", "p/q/f|q|f\n"));
	CHECK(gives("p//q//", "p//q//f|q|f\n"));
	CHECK(gives("./p", "./p/q/f|p/q|f\n"));
	CHECK(gives("p/.", "p/./q/f|q|f\n"));
	CHECK(gives("p/q/..", "p/q/../q/f|q|f\n"));
	NEED(getcwd(cwd, sizeof(cwd)) != NULL);
	snprintf(whole, sizeof(whole), "%s/p", cwd);
	snprintf(expected, sizeof(expected), "%s/q/f|p/q|f\n", whole);
	CHECK(gives(whole, expected));
}

static void
excludes_are_globs_for_the_name_or_for_the_path_below(void)
{
	static const char *const by_name[] = { "*.bak" };
	static const char *const by_path[] = { "y/z" };
	static const char *const any_depth[] = { "x/*" };
	static const char *const itself[] = { "e" };
	struct ev_walk w;

	NEED(fixture_folder("e") && fixture_folder("e/x") && fixture_folder("e/y") &&
	     fixture_folder("e/y/z") && fixture_text("e/a", "") && fixture_text("e/a.bak", "") &&
	     fixture_text("e/x/b.bak", "") && fixture_text("e/x/z", "") &&
	     fixture_text("e/y/z/c", ""));
	w = walk_of(by_name, 1);
	CHECK(ev_walk(&w, "e", NULL) == EVAULT_OK && n_given == 3);
	CHECK(strstr(ev_buf_text(&given), "bak") == NULL && skipped.len == 0);
	w = walk_of(by_path, 1);
	CHECK(ev_walk(&w, "e", NULL) == EVAULT_OK && n_given == 4);
	CHECK(strstr(ev_buf_text(&given), "e/x/z|") != NULL);
	CHECK(ev_walk(&w, "e/", NULL) == EVAULT_OK && n_given == 8);
	w = walk_of(any_depth, 1);
	CHECK(ev_walk(&w, "e", NULL) == EVAULT_OK && n_given == 3);
	w = walk_of(itself, 1);
	CHECK(ev_walk(&w, "e", NULL) == EVAULT_OK && n_given == 0);
}

static void
links_pipes_and_sockets_are_passed_over_with_a_word(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	NEED(fixture_folder("s") && fixture_text("s/file", "x"));
	memcpy(address.sun_path, "s/socket", 9);
	NEED(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0);
	close(fd);
	NEED(symlink("file", "s/link") == 0 && symlink("nowhere", "s/broken") == 0 &&
	     symlink(".", "s/loop") == 0 && mkfifo("s/pipe", 0600) == 0);
	CHECK(gives("s", "s/file|s|file\n"));
	CHECK(n_failed == 0);
	CHECK(passes_over("s/link: is a symbolic link\n"));
	CHECK(passes_over("s/broken: is a symbolic link\n"));
	CHECK(passes_over("s/loop: is a symbolic link\n"));
	CHECK(passes_over("s/pipe: ") && passes_over("s/socket: "));
	CHECK(gives("s/link", "") && passes_over("is a symbolic link"));
	CHECK(gives("/dev/null", "") && passes_over("is a device"));
}

static void
folder_given_by_its_device_and_inode_is_passed_over(void)
{
	struct ev_walk w = walk_of(NULL, 0);
	struct ev_os_stat st;

	NEED(fixture_folder("w") && fixture_folder("w/vault") && fixture_text("w/vault/x", "") &&
	     fixture_text("w/y", ""));
	NEED(ev_os_stat(EV_OS_CWD, "w/vault", &st, NULL) == EVAULT_OK);
	w.skip_device = st.device;
	w.skip_inode = st.inode;
	CHECK(ev_walk(&w, "w", NULL) == EVAULT_OK);
	CHECK(strcmp(ev_buf_text(&given), "w/y|w|y\n") == 0);
	CHECK(passes_over("w/vault: is the vault itself, or part of it") && n_failed == 0);
}

static void
what_is_not_there_fails_and_does_not_stop_the_walk(void)
{
	CHECK(gives("nowhere", "") && n_failed == 1 && passes_over("nowhere: "));
	CHECK(gives("nowhere/below", "") && n_failed == 1);
	CHECK(gives("", "") && n_failed == 1);
	NEED(fixture_text("plain", ""));
	CHECK(gives("plain/x", "") && n_failed == 1);
}

static void
folder_that_cannot_be_read_fails_and_the_others_are_given(void)
{
	const struct fault_plan closed = { FAULT_OPENAT, 0, EACCES, true, "closed" };
	bool good;

	NEED(fixture_folder("u") && fixture_folder("u/closed") && fixture_text("u/closed/x", "") &&
	     fixture_text("u/z", ""));
	faults_on(&closed);
	good = gives("u", "u/z|u|z\n");
	CHECK(faults_off() && good);
	CHECK(n_failed == 1 && passes_over("u/closed: ") && passes_over("ermission denied"));
}

static void
failure_of_a_callback_stops_the_walk(void)
{
	enum evault_status stop = EVAULT_E_CANCELLED;
	struct ev_walk w = walk_of(NULL, 0);

	NEED(fixture_folder("c") && fixture_text("c/1", "") && fixture_text("c/2", ""));
	w.ctx = &stop;
	CHECK(ev_walk(&w, "c", NULL) == EVAULT_E_CANCELLED && n_given == 1);
}

/* Makes `depth` folders of that name in one another below `top`, and a file in the last. */
static bool
make_deep(const char *top, const char *name, int depth)
{
	int at, next, i;
	bool good = fixture_folder(top) && ev_os_open_dir(EV_OS_CWD, top, &at, NULL) == EVAULT_OK;

	for (i = 0; i < depth && good; i++) {
		good = ev_os_mkdir(at, name, NULL, NULL) == EVAULT_OK &&
		       ev_os_open_dir(at, name, &next, NULL) == EVAULT_OK;
		ev_os_close_read(at);
		at = next;
	}
	good = good && ev_os_store(at, "f", "x", 1, false, NULL) == EVAULT_OK;
	ev_os_close_read(at);
	return good;
}

static void
folders_399_deep_are_walked_and_deeper_ones_refused(void)
{
	struct ev_walk w = walk_of(NULL, 0);

	NEED(make_deep("d", "d", 399));
	CHECK(ev_walk(&w, "d", NULL) == EVAULT_OK && n_given == 1 && n_failed == 0);
	NEED(make_deep("dd", "d", 400));
	w = walk_of(NULL, 0);
	CHECK(ev_walk(&w, "dd", NULL) == EVAULT_OK && n_given == 0 && n_failed == 1);
	CHECK(passes_over("too many folders"));
}

static void
hundred_folders_with_names_of_255_bytes_are_walked(void)
{
	struct ev_walk w = walk_of(NULL, 0);
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	NEED(make_deep("l", name, 100));
	CHECK(ev_walk(&w, "l", NULL) == EVAULT_OK && n_given == 1 && n_failed == 0);
	CHECK(given.len > 2 * 100 * 256);
}

int
main(void)
{
	if (!fixture_start())
		return 1;
	UNIT_RUN(folder_is_walked_in_byte_order_of_names);
	UNIT_RUN(paths_begin_as_they_were_given_and_folders_with_the_last_component);
	UNIT_RUN(excludes_are_globs_for_the_name_or_for_the_path_below);
	UNIT_RUN(links_pipes_and_sockets_are_passed_over_with_a_word);
	UNIT_RUN(folder_given_by_its_device_and_inode_is_passed_over);
	UNIT_RUN(what_is_not_there_fails_and_does_not_stop_the_walk);
	UNIT_RUN(folder_that_cannot_be_read_fails_and_the_others_are_given);
	UNIT_RUN(failure_of_a_callback_stops_the_walk);
	UNIT_RUN(folders_399_deep_are_walked_and_deeper_ones_refused);
	UNIT_RUN(hundred_folders_with_names_of_255_bytes_are_walked);
	ev_buf_release(&given);
	ev_buf_release(&skipped);
	return fixture_end();
}
