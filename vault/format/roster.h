/*
 * Who holds keys of a vault: the lines of comment in the newest vault
 * identity (FORMAT.md, Key files).  They say for whom keys are sealed anew,
 * and what people call the holders of actor keys.
 */
#ifndef EV_FORMAT_ROSTER_H
#define EV_FORMAT_ROSTER_H

#include "format/age.h"
#include "format/entry.h"

enum {
	EV_ROSTER_NAME_MAX = 255, /* bytes of a name */
	EV_ROSTER_MAX = 64,       /* holders and readers */
	EV_ROSTER_LINES_MAX = 2 * EV_ROSTER_MAX,
	EV_ROSTER_LINE_MAX = 1024, /* bytes of a line in text */
};

enum ev_roster_kind {
	EV_ROSTER_HOLDER, /* has a slot */
	EV_ROSTER_READER, /* has a recipient alone */
	EV_ROSTER_FORMER, /* was a holder: known by name for what they signed */
};

struct ev_roster_line {
	enum ev_roster_kind kind;
	uint64_t slot;                     /* HOLDER: n of keys/<n>.age, from 1 */
	enum ev_role role;                 /* HOLDER */
	struct ev_hash actor;              /* HOLDER, FORMER: of the actor's key, as in its name */
	struct ev_age_recipient recipient; /* HOLDER: of their own identity; READER */
	char name[EV_ROSTER_NAME_MAX + 1]; /* raw bytes without a NUL; may be empty */
};

/* Names are nobody's business: it lives in locked memory. */
struct ev_roster {
	struct ev_roster_line lines[EV_ROSTER_LINES_MAX];
	size_t n;
};

/* May the role open the vault identities, or the log key? */
bool ev_role_reads(enum ev_role role);

/*
 * The line of this slot, of this actor's key (holders before former ones), or
 * NULL.
 */
struct ev_roster_line *ev_roster_slot(struct ev_roster *r, uint64_t slot);
const struct ev_roster_line *ev_roster_actor(const struct ev_roster *r,
					     const struct ev_hash *actor);
/* Holders and readers. */
size_t ev_roster_count(const struct ev_roster *r);
/*
 * Appends a line; the oldest former holder gives way where there is no room.
 * E_LIMIT for more than EV_ROSTER_MAX holders and readers.
 */
enum evault_status ev_roster_add(struct ev_roster *r, const struct ev_roster_line *line,
				 struct evault_error *err);
/* A holder becomes a former one, last in order; a reader's line goes. */
void ev_roster_end(struct ev_roster *r, size_t at);

/*
 * To whom a key is sealed: writes at most EV_ROSTER_MAX recipients.  With
 * `write` to those who write, otherwise to those who read.
 */
size_t ev_roster_recipients(const struct ev_roster *r, bool write,
			    struct ev_age_recipient out[EV_ROSTER_MAX]);

/* Appends the lines, each with its LF.  E_USAGE for what the next would refuse; E_NOMEM. */
enum evault_status ev_roster_encode(const struct ev_roster *r, struct ev_buf *out,
				    struct evault_error *err);
/*
 * Takes the lines that begin with a word of a roster, as the encoder writes
 * them; the cursor turns bad where one is malformed, where a slot occurs
 * twice, or where they are too many.
 */
void ev_roster_take(struct ev_cursor *c, struct ev_roster *r);

#endif
