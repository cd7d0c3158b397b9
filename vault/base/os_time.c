/*
 * Time, and who runs this process.  The calendar is own arithmetic (the days
 * are counted from 1 March, so that leap days come last), because the C
 * library's depends on locale and environment.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "base/os_private.h"

enum {
	DAY = 24 * 60 * 60,
	ERA_DAYS = 400 * 365 + 97, /* days in 400 years */
	EPOCH_DAYS = 719468,       /* from 0000-03-01 to 1970-01-01 */
	NS_MAX = 999999999,
	OFFSET_MAX = 24 * 60 * 60 - 60,
};

static const int64_t time_min = INT64_C(-62167219200); /* 0000-01-01T00:00:00Z */
static const int64_t time_max = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */

void
ev_os_now(struct ev_os_time *now)
{
	struct timex clock = { .modes = 0 };
	struct timespec at = { 0, 0 };
	struct tm local = { .tm_gmtoff = 0 };
	int state = adjtimex(&clock);

	clock_gettime(CLOCK_REALTIME, &at);
	if (localtime_r(&at.tv_sec, &local) == NULL)
		local.tm_gmtoff = 0;
	now->seconds = at.tv_sec;
	now->offset = (int32_t)local.tm_gmtoff;
	now->synchronised = state >= 0 && state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
}

uint64_t
ev_os_ticks(void)
{
	struct timespec at = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

/* ---- calendar -------------------------------------------------------- */

struct civil {
	int64_t year;
	unsigned month, day; /* from 1 */
};

/* `days` since 1970-01-01, in the years 0000 to 9999. */
static struct civil
civil_of_days(int64_t days)
{
	int64_t from_march = days + EPOCH_DAYS + ERA_DAYS; /* 400 years more: never negative */
	int64_t era = from_march / ERA_DAYS;
	unsigned in_era = (unsigned)(from_march % ERA_DAYS);
	unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	unsigned in_year = in_era - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * in_year + 2) / 153; /* from March, 0 */
	struct civil c;

	c.day = in_year - (153 * month + 2) / 5 + 1;
	c.month = month < 10 ? month + 3 : month - 9;
	c.year = (era - 1) * 400 + year + (c.month <= 2 ? 1 : 0);
	return c;
}

/* The reverse; a day that the month does not have runs over into the next. */
static int64_t
civil_to_days(struct civil c)
{
	int64_t year = c.year + 400 - (c.month <= 2 ? 1 : 0);
	unsigned month = c.month > 2 ? c.month - 3 : c.month + 9;
	int64_t in_year = (153 * month + 2) / 5 + c.day - 1;
	int64_t of_years = year * 365 + year / 4 - year / 100 + year / 400;

	return of_years + in_year - EPOCH_DAYS - ERA_DAYS;
}

static void
put_digits(char *out, unsigned width, uint64_t v)
{
	for (; width > 0; v /= 10)
		out[--width] = (char)('0' + v % 10);
}

void
ev_os_format_time(int64_t seconds, char out[21])
{
	int64_t days;
	unsigned in_day;
	struct civil c;

	seconds = seconds < time_min ? time_min : seconds > time_max ? time_max : seconds;
	days = (seconds - time_min) / DAY + time_min / DAY;
	in_day = (unsigned)((seconds - time_min) % DAY);
	c = civil_of_days(days);
	memcpy(out, "0000-00-00T00:00:00Z", 21);
	put_digits(out, 4, (uint64_t)c.year);
	put_digits(out + 5, 2, c.month);
	put_digits(out + 8, 2, c.day);
	put_digits(out + 11, 2, in_day / 3600);
	put_digits(out + 14, 2, in_day / 60 % 60);
	put_digits(out + 17, 2, in_day % 60);
}

void
ev_os_format_time_ns(int64_t seconds, uint32_t ns, char out[31])
{
	ev_os_format_time(seconds, out);
	if (ns == 0)
		return;
	memcpy(out + 19, ".000000000Z", 12);
	put_digits(out + 20, 9, ns > NS_MAX ? NS_MAX : ns);
}

/* Exactly `width` digits; what is none makes the cursor bad. */
static unsigned
take_digits(struct ev_cursor *c, size_t width)
{
	struct ev_slice s = ev_cursor_take(c, width);
	unsigned v = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			c->bad = true;
		else
			v = v * 10 + s.data[i] - '0';
	}
	return v;
}

bool
ev_os_parse_time(struct ev_slice text, int64_t *seconds, uint32_t *ns)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	unsigned hour, minute, second, fraction = 0;
	struct civil day;
	char again[31];
	int64_t s;

	day.year = take_digits(&c, 4);
	ev_cursor_expect(&c, "-");
	day.month = take_digits(&c, 2);
	ev_cursor_expect(&c, "-");
	day.day = take_digits(&c, 2);
	ev_cursor_expect(&c, "T");
	hour = take_digits(&c, 2);
	ev_cursor_expect(&c, ":");
	minute = take_digits(&c, 2);
	ev_cursor_expect(&c, ":");
	second = take_digits(&c, 2);
	if (c.left > 1) {
		ev_cursor_expect(&c, ".");
		fraction = take_digits(&c, 9);
	}
	ev_cursor_expect(&c, "Z");
	if (!ev_cursor_done(&c) || day.month < 1 || day.month > 12)
		return false;
	s = civil_to_days(day) * DAY + hour * 3600 + minute * 60 + second;
	/* What runs over (31 April, 24 o'clock, second 60) is written in another way. */
	ev_os_format_time_ns(s, fraction, again);
	if (!ev_slice_is(text, again))
		return false;
	*seconds = s;
	*ns = fraction;
	return true;
}

void
ev_os_format_offset(int32_t seconds, char out[7])
{
	bool west = seconds <= -60;
	int32_t capped = seconds > OFFSET_MAX    ? OFFSET_MAX
			 : seconds < -OFFSET_MAX ? -OFFSET_MAX
						 : seconds;
	unsigned minutes = (unsigned)(capped < 0 ? -capped : capped) / 60;

	memcpy(out, west ? "-00:00" : "+00:00", 7);
	put_digits(out + 1, 2, minutes / 60);
	put_digits(out + 4, 2, minutes % 60);
}

/* ---- who ------------------------------------------------------------- */

/* The user's name in the list of this machine, or their number: libc's other ways are sockets. */
static void
user_name(char *out, size_t size)
{
	FILE *list = fopen("/etc/passwd", "re");
	struct passwd entry, *found = NULL;
	char room[2048];

	snprintf(out, size, "%lu", (unsigned long)getuid());
	while (list != NULL && fgetpwent_r(list, &entry, room, sizeof(room), &found) == 0) {
		if (entry.pw_uid != getuid())
			continue;
		snprintf(out, size, "%s", entry.pw_name);
		break;
	}
	if (list != NULL)
		(void)fclose(list);
}

void
ev_os_who(char *out, size_t size)
{
	char host[65] = "", user[65], since[21];
	struct ev_os_time now;

	user_name(user, sizeof(user));
	if (gethostname(host, sizeof(host)) != 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	ev_os_now(&now);
	ev_os_format_time(now.seconds, since);
	snprintf(out, size, "%s@%s, process %ld, since %s", user, host, (long)getpid(), since);
}
