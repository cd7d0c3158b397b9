/*
 * What the parts of adding share: add.c walks, commits and tells, add_source.c
 * reads and keeps one file, add_record.c describes it, add_back.c reads back.
 */
#ifndef EV_ADD_H
#define EV_ADD_H

#include "base/os.h"
#include "commit.h"
#include "walk.h"

/* What was read back, and what is to be. */
struct ev_adding_back {
	struct ev_set packs; /* that were */
	uint64_t since;      /* the first entry that this run is about */
	enum ev_os_source source;
};

struct ev_adding {
	struct evault *v; /* NULL: a scan */
	const struct evault_add *what;
	struct evault_add_summary *summary;
	struct evault_progress progress;
	struct ev_commit commit;
	struct ev_hasher *hasher;
	struct ev_seen new_objects;      /* written by this commit; of a dry run all */
	uint8_t *buffer;                 /* EV_MEMBER_OBJECT_MAX + 1 bytes */
	struct ev_buf text;              /* of a file, for the index */
	struct evault_add_event *events; /* to be told after the commit */
	size_t n_events, cap_events;
	uint64_t bytes, since; /* of this commit: bytes read, ticks when it began */
	bool cancelled;        /* the caller asked to stop */
	bool stopped;          /* and something was left undone for it */
	struct ev_adding_back back;
};

/*
 * Bytes that come as they come, their number not known before.  They are
 * written even where a file has the same: a statement is never in one frame
 * with files (FORMAT.md, section 3).
 */
struct ev_adding_stream {
	/* Up to `size` bytes; fewer only at the end.  *ended: there are no more. */
	enum evault_status (*read)(void *ctx, uint8_t *out, size_t size, size_t *got, bool *ended,
				   struct evault_error *err);
	/* All of a short one is read: is it to be left out, because it is kept? */
	enum evault_status (*seen)(void *ctx, const struct ev_hash *sha256, bool *known,
				   struct evault_error *err);
	void *ctx;
	bool ended;
};

/* A file being added, or a stream. */
struct ev_adding_source {
	const struct ev_walk_file *file; /* NULL: `stream` */
	struct ev_adding_stream *stream;
	int fd;
	struct ev_os_stat before;
	uint64_t size; /* bytes read */
	struct ev_hash sha256;
	const char *media_type;
	bool known; /* the vault has these bytes */
	bool whole; /* all of them are in the buffer */
};

/* Queues an event, to be told after the commit; `path` and `why` (may be NULL) are copied. */
enum evault_status ev_add_queue(struct ev_adding *a, enum evault_add_what what, const char *path,
				const char *why, struct evault_add_event **event,
				struct evault_error *err);
/* Counts bytes read; true when the caller asks to stop. */
bool ev_add_tick(struct ev_adding *a, uint64_t bytes);
/* Commits when enough has come together. */
enum evault_status ev_add_commit_if_due(struct ev_adding *a, struct evault_error *err);

/*
 * Reads the file in s->fd, or the stream, and keeps its bytes, unless they are
 * known or it is a dry run.  E_CHANGED: it is to be refused, for the reason in `err`.
 */
enum evault_status ev_add_source(struct ev_adding *a, struct ev_adding_source *s,
				 struct evault_error *err);
/* These bytes are in the vault now, or in the commit at hand. */
enum evault_status ev_add_remember(struct ev_adding *a, const struct ev_adding_source *s,
				   struct evault_error *err);
/* The file is read: makes its record, unless there is one of the same file, and queues its event.
 */
enum evault_status ev_add_conclude(struct ev_adding *a, const struct ev_adding_source *s,
				   struct evault_error *err);
/* After a commit: reads the packs back that it wrote or relied on; a->events are those of it. */
enum evault_status ev_add_read_back(struct ev_adding *a, struct evault_error *err);
/* After the last one: the log; and says in the summary what all of it came to. */
enum evault_status ev_add_read_back_log(struct ev_adding *a, struct evault_error *err);
void ev_add_back_release(struct ev_adding *a);

/* The fields that a record of kept bytes begins with: those of all records, and name, size,
 * sha256 and media-type. */
enum evault_status ev_add_describe(const struct evault *v, const struct ev_adding_source *s,
				   const char *action, const char *name, struct ev_record *r,
				   struct evault_error *err);
/* What would make every record fail: told before anything is read.  E_USAGE. */
enum evault_status ev_add_check_fields(const struct evault_add *what, struct evault_error *err);

#endif
