/*
 * The one seam to the system: every file is opened here, and nowhere else.
 *
 * Invariants:
 *  1. Nothing is opened through a symbolic link in its last component unless
 *     the function says so, and every descriptor is close-on-exec.
 *  2. Interrupted calls (EINTR) are repeated, except close, and except fsync,
 *     whose failure is final.
 *  3. A file of the vault appears under its name only after its bytes were
 *     synced; its folder is synced after it appeared.
 *  4. A short write is continued; no progress is an error.
 *
 * Paths are relative to an open folder (`dir`), or to the working directory
 * with EV_OS_CWD.  `shown` paths in errors are escaped.  Statuses are those
 * of ev_fail_sys.
 */
#ifndef EV_BASE_OS_H
#define EV_BASE_OS_H

#include "base/bytes.h"

enum {
	EV_OS_CWD = -100 /* AT_FDCWD */
};

enum ev_os_kind {
	EV_OS_FILE,
	EV_OS_DIR,
	EV_OS_LINK,
	EV_OS_OTHER, /* device, socket, pipe */
};

struct ev_os_stat {
	enum ev_os_kind kind;
	uint64_t size;
	int64_t mtime; /* seconds since 1970 */
	uint32_t mtime_ns;
	uint64_t device, inode;
	int64_t ctime;
	uint32_t ctime_ns;
};

/* ---- opening and reading -------------------------------------------- */

/* A folder, for use as `dir`.  Follows links. */
enum evault_status ev_os_open_dir(int dir, const char *path, int *fd, struct evault_error *err);
/* The same, to name what is in it, and not to list it or sync it: it need not be readable. */
enum evault_status ev_os_open_place(int dir, const char *path, int *fd, struct evault_error *err);
/* As ev_os_open_dir, and does not follow a link: for walking into folders. */
enum evault_status ev_os_open_folder(int dir, const char *path, int *fd, struct evault_error *err);
/* A regular file for reading; E_IO when it is something else.  Does not follow a link. */
enum evault_status ev_os_open_read(int dir, const char *path, int *fd, struct evault_error *err);
/* The same for a file that a person named: follows links, takes pipes and /dev/stdin. */
enum evault_status ev_os_open_user(const char *path, int *fd, struct evault_error *err);
/* Does not follow a link. */
enum evault_status ev_os_stat(int dir, const char *path, struct ev_os_stat *st,
			      struct evault_error *err);
/* Follows a link: for what a person named. */
enum evault_status ev_os_stat_user(const char *path, struct ev_os_stat *st,
				   struct evault_error *err);
enum evault_status ev_os_fstat(int fd, struct ev_os_stat *st, struct evault_error *err);
/* Up to len bytes; *got less than len means the end.  `shown` names it in errors. */
enum evault_status ev_os_read(int fd, uint8_t *out, size_t len, size_t *got, const char *shown,
			      struct evault_error *err);
/* Exactly len bytes at offset; E_DAMAGED "cut short" when the file ends before. */
enum evault_status ev_os_read_at(int fd, uint64_t offset, uint8_t *out, size_t len,
				 const char *shown, struct evault_error *err);
/* A whole small file; E_LIMIT when it has more than `max` bytes.  Appends to out. */
enum evault_status ev_os_load(int dir, const char *path, size_t max, struct ev_buf *out,
			      struct evault_error *err);
/* The same for a file that a person named ("-" is standard input); wipes what it read on failure.
 */
enum evault_status ev_os_load_user(const char *path, size_t max, struct ev_buf *out,
				   struct evault_error *err);
/* Tells the kernel that the file will be read from start to end. */
void ev_os_sequential(int fd);
/* Closes; the error of a written file counts and is reported.  fd < 0 is fine. */
enum evault_status ev_os_close(int fd, const char *shown, struct evault_error *err);
/* Closes what was only read: nothing to report.  fd < 0 is fine. */
void ev_os_close_read(int fd);

/*
 * Names in a folder in byte order, without "." and "..".  `names` is an array
 * of *n strings in one block of memory; free with ev_os_list_free.  E_LIMIT
 * beyond 64 MiB of names.
 */
