#include "duration.h"

#include <string.h>

uint64_t
duration_read(const char *text, uint64_t max)
{
	uint64_t number = 0, unit;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (uint64_t)(*at - '0');
		if (number > max)
			return 0;
	}
	if (at == text)
		return 0;
	if (strcmp(at, "s") == 0)
		unit = 1;
	else if (strcmp(at, "m") == 0)
		unit = 60;
	else if (strcmp(at, "h") == 0)
		unit = 60 * 60;
	else
		return 0;
	return number * unit > max ? 0 : number * unit;
}
