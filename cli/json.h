/*
 * Writes JSON, one object on one line.  Names of members are ours, or made
 * fit by the writer.  Bytes that are no valid UTF-8 become U+FFFD, and a
 * second member, its name ending in _base64, has them as they were.  Hidden
 * characters (utf8.h) are written as \uXXXX, so that a line is safe to look at.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool comma; /* something stands before in this object or array */
};

/* One line: { … } and LF. */
struct json json_begin(FILE *out);
void json_end(struct json *json);

void json_text(struct json *json, const char *name, const char *text);
void json_bytes(struct json *json, const char *name, const char *bytes, size_t len);
/* As text only, without a _base64 member: for use in arrays. */
void json_base64(struct json *json, const char *name, const char *bytes, size_t len);
void json_number(struct json *json, const char *name, uint64_t number);
void json_bool(struct json *json, const char *name, bool value);

/* `name` is NULL inside an array, for these and for json_string. */
void json_array_begin(struct json *json, const char *name);
void json_array_end(struct json *json);
void json_object_begin(struct json *json, const char *name, size_t len);
void json_object_end(struct json *json);
void json_name(struct json *json, const char *name, size_t len);
void json_string(struct json *json, const char *bytes, size_t len);

#endif