struct ev_os_list {
	char **names;
	size_t n;
};
enum evault_status ev_os_list(int dir, const char *path, struct ev_os_list *list,
			      struct evault_error *err);
void ev_os_list_free(struct ev_os_list *list);

/* ---- reading past the system's memory (os_device.c) ------------------- */

enum {
	EV_OS_DEVICE_PIECE = 1 << 20 /* bytes that are read at once */
};

/* Where what was read came from; the larger, the less is known. */
enum ev_os_source {
	EV_OS_FROM_DEVICE = 0, /* nothing of it was in memory when it was read */
	EV_OS_FROM_ANYWHERE,   /* perhaps from memory: this one's, or a server's */
	EV_OS_FROM_MEMORY,     /* there is no device: it is gone when the power is */
};

/*
 * A file that is read from start to end, from the device that has it.  What
 * the system keeps of its bytes in memory is dropped before, and it is looked
 * whether that was done; where the file system can read past memory, it does
 * (O_DIRECT).  What it knows of names and of where bytes lie is not read
 * again.
 */
struct ev_os_device {
	int fd;
	enum ev_os_source source;
	uint64_t size, at;
	uint8_t *piece;
	size_t room;
	bool direct;
};
/* E_NOT_FOUND, E_IO, E_NOMEM.  Takes up to EV_OS_DEVICE_PIECE of memory. */
enum evault_status ev_os_device_open(int dir, const char *path, struct ev_os_device *d,
				     struct evault_error *err);
/* The next bytes, lent until the next call; none is the end. */
enum evault_status ev_os_device_read(struct ev_os_device *d, struct ev_slice *bytes,
				     const char *shown, struct evault_error *err);
/* Fine for one that is all zero, or that did not open. */
void ev_os_device_close(struct ev_os_device *d);
/* ev_os_load, in this way; *source becomes the larger of what it was and what this was. */
enum evault_status ev_os_device_load(int dir, const char *path, size_t max, struct ev_buf *out,
				     enum ev_os_source *source, struct evault_error *err);

/* ---- writing --------------------------------------------------------- */

/* A new file for writing, mode 0600; E_EXISTS when there is one. */
enum evault_status ev_os_create(int dir, const char *path, int *fd, struct evault_error *err);
enum evault_status ev_os_write(int fd, const uint8_t *data, size_t len, const char *shown,
			       struct evault_error *err);
/* Makes an open file empty, to write it again from its start. */
enum evault_status ev_os_empty(int fd, const char *shown, struct evault_error *err);
/* Lets the disk begin with this part of what was written; promises nothing. */
void ev_os_write_out(int fd, uint64_t from, uint64_t len);
enum evault_status ev_os_sync(int fd, const char *shown, struct evault_error *err);
/* Follows links, as the paths of what was made in the folder did. */
enum evault_status ev_os_sync_dir(int dir, const char *path, struct evault_error *err);
/* Sets the modification (and access) time of an open file. */
enum evault_status ev_os_set_mtime(int fd, int64_t seconds, uint32_t ns, const char *shown,
				   struct evault_error *err);
/* 0700; no error when it is there already, *made (may be NULL) tells. */
enum evault_status ev_os_mkdir(int dir, const char *path, bool *made, struct evault_error *err);
/* Renames within `dir`; without `replace`, E_EXISTS when `to` is there (RENAME_NOREPLACE). */
enum evault_status ev_os_rename(int dir, const char *from, const char *to, bool replace,
				struct evault_error *err);
/* E_NOT_FOUND when it is not there. */
enum evault_status ev_os_unlink(int dir, const char *path, struct evault_error *err);
/* Removes an empty folder; no error when it is not empty or not there. */
enum evault_status ev_os_rmdir(int dir, const char *path, struct evault_error *err);

enum {
	EV_OS_TEMP_SIZE = 16 + 5 /* "<16 hex>.tmp" and its NUL */
};
/* A random name "<16 hex>.tmp". */
void ev_os_temp_name(char out[EV_OS_TEMP_SIZE]);
/* True for the last component of a path that ev_os_temp_name could have made. */
bool ev_os_is_temp(const char *path);

/* 2000-01-01T00:00:00Z: the modification time of every file of a vault. */
#define EV_OS_CONSTANT_TIME INT64_C(946684800)

