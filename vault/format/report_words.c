/* The words of the report in English. */
#include "format/report_private.h"

#define CLOCK "the clock of the device that recorded it said"

static const struct ev_report_label labels[] = {
	{ "action", EV_REPORT_APART, EV_REPORT_TEXT, "Kind of entry", NULL },
	{ "title", EV_REPORT_STATED, EV_REPORT_TEXT, "Title", NULL },
	{ "case", EV_REPORT_STATED, EV_REPORT_TEXT, "Case", NULL },
	{ "witness", EV_REPORT_STATED, EV_REPORT_TEXT, "Witness", NULL },
	{ "place", EV_REPORT_STATED, EV_REPORT_TEXT, "Place", NULL },
	{ "interviewer", EV_REPORT_STATED, EV_REPORT_TEXT, "Interviewer", NULL },
	{ "interpreter", EV_REPORT_STATED, EV_REPORT_TEXT, "Interpreter", NULL },
	{ "language", EV_REPORT_STATED, EV_REPORT_TEXT, "Language", NULL },
	{ "consent", EV_REPORT_STATED, EV_REPORT_TEXT, "Whom the witness lets have it", NULL },
	{ "tag", EV_REPORT_STATED, EV_REPORT_TEXT, "Tag", NULL },
	{ "reason", EV_REPORT_STATED, EV_REPORT_TEXT, "Reason", NULL },
	{ "field", EV_REPORT_STATED, EV_REPORT_TEXT, NULL, NULL },
	{ "actor", EV_REPORT_STATED, EV_REPORT_TEXT, "Recorded by", "as they call themselves" },
	{ "name", EV_REPORT_NOTED, EV_REPORT_TEXT, "Name of the file", NULL },
	{ "folder", EV_REPORT_NOTED, EV_REPORT_TEXT, "Folder it was in", NULL },
	{ "media-type", EV_REPORT_NOTED, EV_REPORT_TEXT, "Kind of file", NULL },
	{ "size", EV_REPORT_NOTED, EV_REPORT_SIZE, "Size", NULL },
	{ "sha256", EV_REPORT_NOTED, EV_REPORT_CODE, "SHA-256 of the file", NULL },
	{ "time", EV_REPORT_NOTED, EV_REPORT_TIME, "Recorded", CLOCK },
	{ "clock", EV_REPORT_NOTED, EV_REPORT_TEXT, "That clock was",
	  "the device said of its own clock" },
	{ "begun", EV_REPORT_NOTED, EV_REPORT_TIME, "Typing begun", CLOCK },
	{ "modified", EV_REPORT_NOTED, EV_REPORT_TIME, "File last changed",
	  "the disk or card that the file came from said" },
	{ "offset", EV_REPORT_NOTED, EV_REPORT_TEXT, "Local time minus UTC",
	  "the device was set to" },
	{ "about", EV_REPORT_NOTED, EV_REPORT_CODE, "About entry, record", NULL },
	{ "source", EV_REPORT_NOTED, EV_REPORT_CODE, "Received from vault, as entry, record",
	  NULL },
	{ "from-about", EV_REPORT_NOTED, EV_REPORT_CODE, "There: about entry, record", NULL },
	{ "from-source", EV_REPORT_NOTED, EV_REPORT_CODE,
	  "There: received from vault, as entry, record", NULL },
	{ "software", EV_REPORT_NOTED, EV_REPORT_TEXT, "Recorded with", NULL },
	{ NULL, EV_REPORT_STATED, EV_REPORT_TEXT, NULL, NULL },
};

