/*
 * The words of the report, apart from what places them: another language is
 * another struct ev_report_words.  They are HTML of ours; {1} and {2} are
 * where values go, which are escaped.
 */
#ifndef EV_FORMAT_REPORT_PRIVATE_H
#define EV_FORMAT_REPORT_PRIVATE_H

#include "format/report.h"

enum ev_report_group {
	EV_REPORT_APART,  /* has a place of its own */
	EV_REPORT_STATED, /* people said it */
	EV_REPORT_NOTED,  /* a device did */
};

enum ev_report_form {
	EV_REPORT_TEXT,
	EV_REPORT_CODE,
	EV_REPORT_SIZE,
	EV_REPORT_TIME,
};

/* A field of a record (FORMAT.md, Record). */
struct ev_report_label {
	const char *name;
	enum ev_report_group group;
	enum ev_report_form form;
	const char *label;
	const char *by; /* said before the value: whose claim it is; or NULL */
};

struct ev_report_words {
	const char *language;
	/* head */
	const char *title, *about, *sender, *sender_by, *sender_key, *to, *to_passphrase,
	    *to_folder, *to_by, *to_key, *made, *made_by, *vault, *tree, *tree_value;
	const char *one_shown, *shown, *shown_more, *how_to_read;
	/* item */
	const char *file, *statement, *correction, *retraction, *other_kind;
	const char *retracted, *retracted_reason, *reason_withheld;
	const char *caption, *no_link, *no_file;
	const char *corrections, *corrections_about, *clock_said, *taken_back;
	const char *stated, *noted, *withheld, *withheld_about;
	const char *bytes, *utc, *local, *none;
	const char *proof, *proof_about, *entry, *entry_value, *record, *signed_by, *in_tree,
	    *proof_files, *proof_files_value;
	const char *first, *first_proved, *first_unproved;
	/* end */
	const char *check_title, *check, *shows_title, *shows, *shows_not_title, *shows_not;
	/* Fields in the order in which they are shown; the last one has no name. */
	const struct ev_report_label *labels;
};

extern const struct ev_report_words ev_report_english;

/* Text of ours with its places filled in; `second` may be empty. */
void ev_report_say(struct ev_buf *html, const char *text, struct ev_slice first,
		   struct ev_slice second);
/* A row of a list, with what the caller adds in between as its value; `by` may be NULL. */
void ev_report_row_begin(struct ev_buf *html, const char *label, const char *by);
void ev_report_row_end(struct ev_buf *html);
/* A whole row, with text or with code. */
void ev_report_row(struct ev_buf *html, const char *label, const char *by, struct ev_slice value);
void ev_report_row_code(struct ev_buf *html, const char *label, const char *by,
			struct ev_slice value);
/* "+05:00" in seconds; false for all else. */
bool ev_report_offset(struct ev_slice text, int64_t *seconds);
/* RFC 3339 as people read it, with the local time when `offset` is one; else as it is. */
void ev_report_time(struct ev_buf *html, struct ev_slice time, struct ev_slice offset);
/* "4,718,592"; else as it is. */
void ev_report_number(struct ev_buf *html, struct ev_slice digits);

#endif
