#ifndef EV_FORMAT_CHARSET_PRIVATE_H
#define EV_FORMAT_CHARSET_PRIVATE_H

#include "format/charset.h"

extern const uint16_t ev_charset_tables[EV_CHARSETS - EV_CHARSET_WINDOWS_1251][128];

#endif