const struct ev_report_words ev_report_english = {
	.language = "en",

	.title = "Evidence given from a vault",
	.about =
	    "<p>This page describes files and statements that somebody kept in an evidence vault "
	    "and "
	    "now gives to you. The vault is a sealed store with a log in which every entry has a "
	    "number and a signature; the program that keeps it is called evault. It made this page "
	    "on the sender’s computer.</p>\n"
	    "<p><strong>What this page says is the word of the sender</strong>, and of those who "
	    "recorded the items. The page itself proves nothing, and shows pictures as they are in "
	    "the folder beside it, unchecked. At its end it tells how everything can be checked "
	    "without trusting the sender, and what a check does not show.</p>\n",
	.sender = "Sender",
	.sender_by = "as they call themselves",
	.sender_key = "Sender’s key",
	.to = "Given to",
	.to_by = "the sender’s name for them",
	.to_key = "Their key",
	.to_passphrase = "whoever has the passphrase",
	.to_folder = "nobody in particular: it was handed over as a folder that is not encrypted",
	.made = "Made",
	.made_by = "the clock of the sender’s computer said",
	.vault = "Sender’s vault",
	.tree = "State of its log",
	.tree_value = "{1} entries; root hash <code>{2}</code>",
	.one_shown = "<strong>{1} entries exist, {2} is shown.</strong>",
	.shown = "<strong>{1} entries exist, {2} are shown.</strong>",
	.shown_more = " Every file, statement, correction and retraction is an entry of the "
		      "vault’s log, and so "
		      "is every change of its keys and every time that something was taken out. "
		      "The sender chose "
		      "what to show; what is not shown may bear on what is.",
	.how_to_read =
	    "Names and texts are shown as they were recorded. A character that cannot be seen is "
	    "shown as <code>\\x0D</code> or <code>\\u{202E}</code>, by its number; a "
	    "<code>\\</code> that was there is shown as <code>\\\\</code>.",

	.file = "File",
	.statement = "Statement",
	.correction = "Correction or addition",
	.retraction = "Retraction",
	.other_kind = "Entry: <bdi>{1}</bdi>",
	.clock_said = CLOCK,
	.retracted = "<strong>Retracted.</strong> Those who keep the vault took this back",
	.retracted_reason = "The reason they gave:",
	.reason_withheld = "The reason was withheld by the sender.",
	.caption = "The file in this folder:",
	.no_link = "Not a link: a file of this kind may run programs or call a network when it is "
		   "opened.",
	.no_file = "Its file is not in what you were given.",
	.corrections = "Corrected or added to later",
	.corrections_about =
	    "The values below this box are those first recorded. Of several for the "
	    "same thing, the latest holds.",
	.taken_back = "Taken back later: it no longer holds.",
	.stated = "Stated by whoever recorded it",
	.noted = "Noted by the device that recorded it",
	.withheld = "Withheld by the sender",
	.withheld_about =
	    "These were recorded, and their values are not in what you were given. The "
	    "proof holds without them, and the sender can show them later, but no "
	    "others in their place.",
	.bytes = "bytes",
	.utc = "UTC",
	.local = "local time there, UTC",
	.none = "(empty)",
	.proof = "Proof",
	.proof_about = "What evault verify checks; until then it is the sender’s word.",
	.entry = "Entry",
	.first = "Recorded first",
	.first_proved = "in the vault <code>{1}</code> as <code>{2}</code>; what should prove it "
			"is in the folder <code>evault/sources</code>",
	.first_unproved = "in the vault <code>{1}</code> as <code>{2}</code>, says its record, and "
			  "nothing here proves all of that",
	.entry_value = "number {1} of the log; the first one is number 0",
	.record = "SHA-256 of the record, with all fields withheld",
	.signed_by = "Signed by the key",
	.in_tree = "In the log of",
	.proof_files = "Files",
	.proof_files_value = "<code>evault/items/{1}.record</code>, <code>.entry</code>, "
			     "<code>.tlog-proof</code>",

	.check_title = "How to check it",
	.check =
	    "<ol>\n"
	    "<li><p><strong>With evault</strong> (a free program, which needs no network): "
	    "<code>evault "
	    "verify</code> and the name of the file as you received it, or of the folder that this "
	    "page "
	    "came in. It names every item, and says what it found and what it could not "
	    "check.</p></li>\n"
	    "<li><p><strong>Without evault:</strong> the file VERIFY.txt beside this page has the "
	    "commands, for the common programs tar, sha256sum and openssl. Run none of them before "
	    "you know that the text is the one that the makers of evault wrote. Its SHA-256 must "
	    "be "
	    "the one on the sender’s contact card, which you had from the sender earlier or by "
	    "another "
	    "way, and the one that evault’s description of its format gives. Here, where a forger "
	    "would "
	    "have changed it too, it is only a reminder:</p>\n"
	    "<p><code>{1}</code></p></li>\n"
	    "<li><p><strong>Whose key is it?</strong> Compare the sender’s key above with the "
	    "sender’s "
	    "contact card, or have its fingerprint read to you over the telephone, by a voice you "
	    "know. "
	    "A key says nothing of who holds it.</p></li>\n"
	    "</ol>\n",
	.shows_title = "What a check shows",
	.shows = "<ul>\n"
		 "<li>Each file is, byte for byte, the one whose SHA-256 the record states.</li>\n"
		 "<li>Each record is the one that was entered in the log under that number, and "
		 "nothing in "
		 "it was changed since; of no field can two different values be shown.</li>\n"
		 "<li>The entry was signed with the key that is named, by somebody whom the "
		 "keepers of the "
		 "vault had let sign.</li>\n"
		 "<li>What you were given is complete as the sender signed it, and was meant for "
		 "you.</li>\n"
		 "<li>If you had an earlier state of the log: nothing that was in it then was "
		 "changed or "
		 "removed.</li>\n"
		 "</ul>\n",
	.shows_not_title = "What no check of this shows",
	.shows_not =
	    "<ul>\n"
	    "<li>Whether what was said is true, or what a picture seems to show did happen.</li>\n"
	    "<li>When something was recorded: times are what the clock of a device said. Only "
	    "where "
	    "an outside party has stamped or countersigned a state of the log, what was in it "
	    "existed "
	    "by then; for the time before the first such anchor there is the device’s word "
	    "alone.</li>\n"
	    "<li>What happened to a file before it was entered.</li>\n"
	    "<li>Who the people behind the keys and names are.</li>\n"
	    "<li>What else is in the vault, or was never entered.</li>\n"
	    "</ul>\n",
	.labels = labels,
};