/*
 * A whole small file of the vault: new temporary file in the same folder,
 * written, times made constant, synced, renamed to `path`, folder synced.
 * With `replace` it takes the place of one that is there; otherwise E_EXISTS.
 * On failure the temporary file is gone if it can be, and `path` is what it
 * was; only when syncing the folder failed may it be the new one.
 */
enum evault_status ev_os_store(int dir, const char *path, const void *data, size_t len,
			       bool replace, struct evault_error *err);

/*
 * A new file of the user's, whole and synced: it survives power loss once
 * its folder does.  On failure it is gone if it can be.  E_EXISTS.
 */
enum evault_status ev_os_write_new(const char *path, struct ev_slice bytes,
				   struct evault_error *err);

/* ---- a file that several processes read and write at once (os_shared.c) ---- */

/*
 * Opens for reading, or for both; `create` makes it (0600) when it is not
 * there.  Does not follow a link; E_IO for what is no regular file, or is
 * linked to another one and would be written.
 */
enum evault_status ev_os_open_shared(int dir, const char *path, bool write, bool create, int *fd,
				     struct evault_error *err);
/*
 * A file without a name, for reading and writing, that is gone when it is closed, whatever ends
 * us.  E_IO where the file system has no such thing (FAT).
 */
enum evault_status ev_os_open_nameless(int dir, const char *folder, int *fd,
				       struct evault_error *err);
enum evault_status ev_os_write_at(int fd, uint64_t offset, const uint8_t *data, size_t len,
				  const char *shown, struct evault_error *err);
/* Random bytes over the first `size` ones, where they lie. */
enum evault_status ev_os_overwrite(int fd, uint64_t size, const char *shown,
				   struct evault_error *err);
/* Cuts it to this size, or adds zeros. */
enum evault_status ev_os_resize(int fd, uint64_t size, const char *shown, struct evault_error *err);

enum ev_os_hold {
	EV_OS_LET_GO,
	EV_OS_SHARE, /* others may share it, and nobody hold it alone */
	EV_OS_ALONE, /* needs a file that is open for writing */
};
/*
 * Holds one byte of an open file, which need not be there; the kernel lets go
 * when the file is closed.  It keeps nobody from reading or writing: those who
 * hold are polite.  E_BUSY when another has it otherwise.
 */
enum evault_status ev_os_hold(int fd, uint64_t byte, enum ev_os_hold how, struct evault_error *err);
/* Does another hold it alone?  Takes nothing. */
bool ev_os_is_held(int fd, uint64_t byte);
void ev_os_pause(unsigned milliseconds);

/* ---- lock, time ------------------------------------------------------ */

/*
 * Takes the exclusive lock on the file `path` (made if missing) and writes
 * `who` into it.  It is the kernel's (flock) and dies with its holder.
 * E_BUSY when another has it: the text holds what that one wrote.
 */
enum evault_status ev_os_lock(int dir, const char *path, const char *who, int *fd,
			      struct evault_error *err);
/* Empties the file, so that it does not tell who had it, and lets go.  fd < 0 is fine. */
void ev_os_unlock(int fd);

struct ev_os_time {
	int64_t seconds;   /* since 1970, UTC */
	int32_t offset;    /* local time minus UTC, seconds */
	bool synchronised; /* the kernel's clock is disciplined */
};
void ev_os_now(struct ev_os_time *now);
/* Monotonic, in milliseconds. */
uint64_t ev_os_ticks(void);
/* "2026-11-22T09:15:09Z"; years 0000 to 9999, other times are cut to these. */
void ev_os_format_time(int64_t seconds, char out[21]);
/* The same with a fraction of nine digits when ns is not 0: "…09.123456789Z". */
void ev_os_format_time_ns(int64_t seconds, uint32_t ns, char out[31]);
/* Reads what the two above write; false otherwise. */
bool ev_os_parse_time(struct ev_slice text, int64_t *seconds, uint32_t *ns);
/* "+05:00" */
void ev_os_format_offset(int32_t seconds, char out[7]);
/* "<user>@<host>, process <pid>, since <time>", for the lock; never fails. */
void ev_os_who(char *out, size_t size);

#endif
